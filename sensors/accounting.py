"""The account of one sensor's samples: what came, what is missing, and how fast they come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sensors.clock import GAP_PERIODS, Gap, missing_samples
from sensors.pieces import later_part

if TYPE_CHECKING:
    from sensors.pieces import Piece

_RATE_MEMORY_S = 10.0
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
        self._last_t_s = _NEVER_S
        self._steps = self._steps_s = 0.0

    @property
    def rate_hz(self) -> float | None:
        """Sampling rate on the session clock; ``None`` before it can be measured."""
        return self._steps / self._steps_s if self._steps_s > 0.0 else None

    def take(self, pieces: list[Piece]) -> list[Piece]:
        """Account for the next pieces; return them without what is not later than all before."""
        kept: list[Piece] = []
        received = 0
        last_t_s, steps, steps_s = self._last_t_s, self._steps, self._steps_s
        for piece in pieces:
            _, count, end_s, step_s, period_s = piece
            first_s = end_s - step_s * (count - 1.0)
            if first_s > last_t_s:
                kept.append(piece)
            else:
                later = later_part(piece, last_t_s)
                if later is None:
                    self.late += 1
                    continue
                kept.append(later)
                count = later[1]
                first_s = end_s - step_s * (count - 1.0)
            received += count
            before_s, last_t_s = last_t_s, end_s
            if before_s == _NEVER_S:
                continue
            span_s = end_s - before_s
            if first_s - before_s > GAP_PERIODS * period_s:
                self._note_gap(before_s, first_s, period_s)
                count, span_s = count - 1, end_s - first_s
            keep = 1.0 - span_s / _RATE_MEMORY_S if span_s < _RATE_MEMORY_S else 0.0
            steps = steps * keep + count
            steps_s = steps_s * keep + span_s
        self.received += received
        self._last_t_s, self._steps, self._steps_s = last_t_s, steps, steps_s
        return kept

    def _note_gap(self, before_s: float, first_s: float, period_s: float) -> None:
        missing = missing_samples(first_s - before_s, period_s)
        self.lost += missing
        self.gaps.append(Gap(before_s, first_s, missing))
        self.longest_gap_s = max(self.longest_gap_s, first_s - before_s)
