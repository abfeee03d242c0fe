"""Keeping one sensor streaming: connect, prepare, start, watch, and begin again when it is lost.

::

            ┌───────────────────────── pause, longer each time in vain ◄──┐
            ▼                                                             │
    CONNECTING ── seen, opened, prepared, started ──► STREAMING ──► LOST ─┘
                                                       │    ▲        ▲
                                      0.5 s of silence ▼    │ data   │ broken, or silent for 3 s
                                                      STALLED ───────┘

A link tells of its end late (after the supervision time of 2 to 6 s) or never (the operating
system's Bluetooth service died), so data are what counts. Whatever happens, the link is released
before anything else is tried, and a sensor that can still hear is told to stop first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Final

from sensors.drivers.base import (
    LinkChange,
    LinkState,
    LinkTrouble,
    Notification,
    SensorReport,
)
from sensors.drivers.dialogue import Pause, Read, Write
from sensors.drivers.link import BATTERY_LEVEL, LinkError
from sensors.errors import CannotShowError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from sensors.drivers.base import SourceItem
    from sensors.drivers.dialogue import Chore, Command, Dialogue
    from sensors.drivers.link import Advertisement, Link, Radio, Receiver
    from sensors.samples import SensorId

STALLED_S: Final = 0.5
"""Silence after which a link counts as stalled."""

GIVE_UP_S: Final = 3.0
"""Silence after which a link is given up; radio stalls that a sensor can bridge are shorter."""

PAUSES_S: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Before each attempt that follows one in vain; the last holds for all after it."""

FIRST_DATA_S: Final = 1.0
"""Silence after a start that means that the sensor does not know this way to begin."""

NOT_SEEN_S: Final = 5.0
"""Looking for a sensor this long, it is likely off; looking goes on."""

FAREWELL_S: Final = 2.0
"""How long a sensor may take to obey when it is told to stop."""

BATTERY_EVERY_S: Final = 60.0

logger = logging.getLogger(__name__)


async def say(
    link: Link, commands: Iterable[Command], heard: Callable[[str, bytes], None] = lambda *_: None
) -> None:
    """Carry out commands one after the other; ``heard`` gets what was read and from where.

    Raises
    ------
    LinkError
        The sensor does not do one of them; the rest is not tried.
    """
    for command in commands:
        match command:
            case Read(characteristic):
                heard(characteristic, await link.read(characteristic))
            case Write(characteristic, data, response, needed):
                with contextlib.nullcontext() if needed else contextlib.suppress(LinkError):
                    await link.write(characteristic, data, response=response)
            case Pause(seconds):
                await asyncio.sleep(seconds)


