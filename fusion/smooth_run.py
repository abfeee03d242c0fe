"""One drill after the fact: the same model, smoothed over the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.bends import BendFinder
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
from fusion.grid import GRID_HZ
from fusion.heading import HeadingEstimate, HeadingFilter, HeadingParameters
from fusion.lowpass import smooth_lowpass
from fusion.reps import Counted, RepFinder
from fusion.restlessness import UNSURE_DEG, HeadingFilters
from fusion.slips import Slip, SlipFinder, mended
from fusion.spine import Reference, turns
from fusion.split import make_split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.calibration import Calibration
    from fusion.drills import Drill
    from fusion.setup import Setup
    from sensors.samples import FloatArray

LEARN_FROM = 150
"""So many dwells (ten minutes of a drill) tell sensors and person; more would only take time."""


@dataclass(frozen=True, slots=True)
class SmoothedDrill:
    """Turns (m, n, 4), frames (both bridged), repetitions, heading drift and slips of one drill."""

    turn: FloatArray
    fused: Fused
    counted: list[Counted]
    drift: HeadingEstimate
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
    turn = turns(reference, motion.q_es)
    sd = rate_sd_dps(calibration, reference)
    still = StillnessFilter(reference.axes_s, sd).update(motion.gyr) & ~motion.gap
    finder = SlipFinder(reference.axes_e, reference.ml)
    bends = BendFinder(reference).update(motion.window.first, motion.q_es, motion.gyr, motion.gap)
    happenings = heading_events(_dwells(motion, still, turn), motion.jumps, finder, bends)
    slips = finder.found
    if slips:
        for slip in slips:
            turn = mended(turn, slip, slip.middle - motion.window.first)
        missed = [slip_jump(slip, slip.middle) for slip in slips]
        again = _dwells(motion, still, turn)
        everything = [*motion.jumps, *missed]
        finder = SlipFinder(reference.axes_e, reference.ml, mended=slips)
        happenings = heading_events(again, everything, finder, bends)
    heading = smooth_heading(reference, sd, happenings, parameters, calibration.common_sd_dps)
    t_s = np.arange(motion.window.first, motion.window.end) / GRID_HZ
    drift = heading.smooth(t_s)
    fused = fuse(motion.window.first, reference, split, turn, drift, motion.gap)
    counted = fused.since_moved(reference, turn, drift, heading.moved_deg(t_s))
    turn_deg, rate_dps = smooth_lowpass(counted.total_deg)
    reps = RepFinder(drill, split, motion.window.first)
    reps.update(turn_deg, counted.rows(rate_dps), last=True)
    return SmoothedDrill(turn, fused, reps.counted, drift, slips)


def _dwells(motion: Motion, still: npt.NDArray[np.bool_], turn: FloatArray) -> list[Dwell]:
    return DwellFinder().update(motion.window.first, still, turn, motion.speed_dps)


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
