"""One drill after the fact: the same model, smoothed over the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion.drill_run import Jump, Motion, heading_events, rate_sd_dps, take_in
from fusion.dwells import Dwell, DwellFinder, StillnessFilter
from fusion.fused import Fused, fuse
from fusion.grid import GRID_HZ
from fusion.heading import HeadingFilter, HeadingParameters
from fusion.lowpass import smooth_lowpass
from fusion.reps import Counted, RepFinder
from fusion.spine import Reference, heading_deg, tilt_deg, turns
from fusion.split import make_split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.calibration import Calibration
    from fusion.drills import Drill
    from fusion.setup import Setup


def smooth_drill(
    drill: Drill,
    setup: Setup,
    calibration: Calibration,
    reference: Reference,
    motion: Motion,
    parameters: HeadingParameters | None = None,
) -> tuple[Fused, list[Counted], HeadingFilter]:
    """Frames, repetitions and heading drift of one whole drill.

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
    dwells = DwellFinder().update(
        motion.window.first, still, heading_deg(turn), tilt_deg(turn).max(axis=1)
    )
    t_s = np.arange(motion.window.first, motion.window.end) / GRID_HZ
    heading = smooth_heading(reference, sd, dwells, motion.jumps, parameters)
    fused = fuse(motion.window.first, reference, split, turn, heading.smooth(t_s), motion.gap)
    turn_deg, rate_dps = smooth_lowpass(fused.total_deg)
    finder = RepFinder(drill, split, motion.window.first)
    finder.update(turn_deg, fused.rows(rate_dps), last=True)
    return fused, finder.counted, heading


def smooth_heading(
    reference: Reference,
    rate_sd: np.ndarray[tuple[int], np.dtype[np.float64]],
    dwells: Sequence[Dwell],
    missed: Sequence[Jump],
    parameters: HeadingParameters | None,
) -> HeadingFilter:
    """The heading filter after the whole drill, the person's scatter of neutral learnt first."""
    start_s = reference.neutral_s[1]
    learner = HeadingFilter(start_s, rate_sd, parameters)
    heading = HeadingFilter(start_s, rate_sd, parameters, remember=True)
    for _, happening in heading_events(dwells, missed):
        take_in(learner, happening)
    heading.start_from_scatter(learner.miss_sd_deg)
    for _, happening in heading_events(dwells, missed):
        take_in(heading, happening)
    return heading
