"""A person's own lumbar share: from a temporary third sensor, or from two passes with two.

Neither is narrower than it is worth: the skin's error is systematic, and from one day to another
the share itself varies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion.errors import CalibrationError
from fusion.setup import MIN_PERSONAL_SD, PersonalSplit
from fusion.shares import SENSOR_SD_DEG

if TYPE_CHECKING:
    from fusion.drills import SharePrior
    from sensors.samples import FloatArray

DAY_SD = 0.04
"""By how much a person's share differs between sessions: an assumption."""

MIN_REPS = 4
SAME_EFFORT = 0.10


def split_of_three(
    lumbar_deg: FloatArray, turned_deg: FloatArray, prior: SharePrior
) -> PersonalSplit:
    """The share that a drill with a temporary third sensor shows, pulled towards the prior.

    Parameters
    ----------
    lumbar_deg, turned_deg
        (n,) measured lumbar and thoracolumbar rotation at the peaks of the good repetitions.
    prior
        The drill's.

    Raises
    ------
    CalibrationError
        With too few repetitions.

    Notes
    -----
    σ = s·√(2(1 − λ + λ²))/τ for the independent axial errors s of the three sensors, which no
    number of repetitions averages out; then Bayes with the prior, then :data:`DAY_SD`.
    """
    if len(turned_deg) < MIN_REPS:
        raise CalibrationError(
            f"only {len(turned_deg)} good repetitions: do at least {MIN_REPS}, to both sides"
        )
    share = float(np.sum(lumbar_deg * turned_deg) / np.sum(turned_deg**2))
    rms_deg = float(np.sqrt(np.mean(turned_deg**2)))
    sd = SENSOR_SD_DEG * np.sqrt(2.0 * (1.0 - share + share**2)) / rms_deg
    weight, prior_weight = 1.0 / sd**2, 1.0 / prior.sd**2
    mean = (share * weight + prior.mean * prior_weight) / (weight + prior_weight)
    return _personal(mean, 1.0 / (weight + prior_weight))


def split_of_two_passes(
    turned_deg: FloatArray, thoracic_deg: FloatArray, again_deg: FloatArray
) -> PersonalSplit:
    """The share from two sensors: sacrum and upper back, then T12 and upper back, then as at first.

    Parameters
    ----------
    turned_deg, again_deg
        (n,), (k,) size of the thoracolumbar peaks in the first and in the last pass.
    thoracic_deg
        (m,) size of the peaks between T12 and upper back.

    Raises
    ------
    CalibrationError
        With too few repetitions, or where the person did not turn equally far in both passes.
    """
    passes = [np.abs(p) for p in (turned_deg, thoracic_deg, again_deg)]
    if min(len(passes[0]), len(passes[1])) < MIN_REPS or not len(passes[2]):
        raise CalibrationError(f"do at least {MIN_REPS} repetitions in each pass")
    first, thoracic, again = (float(np.mean(p)) for p in passes)
    if abs(again - first) > SAME_EFFORT * first:
        raise CalibrationError(
            f"you turned {first:.0f}° at first and {again:.0f}° at the end: the passes cannot be "
            "compared. Rest, then do all of them again, equally far"
        )
    whole = np.concatenate([passes[0], passes[2]])
    turned = float(np.mean(whole))
    share = 1.0 - thoracic / turned
    if not 0.0 < share < 1.0:
        raise CalibrationError(
            f"the part above T12 turned {thoracic:.0f}° of {turned:.0f}°, which leaves the low "
            "back nothing: look where the sensors sat, and do it again"
        )
    scatter = float(np.var(passes[1], ddof=1)) / len(passes[1])
    scatter += (1.0 - share) ** 2 * float(np.var(whole, ddof=1)) / len(whole)
    return _personal(share, scatter / turned**2)


def _personal(mean: float, variance: float) -> PersonalSplit:
    sd = float(np.sqrt(variance + DAY_SD**2))
    return PersonalSplit(float(np.clip(mean, 0.02, 0.98)), max(sd, MIN_PERSONAL_SD))
