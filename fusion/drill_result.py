"""What a finished drill came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.fused import phases_of
from fusion.quality import drill_flags, mark_slips
from fusion.reps import Counted, renumbered, without_settling, without_wind_ups
from fusion.results import DrillResult, Flag, Frames, Interval, Rep, Side, SideSummary, Verdict
from fusion.shares import estimate_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.drills import Drill
    from fusion.slips import Slip
    from fusion.spine import Reference
    from fusion.split import Split
    from fusion.track import Window
    from sensors.samples import FloatArray, Placement

PEAK_SD_DEG = 2.0
"""Systematic error of a peak on skin; no number of repetitions averages it out."""


def make_drill_result(
    drill: Drill,
    window: Window,
    reference: Reference,
    split: Split,
    frames: Frames,
    counted: Sequence[Counted],
    drift_dps: FloatArray,
    slips: Sequence[Slip],
    flags: Sequence[Flag],
) -> DrillResult:
    """Collect frames and repetitions of one drill.

    Parameters
    ----------
    drill, window, reference, split
        Which drill, when, its neutral, and where the lumbar share comes from.
    frames, counted
        Frames inside the drill, repetitions as counted.
    drift_dps
        (n,) heading drift of each sensor of ``reference.chain``.
    slips
        Slips of sensors found in it.
    flags
        What else has to be said about it.
    """
    kept = without_settling(list(counted), reference.neutral_s[1])
    kept = without_wind_ups(kept) if drill.one_side_per_set else renumbered(kept)
    marked = mark_slips([c.rep for c in kept], slips)
    kept = [replace(c, rep=rep) for c, rep in zip(kept, marked, strict=True)]
    reps = tuple(c.rep for c in kept)
    return DrillResult(
        drill=drill.activity,
        start_s=window.start_s,
        end_s=window.end_s,
        neutral_s=reference.neutral_s,
        frames=frames,
        phase=phases_of(reps, frames.t_s),
        reps=reps,
        split_source=split.source,
        sides={side: _side(kept, side, split) for side in Side},
        side_difference_deg=_difference(reps),
        drift_deg_per_min=_drift(reference, drift_dps),
        flags=(*flags, *drill_flags(drill, reference, frames, slips)),
    )


def _valid(reps: Sequence[Rep], side: Side) -> list[Rep]:
    return [r for r in reps if r.side is side and r.verdict is not Verdict.REJECTED]


def _side(counted: Sequence[Counted], side: Side, split: Split) -> SideSummary:
    reps = _valid([c.rep for c in counted], side)
    peaks = np.array([abs(r.total_deg) for r in reps])
    valid = {r.rep for r in reps}
    return SideSummary(
        repetitions=len(reps),
        median_peak_deg=float(np.median(peaks)) if len(peaks) else float("nan"),
        best_peak_deg=float(peaks.max()) if len(peaks) else float("nan"),
        shares=estimate_shares((c.sums for c in counted if c.rep.rep in valid), split),
    )


def _difference(reps: Sequence[Rep]) -> Interval | None:
    """Right minus left of the median peaks, with what scatter and skin leave open."""
    peaks = {s: np.array([abs(r.total_deg) for r in _valid(reps, s)]) for s in Side}
    if any(len(p) < 2 for p in peaks.values()):
        return None
    difference = float(np.median(peaks[Side.RIGHT]) - np.median(peaks[Side.LEFT]))
    # A median scatters by 1.25 times as much as a mean.
    scatter = sum(1.57 * float(np.var(p, ddof=1)) / len(p) for p in peaks.values())
    half = 1.96 * float(np.sqrt(scatter + PEAK_SD_DEG**2))
    return Interval(difference, difference - half, difference + half)


def _drift(reference: Reference, drift_dps: FloatArray) -> dict[Placement, float]:
    return {p: 60.0 * float(r) for p, r in zip(reference.chain, drift_dps, strict=True)}
