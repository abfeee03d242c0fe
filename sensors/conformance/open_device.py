"""The open profile's reference firmware as a device, over :class:`VirtualSensor`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sensors.conformance.device import (
    COMMAND,
    NOTIFY,
    NUMBERS,
    READ,
    WRITE,
    Produced,
    SampleClock,
    Services,
    Value,
)
from sensors.conformance.makers import BATTERY, BATTERY_PERCENT
from sensors.drivers.link import BATTERY_LEVEL
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

_BATCH = 4
_LONG_S = 1000.0
_NEARLY_WRAPPED = (1 << 16) - 40
_ANSWERS_US = 150


class OpenProfileDevice:
    """The reference firmware of the open profile, with a clock of its own.

    Its parameters are those of :data:`~sensors.conformance.device.DeviceMaker`.
    """

    services: ClassVar[Services] = {
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

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        rng = np.random.default_rng(seed)
        settings = RadioSettings(batch=_BATCH, clock_ppm=50.0)
        self._unit = VirtualSensor(settings, rng, rate_hz, uptime_s)
        if uptime_s > _LONG_S:
            self._unit.begin_with(_NEARLY_WRAPPED)
        self._clock = SampleClock(rate_hz, now_s)
        self._values = {p.characteristic: p.data for p in self._unit.on_connect(0.0)}
        self._values[Characteristic.STATUS] = self._unit.status(0.0, 0).data
        self._streaming = False
        self.blinks = 0

    def acc_x(self, number: int) -> float:
        """What x of the accelerometer reads in sample ``number`` (m/s²)."""
        return (number % NUMBERS - NUMBERS // 2) * self._unit.scale.acc_mps2

    def read(self, characteristic: str) -> bytes:
        """Return a characteristic's value."""
        if characteristic == BATTERY_LEVEL:
            return bytes([BATTERY_PERCENT])
        return self._values[characteristic]

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes."""
        if characteristic == Characteristic.CONTROL:
            self._control(decode_control(value), now_s)
        elif characteristic == Characteristic.TIME_SYNC:
            request = SyncRequest.decode(value)
            us = self._unit.device_us(now_s - self._clock.boot_s)
            reply = SyncReply(request.id, request.host_low, us, us + _ANSWERS_US)
            return [(Characteristic.TIME_SYNC.value, reply.encode())]
        else:
            self._values[characteristic] = value
        return []

    def _control(self, command: Control, now_s: float) -> None:
        self.blinks += command is Control.IDENTIFY
        if command is Control.START and not self._streaming:
            self._clock.start(now_s)
            self._unit.forget_rest()
        if command in (Control.START, Control.STOP):
            self._streaming = command is Control.START

    def produce(self, now_s: float) -> Produced:
        """Return what became ready."""
        if not self._streaming:
            return []
        numbers = np.array(self._clock.due(now_s), dtype=np.float64)
        acc = np.zeros((len(numbers), 3))
        acc[:, 0] = (numbers % NUMBERS - NUMBERS // 2) * self._unit.scale.acc_mps2
        acc[:, 2] = GRAVITY_MPS2
        block = ImuBlock(numbers / self._clock.rate_hz, acc, np.zeros_like(acc))
        return [
            (_BATCH if packet.characteristic == self.data else 0, packet[1:])
            for packet in self._unit.send(block, 0)
        ]

    def link_closed(self) -> None:
        """Stop: a firmware of this profile ends streaming with the link."""
        self._streaming = False
