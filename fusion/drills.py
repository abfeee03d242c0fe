"""What distinguishes the two drills, and the figures that follow from it.

The prior of the lumbar share λ = (S1→T12)/(S1→upper sensor) is a composite of bone-pin, imaging and
model data with an assumed scatter between people (SD 0.07); a sensor at T3–T4 sees less thoracic
motion below it, so its lumbar share is larger. No published share is known for all fours: it is
the upright one, widened.
"""

from __future__ import annotations

from dataclasses import dataclass

from sensors.samples import Activity

DRILLS = (Activity.SEATED, Activity.QUADRUPED)


@dataclass(frozen=True, slots=True)
class SharePrior:
    """Mean and standard deviation of the lumbar share of the thoracolumbar rotation."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Drill:
    """One of the drills.

    Attributes
    ----------
    activity
        Its name in events and files.
    one_side_per_set
        All fours: one side after the other. Seated: right and left in turn.
    upright
        Whether the spine line is near the vertical.
    high_prior, low_prior
        Lumbar share with the upper sensor at T1–T2 and at T3–T4.
    """

    activity: Activity
    one_side_per_set: bool
    upright: bool
    high_prior: SharePrior
    low_prior: SharePrior

    def prior(self, upper_back_level: str) -> SharePrior:
        """Lumbar share to expect with the upper sensor at ``upper_back_level``."""
        return self.high_prior if upper_back_level in ("T1", "T2") else self.low_prior


SEATED = Drill(Activity.SEATED, False, True, SharePrior(0.22, 0.08), SharePrior(0.28, 0.09))
QUADRUPED = Drill(Activity.QUADRUPED, True, False, SharePrior(0.21, 0.09), SharePrior(0.27, 0.10))


def drill_of(activity: Activity) -> Drill:
    """The drill that an activity is.

    Raises
    ------
    KeyError
        If it is none.
    """
    return {SEATED.activity: SEATED, QUADRUPED.activity: QUADRUPED}[activity]
