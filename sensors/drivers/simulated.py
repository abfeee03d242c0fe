"""A wearer who does not exist, with sensors that send real bytes.

The simulated motion is sampled, scaled, numbered, stamped with each sensor's own clock and batched
as firmware of the open profile does it, then carried by a made-up radio. Downstream cannot tell
it from real sensors. Seeded: the same settings give the same items, whatever the pace.
"""

from __future__ import annotations

import asyncio
import time
from operator import attrgetter
from typing import TYPE_CHECKING, Self

import numpy as np

from sensors.drivers.base import (
    ActivityChange,
    LinkChange,
    LinkState,
    Notification,
    SensorReport,
    SourceItem,
)
from sensors.drivers.pacing import Pace
from sensors.drivers.radio import USUAL_RADIO, Arrival, Packet, Radio, RadioSettings
from sensors.drivers.virtual_sensor import VirtualSensor
from sensors.errors import SourceEndedError
from sensors.protocols.open_profile import PROTOCOL, Characteristic
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.simulation.live import DEMO, DEMO_WEARER, LiveWearer
from sensors.simulation.severity import MAIN, Severity

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from types import TracebackType

    from sensors.drivers.virtual_sensor import Firmware, FirmwareFactory
    from sensors.samples import Activity, ImuBlock
    from sensors.simulation.wearer import Wearer

STALLED_S = 0.5
"""Silence after which a link counts as stalled."""

CHUNK_S = 0.1
"""Seconds that are made up at once; what is asked of the wearer is done within them."""

_CONNECT_S = 0.05
_REPORT_EVERY_S = 10.0
_RSSI_DBM = -58
_RATE_HZ = 104.0

_arrival = attrgetter("arrival_s")


class SimulatedSource:
    """A :class:`~sensors.drivers.base.Source` without hardware.

    Parameters
    ----------
    seed
        Of the wearer's movements and the sensors' errors; the radio has its own.
    placements
        Where sensors are worn.
    severity, wearer
        How bad the sensors are, and who wears them.
    script
        What the wearer does from the start, until asked for something.
    clumsy
        Steps of the calibration that the wearer does badly the first time.
    rate_hz
        Sampling rate.
    radio
        Clocks and links.
    firmware
        What makes notifications of each sensor's samples.
    speed
        Simulated seconds per real second; ``None`` = as fast as items are taken.
    duration_s
        When to end; ``None`` = never.
    origin_s
        Host monotonic seconds of the session clock's zero; ``None`` = when entered.
    chunk_s
        Seconds made up at once: more cost less, and the wearer heeds requests only between them.
    """

    kind = "simulated"

    def __init__(
        self,
        *,
        seed: int = 1,
        placements: Sequence[Placement] = tuple(Placement),
        severity: Severity = MAIN,
        wearer: Wearer = DEMO_WEARER,
        script: Sequence[Activity] = DEMO,
        clumsy: Sequence[Activity] = (),
        rate_hz: float = _RATE_HZ,
        radio: RadioSettings = USUAL_RADIO,
        firmware: FirmwareFactory = VirtualSensor,
        speed: float | None = 1.0,
        duration_s: float | None = None,
        origin_s: float | None = None,
        chunk_s: float = CHUNK_S,
    ) -> None:
        self.sensors = tuple(_info(placement, rate_hz) for placement in placements)
        self._wearer = LiveWearer(
            seed, severity, placements, rate_hz, wearer=wearer, script=script, clumsy=clumsy
        )
        self._radio = radio
        self._firmware = firmware
        self._speed = speed
        self._end_s = float("inf") if duration_s is None else duration_s
        self._origin_s = origin_s
        self._chunk_s = chunk_s
        self._pace: Pace | None = None
        self._state = "new"

    @property
    def origin_s(self) -> float:
        """Host monotonic seconds of the session clock's zero; known once entered."""
        if self._origin_s is None:
            raise ValueError("the origin of a source is known once it is entered")
        return self._origin_s

    def now_s(self) -> float:
        """Host monotonic seconds just now, on the scale of the items."""
        return self.origin_s if self._pace is None else self._pace.now_s()

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ask the wearer to do something else; ``None`` = stop and stay there."""
        self._wearer.perform(activity, posture)

    async def __aenter__(self) -> Self:
        if self._origin_s is None:
            self._origin_s = time.monotonic()
        self._pace = Pace(self._origin_s, self._speed)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._state = "closed"

    async def __aiter__(self) -> AsyncIterator[SourceItem]:
        if self._state != "new" or self._pace is None:
            raise SourceEndedError(self.kind)
        self._state = "open"
        links = self._connected()
        pending: list[SourceItem] = [item for link in links for item in link.connect(0.0)]
        while self._state == "open":
            done_s = min(self._wearer.now_s + self._chunk_s, self._end_s)
            pending.extend(self._collect(links, done_s))
            pending.sort(key=_arrival)
            ready = [item for item in pending if item.arrival_s < self.origin_s + done_s]
            del pending[: len(ready)]
            for item in ready:
                await self._pace.until(item.arrival_s)
                if self._state != "open":
                    return
                yield item
            await asyncio.sleep(0)
            if done_s >= self._end_s:
                return

    def _connected(self) -> list[_SimulatedLink]:
        seeds = np.random.SeedSequence(self._radio.seed).spawn(len(Placement))
        by_placement = dict(zip(Placement, seeds, strict=True))
        return [self._link(info, by_placement[info.placement]) for info in self.sensors]

    def _link(self, info: SensorInfo, seed: np.random.SeedSequence) -> _SimulatedLink:
        firmware, radio, reports = (np.random.default_rng(s) for s in seed.spawn(3))
        return _SimulatedLink(
            info,
            self._firmware(self._radio, firmware, info.rate_hz),
            Radio(self._radio, radio, _CONNECT_S),
            reports,
            self.origin_s,
        )

    def _collect(self, links: list[_SimulatedLink], done_s: float) -> Iterator[SourceItem]:
        """Yield what arrives in the next chunk of the wearer's time."""
        chunk = self._wearer.next_chunk(done_s - self._wearer.now_s)
        for link in links:
            yield from link.advance(chunk.blocks[link.info.placement], done_s)
        for change in chunk.changes:
            yield ActivityChange(self.origin_s + change.t_s, change.activity, change.begins)


