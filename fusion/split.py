"""The lumbar share of the thoracolumbar rotation: measured, personal or prior.

Two sensors see the pelvis and the sum of lumbar and thoracic rotation. No session of two sensors
can say how the sum splits, so with two sensors the share is this person's calibrated one or that of
the literature, with its interval, and nothing in the session moves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Flag, SplitSource
from sensors.samples import FloatArray, Placement

if TYPE_CHECKING:
    from fusion.drills import Drill
    from fusion.setup import Setup


PARTS = (np.arange(48) + 0.5) / 48
"""Middles of equally likely parts of a distribution."""

SWAY_DEG = 0.2
"""By how much (SD) the joints of a spine at rest sway and come back otherwise than their share."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where the lumbar share comes from; ``mean`` and ``sd`` are those of the estimate."""

    source: SplitSource
    mean: float
    sd: float

    def lumbar_deg(
        self, thoracolumbar_deg: FloatArray, sd_deg: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lumbar rotation of a two-sensor session, its SD and that of the thoracic rest (m,)."""
        of_share = (self.sd * thoracolumbar_deg) ** 2 + SWAY_DEG**2
        lumbar_sd = np.sqrt(of_share + (self.mean * sd_deg) ** 2)
        thoracic_sd = np.sqrt(of_share + ((1.0 - self.mean) * sd_deg) ** 2)
        return self.mean * thoracolumbar_deg, lumbar_sd, thoracic_sd

    @property
    def beta(self) -> tuple[float, float]:
        """Parameters a, b of the Beta distribution with this mean and standard deviation."""
        n = self.mean * (1.0 - self.mean) / self.sd**2 - 1.0
        return self.mean * n, (1.0 - self.mean) * n

    @property
    def likely(self) -> FloatArray:
        """Lumbar shares (48,) that are equally likely by the Beta of this mean and deviation."""
        return _likely(*self.beta)


@cache
def _likely(a: float, b: float) -> FloatArray:
    # It takes half a second to import, which sessions of three sensors need not pay.
    from scipy.special import betaincinv

    return np.asarray(betaincinv(a, b, PARTS))


def split_flags(setup: Setup) -> list[Flag]:
    """What has to be said of where the lumbar share comes from."""
    own = setup.personal_split
    if own is None or not own.expired or Placement.THORACOLUMBAR in setup.placements:
        return []
    words = (
        f"Your own lumbar share was measured {own.age_days:.0f} days ago and is not used any more: "
        "the typical one is, with its wider interval. Measure it again with a third sensor."
    )
    return [Flag("personal_split_old", words)]


def make_split(setup: Setup, drill: Drill) -> Split:
    """The split that a session can claim.

    With three sensors ``mean`` and ``sd`` are the prior that regularises shares of small turns.
    """
    prior = drill.prior(setup.upper_back_level)
    if Placement.THORACOLUMBAR in setup.placements:
        return Split(SplitSource.MEASURED, prior.mean, prior.sd)
    own = setup.personal_split
    if own is not None and not own.expired:
        split = Split(SplitSource.PERSONAL, own.mean, own.sd)
    else:
        split = Split(SplitSource.PRIOR, prior.mean, prior.sd)
    # Now, or the first repetition of a live drill would wait for it.
    _likely(*split.beta)
    return split
