"""How restlessly these sensors drift, learnt from the person's own returns to neutral.

Gyroscopes differ, and warm up differently each day. Several heading filters run side by side that
expect them more and less restless; what the one says under which the returns so far are likeliest
is taken, live as it stands, offline to smooth with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.heading import HeadingEstimate, HeadingFilter, HeadingParameters

if TYPE_CHECKING:
    from fusion.dwells import Dwell
    from sensors.samples import FloatArray

RESTLESSNESS = (0.5, 1.25, 3.0)
"""What the filters expect, as factors of the random walks of the usual sensor."""


class HeadingFilters:
    """Heading filters of differing restlessness, the likeliest of which speaks.

    Parameters
    ----------
    t_s, rate_sd_dps
        As for :class:`fusion.heading.HeadingFilter`.
    parameters
        Figures of the model for the usual sensor.
    """

    def __init__(
        self, t_s: float, rate_sd_dps: FloatArray, parameters: HeadingParameters | None = None
    ) -> None:
        usual = parameters or HeadingParameters()
        self._filters = [HeadingFilter(t_s, rate_sd_dps, usual.restless(f)) for f in RESTLESSNESS]

    @property
    def likeliest(self) -> HeadingFilter:
        """The filter under which the returns so far are likeliest."""
        return max(self._filters, key=lambda f: f.log_likelihood)

    @property
    def rate_dps(self) -> FloatArray:
        """(n,) drift rate of each joint as known now."""
        return self.likeliest.rate_dps

    def observe(self, dwell: Dwell) -> None:
        """Take in a still dwell."""
        for each in self._filters:
            each.observe(dwell)

    def disturb(self, t_s: float, sensor: int, sd_deg: float, by_deg: float = 0.0) -> None:
        """Tell that the heading of one sensor jumped, see :meth:`HeadingFilter.disturb`."""
        for each in self._filters:
            each.disturb(t_s, sensor, sd_deg, by_deg)

    def at(self, t_s: FloatArray) -> HeadingEstimate:
        """Drift predicted for times ``t_s`` (m,)."""
        return self.likeliest.at(t_s)

    def moved_deg(self, t_s: FloatArray) -> FloatArray:
        """How far (m,) the person had turned as a whole by ``t_s``."""
        return self.likeliest.moved_deg(t_s)
