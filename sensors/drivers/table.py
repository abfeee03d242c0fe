"""A sensor that does not exist, turned over on a table: what ``torso calibrate-sensor`` needs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

import numpy as np

from sensors.drivers.base import LinkChange, LinkState, Notification, SourceItem
from sensors.drivers.pacing import Pace
from sensors.drivers.radio import PERFECT_RADIO
from sensors.drivers.virtual_sensor import VirtualSensor
from sensors.errors import SourceEndedError
from sensors.protocols.open_profile import PROTOCOL
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.simulation.table import simulate_table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from sensors.samples import Activity

_RATE_HZ = 104.0
_DELAY_S = 0.005
_CHUNK = 26


class TableSource:
    """A :class:`~sensors.drivers.base.Source` of one simulated sensor nobody wears.

    Parameters
    ----------
    seed
        Of the sensor's errors.
    speed
        Simulated seconds per real second; ``None`` = as fast as items are taken.
    """

    kind = "simulated"

    def __init__(self, *, seed: int = 1, speed: float | None = 1.0) -> None:
        self.session = simulate_table(seed, _RATE_HZ)
        self.sensors = (
            SensorInfo(
                sensor=SensorId("simulated-table"),
                placement=Placement.PELVIS,
                name="Simulated sensor on a table",
                protocol=PROTOCOL,
                rate_hz=_RATE_HZ,
                model="simulated",
                firmware="open profile 1.0",
            ),
        )
        self._firmware = VirtualSensor(PERFECT_RADIO, np.random.default_rng(seed), _RATE_HZ)
        self._speed = speed
        self._pace: Pace | None = None
        self.origin_s = 0.0
        self._used = False

    def now_s(self) -> float:
        """Host monotonic seconds just now, on the scale of the items."""
        return self.origin_s if self._pace is None else self._pace.now_s()

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ignore it: nobody wears this sensor."""

    async def __aenter__(self) -> Self:
        self.origin_s = time.monotonic()
        self._pace = Pace(self.origin_s, self._speed)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._used = True

    async def __aiter__(self) -> AsyncIterator[SourceItem]:
        if self._used or self._pace is None:
            raise SourceEndedError(self.kind)
        self._used = True
        sensor, samples = self.sensors[0].sensor, self.session.samples
        yield LinkChange(sensor, self.origin_s, LinkState.STREAMING)
        for packet in self._firmware.on_connect(0.0):
            yield Notification(sensor, packet.characteristic, self.origin_s, packet.data)
        for start in range(0, len(samples), _CHUNK):
            for packet in self._firmware.send(samples.part(slice(start, start + _CHUNK)), 0):
                arrival_s = self.origin_s + packet.ready_s + _DELAY_S
                await self._pace.until(arrival_s)
                yield Notification(sensor, packet.characteristic, arrival_s, packet.data)
            await asyncio.sleep(0)
