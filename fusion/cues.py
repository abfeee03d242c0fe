"""Cues: what to do better, said only when two of the last three repetitions show it.

Every threshold is a heuristic; none is validated. What cannot be seen (neck, arms, shoulder blades,
breath) is not spoken of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fusion.reps import UNCERTAIN_SD_DEG
from fusion.results import Cue, Rep, SplitSource

if TYPE_CHECKING:
    from fusion.drills import Drill

LOW_BACK_PART = 0.40
SURE_SD = 0.84
"""A normal value lies above this many SD below its mean with a probability of 0.8."""

BOUNCE_DEG = 3.0
LAST = 3
NEEDED = 2

Rule = Callable[[Rep], bool]


def _pelvis(rep: Rep) -> float:
    """Pelvis rotation at the peak towards the side of the repetition (°)."""
    return rep.pelvis_deg if rep.total_deg > 0 else -rep.pelvis_deg


def _hips(degrees: float, share: float) -> Rule:
    return lambda r: _pelvis(r) > degrees and r.shares.pelvis.value > share


def _side_bend(degrees: float, part: float) -> Rule:
    def rule(rep: Rep) -> bool:
        lateral = abs(rep.metrics.lateral_at_peak_deg)
        return lateral > degrees and lateral > part * abs(rep.thoracolumbar_deg)

    return rule


def _arching(degrees: float, part: float = 0.0) -> Rule:
    def rule(rep: Rep) -> bool:
        extension = -rep.metrics.flexion_at_peak_deg
        return extension > degrees and extension > part * abs(rep.thoracolumbar_deg)

    return rule


def _low_back_led(rep: Rep) -> bool:
    """Whether the lumbar part of the spine's turn exceeds 0.40 with a probability above 0.8."""
    lumbar = rep.shares.lumbar
    spine = lumbar.value + rep.shares.thoracic.value
    sd = (lumbar.hi - lumbar.lo) / 3.92
    known = rep.split_source is not SplitSource.PRIOR and spine > 0.5
    return known and lumbar.value - LOW_BACK_PART * spine > SURE_SD * sd


RULES: tuple[tuple[str, str, Rule, Rule | None, bool | None], ...] = (
    (
        "hips_moved",
        "Your hips joined in: keep them still and turn from the chest.",
        _hips(6.0, 0.15),
        _hips(10.0, 0.25),
        None,
    ),
    (
        "hips_countered",
        "Your hips turned the other way: let them rest.",
        lambda r: _pelvis(r) < -5.0,
        None,
        None,
    ),
    (
        "pelvis_shift",
        "Your hips tipped: keep them level, over your knees.",
        lambda r: r.metrics.pelvis_shift_deg > 8.0,
        None,
        False,
    ),
    (
        "side_bend",
        "You bent to the side: grow tall, then turn.",
        _side_bend(8.0, 0.25),
        _side_bend(12.0, 0.40),
        None,
    ),
    (
        "arching",
        "You arched your back: keep your ribs down as you turn.",
        _arching(10.0, 0.30),
        _arching(15.0),
        None,
    ),
    (
        "slumping",
        "You rounded forward: sit tall again.",
        lambda r: r.metrics.flexion_at_peak_deg > 12.0,
        None,
        True,
    ),
    (
        "low_back_led",
        "Your low back did much of the turning: think of turning the breastbone.",
        _low_back_led,
        None,
        None,
    ),
    (
        "rushing",
        "Slower: about two seconds each way.",
        lambda r: r.peak_rate_dps > 90.0 or r.metrics.out_s < 0.8,
        None,
        None,
    ),
    (
        "bouncing",
        "Hold the end without bouncing.",
        lambda r: r.metrics.bounce_deg > BOUNCE_DEG,
        None,
        None,
    ),
)
"""Code, sentence, amber rule, red rule, for which posture (upright, not upright, ``None`` = both).

The most important first.
"""


def current_cue(reps: Sequence[Rep], drill: Drill, sd_deg: float) -> Cue | None:
    """The most important cue that the last repetitions call for, or ``None``.

    Parameters
    ----------
    reps
        Repetitions so far.
    drill
        Which drill: some cues mean something in one posture only.
    sd_deg
        Standard deviation of the thoracolumbar rotation now; nothing is said on uncertain angles.
    """
    last = reps[-LAST:]
    if sd_deg > UNCERTAIN_SD_DEG:
        return None
    for code, sentence, amber, red, upright in RULES:
        if upright not in (None, drill.upright):
            continue
        strong = red is not None and sum(map(red, last)) >= NEEDED
        if strong or sum(map(amber, last)) >= NEEDED:
            return Cue(code, sentence, "red" if strong else "amber")
    return None
