"""Real sensors as a source: one supervisor each, one queue in order of arrival."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from sensors.drivers.base import LinkChange, LinkState, LinkTrouble, Notification
from sensors.drivers.dialogues import dialogue_for
from sensors.drivers.link import BATTERY_LEVEL, LinkError
from sensors.drivers.supervisor import Supervisor, say
from sensors.errors import CannotShowError, SourceEndedError
from sensors.roles import is_stand_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import TracebackType

    from sensors.drivers.base import SourceItem
    from sensors.drivers.link import Radio
    from sensors.samples import Activity, SensorId, SensorInfo

QUEUE_ITEMS: Final = 20_000
"""About a minute of three sensors; whoever takes items that late has stopped taking them."""

ANSWERS_S: Final = 1.5
"""How long a sensor may take to tell its charge."""

YIELD_EVERY: Final = 256

LOOKS_S: Final = 10.0
"""How long to look for a sensor that is to show itself."""

SHOWS_S: Final = 5.0
"""How long a sensor blinks; some stop when the link ends."""

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
        self._supervisors: dict[SensorId, Supervisor] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._state = "new"

    @property
    def waiting(self) -> int:
        """Items that nobody has taken yet."""
        return len(self._queue)

    def now_s(self) -> float:
        """Host monotonic seconds just now."""
        return time.monotonic()

    async def identify(self, sensor: SensorId, family: str | None) -> None:
        """Make a sensor show itself, one of this source or another of ``family``.

        Raises
        ------
        LinkError
            It is not there, does not connect, or does not obey.
        """
        supervisor = self._supervisors.get(sensor)
        if supervisor is not None:
            await supervisor.identify()
        elif family is None:
            raise LinkError(sensor, LinkTrouble.NOT_SEEN)
        else:
            try:
                await identify(sensor, family, self._radio, LOOKS_S)
            except TimeoutError:
                raise LinkError(sensor, LinkTrouble.NOT_SEEN) from None

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ignore it: a person is told what to do in other ways."""

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise SourceEndedError(self.kind)
        self._state = "open"
        self.origin_s = time.monotonic()
        for info in self.sensors:
            if is_stand_in(info):
                change = LinkChange(
                    info.sensor, self.origin_s, LinkState.CONNECTING, LinkTrouble.NOT_CHOSEN
                )
                self._take(change)
                continue
            dialogue = dialogue_for(info.protocol, info.rate_hz)
            supervisor = Supervisor(info.sensor, dialogue, self._radio, self._take)
            self._supervisors[info.sensor] = supervisor
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


async def identify(sensor: SensorId, family: str, radio: Radio, seconds: float) -> None:
    """Connect to a sensor, make it show itself for a moment, and let it go.

    Parameters
    ----------
    sensor, family
        Which, and the name of its protocol.
    radio
        Who opens the link; it is not closed.
    seconds
        How long to look for it.

    Raises
    ------
    CannotShowError
        Sensors of its family have nothing to show.
    LinkError
        It does not connect, or does not obey.
    TimeoutError
        It was not seen.
    """
    commands = dialogue_for(family).identify
    if not commands:
        raise CannotShowError(sensor)
    async with asyncio.timeout(seconds):
        link = await radio.open(sensor, lambda _: None, lambda: None)
    try:
        await say(link, commands)
        await asyncio.sleep(SHOWS_S)
    finally:
        await link.release()


async def battery_of(sensor: SensorId, family: str, radio: Radio, seconds: float) -> int | None:
    """Connect to a sensor, ask for its charge (%), and let it go; ``None`` if it does not say.

    Parameters
    ----------
    sensor, family
        Which, and the name of its protocol.
    radio
        Who opens the link; it is not closed.
    seconds
        How long to look for it.

    Raises
    ------
    LinkError
        It does not connect.
    TimeoutError
        It was not seen.
    """
    dialogue = dialogue_for(family)
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def hear(characteristic: str, data: bytes) -> None:
        percent = dialogue.battery(characteristic, data)
        if percent is not None and not told.done():
            told.set_result(percent)

    def heard_from(characteristic: str, _arrival_s: float, data: bytes) -> None:
        hear(characteristic, data)

    async with asyncio.timeout(seconds):
        link = await radio.open(sensor, lambda _: None, lambda: None)
    try:
        if BATTERY_LEVEL in link.characteristics:
            level = await link.read(BATTERY_LEVEL)
            return min(level[0], 100) if level else None
        for where in set(dialogue.listen) & link.characteristics:
            await link.subscribe(where, partial(heard_from, where))
        await say(link, dialogue.ask_battery, hear)
        await asyncio.wait([told], timeout=ANSWERS_S)
        return told.result() if told.done() else None
    finally:
        await link.release()
