"""Time for devices that send none: samples are counted, and the count is a clock.

Counting ``n`` samples of nominal period ``T``, device time is ``n·T``; how fast that runs against
the host and where it stands is found on the early envelope, as for any clock. What is lost on the
way makes the count stand still: from then on *everything* arrives later, by a whole number of
periods, and never catches up. A link that was merely stalled does catch up. So a delay that stays
is a loss, and one that goes is not.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from sensors.clock import DeviceClock

MAX_RATE: Final = 0.02
"""MEMS oscillators are off by up to some percent; of what is sold, none by more than this."""

RATE_SD: Final = 0.006
"""How much they differ, before anything is known of one."""

LEARN_S: Final = 8.0
"""Before so much is known of the rate, a slow device cannot be told from one that loses: what is
lost in the first seconds may stay unnoticed."""

WATCH_S: Final = 3.0
"""A delay that lasts this long has come to stay."""

SILENT_S: Final = 1.5
"""After such a silence nothing is left in any queue: what did not come is lost."""

MIN_LOST: Final = 1.5
"""Periods of delay below which nothing is missing; jitter of a good link is less."""

_PARTS: Final = 4
_STEADY: Final = 0.5
"""A delay that varies by more than this part of itself is a beat of the connection interval with
the sensor's packets, not a loss."""


class CountClock:
    """Host times of counted samples.

    Parameters
    ----------
    period_s
        Nominal time between samples.
    """

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._clock = DeviceClock(max_rate=MAX_RATE, rate_sd=RATE_SD)
        self._count = 0
        self._delays: deque[tuple[float, float]] = deque()
        self._last_arrival_s: float | None = None

    @property
    def fit(self) -> DeviceClock:
        """The clock under it, for its rate and its standard deviation."""
        return self._clock

    def observe(self, samples: int, arrival_s: float) -> tuple[float, float, int]:
        """Take in that ``samples`` more had arrived at ``arrival_s``.

        Returns
        -------
        host_s
            Host monotonic seconds of the last of them.
        period_s
            Between them, on the host's clock.
        missing
            Samples found to be missing before them.
        """
        missing = self._missing(samples, arrival_s)
        self._count += missing + samples
        device_s = self._count * self._period_s
        host_s, rate = self._clock.observe(device_s, arrival_s)
        self._delays.append((arrival_s, self._clock.delay_s(device_s, arrival_s)))
        self._last_arrival_s = arrival_s
        return host_s, rate * self._period_s, missing

    def _missing(self, samples: int, arrival_s: float) -> int:
        """How many samples the count has fallen behind by, if it is certain that it has."""
        if self._last_arrival_s is None:
            return 0
        real_period_s = self._period_s / (1.0 + 1e-6 * self._clock.rate_ppm)
        silent_s = arrival_s - self._last_arrival_s
        if silent_s > SILENT_S:
            self._delays.clear()
            return max(round(silent_s / real_period_s) - samples, 0)
        while self._delays and self._delays[0][0] < arrival_s - WATCH_S:
            self._delays.popleft()
        if self._clock.observed_s < LEARN_S:
            return 0
        behind = self._lasting_delay_s() / real_period_s
        if behind < MIN_LOST:
            return 0
        self._delays.clear()
        return round(behind)

    def _lasting_delay_s(self) -> float:
        """The delay that all packets of the last seconds had; 0 if there is none or it varies."""
        if not self._delays or self._delays[-1][0] - self._delays[0][0] < 0.9 * WATCH_S:
            return 0.0
        if self._delays[-1][1] < MIN_LOST * self._period_s / (1.0 + MAX_RATE):
            return 0.0  # the usual case, told at once
        parts = [math.inf] * _PARTS
        start_s = self._delays[0][0]
        for at_s, delay_s in self._delays:
            part = min(int((at_s - start_s) / WATCH_S * _PARTS), _PARTS - 1)
            parts[part] = min(parts[part], delay_s)
        lasting = min(parts)
        most = max(part for part in parts if part < math.inf)
        return lasting if most - lasting < _STEADY * lasting else 0.0