class _SimulatedLink:
    """One sensor, its radio, and what a driver would notice of them."""

    def __init__(
        self,
        info: SensorInfo,
        firmware: Firmware,
        radio: Radio,
        reports: np.random.Generator,
        origin_s: float,
    ) -> None:
        self.info = info
        self._origin_s = origin_s
        self._firmware = firmware
        self._radio = radio
        self._reports = reports
        self._next_report_s = _CONNECT_S
        self._last_data_s = _CONNECT_S
        self._state = LinkState.CONNECTING

    def connect(self, t_s: float) -> Iterator[SourceItem]:
        """Yield what a driver reports while it connects."""
        yield self._changed(t_s, LinkState.CONNECTING)
        for packet in self._firmware.on_connect(t_s):
            yield self._notification(t_s, packet)
        self._last_data_s = t_s + _CONNECT_S
        yield self._changed(t_s, LinkState.STREAMING)

    def advance(self, block: ImuBlock, until_s: float) -> Iterator[SourceItem]:
        """Send new samples; yield what the host sees until ``until_s``."""
        packets = self._firmware.send(block, self._radio.dropped)
        for arrival in self._radio.carry(packets, until_s):
            yield from self._seen(arrival)
        if self._state is LinkState.STREAMING and until_s - self._last_data_s > STALLED_S:
            yield self._changed(self._last_data_s + STALLED_S, LinkState.STALLED)
        if until_s >= self._next_report_s:
            yield self._report(self._next_report_s)
            self._next_report_s += _REPORT_EVERY_S

    def _seen(self, arrival: Arrival) -> Iterator[SourceItem]:
        if isinstance(arrival.content, LinkState):
            if arrival.content is LinkState.CONNECTING:
                yield from self.connect(arrival.arrival_s)
            else:
                yield self._changed(arrival.arrival_s, arrival.content)
            return
        if arrival.content.characteristic == Characteristic.DATA:
            self._last_data_s = arrival.arrival_s
            if self._state is LinkState.STALLED:
                yield self._changed(arrival.arrival_s, LinkState.STREAMING)
        yield self._notification(arrival.arrival_s, arrival.content)

    def _changed(self, t_s: float, state: LinkState) -> LinkChange:
        self._state = state
        return LinkChange(self.info.sensor, self._origin_s + t_s, state)

    def _notification(self, t_s: float, packet: Packet) -> Notification:
        return Notification(
            self.info.sensor, packet.characteristic, self._origin_s + t_s, packet.data
        )

    def _report(self, t_s: float) -> SensorReport:
        return SensorReport(
            self.info.sensor,
            self._origin_s + t_s,
            battery_percent=self._firmware.battery_percent(t_s),
            rssi_dbm=_RSSI_DBM + round(self._reports.normal(0.0, 4.0)),
        )


def _info(placement: Placement, rate_hz: float) -> SensorInfo:
    name = placement.value.replace("_", "-")
    return SensorInfo(
        sensor=SensorId(f"simulated-{name}"),
        placement=placement,
        name=f"Simulated {placement.value.replace('_', ' ')}",
        protocol=PROTOCOL,
        rate_hz=rate_hz,
        model="simulated",
        firmware="open profile 1.0",
    )
