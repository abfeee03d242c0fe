"""One drill after the fact: the same model, smoothed over the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.bends import Bend, BendFinder
from fusion.drill_run import (
    Happening,
    Jump,
    Motion,
    heading_events,
    rate_sd_dps,
    slip_jump,
    take_in,
)
from fusion.dwells import Dwell, DwellFinder, StillnessFilter
from fusion.fused import Fused, fuse
from fusion.heading import HeadingFilter, HeadingParameters
from fusion.lowpass import smooth_lowpass
from fusion.reps import Counted, RepFinder
from fusion.restlessness import UNSURE_DEG, HeadingFilters
from fusion.slips import Slip, SlipFinder, mended
from fusion.spine import Reference, SegmentTurns, spine_angles, turns
from fusion.split import make_split
from fusion.tissue import rings_of
from fusion.uncertainty import axial_sd_deg
from fusion.updates import joined_frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.calibration import Calibration
    from fusion.drills import Drill
    from fusion.heading_estimate import SmoothedHeading
    from fusion.results import Frames
    from fusion.setup import Setup
    from sensors.samples import FloatArray

LEARN_FROM = 150
"""So many dwells (ten minutes of a drill) tell sensors and person; more would only take time."""


@dataclass(frozen=True, slots=True)
class SmoothedDrill:
    """Frames, repetitions, heading drift and slips of one drill."""

    frames: Frames
    counted: list[Counted]
    drift: SmoothedHeading
    slips: list[Slip]


def smooth_drill(
    drill: Drill,
    setup: Setup,
    calibration: Calibration,
    reference: Reference,
    motion: Motion,
    parameters: HeadingParameters | None = None,
) -> SmoothedDrill:
    """Smooth one whole drill.

    Parameters
    ----------
    drill, setup, calibration, reference
        Which drill, what is worn, how it sits, and the neutral.
    motion
        From the neutral (or the start of the drill, if that is earlier) to the end of the drill.
    parameters
        Figures of the drift model.
    """
    split = make_split(setup, drill)
    sd = rate_sd_dps(calibration, reference)
    parts = motion.parts()
    stillness = StillnessFilter(reference.axes_s, sd)
    still = [stillness.update(part.gyr) & ~part.gap for part in parts]
    finder = SlipFinder(reference.axes_e, reference.ml)
    bends = _bends(reference, parts)
    dwells = _dwells(reference, parts, still)
    happenings = heading_events(dwells, motion.jumps, finder, bends)
    slips = finder.found
    if slips:
        missed = [slip_jump(slip, slip.middle) for slip in slips]
        dwells = _dwells(reference, parts, still, slips)
        finder = SlipFinder(reference.axes_e, reference.ml, mended=slips)
        happenings = heading_events(dwells, [*motion.jumps, *missed], finder, bends)
    heading = smooth_heading(reference, sd, happenings, parameters, calibration.common_sd_dps)
    drift = heading.smooth(motion.window.start_s, motion.window.end_s)

    def measured(part: Motion) -> SegmentTurns:
        # Made anew when it is needed again: kept, those of an hour would fill the memory.
        turn = turns_of(reference, part, slips)
        return SegmentTurns(part.window.first, reference, turn, drift.at(part.t_s), part.gap)

    angles = [spine_angles(measured(part)) for part in parts]
    rings_deg, loose_deg = rings_of([a.columns for a in angles])
    frames: list[Frames] = []
    counted: list[Fused] = []
    for part, its, rings in zip(parts, angles, rings_deg, strict=True):
        seen = measured(part)
        fused = fuse(seen, its, axial_sd_deg(seen, its, rings, loose_deg), split)
        frames.append(fused.frames())
        counted.append(fused.since_moved(seen, heading.moved_deg(part.t_s)))
    reps = _repetitions(RepFinder(drill, split, motion.window.first), counted)
    return SmoothedDrill(joined_frames(frames), reps, drift, slips)


def turns_of(reference: Reference, motion: Motion, slips: Sequence[Slip]) -> FloatArray:
    """Turns (m, n, 4) of the segments since neutral, without what slips added to them."""
    turn = turns(reference, motion.q_es)
    for slip in slips:
        turn = mended(turn, motion.window.first, slip, slip.middle)
    return turn


def _bends(reference: Reference, parts: Sequence[Motion]) -> list[Bend]:
    finder = BendFinder(reference)
    found = (finder.update(p.window.first, p.q_es, p.gyr, p.gap) for p in parts)
    return [bend for some in found for bend in some]


def _dwells(
    reference: Reference,
    parts: Sequence[Motion],
    still: Sequence[npt.NDArray[np.bool_]],
    slips: Sequence[Slip] = (),
) -> list[Dwell]:
    finder = DwellFinder()
    found = (
        finder.update(part.window.first, rows, turns_of(reference, part, slips), part.speed_dps)
        for part, rows in zip(parts, still, strict=True)
    )
    return [dwell for some in found for dwell in some]


def _repetitions(finder: RepFinder, fused: Sequence[Fused]) -> list[Counted]:
    turn_deg, rate_dps = smooth_lowpass(np.concatenate([f.total_deg for f in fused]))
    first = fused[0].first
    for part in fused:
        rows = slice(part.first - first, part.first - first + len(part.gap))
        finder.update(turn_deg[rows], part.rows(rate_dps[rows]))
    finder.finish()
    return finder.counted


def smooth_heading(
    reference: Reference,
    rate_sd: FloatArray,
    happenings: Sequence[tuple[int, Happening]],
    parameters: HeadingParameters | None,
    common_sd_dps: float,
) -> HeadingFilter:
    """The heading filter after the whole drill, the person's scatter of neutral learnt first."""
    start_s = reference.neutral_s[1]
    learners = HeadingFilters(start_s, rate_sd, parameters, common_sd_dps)
    for happening in _learnt_from(happenings):
        take_in(learners, happening)
    best = learners.likeliest
    heading = HeadingFilter(start_s, rate_sd, best.parameters, common_sd_dps, remember=True)
    heading.start_from_scatter(best.scatter_deg2)
    holds = {hold.known for hold in best.passed_over}
    for _, happening in happenings:
        if isinstance(happening, Dwell) and happening.known in holds:
            heading.pass_over(happening)
        else:
            take_in(heading, happening)
    return heading


def _learnt_from(happenings: Sequence[tuple[int, Happening]]) -> list[Happening]:
    """What is enough to learn sensors and person from; all, if neutral got lost on the way."""
    all_of = [happening for _, happening in happenings]
    if any(isinstance(h, Jump) and h.sd_deg > UNSURE_DEG for h in all_of):
        return all_of
    dwells = [i for i, happening in enumerate(all_of) if isinstance(happening, Dwell)]
    return all_of[: dwells[LEARN_FROM]] if len(dwells) > LEARN_FROM else all_of
