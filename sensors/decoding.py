"""Notifications of one sensor to samples on the session clock, with an account of what is missing.

The same notifications in the same order give the same blocks, to the last bit, live and from a
recording. Nothing is made up: lost samples stay lost and are counted, late ones are left out
because time never runs backwards in what is given.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sensors.clock import GAP_PERIODS, DeviceClock, Gap, missing_samples
from sensors.common_clock import Membership
from sensors.counting import CountClock
from sensors.errors import ProtocolError
from sensors.protocols.burst import Burst, Packed, Synchronised, unpacked
from sensors.protocols.families import reader_of
from sensors.samples import ImuBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sensors.common_clock import CommonClock
    from sensors.drivers.base import Notification
    from sensors.protocols.burst import ClockFacts, Exchange, Reader
    from sensors.samples import FloatArray, SensorInfo

_Piece: TypeAlias = tuple[Burst | Packed, int, float, float]
"""A burst, its samples, the last one's session time, and the time between them (s)."""

REORDER_PACKETS = 32
"""A packet more than this far behind is not out of order but of another boot."""

_RATE_MEMORY_S = 10.0


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


class StreamDecoder:
    """The way from one sensor's notifications to blocks.

    Parameters
    ----------
    info
        The sensor; its ``rate_hz`` holds until the sensor's own measured rate is known. Samples
        are corrected by its ``calibration``.
    origin_s
        Host monotonic seconds of the session clock's zero.
    reader
        Reads its bytes; ``None`` = as its family does.

    Raises
    ------
    ProtocolError
        ``info.protocol`` is a kind of sensor this program cannot read.
    """

    def __init__(self, info: SensorInfo, origin_s: float, reader: Reader | None = None) -> None:
        self.info = info
        self.gaps: list[Gap] = []
        self._origin_s = origin_s
        self._reader = _reader_of(info) if reader is None else reader
        self._period_s = 1.0 / info.rate_hz
        facts = self._reader.clock
        if facts is None:
            self._count: CountClock | None = CountClock(self._period_s)
            self._clock, self._tick_s = self._count.fit, math.nan
        else:
            self._count = None
            self._clock = DeviceClock(facts.tick_s, facts.bits, facts.max_rate)
            self._tick_s = facts.tick_s
        self._exchange: Exchange | None = None
        self._member: Membership | None = None
        self._synchronised: bool | None = None
        self._pieces: list[_Piece] = []
        self._sequence: int | None = None
        self._recent: deque[tuple[int | None, int | None]] = deque(maxlen=REORDER_PACKETS)
        self._last_t_s = -math.inf
        self._last_arrival_s: float | None = None
        self._received = self._lost = self._packets = self._packets_lost = 0
        self._duplicates = self._late = self._errors = 0
        self._last_error: str | None = None
        self._steps = self._steps_s = self._longest_gap_s = 0.0

    @property
    def common_facts(self) -> ClockFacts | None:
        """What the clock is that its family's sensors can keep together, if they can."""
        return self._reader.clock if isinstance(self._reader, Synchronised) else None

    @property
    def status(self) -> object | None:
        """What the sensor last said of itself, in its family's own terms."""
        return self._reader.status

    @property
    def statistics(self) -> LinkStatistics:
        """The account so far."""
        member = self._member
        rate_hz = self._steps / self._steps_s if self._steps_s > 0.0 else 1.0 / self._period_s
        return LinkStatistics(
            received=self._received,
            lost=self._lost,
            packets=self._packets,
            packets_lost=self._packets_lost,
            duplicates=self._duplicates,
            late=self._late,
            errors=self._errors,
            last_error=self._last_error,
            restarts=max(self._clock.epochs - 1, 0),
            rate_hz=rate_hz,
            clock_sd_s=self._clock.sd_s if member is None else member.sd_s,
            clock_ppm=self._clock.rate_ppm,
            longest_gap_s=self._longest_gap_s,
            last_arrival_s=self._last_arrival_s,
            synchronised=member is not None and member.within,
            desynchronised=0 if member is None else member.left,
        )

    def feed(self, notification: Notification) -> ImuBlock | None:
        """Take in the next notification of this sensor; see :meth:`feed_all`."""
        return self.feed_all((notification,))

    def feed_all(self, notifications: Iterable[Notification]) -> ImuBlock | None:
        """Take in the next notifications of this sensor.

        What comes out does not depend on how many are taken in at once, only the time that takes:
        the arrays are made once for all.

        Returns
        -------
        ImuBlock or None
            The new samples on the session clock, later than all before; ``None`` where there are
            none. Notifications that cannot be read are counted, see :class:`LinkStatistics`.
        """
        for notification in notifications:
            self.take(notification)
        return self.flush()

    def take(self, notification: Notification) -> None:
        """Take in the next notification of this sensor; :meth:`flush` gives what came of it."""
        reader = self._reader
        arrival_s = self._last_arrival_s = notification.arrival_s
        try:
            bursts = reader.feed(notification.characteristic, notification.data)
        except ProtocolError as error:
            self._errors += 1
            self._last_error = str(error)
            return
        if reader.exchange is not self._exchange:
            self._compare_clocks(arrival_s)
        if self._member is not None:
            self._note_synchronised(self._member)
        self._period_s = reader.period_s or self._period_s
        for burst in bursts:
            piece = self._timed(burst, arrival_s)
            if piece is not None:
                self._pieces.append(piece)

    def flush(self) -> ImuBlock | None:
        """Return the new samples, ``None`` where there are none."""
        pieces, self._pieces = self._pieces, []
        return self._block(pieces) if pieces else None

    def keep(self, common: CommonClock) -> None:
        """Keep the common clock, as often and as long as the sensor says that it does."""
        self._member = Membership(self.info.sensor, common, self._clock)

    def _note_synchronised(self, member: Membership) -> None:
        """Tell what the sensor says of its clock, whenever it says something else."""
        assert isinstance(self._reader, Synchronised)
        if self._reader.synchronised is not self._synchronised:
            self._synchronised = self._reader.synchronised
            member.told(synchronised=self._synchronised is True)

    def _compare_clocks(self, arrival_s: float) -> None:
        """Use a new answer to what time it is."""
        exchange = self._exchange = self._reader.exchange
        if exchange is None:
            return
        device_s = self._clock.unwrap(exchange.ticks, arrival_s)
        if device_s is not None:
            took_us = (round(arrival_s * 1e6) - exchange.asked_us) % (1 << 32)
            self._clock.exchange(arrival_s - took_us * 1e-6, device_s)

    def _timed(self, burst: Burst | Packed, arrival_s: float) -> _Piece | None:
        """Put a burst on the session clock, if it is in order and holds samples."""
        count = len(burst)
        if self._count is not None:
            self._packets += 1
            if count == 0:
                return None
            host_s, step_s, _ = self._count.observe(count, arrival_s)
            return self._piece(burst, count, host_s - self._origin_s, step_s)
        first_s = self._place(burst, arrival_s)
        if first_s is None:
            return None
        self._packets += 1
        if count == 0:
            return None
        spacing_s = burst.spacing_ticks * self._tick_s
        last_s = first_s + (count - 1) * spacing_s
        if not self._clock.is_new(last_s):
            self._late += 1
            return None
        host_s, rate = self._clock.observe(last_s, arrival_s)
        if self._member is not None:
            host_s = self._member.host_s(last_s, host_s, arrival_s)
        return self._piece(burst, count, host_s - self._origin_s, spacing_s * rate)

    def _place(self, burst: Burst | Packed, arrival_s: float) -> float | None:
        """Return the device time of a burst that is in order; ``None`` for one that is not."""
        assert burst.ticks is not None
        identity = (burst.sequence, burst.ticks)
        wrap = self._reader.sequence_wrap
        ahead = 0
        if burst.sequence is not None and self._sequence is not None:
            ahead = (burst.sequence - self._sequence - 1) % wrap
        first_s = None if burst.restarted else self._clock.unwrap(burst.ticks, arrival_s)
        new = first_s is not None and self._clock.is_new(first_s) and 2 * ahead <= wrap
        if not new and identity in self._recent:
            self._duplicates += 1
            return None
        if first_s is not None and wrap and ahead >= wrap // 2:
            if ahead >= wrap - REORDER_PACKETS:
                self._late += 1
                return None
            ahead = 0
            if not self._clock.is_new(first_s):
                first_s = None
        if first_s is None:
            self._clock.restart()
            self._recent.clear()
            first_s = self._clock.unwrap(burst.ticks, arrival_s)
            ahead = 0
        self._packets_lost += ahead
        self._sequence = burst.sequence
        self._recent.append(identity)
        return first_s

    def _piece(
        self, burst: Burst | Packed, count: int, last_t_s: float, step_s: float
    ) -> _Piece | None:
        """Account for a burst, without those of its samples that are not later than the last."""
        first_t_s = last_t_s - step_s * (count - 1.0)
        if first_t_s <= self._last_t_s:
            while count and last_t_s - step_s * (count - 1.0) <= self._last_t_s:
                count -= 1
            if count == 0:
                self._late += 1
                return None
            burst = unpacked(burst).last(count)
            first_t_s = last_t_s - step_s * (count - 1.0)
        self._account(first_t_s, count, last_t_s)
        return burst, count, last_t_s, step_s

    def _block(self, pieces: list[_Piece]) -> ImuBlock:
        burst = _joined(pieces)
        acc, gyr = burst.acc, burst.gyr
        calibration = self.info.calibration
        if calibration is not None:
            acc, gyr = calibration.acc(acc), calibration.gyr(gyr)
        return ImuBlock(_times(pieces), acc, gyr, burst.mag, burst.quat, burst.clipped)

    def _account(self, first_t_s: float, count: int, last_t_s: float) -> None:
        before_s, self._last_t_s = self._last_t_s, last_t_s
        self._received += count
        if before_s == -math.inf:
            return
        gap_s, steps, span_s = first_t_s - before_s, count, last_t_s - before_s
        if gap_s > GAP_PERIODS * self._period_s:
            missing = missing_samples(gap_s, self._period_s)
            self._lost += missing
            self.gaps.append(Gap(before_s, first_t_s, missing))
            self._longest_gap_s = max(self._longest_gap_s, gap_s)
            steps, span_s = count - 1, last_t_s - first_t_s
        keep = max(1.0 - span_s / _RATE_MEMORY_S, 0.0)
        self._steps = self._steps * keep + steps
        self._steps_s = self._steps_s * keep + span_s


