"""What is demanded of a dialogue: the real supervisor keeps the device streaming with it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from sensors.conformance.playing import SENSOR
from sensors.drivers.base import LinkChange, LinkState, LinkTrouble, Notification
from sensors.drivers.link import Advertisement, LinkError
from sensors.drivers.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.conformance.device import Device, Value
    from sensors.drivers.base import SourceItem
    from sensors.drivers.link import Receiver
    from sensors.drivers.plugins import Driver

PATIENCE_S: Final = 8.0
ENOUGH: Final = 10
"""Data notifications after which a device counts as streaming."""

_EVENT_S: Final = 0.01


class MemoryRadio:
    """A :class:`~sensors.drivers.link.Radio` to one simulated device, without air."""

    def __init__(self, driver: Driver) -> None:
        self.device: Device = driver.device(1, driver.family.rate_hz, time.monotonic(), 100.0)
        self.link: MemoryLink | None = None
        self.faults: list[str] = []

    async def open(
        self,
        sensor: str,
        on_seen: Callable[[Advertisement], None],
        on_lost: Callable[[], None],
    ) -> MemoryLink:
        """Open the link; the one before must have been released."""
        if self.link is not None and not self.link.released:
            self.faults.append("a link was opened before the lost one was released")
        on_seen(Advertisement(SENSOR, sensor, -50))
        self.link = MemoryLink(self, on_lost)
        return self.link

    async def close(self) -> None:
        """Nothing is left to close."""


class MemoryLink:
    """A :class:`~sensors.drivers.link.Link` to it."""

    def __init__(self, radio: MemoryRadio, on_lost: Callable[[], None]) -> None:
        self.released = False
        self._radio = radio
        self._on_lost = on_lost
        self._receivers: dict[str, Receiver] = {}
        self._open = True
        self._pump = asyncio.create_task(self._run())

    @property
    def characteristics(self) -> frozenset[str]:
        """What the device offers."""
        return frozenset(c for members in self._radio.device.services.values() for c in members)

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        self._check(characteristic)
        return self._radio.device.read(characteristic)

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """Write a value; what the device answers comes with the next event."""
        del response
        self._check(characteristic)
        for value in self._radio.device.write(characteristic, data, time.monotonic()):
            asyncio.get_running_loop().call_soon(self._deliver, value)

    async def subscribe(self, characteristic: str, receiver: Receiver) -> None:
        """Hear a characteristic."""
        self._check(characteristic)
        self._receivers[characteristic] = receiver

    async def unsubscribe(self, characteristic: str) -> None:
        """Hear it no more."""
        self._check(characteristic)
        del self._receivers[characteristic]

    async def release(self) -> None:
        """Give the link up."""
        self.released = True
        self.cut()
        await asyncio.gather(self._pump, return_exceptions=True)

    def cut(self) -> None:
        """End the link as a radio does: from now on nothing works."""
        if self._open:
            self._open = False
            self._pump.cancel()
            self._radio.device.link_closed()
            self._on_lost()

    def _check(self, characteristic: str) -> None:
        if not self._open:
            raise LinkError(SENSOR, LinkTrouble.BROKEN)
        if characteristic not in self.characteristics:
            self._radio.faults.append(f"{characteristic} is used, but the device has none")
            raise LinkError(SENSOR, LinkTrouble.FOREIGN)

    def _deliver(self, value: Value) -> None:
        characteristic, data = value
        receiver = self._receivers.get(characteristic)
        if receiver is not None and self._open:
            receiver(time.monotonic(), data)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_EVENT_S)
            for _, value in self._radio.device.produce(time.monotonic()):
                self._deliver(value)


async def reconnect(driver: Driver) -> list[str]:
    """Made to stream; lost, and made to stream again; told to stop at the end."""
    radio = MemoryRadio(driver)
    items: list[SourceItem] = []
    news = asyncio.Event()

    def take(item: SourceItem) -> None:
        items.append(item)
        news.set()

    def data() -> int:
        return sum(
            isinstance(i, Notification) and i.characteristic == radio.device.data for i in items
        )

    async def until_streaming() -> bool:
        goal = data() + ENOUGH
        try:
            async with asyncio.timeout(PATIENCE_S):
                while data() < goal:
                    news.clear()
                    await news.wait()
        except TimeoutError:
            return False
        return True

    supervisor = Supervisor(SENSOR, driver.dialogue(driver.family.rate_hz), radio, take)
    task = asyncio.create_task(supervisor.run())
    try:
        if not await until_streaming():
            return [*radio.faults, f"no stream within {PATIENCE_S:g} s: {supervisor.trouble}"]
        assert radio.link is not None
        radio.link.cut()
        if not await until_streaming():
            radio.faults.append("it did not stream again after the link was lost")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not radio.link.released:
        radio.faults.append("the link was left open at the end")
    states = [i.state for i in items if isinstance(i, LinkChange)]
    if LinkState.LOST not in states:
        radio.faults.append("nobody was told that the link was lost")
    return radio.faults
