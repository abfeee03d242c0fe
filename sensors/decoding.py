"""Notifications of one sensor to samples on the session clock, with an account of what is missing.

The same notifications in the same order give the same blocks, to the last bit, live and from a
recording. Nothing is made up: lost samples stay lost and are counted, late ones are left out
because time never runs backwards in what is given.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from sensors.accounting import Account, LinkStatistics
from sensors.clock import DeviceClock
from sensors.common_clock import Membership
from sensors.counting import CountClock
from sensors.errors import ProtocolError
from sensors.pieces import arrays_of, joined, times
from sensors.protocols.burst import Joining, Synchronised
from sensors.protocols.families import reader_of
from sensors.samples import ImuBlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.clock import Gap
    from sensors.common_clock import CommonClock
    from sensors.drivers.base import Notification
    from sensors.pieces import Piece, Samples
    from sensors.protocols.burst import Burst, Claim, ClockFacts, Exchange, Joined, Packed, Reader
    from sensors.samples import SensorInfo

REORDER_PACKETS = 32
"""A packet more than this far behind is not out of order but of another boot."""

AT_ONCE = 64
"""Up to so many notifications are read together, as long as they are as usual."""

ALONE = 8
"""So many are read one by one before that is tried again, where it failed."""

Identity: TypeAlias = int | tuple[int, int]
"""What tells one packet from another: its ticks, with its number before them if it has one."""


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
        self._origin_s = origin_s
        self._reader = _reader_of(info) if reader is None else reader
        self.joining = self._reader if isinstance(self._reader, Joining) else None
        """The reader, if it can read usual packets together."""
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
        self._common: CommonClock | None = None
        self._member: Membership | None = None
        self._says: Synchronised | None = None
        self._claim: Claim | None = None
        self._pieces: list[Piece] = []
        self._account = Account()
        self._sequence: int | None = None
        self._wrap = self._reader.sequence_wrap
        self._recent: deque[Identity] = deque(maxlen=REORDER_PACKETS)
        self._last_arrival_s: float | None = None
        self._packets = self._packets_lost = self._duplicates = self._late = self._errors = 0
        self._last_error: str | None = None

    @property
    def common_facts(self) -> ClockFacts | None:
        """What the clock is that its family's sensors can keep together, if they can."""
        return self._reader.clock if isinstance(self._reader, Synchronised) else None

    @property
    def status(self) -> object | None:
        """What the sensor last said of itself, in its family's own terms."""
        return self._reader.status

    @property
    def gaps(self) -> list[Gap]:
        """Where samples are missing so far."""
        return self._account.gaps

    @property
    def statistics(self) -> LinkStatistics:
        """The account of what was given out so far."""
        account, member = self._account, self._member
        return LinkStatistics(
            received=account.received,
            lost=account.lost,
            packets=self._packets,
            packets_lost=self._packets_lost,
            duplicates=self._duplicates,
            late=self._late + account.late,
            errors=self._errors,
            last_error=self._last_error,
            restarts=max(self._clock.epochs - 1, 0),
            rate_hz=account.rate_hz or 1.0 / self._period_s,
            clock_sd_s=self._clock.sd_s if member is None else member.sd_s,
            clock_ppm=self._clock.rate_ppm,
            longest_gap_s=account.longest_gap_s,
            last_arrival_s=self._last_arrival_s,
            synchronised=member is not None and member.within,
            desynchronised=0 if member is None else member.left,
        )

    def feed(self, notification: Notification) -> ImuBlock | None:
        """Take in the next notification of this sensor; see :meth:`feed_all`."""
        _, characteristic, arrival_s, data = notification
        self.take(characteristic, arrival_s, data)
        return self.flush()

    def feed_all(self, notifications: Sequence[Notification]) -> ImuBlock | None:
        """Take in the next notifications of this sensor.

        What comes out does not depend on how many are taken in at once, only the time that takes:
        the arrays are made once for all.

        Returns
        -------
        ImuBlock or None
            The new samples on the session clock, later than all before; ``None`` where there are
            none. Notifications that cannot be read are counted, see :class:`LinkStatistics`.
        """
        if notifications:
            _, *columns = zip(*notifications, strict=True)
            self.take_all(*columns)
        return self.flush()

    def take_all(
        self, kinds: Sequence[str], arrivals_s: Sequence[float], data: Sequence[bytes]
    ) -> None:
        """Take in values of this sensor, as :meth:`take` would, only quicker.

        Parameters
        ----------
        kinds, arrivals_s, data
            Characteristic, arrival and value of each.
        """
        if len(kinds) > AT_ONCE:
            for at in range(0, len(kinds), AT_ONCE):
                some = slice(at, at + AT_ONCE)
                self.take_all(kinds[some], arrivals_s[some], data[some])
            return
        joining = self.joining
        while kinds:
            taken = self._take_joined(joining, kinds, arrivals_s, data) if joining else 0
            if not taken:
                taken = ALONE
                for value in zip(kinds[:ALONE], arrivals_s[:ALONE], data[:ALONE], strict=True):
                    self.take(*value)
            kinds, arrivals_s, data = kinds[taken:], arrivals_s[taken:], data[taken:]

    def _take_joined(
        self,
        joining: Joining,
        kinds: Sequence[str],
        arrivals_s: Sequence[float],
        data: Sequence[bytes],
    ) -> int:
        """Take in as many as are usual and of one characteristic, at once; return how many."""
        kind = kinds[0]
        if kinds.count(kind) < len(kinds):
            same = next(at for at, other in enumerate(kinds) if other != kind)
            if same == 1:
                self.take(kind, arrivals_s[0], data[0])
                return 1
            arrivals_s, data = arrivals_s[:same], data[:same]
        joined = joining.join(kind, data)
        if joined is None:
            return 0
        sizes, member = joined.sizes, self._member
        steps_s: Sequence[float]
        if self._count is not None:
            ends_s, steps_s = self._count.observe_all(sizes, arrivals_s, self._origin_s)
        elif joined.sequences or joined.spacings_ticks or not (member is None or member.idle):
            ends_s, steps_s = self._followed(joined, arrivals_s)
        else:  # one sample each, nothing but its time
            ends_s = self._clock.follow_all(joined.ticks, arrivals_s, self._origin_s)
            steps_s = (0.0,) * len(ends_s)
            self._recent.extend(joined.ticks[: len(ends_s)])
        taken = len(ends_s)
        if taken:
            self._packets += taken
            self._last_arrival_s = arrivals_s[taken - 1]
            samples: Samples = joined
            if taken < len(sizes):
                sizes = sizes[:taken]
                samples = arrays_of(joined).part(slice(sum(sizes)))
            piece = (samples, sizes, ends_s, steps_s, self._period_s)
            self._pieces += self._account.take(piece)
        return taken

    def _followed(
        self, joined: Joined, arrivals_s: Sequence[float]
    ) -> tuple[list[float], Sequence[float]]:
        """Return session times of as many packets as come one after the other as usual.

        And the times between their samples.
        """
        ticks, spacings, sequences = joined.ticks, joined.spacings_ticks, joined.sequences
        clock, member, origin_s = self._clock, self._member, self._origin_s
        ends_s, steps_s = [], []
        last, tick_s, recent = self._sequence, self._tick_s, self._recent
        for at, tick in enumerate(ticks):
            spacing_s = spacings[at] * tick_s if spacings else 0.0
            if sequences and last is not None and sequences[at] != (last + 1) % self._wrap:
                break
            observed = clock.follow(tick, (joined.sizes[at] - 1) * spacing_s, arrivals_s[at])
            if observed is None:
                break
            host_s, rate = observed
            if member is not None:
                host_s = member.host_s(clock.last_device_s, host_s, arrivals_s[at])
            ends_s.append(host_s - origin_s)
            steps_s.append(spacing_s * rate)
            if sequences:
                last = sequences[at]
                recent.append((last, tick))
            else:
                recent.append(tick)
        self._sequence = last
        return ends_s, steps_s

    def take(self, characteristic: str, arrival_s: float, data: bytes) -> None:
        """Take in the next notification of this sensor; :meth:`flush` gives what came of it."""
        reader = self._reader
        self._last_arrival_s = arrival_s
        try:
            bursts = reader.feed(characteristic, data)
        except ProtocolError as error:
            self._errors += 1
            self._last_error = str(error)
            return
        if reader.exchange is not self._exchange:
            self._compare_clocks(arrival_s)
        if self._says is not None and self._says.claim is not self._claim:
            self._hear_claim(self._says.claim)
        self._period_s = reader.period_s or self._period_s
        for burst in bursts:
            self._time(burst, arrival_s)

    def flush(self) -> ImuBlock | None:
        """Return the new samples, ``None`` where there are none."""
        pieces = self._pieces
        if not pieces:
            return None
        self._pieces = []
        burst = arrays_of(pieces[0][0]) if len(pieces) == 1 else joined(pieces)
        acc, gyr, calibration = burst.acc, burst.gyr, self.info.calibration
        if calibration is not None:
            acc, gyr = calibration.acc(acc), calibration.gyr(gyr)
        return ImuBlock(times(pieces), acc, gyr, burst.mag, burst.quat, burst.clipped)

    def keep(self, common: CommonClock) -> None:
        """Keep the common clock, as often and as long as the sensor says that it does."""
        assert isinstance(self._reader, Synchronised)
        self._says, self._common = self._reader, common

    def _hear_claim(self, claim: Claim | None) -> None:
        """The sensor says something of its clock, perhaps once more the same."""
        self._claim = claim
        if claim is None or self._common is None:
            return
        if self._member is None:  # until then it is followed by itself
            self._member = Membership(self.info.sensor, self._common, self._clock)
        self._member.told(synchronised=claim.synchronised)

    def _compare_clocks(self, arrival_s: float) -> None:
        """Use a new answer to what time it is."""
        exchange = self._exchange = self._reader.exchange
        if exchange is None:
            return
        device_s = self._clock.unwrap(exchange.ticks, arrival_s)
        if device_s is not None:
            took_us = (round(arrival_s * 1e6) - exchange.asked_us) % (1 << 32)
            self._clock.exchange(arrival_s - took_us * 1e-6, device_s)

    def _time(self, burst: Burst | Packed, arrival_s: float) -> None:
        """Put a burst on the session clock, if it is in order and holds samples."""
        count = burst.count
        if self._count is not None:
            self._packets += 1
            if count:
                sizes = (count,)
                ends_s, steps_s = self._count.observe_all(sizes, (arrival_s,), self._origin_s)
                piece: Piece = (burst, sizes, ends_s, steps_s, self._period_s)
                self._pieces += self._account.take(piece)
            return
        spacing_s = burst.spacing_ticks * self._tick_s
        span_s = (count - 1) * spacing_s
        ticks, sequence, last = burst.ticks, burst.sequence, self._sequence
        observed = None
        assert ticks is not None
        if count and not burst.restarted:
            follows = sequence is None or last is None or sequence == (last + 1) % self._wrap
            observed = self._clock.follow(ticks, span_s, arrival_s) if follows else None
        if observed is not None:  # the usual packet
            self._packets += 1
            self._sequence = sequence
            self._recent.append(ticks if sequence is None else (sequence, ticks))
        else:
            observed = self._observe(burst, span_s, arrival_s)
            if observed is None:
                return
        host_s, rate = observed
        if self._member is not None:
            host_s = self._member.host_s(self._clock.last_device_s, host_s, arrival_s)
        end_s, step_s = host_s - self._origin_s, spacing_s * rate
        piece = (burst, (count,), (end_s,), (step_s,), self._period_s)
        self._pieces += self._account.take(piece)

    def _observe(
        self, burst: Burst | Packed, span_s: float, arrival_s: float
    ) -> tuple[float, float] | None:
        """Take in any packet; ``None`` if it is not in order or holds no samples."""
        first_s = self._place(burst, arrival_s)
        if first_s is None:
            return None
        self._packets += 1
        if burst.count == 0:
            return None
        last_s = first_s + span_s
        if not self._clock.is_new(last_s):
            self._late += 1
            return None
        return self._clock.observe(last_s, arrival_s)

    def _place(self, burst: Burst | Packed, arrival_s: float) -> float | None:
        """Return the device time of a burst that is in order; ``None`` for one that is not."""
        assert burst.ticks is not None
        ticks, sequence = burst.ticks, burst.sequence
        identity: Identity = ticks if sequence is None else (sequence, ticks)
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


def _reader_of(info: SensorInfo) -> Reader:
    """Make a reader, of another package's driver if it takes one."""
    try:
        return reader_of(info)
    except ProtocolError:
        from sensors.drivers.plugins import load_plugins

        load_plugins()
        return reader_of(info)
