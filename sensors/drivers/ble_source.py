"""Real sensors as a source: one supervisor each, one queue in order of arrival."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Self

from sensors.drivers.base import Notification
from sensors.drivers.families import dialogue_for
from sensors.drivers.supervisor import Supervisor
from sensors.errors import SourceEndedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import TracebackType

    from sensors.drivers.base import SourceItem
    from sensors.drivers.link import Radio
    from sensors.samples import Activity, SensorInfo

QUEUE_ITEMS: Final = 20_000
"""About a minute of three sensors; whoever takes items that late has stopped taking them."""

YIELD_EVERY: Final = 256

logger = logging.getLogger(__name__)


class BleSource:
    """A :class:`~sensors.drivers.base.Source` of real sensors.

    Entering begins to connect and returns at once: how each sensor is doing is among the items. A
    sensor that is lost keeps its role and streams again when it is back.

    Parameters
    ----------
    sensors
        Which, where each is worn, and of which family it is.
    radio
        Who opens links to them; closed with the source.
    """

    kind = "ble"

    def __init__(self, sensors: Sequence[SensorInfo], radio: Radio) -> None:
        self.sensors = tuple(sensors)
        self.origin_s = 0.0
        self.dropped = 0
        """Notifications thrown away because nobody took them."""
        self._radio = radio
        self._queue: deque[SourceItem] = deque()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._state = "new"

    def now_s(self) -> float:
        """Host monotonic seconds just now."""
        return time.monotonic()

    def perform(self, activity: Activity | None) -> None:
        """Ignore it: a person is told what to do in other ways."""

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise SourceEndedError(self.kind)
        self._state = "open"
        self.origin_s = time.monotonic()
        for info in self.sensors:
            dialogue = dialogue_for(info)
            supervisor = Supervisor(info.sensor, dialogue, self._radio, self._take)
            task = asyncio.create_task(supervisor.run())
            task.add_done_callback(lambda _: self._news.set())
            self._tasks.append(task)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._state = "closed"
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._radio.close()
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[SourceItem]:
        if self._state != "open":
            raise SourceEndedError(self.kind)
        taken = 0
        while self._state == "open":
            while self._queue:
                yield self._queue.popleft()
                taken += 1
                if taken % YIELD_EVERY == 0:
                    await asyncio.sleep(0)
            for task in self._tasks:
                if task.done() and not task.cancelled():
                    task.result()
            self._news.clear()
            await self._news.wait()
        while self._queue:
            yield self._queue.popleft()

    def _take(self, item: SourceItem) -> None:
        if len(self._queue) >= QUEUE_ITEMS and isinstance(item, Notification):
            if self.dropped == 0:
                logger.warning("nobody takes what the sensors send: notifications are lost")
            self.dropped += 1
            return
        self._queue.append(item)
        self._news.set()
