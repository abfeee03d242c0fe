"""A made-up radio link: late, bunched, lossy and now and then gone, as measured on real ones.

A notification waits for the next connection event; an event carries a few of them. Stalled events
make packets late, not lost: the backlog comes in a burst. True loss happens in full queues, in
bursts (Gilbert–Elliott), and while the link is gone; a firmware throws away what its ring buffer
cannot hold. Seeded and causal: the same settings and packets give the same arrivals.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sensors.drivers.base import LinkState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """Everything that can be turned at a simulated sensor's clock and link.

    Attributes
    ----------
    seed
        Of everything random here.
    batch
        Samples per notification, as far as ``payload_bytes`` allow; 1 to 31.
    payload_bytes
        Longest notification (MTU − 3).
    interval_s
        Connection interval; 15 ms live, 30 to 50 ms on an unasked Linux.
    packets_per_event
        Most notifications in one connection event.
    jitter_s
        Mean of the exponential delay between radio and time stamp.
    stalls_per_min, stall_s
        How often no event takes place for a while, and shortest and longest such while.
    loss, burst_packets
        Fraction of notifications lost on the way, and how many in a row in the mean.
    dropouts_per_min, dropout_s
        How often the link is gone, and the shortest and longest time until it is back.
    supervision_s
        Silence after which a gone link is noticed.
    ring_s
        How much the firmware keeps while nothing can be sent.
    clock_ppm
        SD of the rate error of the sensors' clocks.
    """

    seed: int = 0
    batch: int = 4
    payload_bytes: int = 244
    interval_s: float = 0.015
    packets_per_event: int = 4
    jitter_s: float = 0.0005
    stalls_per_min: float = 1.0
    stall_s: tuple[float, float] = (0.1, 0.3)
    loss: float = 0.003
    burst_packets: float = 2.0
    dropouts_per_min: float = 0.0
    dropout_s: tuple[float, float] = (3.0, 6.0)
    supervision_s: float = 2.0
    ring_s: float = 2.0
    clock_ppm: float = 20.0


USUAL_RADIO = RadioSettings()
PERFECT_RADIO = RadioSettings(
    jitter_s=0.0, stalls_per_min=0.0, loss=0.0, dropouts_per_min=0.0, clock_ppm=0.0
)


class Packet(NamedTuple):
    """A value that is ready to be sent at ``ready_s``."""

    ready_s: float
    characteristic: str
    data: bytes


class Arrival(NamedTuple):
    """A value that came through, or a link state that was noticed, at ``arrival_s``."""

    arrival_s: float
    content: Packet | LinkState


@dataclass(slots=True)
class _Outage:
    """Random, non-overlapping spells of a kind: the next one, drawn as time goes on."""

    rng: np.random.Generator
    per_min: float
    length_s: tuple[float, float]
    start_s: float = math.inf
    end_s: float = -math.inf

    def begin(self, now_s: float) -> None:
        if self.per_min > 0.0:
            self.start_s = now_s + self.rng.exponential(60.0 / self.per_min)
            self.end_s = self.start_s + self.rng.uniform(*self.length_s)


@dataclass(slots=True)
class _Bursts:
    """Gilbert–Elliott: in the bad state every packet is lost, in the good one none."""

    rng: np.random.Generator
    loss: float
    burst_packets: float
    bad: bool = field(default=False, init=False)

    def loses(self) -> bool:
        leave_bad = 1.0 / max(self.burst_packets, 1.0)
        leave_good = leave_bad * self.loss / max(1.0 - self.loss, 1e-9)
        if self.rng.random() < (leave_bad if self.bad else leave_good):
            self.bad = not self.bad
        return self.bad


class Radio:
    """One sensor's link, from connection event to connection event.

    Parameters
    ----------
    settings
        How it behaves.
    rng
        Randomness of this link.
    start_s
        When it is up.

    Attributes
    ----------
    dropped
        Packets the firmware threw away because its ring buffer was full.
    """

    def __init__(self, settings: RadioSettings, rng: np.random.Generator, start_s: float) -> None:
        self.dropped = 0
        self._settings = settings
        self._rng = rng
        self._queue: deque[Packet] = deque()
        self._event_s = start_s + rng.uniform(0.0, settings.interval_s)
        self._last_arrival_s = start_s
        self._bursts = _Bursts(rng, settings.loss, settings.burst_packets)
        self._stall = _Outage(rng, settings.stalls_per_min, settings.stall_s)
        self._dropout = _Outage(rng, settings.dropouts_per_min, settings.dropout_s)
        self._stall.begin(start_s)
        self._dropout.begin(start_s)
        self._lost = False

    def carry(self, packets: Iterable[Packet], until_s: float) -> list[Arrival]:
        """Take in packets that become ready before ``until_s``; return what arrives until then."""
        waiting = deque(packets)
        arrivals: list[Arrival] = []
        while self._event_s < until_s:
            while waiting and waiting[0].ready_s <= self._event_s:
                self._queue.append(waiting.popleft())
            arrivals.extend(self._event(self._event_s))
            self._event_s += self._settings.interval_s
        self._queue.extend(waiting)
        return arrivals

    def _event(self, now_s: float) -> Iterator[Arrival]:
        self._overflow(now_s)
        if now_s >= self._dropout.start_s:
            yield from self._gone(now_s)
        elif now_s >= self._stall.end_s > self._stall.start_s:
            self._stall.begin(now_s)
            yield from self._deliver(now_s)
        elif now_s < self._stall.start_s:
            yield from self._deliver(now_s)

    def _overflow(self, now_s: float) -> None:
        while self._queue and self._queue[0].ready_s < now_s - self._settings.ring_s:
            self._queue.popleft()
            self.dropped += 1

    def _gone(self, now_s: float) -> Iterator[Arrival]:
        noticed_s = self._dropout.start_s + self._settings.supervision_s
        if not self._lost and now_s >= noticed_s:
            self._lost = True
            yield Arrival(self._stamp(now_s), LinkState.LOST)
        if now_s >= self._dropout.end_s:
            if self._lost:
                yield Arrival(self._stamp(now_s), LinkState.CONNECTING)
            self._lost = False
            self._dropout.begin(now_s)

    def _deliver(self, now_s: float) -> Iterator[Arrival]:
        for _ in range(min(self._settings.packets_per_event, len(self._queue))):
            packet = self._queue.popleft()
            if not self._bursts.loses():
                yield Arrival(self._stamp(now_s), packet)

    def _stamp(self, now_s: float) -> float:
        """When the host sees it: a little later, never before what came earlier."""
        late_s = self._rng.exponential(self._settings.jitter_s) if self._settings.jitter_s else 0.0
        self._last_arrival_s = max(now_s + late_s, self._last_arrival_s)
        return self._last_arrival_s
