"""What the causal pipeline tells its caller, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.grid import GRID_HZ
from fusion.results import (
    CalibrationResult,
    Cue,
    Flag,
    Frames,
    Phase,
    Quality,
    Rep,
    Shares,
    SplitSource,
)
from fusion.track import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fusion.calibration_steps import StepVerdict
    from sensors.samples import Activity, FloatArray


@dataclass(frozen=True, slots=True)
class Status:
    """Where a live session stands.

    Attributes
    ----------
    activity
        What is going on, or ``None``.
    drill, set
        The drill under way and its set, or ``None``.
    neutral_known
        Whether angles are relative to a still neutral.
    calibration
        The calibration in force, or ``None`` before the first still second.
    set_shares
        Pooled shares of the set under way.
    split_source
        Where the lumbar share comes from.
    flags
        What lowers trust.
    cue
        The one thing to do better, if any.
    steps
        How each named step of the calibration turned out.
    """

    activity: Activity | None
    drill: Activity | None
    set: int | None
    neutral_known: bool
    calibration: CalibrationResult | None
    set_shares: Shares | None
    split_source: SplitSource
    flags: tuple[Flag, ...]
    cue: Cue | None
    steps: Mapping[str, StepVerdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """What became known since the last :meth:`Pipeline.advance`.

    Attributes
    ----------
    frames
        New frames; NaN while there is no neutral or a sensor is silent.
    phase
        (n,) :class:`fusion.results.Phase` as it looks now.
    share_now
        (n, 3) running shares of pelvis, lumbar and thoracic.
    reps
        Repetitions that finished.
    status
        Where the session stands.
    """

    frames: Frames
    phase: npt.NDArray[np.uint8]
    share_now: FloatArray
    reps: tuple[Rep, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Part:
    """What became known with one piece."""

    frames: Frames
    phase: npt.NDArray[np.uint8]
    share: FloatArray
    reps: tuple[Rep, ...]

    @classmethod
    def unknown(cls, window: Window) -> Part:
        """Nothing known: there is no neutral yet."""
        n = len(window)
        t_s = np.arange(window.first, window.end) / GRID_HZ
        quality = np.full(n, Quality.UNUSABLE, dtype=np.uint8)
        frames = Frames(t_s, np.full((n, 7), np.nan), np.full((n, 4), np.nan), quality)
        phase = np.full(n, Phase.NEUTRAL, dtype=np.uint8)
        return cls(frames, phase, np.full((n, 3), np.nan), ())


def joined_frames(frames: Sequence[Frames]) -> Frames:
    """Successive frames as one."""
    return Frames(
        np.concatenate([f.t_s for f in frames]),
        np.concatenate([f.angles_deg for f in frames]),
        np.concatenate([f.sd_deg for f in frames]),
        np.concatenate([f.quality for f in frames]),
    )


def joined(parts: Sequence[Part]) -> Part:
    """Several successive parts as one."""
    if not parts:
        return Part.unknown(Window(0, 0))
    return Part(
        frames=joined_frames([p.frames for p in parts]),
        phase=np.concatenate([p.phase for p in parts]),
        share=np.concatenate([p.share for p in parts]),
        reps=tuple(rep for p in parts for rep in p.reps),
    )
