"""How restlessly these sensors drift, learnt from the person's own returns to neutral.

Gyroscopes differ, and warm up differently each day. Several heading filters run side by side that
expect them more and less restless; what the one says under which the returns so far are likeliest
is taken, live as it stands, offline to smooth with.

After a sensor was silent for long, nobody knows where neutral is: the next stillness may be a
return or a hold at the end of range. Then each filter goes on twice, for the one and for the other,
until the stillnesses that follow have told which it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.heading import HeadingFilter, HeadingParameters
from fusion.quaternions import wrap_deg

if TYPE_CHECKING:
    from fusion.bends import Bend
    from fusion.dwells import Dwell
    from fusion.heading_estimate import HeadingEstimate
    from sensors.samples import FloatArray

RESTLESSNESS = (0.5, 1.25, 3.0)
"""What the filters expect, as factors of the random walks of the usual sensor."""

UNSURE_DEG = 5.0
"""Where neutral is known worse (SD), a hold may lie within the gate of a return."""

MOST_FORKS = 12
ALIKE_DEG = 3.0
"""Forks whose drifts differ by no more in any joint have found the same neutral."""

DECIDED, SURE = 8, 6.0
"""So many stays later only the likeliest fork goes on, if it is so much likelier (log) than any
other; twice as many later in any case."""


class HeadingFilters:
    """Heading filters of differing restlessness, the likeliest of which speaks.

    Parameters
    ----------
    t_s, rate_sd_dps
        As for :class:`fusion.heading.HeadingFilter`.
    parameters
        Figures of the model for the usual sensor.
    common_sd_dps
        As for :class:`fusion.heading.HeadingFilter`.
    """

    def __init__(
        self,
        t_s: float,
        rate_sd_dps: FloatArray,
        parameters: HeadingParameters | None = None,
        common_sd_dps: float = 0.0,
    ) -> None:
        usual = parameters or HeadingParameters()
        self._forks = [
            _Forks(HeadingFilter(t_s, rate_sd_dps, usual.restless(f), common_sd_dps))
            for f in RESTLESSNESS
        ]

    @property
    def likeliest(self) -> HeadingFilter:
        """The filter under which the returns so far are likeliest."""
        return self._speaking.best

    @property
    def _speaking(self) -> _Forks:
        return max(self._forks, key=lambda f: f.best.log_likelihood)

    @property
    def all(self) -> tuple[HeadingFilter, ...]:
        """The likeliest of each restlessness."""
        return tuple(f.best for f in self._forks)

    @property
    def rate_dps(self) -> FloatArray:
        """(n,) drift rate of each joint as known now."""
        return self.likeliest.rate_dps

    def observe(self, dwell: Dwell) -> None:
        """Take in a still dwell."""
        for each in self._forks:
            each.observe(dwell)

    def observe_bend(self, bend: Bend) -> None:
        """Take in a bend of the whole trunk."""
        for each in self._forks:
            for fork in each.filters:
                fork.observe_bend(bend)

    def disturb(self, t_s: float, sensor: int, sd_deg: float, by_deg: float = 0.0) -> None:
        """Tell that the heading of one sensor jumped, see :meth:`HeadingFilter.disturb`."""
        for each in self._forks:
            each.disturb(t_s, sensor, sd_deg, by_deg)

    def at(self, t_s: FloatArray) -> HeadingEstimate:
        """Drift predicted for times ``t_s`` (m,)."""
        return self._speaking.at(t_s)

    def moved_deg(self, t_s: FloatArray) -> FloatArray:
        """How far (m,) the person had turned as a whole by ``t_s``."""
        return self.likeliest.moved_deg(t_s)


class _Forks:
    """One filter, gone on with more than once where a stillness may be a return or a hold."""

    def __init__(self, first: HeadingFilter) -> None:
        self.filters = [first]
        self._since = 0

    @property
    def best(self) -> HeadingFilter:
        """The likeliest."""
        return max(self.filters, key=lambda f: f.log_likelihood)

    def observe(self, dwell: Dwell) -> None:
        """Take in a still dwell."""
        self._since += not dwell.stays
        for each in tuple(self.filters):
            if each.passes_over(dwell):
                each.pass_over(dwell)
                continue
            if not dwell.continues and each.spine_sd_deg(dwell.t_s) > UNSURE_DEG:
                if len(self.filters) == 1:
                    self._since = 0
                other = each.fork()
                other.pass_over(dwell)
                self.filters.append(other)
            each.observe(dwell)
        if len(self.filters) > 1:
            self.filters = self._kept(dwell.t_s)

    def disturb(self, t_s: float, sensor: int, sd_deg: float, by_deg: float) -> None:
        """Tell every fork that a heading jumped."""
        if sd_deg > UNSURE_DEG:
            self._since = 0
        for each in self.filters:
            each.disturb(t_s, sensor, sd_deg, by_deg)

    def _kept(self, t_s: float) -> list[HeadingFilter]:
        """The forks that go on: of those that found the same neutral, the likeliest."""
        kept: list[tuple[HeadingFilter, FloatArray | None]] = []
        for each in sorted(self.filters, key=lambda f: f.log_likelihood, reverse=True):
            sure = each.spine_sd_deg(t_s) < UNSURE_DEG
            found = each.at(np.array([t_s])).joint_deg[0] if sure else None
            if found is None or not any(_alike(found, other) for _, other in kept):
                kept.append((each, found))
        (best, found), *others = kept
        lead = best.log_likelihood - max((f.log_likelihood for f, _ in others), default=-np.inf)
        stays = DECIDED if lead > SURE else 2 * DECIDED
        if found is not None and self._since >= stays:
            return [best]
        return [each for each, _ in kept[:MOST_FORKS]]

    def at(self, t_s: FloatArray) -> HeadingEstimate:
        """Drift by the likeliest; what the others say otherwise is not known of it."""
        best = self.best
        found = best.at(t_s)
        if len(self.filters) == 1:
            return found
        weights = np.exp([f.log_likelihood - best.log_likelihood for f in self.filters])
        variance = np.zeros_like(found.variance_deg2)
        for part, each in zip(weights / weights.sum(), self.filters, strict=True):
            other = each.at(t_s)
            off = wrap_deg(other.joint_deg - found.joint_deg)
            variance += part * (other.variance_deg2 + off[:, :, None] * off[:, None, :])
        return replace(found, variance_deg2=variance)


def _alike(found_deg: FloatArray, other_deg: FloatArray | None) -> bool:
    return other_deg is not None and bool(
        np.abs(wrap_deg(found_deg - other_deg)).max() <= ALIKE_DEG
    )
