"""Device ticks to host time: unwrap, reboots, rate and offset, gaps.

A packet arrives some unknown time after its last sample, never before it. Plotted over device time
``d``, arrival minus device time ``r = a − d`` therefore has a hard floor, the line of the two
clocks, and everything above it is radio. The floor is found as the supporting line of the lower
convex hull of ``(d, r)`` over the last 90 s that lies closest under all points: the linear
programme of Moon, Skelly & Towsley, "Estimation and removal of clock skew from network delay
measurements" (INFOCOM 1999), here on the minimum of every second, with the slope bounded and drawn
towards what was known before while the window is still short.

The time given out never steps: the difference between the last time given and a new line is
worked off by bending the rate, by at most 2 % and normally below 0.1 %. Only a time well after its
own arrival, as where the first packets of all were held back, cannot wait for that: it nearly
stands still until it is none any more. What every packet waited at
least (a firmware's queue, the filter of the sensor) cannot be seen from arrivals and stays in.

Where a device answers what time it is, the other side is known as well: it cannot have heard the
question before it was asked, so the quickest questions lie under the truth as the quickest packets
lie above it. Packets may be in step with the radio and all wait alike; questions are not, so their
shortest wait is about as long as the steps between the shortest ones, and what is left of the
distance is what every packet waits.

Causal and deterministic: the same observations give the same times, live and from a recording.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray

Point: TypeAlias = tuple[float, float]
Edge: TypeAlias = tuple[Point, Point]

_X = itemgetter(0)

WINDOW_S = 90.0
EARLY_MAX_S = 1.0
"""A device this much ahead of its clock has rebooted: nothing arrives before it was measured."""

LATE_MAX_S = 10.0
"""A packet this late was not held back by a stalled link (2 to 6 s) but is of another boot."""

GAP_PERIODS = 1.5
"""A step of more than this many sampling periods is a gap."""

_NEAR_S = 1.0
_BIN_S = 1.0
_PRIOR_RATE_SD = 50e-6
_PRIOR_DELAY_S = 0.020
_DELAY_MEMORY = 200
_ASKED_ENOUGH = 16
_ASKED_S = 150.0
_SHORTEST = 4
_SETTLED_BINS = 5
_RESOLUTION_S = 0.0005
_AHEAD_MAX_S = 0.03
_BRAKE = 0.9
"""A time may lie so much after its arrival; beyond it, this part of every step is taken back."""

_SLEW_TIME_S = 2.0
_SLEW_MIN = 0.001
_SLEW_MAX = 0.020


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that are missing between two that are there, all on the session clock (s)."""

    start_s: float
    end_s: float
    missing: int


def missing_samples(step_s: float, period_s: float) -> int:
    """Return how many samples are missing in a step between two neighbours."""
    return round(step_s / period_s) - 1 if step_s > GAP_PERIODS * period_s else 0


def find_gaps(t_s: FloatArray, period_s: float) -> tuple[Gap, ...]:
    """Return the gaps in strictly increasing times ``t_s`` (n,) of nominal ``period_s``."""
    where = np.flatnonzero(np.diff(t_s) > GAP_PERIODS * period_s)
    return tuple(
        Gap(start, end, missing_samples(end - start, period_s))
        for start, end in zip(t_s[where].tolist(), t_s[where + 1].tolist(), strict=True)
    )


def _middle(points: Sequence[Point]) -> float:
    return math.fsum(map(_X, points)) / len(points)


def _slope_of(edge: Edge) -> float:
    (x0, y0), (x1, y1) = edge
    return (y1 - y0) / (x1 - x0)


def _edge_under(hull: list[Point], middle: float) -> Edge | None:
    """Return the edge of a lower hull under ``middle``; ``None`` for a single point."""
    for start, end in itertools.pairwise(hull):
        if end[0] >= middle:
            return start, end
    return None


