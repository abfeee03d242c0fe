"""What runs on the emulated sensors. Every sample carries its number, so that tests can tell."""

from __future__ import annotations

import time
from typing import ClassVar

import numpy as np

from sensors.drivers.radio import RadioSettings
from sensors.drivers.virtual_sensor import VirtualSensor
from sensors.protocols.open_profile import (
    SERVICE,
    Characteristic,
    Control,
    SyncReply,
    SyncRequest,
    decode_control,
)
from sensors.samples import GRAVITY_MPS2, ImuBlock
from tests.ble.emulation.sensor import (
    BATTERY_LEVEL,
    BATTERY_SERVICE,
    COMMAND,
    NOTIFY,
    READ,
    WRITE,
    Value,
)

BATTERY = {BATTERY_SERVICE: {BATTERY_LEVEL: (READ, NOTIFY)}}
NUMBERS = 20_000
"""Samples are numbered modulo this, in the x axis of the accelerometer."""


class SampleClock:
    """When samples were taken since boot, at a rate a little off the nominal one."""

    def __init__(self, rate_hz: float) -> None:
        self.boot_s = time.monotonic()
        self.rate_hz = rate_hz
        self.next = 0

    def start(self, now_s: float) -> None:
        self.next = int((now_s - self.boot_s) * self.rate_hz) + 1

    def due(self, now_s: float) -> range:
        """Return the numbers of the samples taken since the last call."""
        first, self.next = self.next, int((now_s - self.boot_s) * self.rate_hz) + 1
        return range(first, max(self.next, first))


class OpenProfile:
    """The reference firmware of the open profile, with a clock of its own."""

    services: ClassVar = {
        SERVICE: {
            Characteristic.INFO: (READ,),
            Characteristic.SCALE: (READ,),
            Characteristic.CONFIG: (READ, WRITE),
            Characteristic.CONTROL: (WRITE,),
            Characteristic.DATA: (NOTIFY,),
            Characteristic.TIME_SYNC: (COMMAND, NOTIFY),
            Characteristic.STATUS: (READ, NOTIFY),
        },
        **BATTERY,
    }
    data = Characteristic.DATA.value

    def __init__(self, seed: int, rate_hz: float = 100.0, batch: int = 4) -> None:
        rng = np.random.default_rng(seed)
        settings = RadioSettings(batch=batch, clock_ppm=50.0)
        self._unit = VirtualSensor(settings, rng, rate_hz)
        self._clock = SampleClock(rate_hz)
        values = {p.characteristic: p.data for p in self._unit.on_connect(0.0)}
        self._values = {**values, Characteristic.STATUS.value: self._unit._status(0.0, 0).data}
        self._streaming = False
        self._batch = batch
        self.blinks = 0

    def read(self, characteristic: str) -> bytes:
        return self._values[characteristic]

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        if characteristic == Characteristic.CONTROL:
            self._control(decode_control(value), now_s)
        elif characteristic == Characteristic.TIME_SYNC:
            request = SyncRequest.decode(value)
            us = self._unit._device_us(now_s - self._clock.boot_s)
            reply = SyncReply(request.id, request.host_low, us, us + 150)
            return [(Characteristic.TIME_SYNC.value, reply.encode())]
        else:
            self._values[characteristic] = value
        return []

    def _control(self, command: Control, now_s: float) -> None:
        if command is Control.START and not self._streaming:
            self._clock.start(now_s)
            unit = self._unit  # what did not fill a batch before is not sent now
            unit._t_s, unit._raw, unit._clipped = unit._t_s[:0], unit._raw[:0], unit._clipped[:0]
        self.blinks += command is Control.IDENTIFY
        if command in (Control.START, Control.STOP):
            self._streaming = command is Control.START

    def produce(self, now_s: float) -> list[tuple[int, Value]]:
        if not self._streaming:
            return []
        numbers = np.array(self._clock.due(now_s), dtype=np.float64)
        return [
            (self._batch if packet.characteristic == self.data else 0, packet[1:])
            for packet in self._unit.send(self._block(numbers), 0)
        ]

    def _block(self, numbers: np.ndarray) -> ImuBlock:
        acc = np.zeros((len(numbers), 3))
        acc[:, 0] = (numbers % NUMBERS - NUMBERS // 2) * self._unit._scale.acc_mps2
        acc[:, 2] = GRAVITY_MPS2
        return ImuBlock(numbers / self._clock.rate_hz, acc, np.zeros_like(acc))

    def link_closed(self) -> None:
        """A firmware of this profile ends streaming with the link."""
        self._streaming = False


class BatteryOnly:
    """A device that is something else."""

    services: ClassVar = BATTERY
    data = BATTERY_LEVEL

    def __init__(self, seed: int, rate_hz: float) -> None:
        pass

    def read(self, characteristic: str) -> bytes:
        raise KeyError(characteristic)

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        return []

    def produce(self, now_s: float) -> list[tuple[int, Value]]:
        return []

    def link_closed(self) -> None:
        pass
