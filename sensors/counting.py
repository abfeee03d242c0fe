"""Time for devices that send none: samples are counted, and the count is a clock.

Counting ``n`` samples of nominal period ``T``, device time is ``n·T``; how fast that runs against
the host and where it stands is found on the early envelope, as for any clock. What is lost on the
way makes the count stand still: from then on *everything* arrives later, by a whole number of
periods, and never catches up. A link that was merely stalled does catch up. So a delay that stays
is a loss, and one that goes is not.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from typing import TYPE_CHECKING, Final

from sensors.clock import DeviceClock

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_RATE: Final = 0.02
"""MEMS oscillators are off by up to some percent; of what is sold, none by more than this."""

RATE_SD: Final = 0.006
"""How much they differ, before anything is known of one."""

LEARN_S: Final = 4.0
"""Before so much is known of the rate, a slow device cannot be told from one that loses; and what
is usual has to be seen for some seconds more. What is lost meanwhile may stay unnoticed."""

WATCH_S: Final = 0.5
"""A delay that lasts this long has come to stay: a stalled link has caught up by then, or is still
catching up."""

SILENT_S: Final = 1.5
"""After such a silence nothing is left in any queue: what did not come is lost."""

_AHEAD_S: Final = 0.2
_CATCHES_UP_S: Final = 5.0
_USUAL_S: Final = 60.0
_USUAL_ENOUGH: Final = 14
_CERTAIN: Final = 0.6
"""Part of a packet's length by which the shortest delay must exceed all that is usual."""

_SURELY: Final = 0.9 * _CERTAIN
"""The same, whatever the packet's length really is."""

_EVEN: Final = 0.1
_LEAP: Final = 0.08
"""Parts of a packet's length. Where the connection interval is in step with the packets, delays
creep from nothing to a whole interval and leap back, which looks like a loss: until that has been
seen once they must exceed a whole packet, too. A sensor that leaps less often than the memory
lasts cannot be told from one that loses a packet as often; it is then counted as losing them."""

_FALLING: Final = 0.25
"""Part of a packet's length by which delays fall while a link catches up."""

_FEWEST: Final = 5
_NEVER: Final = (math.inf, math.inf)


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
        self._usual: deque[float] = deque(maxlen=round(_USUAL_S / WATCH_S))
        self._noted_s = -math.inf
        self._leapt = False
        self._heard_s = -math.inf
        self._heard_offset_s = 0.0
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
        self._check_silence(arrival_s - device_s, arrival_s)
        host_s, rate = self._clock.observe(device_s, arrival_s)
        self._delays.append((arrival_s, self._clock.delay_s))
        self._last_arrival_s = arrival_s
        return host_s, rate * self._period_s, missing

    def observe_all(
        self, sizes: Sequence[int], arrivals_s: Sequence[float], origin_s: float
    ) -> tuple[list[float], list[float]]:
        """Take in several packets of ``sizes`` samples as :meth:`observe` would, only quicker.

        Returns
        -------
        list, list
            For each its time in seconds after ``origin_s``, and the time between its samples.
        """
        ends_s, steps_s = [], []
        clock, delays, period_s = self._clock, self._delays, self._period_s
        for samples, arrival_s in zip(sizes, arrivals_s, strict=True):
            before_s, delay_s = delays[-1] if delays else _NEVER
            if (  # nothing can be missing: all is in time, and it is not time to look closer
                delay_s < _SURELY * samples * period_s
                and before_s - self._noted_s < WATCH_S
                and arrival_s - before_s <= SILENT_S
                and arrival_s - self._heard_s >= _CATCHES_UP_S
            ):
                self._count += samples
                host_s, rate = clock.observe(self._count * period_s, arrival_s)
                delays.append((arrival_s, clock.delay_s))
                self._last_arrival_s = arrival_s
                step_s = rate * period_s
            else:
                host_s, step_s, _ = self.observe(samples, arrival_s)
            ends_s.append(host_s - origin_s)
            steps_s.append(step_s)
        return ends_s, steps_s

    def _check_silence(self, offset_s: float, arrival_s: float) -> None:
        """Begin anew where what was given up after a silence comes after all, in one go.

        The count is ahead then. Whoever lets time only run forwards leaves out what is late: it was
        counted as lost already.
        """
        if self._last_arrival_s is None:
            return
        if arrival_s - self._last_arrival_s > SILENT_S:
            self._heard_s, self._heard_offset_s = arrival_s, offset_s
        elif arrival_s - self._heard_s < _CATCHES_UP_S and (
            offset_s < self._heard_offset_s - _AHEAD_S
        ):
            self._clock.restart()
            self._heard_offset_s = offset_s

    def _missing(self, samples: int, arrival_s: float) -> int:
        """How many samples the count has fallen behind by, if it is certain that it has."""
        if self._last_arrival_s is None:
            return 0
        real_period_s = self._period_s / (1.0 + 1e-6 * self._clock.rate_ppm)
        silent_s = arrival_s - self._last_arrival_s
        if silent_s > SILENT_S:
            self._delays.clear()
            return max(round(silent_s / real_period_s) - samples, 0)
        packets = self._packets_behind(samples * real_period_s)
        if packets:
            self._delays.clear()
        return packets * samples

    def _packets_behind(self, packet_s: float) -> int:
        """How many packets' worth of delay has come to stay."""
        delays = self._delays
        if not delays:
            return 0
        now_s, delay_s = delays[-1]
        if delay_s < _CERTAIN * packet_s and now_s - self._noted_s < WATCH_S:
            return 0
        while delays and delays[0][0] < now_s - WATCH_S:
            delays.popleft()
        if len(delays) < _FEWEST or now_s - delays[0][0] < 0.9 * WATCH_S:
            return 0
        if self._clock.observed_s < LEARN_S:
            return 0
        if now_s - self._noted_s >= WATCH_S:
            self._noted_s = now_s
            self._note(min(delay_s for _, delay_s in delays), packet_s)
        if delay_s < _CERTAIN * packet_s or len(self._usual) < _USUAL_ENOUGH:
            return 0
        waits = [delay_s for _, delay_s in delays]
        first_s, second_s = min(waits[: len(waits) // 2]), min(waits[len(waits) // 2 :])
        usual = sorted(self._usual)
        most_s = usual[int(0.9 * (len(usual) - 1))]
        if not self._leapt and _in_step(delays, packet_s):
            most_s = max(most_s, packet_s)
        unusual = min(first_s, second_s) >= most_s + _CERTAIN * packet_s
        if not unusual or first_s - second_s > _FALLING * packet_s:
            return 0
        return max(round((second_s - usual[len(usual) // 2]) / packet_s), 1)

    def _note(self, shortest_s: float, packet_s: float) -> None:
        """Take in the shortest delay of half a second."""
        if self._usual and shortest_s - self._usual[-1] > _LEAP * packet_s:
            self._leapt = True
        self._usual.append(shortest_s)


def _in_step(delays: Sequence[tuple[float, float]], packet_s: float) -> bool:
    """Whether the packets of half a second came as evenly as they were sent."""
    steps = sorted(b - a for (a, _), (b, _) in itertools.pairwise(delays))
    inner = steps[len(steps) // 10 : len(steps) - len(steps) // 10]
    return inner[-1] - inner[0] < _EVEN * packet_s
