"""Which still window is a drill's neutral.

The last announced and verified neutral before the drill, if the wearer was in the posture in which
the drill then began: a neutral taken sitting says nothing for a drill on all fours. Otherwise the
first still second of the drill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion.calibration import Stretch, up_s
from fusion.grid import GRID_HZ
from fusion.results import Flag
from fusion.stillness import SMOOTH, SPAN, still_runs
from fusion.track import Track, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sensors.samples import FloatArray, Placement

SAME_POSTURE_DEG = 25.0
LOOK_S = 0.5
START_STILL_S = 1.0
OLD_S = 600.0
BIT = int(20.0 * GRID_HZ)
STILL_PART = 0.5
"""An announced neutral of which less than this was still is spoken of."""


@dataclass(frozen=True, slots=True)
class Neutral:
    """A drill's neutral and what has to be said about it."""

    window: Window
    flags: tuple[Flag, ...] = ()


def announced_neutral(
    neutrals: Sequence[Stretch], tracks: Mapping[Placement, Track], start: int, around: Window
) -> Neutral | None:
    """The last verified neutral before grid index ``start`` in the posture taken ``around`` it."""
    before = [s for s in neutrals if s.window.end <= start + GRID_HZ / 2]
    for stretch in sorted(before, key=lambda s: s.window.end, reverse=True):
        if posture_change_deg(stretch, tracks, around) < SAME_POSTURE_DEG:
            return Neutral(stretch.window, _age_flags((start - stretch.window.end) / GRID_HZ))
    return None


def moved_flag(announced: Window, still: Window) -> Flag | None:
    """What to say if little of an announced neutral was ``still``."""
    still_s = len(still) / GRID_HZ
    if still_s >= STILL_PART * (announced.end_s - announced.start_s):
        return None
    words = (
        f"During the neutral announced at {announced.start_s:.1f} s the wearer moved; only the "
        f"{still_s:.1f} s that were still are used."
    )
    return Flag("neutral_in_motion", words)


def _age_flags(age_s: float) -> tuple[Flag, ...]:
    """What to say of a neutral that was taken ``age_s`` before its drill."""
    if age_s < OLD_S:
        return ()
    words = (
        f"The neutral was recorded {age_s / 60:.0f} minutes before the drill: by then sensors have "
        "moved on the skin and headings have drifted. Record it again just before you begin."
    )
    return (Flag("calibration_old", words),)


def posture_change_deg(
    neutral: Stretch, tracks: Mapping[Placement, Track], around: Window
) -> float:
    """Largest change of a sensor's inclination from ``neutral`` to ``around`` (°)."""
    changes = [
        _angle_deg(neutral.up_s(p), up_s(track, now))
        for p, track in tracks.items()
        if len(now := around.clip(track.extent))
    ]
    return max(changes, default=180.0)


def first_still(
    tracks: Mapping[Placement, Track], window: Window, began: int | None = None
) -> Neutral | None:
    """The first still second of a drill, or ``None`` if nobody kept still.

    Parameters
    ----------
    tracks
        What the sensors gave.
    window
        The part of the drill to look at: all of it, or what nobody looked at yet.
    began
        Grid index at which the drill began, if that is not the start of ``window``.
    """
    first = _first_still(tracks, window)
    if first is None:
        return None
    words = (
        "No still neutral in this drill's posture was recorded before it; the first still second "
        f"of the drill (at {first.start_s:.1f} s) is taken as neutral."
    )
    flags = [Flag("neutral_from_drill", words)]
    if first.first - (window.first if began is None else began) > START_STILL_S * GRID_HZ:
        words = (
            f"The drill began in motion: nobody kept still before {first.start_s:.1f} s, so what "
            "counts as neutral is uncertain."
        )
        flags.append(Flag("start_in_motion", words))
    return Neutral(Window(first.first, first.first + SPAN), tuple(flags))


def _first_still(tracks: Mapping[Placement, Track], window: Window) -> Window | None:
    """The first still run; a long drill is looked at bit by bit, it is mostly at the beginning."""
    pairs = [(track, None) for track in tracks.values()]
    for at in range(window.first, window.end, BIT):
        # Beyond the bit only what a second that begins in it needs.
        bit = Window(at, at + BIT + SPAN + SMOOTH).clip(window)
        first = min(still_runs(pairs, bit), key=lambda w: w.first, default=None)
        if first is not None and first.first < at + BIT:
            return first
    return None


def _angle_deg(a: FloatArray, b: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))
