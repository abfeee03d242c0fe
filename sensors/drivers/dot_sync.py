"""Putting the clocks of several Movella DOTs on one: their own radio does it, before they measure.

Told which of them is the root, and left alone, they listen to each other for some 14 seconds; then
each is asked how it went. From then on equal time stamps are equal instants, to 1 ppm after half an
hour (the maker's figure), until they are switched off or told to stop. It takes a disconnection, so
it is done before a session and not while one runs. Without it nothing is lost but that: every clock
is fitted on the arrivals by itself, see :mod:`sensors.common_clock`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from sensors.drivers.link import LinkError
from sensors.errors import ClocksNotAlignedError, ProtocolError
from sensors.protocols.movella_dot import (
    Characteristic,
    DeviceInfo,
    PayloadId,
    SyncReply,
    output_rate,
    start_sync,
    stop_measuring,
    stop_sync,
    sync_status,
)
from sensors.protocols.movella_dot.messages import decode_sync_reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sensors.drivers.link import Link, Radio
    from sensors.samples import SensorId

SETTLE_S: Final = 0.8
"""After the last word, before the links are cut."""

TALK_S: Final = 14.0
"""How long the sensors talk to each other."""

ANSWER_S: Final = 3.0
LOOK_S: Final = 15.0
TRIES: Final = 2
RATE_HZ: Final = 60

_WORDS: Final = {
    SyncReply.NOT_ENOUGH_SAMPLES: "it heard too little of the others",
    SyncReply.SKEW_TOO_LARGE: "its clock and the others' are too far apart",
    SyncReply.START_TIMING: "it began at another moment than the others",
    SyncReply.NOT_STARTED: "it did not begin",
}

logger = logging.getLogger(__name__)


async def synchronise(
    sensors: Sequence[SensorId], radio: Radio, told: Callable[[str], None] = lambda _: None
) -> None:
    """Put the clocks of Movella DOTs on that of the first.

    Parameters
    ----------
    sensors
        At least two; not connected to anybody.
    radio
        Who opens links; it is not closed, and no link is left open.
    told
        Called with what happens, in words.

    Raises
    ------
    ClocksNotAlignedError
        It failed, twice; the sensors are told to forget it and work as before.
    LinkError
        A sensor does not connect or obey.
    """
    if len(sensors) < 2:
        raise ValueError("one clock alone cannot be aligned")
    for attempt in range(1, TRIES + 1):
        try:
            await _begin(sensors, radio)
            told(f"The sensors align their clocks; this takes {TALK_S:.0f} s.")
            await asyncio.sleep(TALK_S)
            await _each(sensors, radio, _check)
        except ClocksNotAlignedError as error:
            with contextlib.suppress(LinkError, ClocksNotAlignedError):
                await _each(sensors, radio, _undo)
            if attempt == TRIES:
                raise
            told(f"{error.reason.capitalize()}. Once more.")
        else:
            return


async def _begin(sensors: Sequence[SensorId], radio: Radio) -> None:
    """Make all of them ready, name the root to all, and let them go together."""
    links: list[Link] = []
    try:
        for sensor in sensors:
            links.append(await _opened(sensor, radio))
            await _prepare(sensor, links[-1])
        root = DeviceInfo.decode(await links[0].read(Characteristic.INFO)).address
        for link in links:
            await link.write(Characteristic.MESSAGE, start_sync(root), response=True)
        await asyncio.sleep(SETTLE_S)
    finally:
        for link in links:
            await link.release()


async def _prepare(sensor: SensorId, link: Link) -> None:
    """Stop measuring and being synchronised: a second time fails unless the first was ended."""
    await link.write(Characteristic.MEASUREMENT, stop_measuring(PayloadId.CUSTOM_5), response=True)
    answers: asyncio.Queue[bytes] = asyncio.Queue()
    await link.subscribe(Characteristic.MESSAGE_NEWS, lambda _, data: answers.put_nowait(data))
    if await _asked(sensor, link, answers, sync_status()) is SyncReply.SYNCED:
        await _asked(sensor, link, answers, stop_sync())
    # All must measure at the same rate, which cannot be changed once they are synchronised.
    await link.write(Characteristic.CONTROL, output_rate(RATE_HZ), response=True)


async def _undo(_: SensorId, link: Link) -> None:
    """Let nobody wait for an alignment that will not come."""
    await link.write(Characteristic.MESSAGE, stop_sync(), response=True)


async def _asked(
    sensor: SensorId, link: Link, answers: asyncio.Queue[bytes], message: bytes
) -> SyncReply:
    await link.write(Characteristic.MESSAGE, message, response=True)
    try:
        return decode_sync_reply(await asyncio.wait_for(answers.get(), ANSWER_S))
    except (TimeoutError, ProtocolError) as error:
        logger.debug("%s: %r", sensor, error)
        raise ClocksNotAlignedError(sensor, "it does not say whether it is synchronised") from error


async def _check(sensor: SensorId, link: Link) -> None:
    try:
        reply = decode_sync_reply(await link.read(Characteristic.ACKNOWLEDGE))
    except ProtocolError as error:
        raise ClocksNotAlignedError(sensor, "it does not say how it went") from error
    if reply is not SyncReply.STARTED:
        raise ClocksNotAlignedError(sensor, _WORDS.get(reply, "it says something else"))


async def _each(
    sensors: Sequence[SensorId], radio: Radio, work: Callable[[SensorId, Link], Awaitable[None]]
) -> None:
    """Connect to one after the other, do something, and let it go."""
    for sensor in sensors:
        link = await _opened(sensor, radio)
        try:
            await work(sensor, link)
        finally:
            await link.release()


async def _opened(sensor: SensorId, radio: Radio) -> Link:
    try:
        async with asyncio.timeout(LOOK_S):
            return await radio.open(sensor, lambda _: None, lambda: None)
    except TimeoutError:
        raise ClocksNotAlignedError(sensor, "it is not in reach") from None
