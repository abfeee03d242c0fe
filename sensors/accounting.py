"""The account of one sensor's samples: what came, what is missing, and how fast they come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sensors.clock import GAP_PERIODS, Gap, missing_samples
from sensors.pieces import later_part, packets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.pieces import Piece

_RATE_WINDOW_S = 5.0
"""The rate is measured over this window and the one before."""

_NEVER_S = -math.inf


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """What came and what did not, of one sensor, so far.

    Attributes
    ----------
    received, lost
        Samples given out, and samples missing between them (seen in time, whatever the cause).
    packets, packets_lost
        Data notifications taken in, and those missing by their sequence number (the radio's part).
    duplicates, late
        Notifications that came twice, and those that came after a later one; neither is used.
    errors
        Notifications that could not be read; ``last_error`` says why the last of them could not.
    restarts
        How often the sensor's time base began anew.
    rate_hz
        Sampling rate as measured on the session clock; nominal before it can be measured.
    clock_sd_s, clock_ppm
        Standard deviation of the sensor's time on the session clock, and how fast its clock runs.
    longest_gap_s
        Longest time between two neighbouring samples where some are missing.
    last_arrival_s
        Host monotonic seconds of the last notification of any kind, ``None`` before the first.
    synchronised
        Whether its times are those of a clock that it keeps together with other sensors.
    desynchronised
        How often it had to leave that clock: it was off, or its time stamps were others.
    """

    received: int
    lost: int
    packets: int
    packets_lost: int
    duplicates: int
    late: int
    errors: int
    last_error: str | None
    restarts: int
    rate_hz: float
    clock_sd_s: float
    clock_ppm: float
    longest_gap_s: float
    last_arrival_s: float | None
    synchronised: bool
    desynchronised: int

    @property
    def loss(self) -> float:
        """Fraction of samples lost, 0 to 1."""
        expected = self.received + self.lost
        return self.lost / expected if expected else 0.0


class Account:
    """Counts samples in the order of their time.

    Attributes
    ----------
    gaps
        Where samples are missing.
    received, lost
        Samples that came, and those missing between them.
    late
        Pieces of which no sample was later than all before.
    longest_gap_s
        Longest time between two neighbouring samples where some are missing.
    """

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self.received = self.lost = self.late = 0
        self.longest_gap_s = 0.0
        self._last_s = self._until_s = _NEVER_S
        self._since_s = self._silent_s = self._before_s = 0.0
        self._steps = self._steps_before = 0

    @property
    def rate_hz(self) -> float | None:
        """Sampling rate on the session clock; ``None`` before it can be measured."""
        if self._last_s == _NEVER_S:
            return None
        spent_s = self._before_s + self._spent_s()
        return (self._steps_before + self._steps) / spent_s if spent_s > 0.0 else None

    def take(self, piece: Piece) -> Sequence[Piece]:
        """Account for the next piece; return what of it is later than all before."""
        samples, sizes, ends_s, steps_s, period_s = piece
        gap_s, last_s, count = GAP_PERIODS * period_s, self._last_s, samples.count
        if count == len(ends_s):  # one each
            for end_s in ends_s:
                if not 0.0 < end_s - last_s <= gap_s:
                    return self._take_any(piece)
                last_s = end_s
        else:
            for size, end_s, step_s in zip(sizes, ends_s, steps_s, strict=True):
                if not 0.0 < end_s - step_s * (size - 1.0) - last_s <= gap_s:
                    return self._take_any(piece)
                last_s = end_s
        if last_s > self._until_s:
            return self._take_any(piece)
        self._last_s = last_s  # the usual piece: every packet follows the last
        self.received += count
        self._steps += count
        return (piece,)

    def _take_any(self, piece: Piece) -> Sequence[Piece]:
        """Account for a piece packet by packet; return it without what is not later."""
        _, sizes, ends_s, steps_s, period_s = piece
        gap_s, usual = GAP_PERIODS * period_s, 0
        for size, end_s, step_s in zip(sizes, ends_s, steps_s, strict=True):
            if not 0.0 < end_s - step_s * (size - 1.0) - self._last_s <= gap_s:
                break
            self._last_s = end_s
            self.received += size
            self._steps += size
            if end_s > self._until_s:
                self._next_window()
            usual += 1
        if usual == len(sizes):
            return (piece,)
        parts = packets(piece)
        return parts[:usual] + [later for p in parts[usual:] if (later := self._later(p))]

    def _later(self, packet: Piece) -> Piece | None:
        """Account for any packet; return what of it is later than all before."""
        later = later_part(packet, self._last_s)
        if later is None:
            self.late += 1
            return None
        _, (count,), (end_s,), (step_s,), period_s = later
        self.received += count
        before_s, self._last_s = self._last_s, end_s
        if before_s == _NEVER_S:
            self._measure_anew()
            return later
        self._steps += count
        first_s = end_s - step_s * (count - 1.0)
        if first_s - before_s > GAP_PERIODS * period_s:
            self._note_gap(before_s, first_s, period_s)
        if end_s > self._until_s:
            self._next_window()
        return later

    def _spent_s(self) -> float:
        """How long the window is by now, without the gaps in it (s)."""
        return self._last_s - self._since_s - self._silent_s

    def _next_window(self) -> None:
        self._steps_before, self._before_s = self._steps, self._spent_s()
        self._measure_anew()

    def _measure_anew(self) -> None:
        self._since_s, self._until_s = self._last_s, self._last_s + _RATE_WINDOW_S
        self._steps, self._silent_s = 0, 0.0

    def _note_gap(self, before_s: float, first_s: float, period_s: float) -> None:
        missing = missing_samples(first_s - before_s, period_s)
        self.lost += missing
        self.gaps.append(Gap(before_s, first_s, missing))
        self.longest_gap_s = max(self.longest_gap_s, first_s - before_s)
        self._steps -= 1
        self._silent_s += first_s - before_s
