"""Excursions of the total turn: out of neutral to one side, and back.

One set of rules for live and offline, working on the stretch since the last finished excursion, so
that any blocking of the same samples gives the same excursions. Thresholds follow the range that
the person shows (median of the last three peaks). All of them are heuristics tuned on the
simulator; none is validated on people.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    from sensors.samples import FloatArray


_LOOK = 5
"""Every so many samples it is looked whether the person turned back."""


@dataclass(frozen=True, slots=True)
class ExcursionParameters:
    """Thresholds; ``_part`` are fractions of the running range of motion or of the peak."""

    first_range_deg: float = 30.0
    neutral_deg: float = 6.0
    neutral_part: float = 0.15
    out_deg: float = 8.0
    out_part: float = 0.2
    peak_deg: float = 12.0
    peak_part: float = 0.4
    split_part: float = 0.45
    moving_dps: float = 5.0
    moving_part: float = 0.15
    hold_part: float = 0.85
    min_hold_s: float = 0.15
    min_s: float = 0.8
    max_s: float = 60.0
    settle_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Excursion:
    """One excursion as grid indices; ``side`` is +1 to the left, −1 to the right."""

    side: int
    start: int
    hold_start: int
    peak: int
    hold_end: int
    end: int
    returned: bool


class ExcursionFinder:
    """Finds excursions in the total turn as it grows.

    Parameters
    ----------
    first
        Grid index of the first sample that will come.
    parameters
        Thresholds.
    """

    def __init__(self, first: int, parameters: ExcursionParameters | None = None) -> None:
        self.parameters = parameters or ExcursionParameters()
        self._first = first
        self._turn = np.empty(0)
        self._rate = np.empty(0)
        self._peaks: deque[float] = deque(maxlen=3)

    @property
    def needed_from(self) -> int:
        """Samples before this grid index will not be asked for again."""
        return self._first

    @property
    def range_deg(self) -> float:
        """Range of motion that the thresholds refer to."""
        return median(self._peaks) if self._peaks else self.parameters.first_range_deg

    def accept(self, peak_deg: float) -> None:
        """Tell that an excursion with this peak counted as a repetition."""
        self._peaks.append(abs(peak_deg))

    def update(self, turn_deg: FloatArray, rate_dps: FloatArray) -> None:
        """Continue with low-passed total turn (m,) and its rate (m,)."""
        self._turn = np.concatenate([self._turn, turn_deg])
        self._rate = np.concatenate([self._rate, rate_dps])

    def next(self, *, last: bool = False) -> list[Excursion]:
        """The next finished excursion, in its parts if the person did not come back in between.

        Parameters
        ----------
        last
            Nothing will follow: what is still out counts as it is.

        Returns
        -------
        list of Excursion
            Empty if none is finished yet. Call again until it is.
        """
        par = self.parameters
        out_deg = max(par.out_deg, par.out_part * self.range_deg)
        band_deg = max(par.neutral_deg, par.neutral_part * self.range_deg)
        size = np.abs(self._turn)
        gone = _first_true(size > out_deg)
        if gone is None:
            self._forget_rest(size, band_deg)
            return []
        side = 1 if self._turn[gone] > 0 else -1
        away = side * self._turn
        back = _first_true(away[gone:] < band_deg)
        returned = back is not None
        end = gone + back if back is not None else len(away)
        settled = self._settled(side, end) if returned else end
        if settled is None or not returned:
            if not last:
                return []
            settled = len(away) - 1
        start = self._onset(side, gone)
        parts = self._parts(away, start, gone, end, settled)
        found = [self._describe(side, *part, returned) for part in parts]
        self._drop(end if returned else len(away))
        return found

    def _settled(self, side: int, end: int) -> int | None:
        """Index at which the way back ends, or ``None`` while that lies ahead."""
        limit = end + int(self.parameters.settle_s * GRID_HZ)
        stopped = _first_true(side * self._rate[end:limit] > -self.parameters.moving_dps)
        if stopped is not None:
            return end + stopped
        return limit if limit < len(self._rate) else None

    def _onset(self, side: int, gone: int) -> int:
        """Index at which the way out began."""
        slow = side * self._rate[:gone] < self.parameters.moving_dps
        at = np.flatnonzero(slow)
        return int(at[-1]) if len(at) else 0

    def _parts(
        self, away: FloatArray, start: int, gone: int, end: int, settled: int
    ) -> list[tuple[int, int, int]]:
        """Start, peak and end of each excursion between two returns to neutral.

        Where the person turned back by more than half of the smaller of two peaks and went out
        again, that is two repetitions with a missed return, not one with a second push.
        """
        parts: list[tuple[int, int, int]] = []
        lo, valley = start, gone
        high = low = float(away[gone])
        hi = min(end, len(away))
        if not self._turns_back(away[gone:hi:_LOOK]):  # as nearly always
            return [(lo, self._top(away, lo, hi), settled)]
        for i in range(gone, hi, _LOOK):
            now = float(away[i])
            depth = max(self.parameters.split_part * min(high, now), self.parameters.out_deg)
            if high - low > depth and now - low > depth:
                parts.append((lo, self._top(away, lo, valley), valley))
                lo, valley, high, low = valley, i, now, now
            elif now > high:
                valley, high, low = i, now, now
            elif now < low:
                valley, low = i, now
        parts.append((lo, self._top(away, lo, hi), settled))
        return parts

    def _turns_back(self, away: FloatArray) -> bool:
        """Whether there is a valley at all that is deep enough to part two repetitions."""
        before = np.maximum.accumulate(away)
        behind = np.maximum.accumulate(away[::-1])[::-1]
        return bool((np.minimum(before, behind) - away).max() > self.parameters.out_deg)

    @staticmethod
    def _top(away: FloatArray, lo: int, hi: int) -> int:
        return lo + int(np.argmax(away[lo:hi]))

    def _describe(self, side: int, start: int, peak: int, end: int, returned: bool) -> Excursion:
        par = self.parameters
        away, speed = side * self._turn, np.abs(self._rate)
        fastest = float(speed[start : end + 1].max())
        slow = max(min(par.moving_dps, par.moving_part * fastest), 1.0)
        held = (speed < slow) & (away > par.hold_part * away[peak])
        before = held[start : peak + 1][::-1]
        after = held[peak : end + 1]
        hold_start = peak - (_first_true(~before) or len(before)) + 1 if before[0] else peak
        hold_end = peak + (_first_true(~after) or len(after)) - 1 if after[0] else peak
        shift = self._first
        return Excursion(
            side,
            start + shift,
            hold_start + shift,
            peak + shift,
            hold_end + shift,
            end + shift,
            returned,
        )

    def _forget_rest(self, size: FloatArray, band_deg: float) -> None:
        """Keep what an excursion that is just beginning may need."""
        inside = np.flatnonzero(size < band_deg)
        keep = int(2.0 * GRID_HZ)
        if len(inside) and inside[-1] > keep:
            self._drop(int(inside[-1]) - keep)

    def _drop(self, n: int) -> None:
        self._turn, self._rate = self._turn[n:], self._rate[n:]
        self._first += n


def _first_true(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int | None:
    if not len(mask):
        return None
    at = int(np.argmax(mask))
    return at if mask[at] else None