def _reader_of(info: SensorInfo) -> Reader:
    """Make a reader, of another package's driver if it takes one."""
    try:
        return reader_of(info)
    except ProtocolError:
        from sensors.drivers.plugins import load_plugins

        load_plugins()
        return reader_of(info)


def _joined(pieces: list[_Piece]) -> Burst:
    """The samples of all pieces: bytes of neighbours are joined before they become arrays."""
    bursts: list[Burst] = []
    unpack: Callable[[bytes], Burst] | None = None
    raw: list[bytes] = []
    for burst, _, _, _ in pieces:
        if isinstance(burst, Packed) and burst.unpack is unpack:
            raw.append(burst.raw)
            continue
        if unpack is not None:
            bursts.append(unpack(b"".join(raw)))
        if isinstance(burst, Packed):
            unpack, raw = burst.unpack, [burst.raw]
        else:
            unpack = None
            bursts.append(burst)
    if unpack is not None:
        bursts.append(unpack(b"".join(raw)))
    if len(bursts) == 1:
        return bursts[0]
    return Burst(
        np.concatenate([b.acc for b in bursts]),
        np.concatenate([b.gyr for b in bursts]),
        _known([b.mag for b in bursts]),
        _known([b.quat for b in bursts]),
        _known([b.clipped for b in bursts]),
    )


def _known(parts: list[np.ndarray | None]) -> np.ndarray | None:
    """Join what all have."""
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def _times(pieces: list[_Piece]) -> FloatArray:
    """Session times of the samples of all pieces."""
    return np.array(
        [
            last_t_s - step_s * to_last
            for _, count, last_t_s, step_s in pieces
            for to_last in range(count - 1, -1, -1)
        ]
    )