def _lower_hull(points: Sequence[Point]) -> list[Point]:
    hull: list[Point] = []
    for point in points:
        _extend(hull, point)
    return hull


def _extend(hull: list[Point], point: Point) -> None:
    """Take a point after all others into the lower hull."""
    x, y = point
    while len(hull) > 1:
        (x0, y0), (x1, y1) = hull[-2], hull[-1]
        if (y1 - y0) * (x - x0) < (y - y0) * (x1 - x0):
            break
        hull.pop()
    hull.append(point)


def worked_off(behind_s: float, step_s: float) -> float:
    """Return what is left of ``behind_s`` once time has been bent for ``step_s``."""
    away_s = behind_s if behind_s > 0.0 else -behind_s
    limit = away_s / _SLEW_TIME_S
    if limit < _SLEW_MIN:
        limit = _SLEW_MIN
    elif limit > _SLEW_MAX:
        limit = _SLEW_MAX
    left_s = away_s - limit * step_s
    if left_s <= 0.0:
        return 0.0
    return left_s if behind_s > 0.0 else -left_s


class DeviceClock:
    """One device's clock against the host's monotonic clock.

    Parameters
    ----------
    tick_s
        Length of a device tick in seconds.
    bits
        Width of the device's counter.
    max_rate
        Largest believable ``|rate − 1|``: 300 ppm for crystals, some % for RC oscillators.
    rate_sd
        Standard deviation of ``rate − 1`` from device to device.
    """

    def __init__(
        self,
        tick_s: float = 1e-6,
        bits: int = 32,
        max_rate: float = 300e-6,
        rate_sd: float = _PRIOR_RATE_SD,
    ) -> None:
        self._tick_s = tick_s
        self._wrap = 1 << bits
        self._ticks = 0
        self._max_rate = max_rate
        self._rate_sd = rate_sd
        self._slope = 0.0
        self._usual_slope = 0.0
        self.epochs = 0
        self.brakes = True
        """Whether time that runs ahead of the arrivals is held back; else it is bent slowly."""
        self.restart()

    def restart(self) -> None:
        """Forget the time base, not the rate: the next observation begins a new epoch."""
        self._bins: deque[Point] = deque(maxlen=round(WINDOW_S / _BIN_S))
        self.delay_s = 0.0
        """How much later than the quickest packets the last one arrived (s)."""
        self._lowest: Point = (0.0, math.inf)
        self._bin_end_s = self._steady_until_s = -math.inf
        self._hull: list[Point] = []
        self._edge: Edge | None = None
        self._line_at_s = self._line_s = 0.0
        self._behind_s = 0.0
        self._last_device_s = self._last_host_s = -math.inf
        self._delays = 1
        self._mean_delay_s = _PRIOR_DELAY_S
        self._scatter_s: float | None = None
        self._asked: deque[Point] = deque()
        self._constant_s = 0.0
        self._constant_sd_s = 0.0

    @property
    def rate_ppm(self) -> float:
        """How much faster than the host's clock the device's runs, in parts per million."""
        return -self._slope * 1e6

    @property
    def sd_s(self) -> float:
        """One standard deviation of the times given out now, without the constant delay (s)."""
        scatter = self._mean_delay_s if self._scatter_s is None else self._scatter_s
        return math.hypot(self._behind_s, scatter, self._constant_sd_s, _RESOLUTION_S)

    @property
    def behind_s(self) -> float:
        """By how much the times given out now are still to be bent back (s)."""
        return self._behind_s

    @property
    def constant_delay_s(self) -> float:
        """What every packet waits, as far as questions have shown it (s)."""
        return self._constant_s

    def exchange(self, asked_s: float, device_s: float) -> None:
        """Take in that the device's clock stood at ``device_s`` when it heard a question.

        Parameters
        ----------
        asked_s
            Host monotonic seconds just before the question was sent.
        device_s
            Device time, unwrapped.
        """
        if self._last_device_s == -math.inf:
            return
        self._asked.append((device_s, asked_s - device_s))
        while self._asked[-1][0] - self._asked[0][0] > _ASKED_S:
            self._asked.popleft()
        if len(self._asked) < _ASKED_ENOUGH:
            return
        below = sorted(self._floor(at_s) - offset_s for at_s, offset_s in self._asked)
        step_s = (below[_SHORTEST] - below[0]) / _SHORTEST
        before_s, self._constant_s = self._constant_s, max(below[0] - step_s, 0.0)
        self._constant_sd_s = step_s
        self._behind_s += self._constant_s - before_s

    @property
    def observed_s(self) -> float:
        """How much device time the line is drawn from (s)."""
        return self._bins[-1][0] - self._bins[0][0] if self._bins else 0.0

    def delay_of(self, device_s: float, arrival_s: float) -> float:
        """How much later than the quickest packets ``device_s`` arrives (s)."""
        return arrival_s - device_s - self._floor(device_s)

    def unwrap(self, ticks: int, arrival_s: float) -> float | None:
        """Return the device time of a wrapped counter value that just arrived.

        Parameters
        ----------
        ticks
            The counter, modulo its width.
        arrival_s
            Host monotonic seconds of arrival.

        Returns
        -------
        float or None
            Seconds of the device clock in this epoch; ``None`` if no number of wraps brings it
            near the host's elapsed time: the device has rebooted, call :meth:`restart`.
        """
        if self._last_device_s == -math.inf:
            self._ticks = ticks
            return ticks * self._tick_s
        after = self._ticks + (ticks - self._ticks) % self._wrap
        device_s = after * self._tick_s
        if abs(arrival_s - device_s - self._floor(device_s)) < _NEAR_S:
            self._ticks = after  # the usual case: a little after the last
            return device_s
        return self._unwrap_anew(ticks, arrival_s)

    def _unwrap_anew(self, ticks: int, arrival_s: float) -> float | None:
        expected = round(self._expected(arrival_s) / self._tick_s)
        ahead = (ticks - expected + self._wrap // 2) % self._wrap - self._wrap // 2
        if not -LATE_MAX_S <= ahead * self._tick_s <= EARLY_MAX_S:
            return None
        self._ticks = expected + ahead
        return self._ticks * self._tick_s

    def is_new(self, device_s: float) -> bool:
        """Whether ``device_s`` is after everything observed in this epoch."""
        return device_s > self._last_device_s

    def follow(self, ticks: int, span_s: float, arrival_s: float) -> tuple[float, float] | None:
        """Take in the usual packet: of this epoch, in its time, all of it after all before.

        Parameters
        ----------
        ticks
            The counter at its first sample, modulo its width.
        span_s
            Device time from its first sample to its last.
        arrival_s
            Host monotonic seconds of its arrival.

        Returns
        -------
        tuple or None
            As :meth:`observe`; ``None`` if it is no usual packet, and then nothing was taken in.
        """
        after = self._ticks + (ticks - self._ticks) % self._wrap
        first_s = after * self._tick_s
        if not -math.inf < self._last_device_s < first_s:
            return None
        floor_s = self._line_s + self._slope * (first_s - self._line_at_s)
        if not -_NEAR_S < arrival_s - first_s - floor_s < _NEAR_S:
            return None
        self._ticks = after
        return self.observe(first_s + span_s, arrival_s)

    def follow_all(
        self, ticks: Sequence[int], arrivals_s: Sequence[float], origin_s: float
    ) -> list[float]:
        """Take in usual packets of one sample each as :meth:`follow` would, only quicker.

        Returns
        -------
        list
            Seconds after ``origin_s`` of as many as are usual; the others were not taken in.
        """
        found: list[float] = []
        arrived = zip(ticks, arrivals_s, strict=True)
        while True:
            at, last_s, host_s = self._ticks, self._last_device_s, self._last_host_s
            line_at_s, line_s, slope = self._line_at_s, self._line_s, self._slope
            behind_s, lowest_s, constant_s = self._behind_s, self._lowest[1], self._constant_s
            # Until then the line stays, and nothing has to be braked.
            until_s = self._steady_until_s if behind_s <= _AHEAD_MAX_S else -math.inf
            tick_s, turns = self._tick_s, at - at % self._wrap
            unusual = None
            for tick, arrival_s in arrived:
                after = turns + tick  # after a wrap, time seems to run backwards
                device_s = after * tick_s
                offset_s = arrival_s - device_s
                floor_s = line_s + slope * (device_s - line_at_s)
                if not (last_s < device_s < until_s and 0.0 <= offset_s - floor_s < _NEAR_S):
                    unusual = tick
                    break
                if offset_s < lowest_s:
                    self._lowest, lowest_s = (device_s, offset_s), offset_s
                if behind_s:
                    behind_s = worked_off(behind_s, device_s - last_s)
                at, last_s, host_s = after, device_s, device_s + floor_s - constant_s + behind_s
                found.append(host_s - origin_s)
            self._ticks, self._last_device_s, self._last_host_s = at, last_s, host_s
            self._behind_s = behind_s
            if unusual is None or self.follow(unusual, 0.0, arrival_s) is None:
                return found
            found.append(self._last_host_s - origin_s)

    @property
    def last_device_s(self) -> float:
        """Device time of the last observation of this epoch; minus infinity before the first."""
        return self._last_device_s

    def observe(self, device_s: float, arrival_s: float) -> tuple[float, float]:
        """Take in that device time ``device_s`` had arrived at ``arrival_s``.

        Parameters
        ----------
        device_s
            Device time of the packet's last sample, after the one observed before.
        arrival_s
            Host monotonic seconds of its arrival.

        Returns
        -------
        host_s
            Host monotonic seconds of ``device_s``.
        rate
            Host seconds per device second since the last observation, within 1 ± 2.1 %, and less
            only where time had run ahead of the arrivals; so a sample ``x`` seconds before
            ``device_s`` was taken at ``host_s − rate · x``.
        """
        offset_s = arrival_s - device_s
        last_s = self._last_device_s
        if last_s == -math.inf:
            return self._begin(device_s, offset_s)
        step_s = device_s - last_s
        behind_s = self._behind_s
        if behind_s:
            self._behind_s = behind_s = worked_off(behind_s, step_s)
        if device_s >= self._bin_end_s:
            self._next_bin(device_s)
            behind_s = self._behind_s
        if offset_s < self._lowest[1]:
            self._lowest = device_s, offset_s
        floor_s = self._line_s + self._slope * (device_s - self._line_at_s)
        delay_s = offset_s - floor_s
        if delay_s < 0.0:
            self._line_s += delay_s
            self._behind_s = behind_s = behind_s - delay_s
            floor_s, delay_s = offset_s, 0.0
        if behind_s > delay_s + _AHEAD_MAX_S and self.brakes:
            ahead_s = behind_s - delay_s - _AHEAD_MAX_S
            self._behind_s = behind_s = behind_s - min(ahead_s, _BRAKE * step_s)
        if self._scatter_s is None:
            self._delays = min(self._delays + 1, _DELAY_MEMORY)
            self._mean_delay_s += (delay_s - self._mean_delay_s) / self._delays
        self.delay_s = delay_s
        host_s = device_s + floor_s - self._constant_s + behind_s
        rate = (host_s - self._last_host_s) / step_s
        self._last_device_s, self._last_host_s = device_s, host_s
        return host_s, rate

    def observe_old(self, device_s: float, arrival_s: float) -> float:
        """Take in the arrival of a time that is not after all before, where several keep a clock.

        Returns its host monotonic seconds.
        """
        offset_s = arrival_s - device_s
        if offset_s < self._lowest[1] and device_s >= self._bin_end_s - _BIN_S:
            self._lowest = (device_s, offset_s)
        ahead_s = self._floor(device_s) - offset_s
        if ahead_s > 0.0:
            self._line_s -= ahead_s
            self._behind_s += ahead_s
        return device_s + self._floor(device_s) - self._constant_s + self._behind_s

    def _begin(self, device_s: float, offset_s: float) -> tuple[float, float]:
        """Begin an epoch with its first observation."""
        self.epochs += 1
        self._line_at_s, self._line_s = device_s, offset_s
        self._lowest = (device_s, offset_s)
        self._bin_end_s = (device_s // _BIN_S + 1.0) * _BIN_S
        self._delays = min(self._delays + 1, _DELAY_MEMORY)
        self._mean_delay_s -= self._mean_delay_s / self._delays
        self.delay_s = 0.0
        self._last_device_s, self._last_host_s = device_s, device_s + offset_s
        return self._last_host_s, 1.0 + self._slope

    def _expected(self, arrival_s: float) -> float:
        start_s = self._line_at_s
        return start_s + (arrival_s - self._line_s - start_s) / (1.0 + self._slope)

    def _floor(self, device_s: float) -> float:
        return self._line_s + self._slope * (device_s - self._line_at_s)

    def _next_bin(self, device_s: float) -> None:
        self._bins.append(self._lowest)
        _extend(self._hull, self._lowest)
        self._refit(device_s)
        self._lowest = (device_s, math.inf)
        self._bin_end_s = (device_s // _BIN_S + 1.0) * _BIN_S
        if self._scatter_s is not None:
            self._steady_until_s = self._bin_end_s

    def _refit(self, device_s: float) -> None:
        """Draw the line anew under the bins; what was given out stays where it was."""
        before_s = self._floor(device_s)
        while self._bins[-1][0] - self._bins[0][0] > WINDOW_S:
            self._bins.popleft()
        anchor_s = self._bins[-1][0]
        self._edge = self._floor_edge()
        slope = 0.0 if self._edge is None else _slope_of(self._edge)
        self._slope = slope = self._shrunk(min(max(slope, -self._max_rate), self._max_rate))
        level = sorted([offset - slope * (at - anchor_s) for at, offset in self._bins])
        self._line_at_s, self._line_s = anchor_s, level[0]
        if len(level) >= _SETTLED_BINS:
            middle = len(level) // 2
            median_s = (level[middle] + level[~middle]) / 2.0
            self._scatter_s = median_s - level[0]
        self._behind_s += before_s - self._floor(device_s)

    def _floor_edge(self) -> Edge | None:
        """Find the edge under the middle of the bins; most seconds it is the one of before."""
        middle, edge = _middle(self._bins), self._edge
        if (
            edge is not None
            and edge[0][0] >= self._bins[0][0]
            and edge[0][0] < middle <= edge[1][0]
        ):
            (x, y), (x0, y0) = self._bins[-1], edge[0]
            if y - y0 >= _slope_of(edge) * (x - x0):
                return edge
        if self._hull[0] is not self._bins[0]:  # the window has moved on
            self._hull = _lower_hull(self._bins)
        return _edge_under(self._hull, middle)

    def _shrunk(self, slope: float) -> float:
        """Weigh the window's slope against the usual one by what its length and noise allow."""
        span_s = self._bins[-1][0] - self._bins[0][0]
        noise_s = self._mean_delay_s if self._scatter_s is None else self._scatter_s
        noise = max(noise_s, _RESOLUTION_S) / max(span_s, _BIN_S)
        weight = self._rate_sd**2 / (self._rate_sd**2 + noise**2)
        shrunk = self._usual_slope + weight * (slope - self._usual_slope)
        self._usual_slope += (shrunk - self._usual_slope) * (_BIN_S / WINDOW_S)
        return shrunk