class Supervisor:
    """One sensor's task.

    Parameters
    ----------
    sensor
        Which.
    dialogue
        What is said to sensors of its family, and when.
    radio
        Who opens links.
    sink
        Takes items in the order they happen. Called in the event loop; must not wait.
    """

    def __init__(
        self,
        sensor: SensorId,
        dialogue: Dialogue,
        radio: Radio,
        sink: Callable[[SourceItem], None],
    ) -> None:
        self.state: LinkState | None = None
        self.trouble: LinkTrouble | None = None
        self._sensor = sensor
        self._dialogue = dialogue
        self._radio = radio
        self._sink = sink
        self._rssi_dbm: int | None = None
        self._battery_percent: int | None = None
        self._last_data_s: float | None = None
        self._lost = asyncio.Event()
        self._data = asyncio.Event()
        self._way = 0
        """Which of the dialogue's openings worked last."""
        self._link: Link | None = None

    async def identify(self) -> None:
        """Make the sensor show itself, if it is connected.

        Raises
        ------
        LinkError
            It is not, or does not obey.
        """
        if self._link is None:
            raise LinkError(self._sensor, self.trouble or LinkTrouble.NOT_SEEN)
        if not self._dialogue.identify:
            raise CannotShowError(self._sensor)
        await self._say(self._link, self._dialogue.identify)

    async def run(self) -> None:
        """Keep the sensor streaming until cancelled; then stop it and let it go."""
        in_vain = 0
        while True:
            await asyncio.sleep(PAUSES_S[min(in_vain, len(PAUSES_S) - 1)])
            self._last_data_s = None
            try:
                await self._session()
            except LinkError as error:
                logger.info("%s", error)
                self._change(LinkState.LOST, error.trouble)
            in_vain = in_vain + 1 if self._last_data_s is None else 0

    # One connection, from the search to its end

    async def _session(self) -> None:
        """Go from nothing to streaming, and on until the link is lost: that raises."""
        self._lost.clear()
        self._data.clear()
        link = await self._opened()
        able = False
        try:
            await self._unless_lost(self._begin(link))
            started_s = time.monotonic()
            self._link = link
            self._change(LinkState.STREAMING)
            chores = asyncio.create_task(self._chores(link))
            try:
                await self._watch(started_s)
            finally:
                chores.cancel()
                await asyncio.gather(chores, return_exceptions=True)
        except LinkError as error:
            able = error.trouble is LinkTrouble.SILENT
            raise
        except asyncio.CancelledError:
            able = not self._lost.is_set()
            raise
        finally:
            self._link = None
            await self._end(link, able=able)

    async def _opened(self) -> Link:
        self._change(LinkState.CONNECTING)
        doubt = asyncio.get_running_loop().call_later(
            NOT_SEEN_S, self._change, LinkState.CONNECTING, LinkTrouble.NOT_SEEN
        )

        def on_seen(seen: Advertisement) -> None:
            doubt.cancel()
            self._rssi_dbm = seen.rssi_dbm
            self._change(LinkState.CONNECTING)

        try:
            return await self._radio.open(self._sensor, on_seen, self._lost.set)
        finally:
            doubt.cancel()

    async def _begin(self, link: Link) -> None:
        missing = self._dialogue.needs - link.characteristics
        if missing:
            raise LinkError(self._sensor, LinkTrouble.FOREIGN, f"it has no {min(missing)}")
        openings = self._dialogue.openings
        await self._say(link, openings[self._way].prepare)
        for characteristic in self._dialogue.listen:
            if characteristic in link.characteristics:
                await link.subscribe(characteristic, self._receiver(characteristic))
        await self._say(link, openings[self._way].start)
        for _ in openings[1:]:
            if await self._hears_something():
                break
            self._way = (self._way + 1) % len(openings)
            await self._say(link, openings[self._way].prepare)
            await self._say(link, openings[self._way].start)
        await self._ask_battery(link)

    async def _hears_something(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_DATA_S):
                await self._data.wait()
        return self._data.is_set()

    async def _end(self, link: Link, *, able: bool) -> None:
        """Stop before unsubscribing, unsubscribe before releasing; release whatever happens."""
        try:
            if able:
                async with asyncio.timeout(FAREWELL_S):
                    await self._say(link, self._dialogue.stop)
                    for characteristic in self._dialogue.listen:
                        if characteristic in link.characteristics:
                            await link.unsubscribe(characteristic)
        except (LinkError, TimeoutError) as error:
            logger.debug("%s: parting: %s", self._sensor, error)
        finally:
            await link.release()

    async def _watch(self, started_s: float) -> None:
        """Wait until the link is lost or silent for too long; that raises."""
        while True:
            last_s = started_s if self._last_data_s is None else self._last_data_s
            silent_s = time.monotonic() - last_s
            if silent_s >= GIVE_UP_S:
                raise LinkError(self._sensor, LinkTrouble.SILENT)
            if silent_s >= STALLED_S:
                self._change(LinkState.STALLED, LinkTrouble.SILENT)
            wait_s = (GIVE_UP_S if silent_s >= STALLED_S else STALLED_S) - silent_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._lost.wait()
                raise LinkError(self._sensor, LinkTrouble.BROKEN)

    async def _unless_lost(self, work: Coroutine[None, None, None]) -> None:
        """Do ``work``, but no longer than the link lasts."""
        task = asyncio.create_task(work)
        lost = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([task, lost], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise LinkError(self._sensor, LinkTrouble.BROKEN)
            task.result()
        finally:
            for each in (task, lost):
                each.cancel()
            await asyncio.gather(task, lost, return_exceptions=True)

    # What is said and heard

    async def _say(self, link: Link, commands: Iterable[Command]) -> None:
        await say(link, commands, lambda c, value: self._report(c, time.monotonic(), value))

    def _receiver(self, characteristic: str) -> Receiver:
        if characteristic not in self._dialogue.data:
            return lambda arrival_s, data: self._report(characteristic, arrival_s, data)
        counts = self._dialogue.counts

        def receive(arrival_s: float, data: bytes) -> None:
            if counts(data):
                self._last_data_s = arrival_s
                self._data.set()
            if self.state is LinkState.STALLED and counts(data):
                self._change(LinkState.STREAMING, at_s=arrival_s)
            self._report(characteristic, arrival_s, data)

        return receive

    async def _chores(self, link: Link) -> None:
        battery = self._repeat(BATTERY_EVERY_S, lambda: self._ask_battery(link))
        await asyncio.gather(battery, *(self._do(chore, link) for chore in self._dialogue.chores))

    async def _do(self, chore: Chore, link: Link) -> None:
        number, before_s = 0, 0.0
        for at_s in chore.first_s:
            await asyncio.sleep(at_s - before_s)
            number, before_s = number + 1, at_s
            await self._try(self._say(link, chore.ask(number, time.monotonic())))
        while True:
            number += 1
            await asyncio.sleep(chore.after_s(number))
            await self._try(self._say(link, chore.ask(number, time.monotonic())))

    async def _repeat(self, every_s: float, ask: Callable[[], Coroutine[None, None, None]]) -> None:
        while True:
            await asyncio.sleep(every_s)
            await self._try(ask())

    async def _try(self, work: Coroutine[None, None, None]) -> None:
        """Do what may fail: whether the link holds is seen by its data."""
        try:
            await work
        except LinkError as error:
            logger.debug("%s", error)

    async def _ask_battery(self, link: Link) -> None:
        """Have the charge told; families without the standard service tell it when they please."""
        if BATTERY_LEVEL in link.characteristics:
            level = await link.read(BATTERY_LEVEL)
            self._battery_percent = min(level[0], 100) if level else None
        else:
            await self._say(link, self._dialogue.ask_battery)
        self._tell(time.monotonic())

    def _tell(self, at_s: float) -> None:
        self._sink(SensorReport(self._sensor, at_s, self._battery_percent, self._rssi_dbm))

    def _report(self, characteristic: str, arrival_s: float, data: bytes) -> None:
        self._sink(Notification(self._sensor, characteristic, arrival_s, data))
        percent = self._dialogue.battery(characteristic, data)
        if percent is not None and percent != self._battery_percent:
            self._battery_percent = percent
            self._tell(arrival_s)

    def _change(
        self, state: LinkState, trouble: LinkTrouble | None = None, at_s: float | None = None
    ) -> None:
        if (state, trouble) != (self.state, self.trouble):
            self.state, self.trouble = state, trouble
            now_s = time.monotonic() if at_s is None else at_s
            self._sink(LinkChange(self._sensor, now_s, state, trouble))
