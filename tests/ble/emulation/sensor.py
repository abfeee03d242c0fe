"""One sensor: power, link, and what its radio makes of the notifications its firmware hands over.

A notification waits for the next connection event; a stall holds all of them back and releases
them in a burst; some are lost.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sensors.drivers.link import BATTERY_LEVEL

if TYPE_CHECKING:
    from sensors.conformance.device import Device, Value

PACKETS_PER_EVENT = 8


class Air(Protocol):
    """How the sensor reaches the host."""

    async def advertise(self, sensor: Sensor, *, on: bool) -> None: ...
    async def notify(self, sensor: Sensor, characteristic: str, value: bytes) -> None: ...
    async def cut(self, sensor: Sensor) -> None: ...


@dataclass(slots=True)
class Weather:
    """How the radio behaves."""

    interval_s: float = 0.015
    loss: float = 0.0
    stall_every_s: float = math.inf
    stall_s: float = 0.25
    supervision_s: float = 2.0


@dataclass
class Sensor:
    """Name, address and everything that happens to one sensor."""

    name: str
    address: str
    brand: object  # a callable that boots a Device
    advertised: tuple[str, ...]
    air: Air
    company: int | None = None
    weather: Weather = field(default_factory=Weather)
    seed: int = 1
    battery_percent: int = 87
    refuse: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.firmware: Device = self.brand(0)
        self.powered = self.reachable = True
        self.silent = False
        self.connected = False
        self.subscribed: set[str] = set()
        self.queue: deque[tuple[int, Value]] = deque()
        self.held_until_s = 0.0
        self.boots = 0
        self.count: Counter[str] = Counter()

    # What the host does

    def read(self, characteristic: str) -> bytes:
        if characteristic == BATTERY_LEVEL:
            return bytes([self.battery_percent])
        return self.firmware.read(characteristic)

    def write(self, characteristic: str, value: bytes) -> None:
        self.count["writes"] += 1
        for answer in self.firmware.write(characteristic, bytes(value), time.monotonic()):
            self.queue.append((0, answer))

    def subscribe(self, characteristic: str, *, on: bool) -> None:
        (self.subscribed.add if on else self.subscribed.discard)(characteristic)

    def link_opened(self) -> None:
        self.connected = True
        self.count["connections"] += 1

    def link_closed(self) -> None:
        self.connected = False
        self.subscribed.clear()
        self.queue.clear()
        self.firmware.link_closed()

    # What happens to the sensor

    async def run(self) -> None:
        """Let time pass, connection event by connection event."""
        event_s = time.monotonic() + self.rng.uniform(0.0, self.weather.interval_s)
        stall_at_s = event_s + self.weather.stall_every_s * self.rng.uniform(0.5, 1.5)
        await self.air.advertise(self, on=True)
        while True:
            await asyncio.sleep(max(event_s - time.monotonic(), 0.0))
            now_s = time.monotonic()
            event_s = max(event_s + self.weather.interval_s, now_s - 1.0)
            if now_s >= stall_at_s:
                self.held_until_s = now_s + self.weather.stall_s
                stall_at_s = now_s + self.weather.stall_every_s * self.rng.uniform(0.5, 1.5)
            if self.powered:
                await self._event(now_s)

    async def _event(self, now_s: float) -> None:
        for samples, value in self.firmware.produce(now_s):
            self._send(samples, value)
        if not (self.connected and self.reachable) or now_s < self.held_until_s:
            return
        for _ in range(min(PACKETS_PER_EVENT, len(self.queue))):
            samples, (characteristic, value) = self.queue.popleft()
            if characteristic not in self.subscribed:
                continue
            if characteristic == self.firmware.data:
                lost = self.rng.random() < self.weather.loss
                self.count["packets_lost" if lost else "packets"] += 1
                self.count["samples_lost" if lost else "samples"] += samples
                if lost:
                    continue
            await self.air.notify(self, characteristic, value)

    def _send(self, samples: int, value: Value) -> None:
        if self.silent or value[0] not in self.subscribed:
            return
        self.queue.append((samples, value))

    async def do(self, what: str, value: float = 0.0) -> dict[str, object]:
        """Obey whoever steers: one of the ``do_…`` below, or ``stats``."""
        if what != "stats":
            done = getattr(self, f"do_{what}")(value)
            if done is not None:
                await done
        waiting = sum(samples for samples, _ in self.queue)
        return {
            **dict.fromkeys(("packets", "packets_lost", "samples", "samples_lost"), 0),
            **self.count, "boots": self.boots, "waiting": waiting, "connected": self.connected,
            "blinks": getattr(self.firmware, "blinks", 0),
            "root": getattr(self.firmware, "root", ""),
            "synced": getattr(self.firmware, "synced", False),
        }  # fmt: skip

    async def do_off(self, value: float) -> None:
        self.powered = False
        await self.do_vanish(value)

    async def do_vanish(self, _: float) -> None:
        """Be out of reach; the host notices when its supervision time has run out."""
        self.reachable = False
        await self.air.advertise(self, on=False)
        self._expiry = asyncio.get_running_loop().call_later(
            self.weather.supervision_s, lambda: self._begin(self._time_out())
        )

    async def do_on(self, value: float) -> None:
        self._boot()
        self.powered = True
        await self.do_return(value)

    async def do_return(self, _: float) -> None:
        self.reachable = True
        await self.air.advertise(self, on=True)

    async def do_drop(self, _: float) -> None:
        await self.air.cut(self)

    async def do_reboot(self, value: float) -> None:
        self._boot()
        await self.do_drop(value)

    async def do_garbage(self, value: float) -> None:
        for _ in range(int(value)):
            junk = self.rng.randbytes(self.rng.randrange(1, 60))
            await self.air.notify(self, self.firmware.data, junk)

    def do_silence(self, _: float) -> None:
        self.silent = True

    def do_resume(self, _: float) -> None:
        self.silent = False

    def do_stall(self, value: float) -> None:
        self.held_until_s = time.monotonic() + value

    def do_loss(self, value: float) -> None:
        self.weather.loss = value

    def do_refuse(self, value: float) -> None:
        self.refuse = int(value)

    def do_battery(self, value: float) -> None:
        self.battery_percent = int(value)

    def _boot(self) -> None:
        self.boots += 1
        self.queue.clear()
        self.firmware = self.brand(self.boots)

    def _begin(self, work) -> None:
        self._background = asyncio.ensure_future(work)

    async def _time_out(self) -> None:
        """Let the host's supervision time run out."""
        if not self.reachable and self.connected:
            await self.air.cut(self)
