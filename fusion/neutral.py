"""Which still window is a drill's neutral.

The last announced and verified neutral before the drill, if the wearer was in the posture in which
the drill then began: a neutral taken sitting says nothing for a drill on all fours. Otherwise the
first still second of the drill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fusion.calibration import up_s
from fusion.grid import GRID_HZ
from fusion.results import Flag
from fusion.stillness import SPAN, still_runs
from fusion.track import Track, Window
from sensors.samples import FloatArray, Placement

SAME_POSTURE_DEG = 25.0
LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Neutral:
    """A drill's neutral and what has to be said about it."""

    window: Window
    flags: tuple[Flag, ...] = ()


def announced_neutral(
    tracks: Mapping[Placement, Track], neutrals: Sequence[Window], start: int
) -> Neutral | None:
    """The last verified neutral before grid index ``start`` in the posture taken there."""
    before = [w for w in neutrals if w.end <= start + GRID_HZ / 2]
    for window in sorted(before, key=lambda w: w.end, reverse=True):
        if posture_change_deg(tracks, window, start) < SAME_POSTURE_DEG:
            return Neutral(window)
    return None


def posture_change_deg(tracks: Mapping[Placement, Track], neutral: Window, start: int) -> float:
    """Largest change of a sensor's inclination from ``neutral`` to around ``start`` (°)."""
    around = Window(start - int(LOOK_S * GRID_HZ), start + int(LOOK_S * GRID_HZ))
    change = [
        _angle_deg(up_s(track, neutral), up_s(track, clipped))
        for track in tracks.values()
        if len(clipped := around.clip(track.extent)) and len(neutral.clip(track.extent)) == len(neutral)
    ]
    return max(change, default=180.0)


def first_still(
    tracks: Mapping[Placement, Track], bias: Mapping[Placement, FloatArray], drill: Window
) -> Neutral | None:
    """The first still second of a drill, or ``None`` if nobody kept still."""
    runs = still_runs([(tracks[p], bias[p]) for p in tracks], drill)
    if not runs:
        return None
    first = min(runs, key=lambda w: w.first)
    words = (
        "No still neutral in this drill's posture was recorded before it; the first still second "
        f"of the drill (at {first.start_s:.1f} s) is taken as neutral."
    )
    return Neutral(Window(first.first, first.first + SPAN), (Flag("neutral_from_drill", words),))


def _angle_deg(a: FloatArray, b: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))
