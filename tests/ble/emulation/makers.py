"""What runs on the makers' sensors, packed here by hand from their papers, not by our encoders."""

from __future__ import annotations

import struct
from typing import ClassVar

from tests.ble.emulation.firmwares import BATTERY, NUMBERS, SampleClock
from tests.ble.emulation.sensor import COMMAND, NOTIFY, READ, WRITE, Value

Produced = list[tuple[int, Value]]


class Maker:
    """What all have in common: samples on a clock that is a little off, streaming or not."""

    off = 30e-6
    """By how much the clock is faster than the host's."""

    def __init__(self, seed: int, rate_hz: float) -> None:
        self.clock = SampleClock(rate_hz * (1.0 + self.off))
        self.uptime_s = 100.0 + 7.0 * seed
        self.streaming = False
        self.blinks = 0

    def start(self, now_s: float) -> None:
        if not self.streaming:
            self.clock.start(now_s)
        self.streaming = True

    def device_s(self, number: int) -> float:
        """When a sample was taken, on the device's own clock."""
        return self.uptime_s + number / self.clock.rate_hz * (1.0 + self.off)

    def due(self, now_s: float) -> range:
        return self.clock.due(now_s) if self.streaming else range(0)

    def read(self, characteristic: str) -> bytes:
        raise KeyError(characteristic)

    def link_closed(self) -> None:
        self.streaming = False


class WitMotion(Maker):
    """Counts on nobody: no clock, no counter, four frames in a notification, always streaming."""

    off = -0.006
    write_uuid = "0000ffe9-0000-1000-8000-00805f9a34fb"
    data = "0000ffe4-0000-1000-8000-00805f9a34fb"
    services: ClassVar = {
        "0000ffe5-0000-1000-8000-00805f9a34fb": {write_uuid: (WRITE, COMMAND), data: (NOTIFY,)}
    }

    def __init__(self, seed: int, rate_hz: float) -> None:
        super().__init__(seed, rate_hz)
        self.frames = b""
        self.streaming = True
        self.rate_code = 6

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        if value == bytes.fromhex("ffaa276400"):
            return [(self.data, bytes.fromhex("55716400") + struct.pack("<8h", 393, *[0] * 7))]
        if value[:3] == bytes.fromhex("ffaa03"):
            self.rate_code = value[3]
        return []

    def produce(self, now_s: float) -> Produced:
        sent = []
        for number in self.due(now_s):
            raw = (number % NUMBERS - NUMBERS // 2, 0, 2048, 0, 0, 0, 0, 0, 0)
            self.frames += struct.pack("<2B9h", 0x55, 0x61, *raw)
            if len(self.frames) == 80:
                sent.append((4, (self.data, self.frames)))
                self.frames = b""
        return sent if self.rate_code == 9 else []

    def link_closed(self) -> None:
        self.frames = b""


class MetaMotion(Maker):
    """Acc, gyro and a tick of 1.46 ms, once the processors of the newer chip are set up."""

    write_uuid = "326a9001-85cb-9195-d9dd-464cfbbae75a"
    data = "326a9006-85cb-9195-d9dd-464cfbbae75a"
    services: ClassVar = {
        "326a9000-85cb-9195-d9dd-464cfbbae75a": {write_uuid: (WRITE, COMMAND), data: (NOTIFY,)}
    }
    configured = False

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        if value[:2] == b"\x03\x03":
            self.configured = value[2] & 0xA0 == 0xA0
        elif value == b"\x03\x01\x01" and self.configured:
            self.start(now_s)
        elif value == b"\x03\x01\x00":
            self.streaming = False
        elif value == b"\x02\x01\x01":
            self.blinks += 1
        elif value == b"\x11\xcc":
            return [(self.data, bytes.fromhex("118c633410"))]
        return []

    def produce(self, now_s: float) -> Produced:
        sent = []
        for number in self.due(now_s):
            ticks = int(self.device_s(number) * 32768 / 48) % (1 << 32)
            raw = (number % NUMBERS - NUMBERS // 2, 0, 4096, 0, 0, 0)
            sent.append((1, (self.data, struct.pack("<BBBI6h", 9, 3, 2, ticks, *raw))))
        return sent


class MovellaDot(Maker):
    """Payload 26 on newer firmware; older ones do not have it and stay silent."""

    payload = 26
    _uuid = "1517{}-4947-11e9-8646-d663bd873d93".format
    data = _uuid("2002")
    services: ClassVar = {
        _uuid("1000"): {_uuid("1002"): (READ, WRITE)},
        _uuid("2000"): {
            _uuid("2001"): (READ, WRITE), _uuid("2002"): (NOTIFY,), _uuid("2003"): (NOTIFY,),
        },
        _uuid("3000"): {_uuid("3001"): (READ, NOTIFY)},
    }  # fmt: skip

    def __init__(self, seed: int, rate_hz: float) -> None:
        super().__init__(seed, min(rate_hz, 60.0))
        self.control = bytes(3)

    def read(self, characteristic: str) -> bytes:
        return bytes([64, 0]) if characteristic.startswith("15173001") else self.control

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        if characteristic.startswith("15171002"):
            self.blinks += value[0] & 1
        elif value[1] == 1:
            self.control = value
            if value[2] == self.payload:
                self.start(now_s)
        else:
            self.streaming = False
        return []

    def produce(self, now_s: float) -> Produced:
        return [(1, (self.data, self._packed(number))) for number in self.due(now_s)]

    def _packed(self, number: int) -> bytes:
        us = round(self.device_s(number) * 1e6) % (1 << 32)
        return struct.pack("<I10f", us, 1, 0, 0, 0, number % NUMBERS / 1000, 0, 9.81, 0, 0, 0)


class OldMovellaDot(MovellaDot):
    """Firmware that only knows rate and magnetometer together."""

    payload = 20
    data = MovellaDot._uuid("2003")

    def _packed(self, number: int) -> bytes:
        us = round(self.device_s(number) * 1e6) % (1 << 32)
        return struct.pack("<I6f3h", us, number % NUMBERS / 1000, 0, 9.81, 0, 0, 0, 4096, 0, 0)


class Movesense(Maker):
    """Eight samples in a measurement, in two parts, with milliseconds."""

    write_uuid = "34800001-7185-4d5d-b431-630e7050e8f0"
    data = "34800002-7185-4d5d-b431-630e7050e8f0"
    services: ClassVar = {
        "34802252-7185-4d5d-b431-630e7050e8f0": {write_uuid: (WRITE,), data: (NOTIFY,)},
        **BATTERY,
    }

    def __init__(self, seed: int, rate_hz: float) -> None:
        super().__init__(seed, 104.0)
        self.waiting: list[int] = []
        self.reference = 0

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        if value[0] == 1:
            assert value[2:] == b"/Meas/IMU6/104"
            self.reference = value[1]
            self.waiting.clear()
            self.start(now_s)
        elif value[0] == 2:
            self.streaming = False
        return [(self.data, bytes([1, value[1]]) + b"\xc8\x00")]

    def produce(self, now_s: float) -> Produced:
        sent = []
        for number in self.due(now_s):
            self.waiting.append(number)
            if len(self.waiting) == 8:
                ms = round(self.device_s(self.waiting[0]) * 1e3) % (1 << 32)
                acc = [v for n in self.waiting for v in (n % NUMBERS / 1000, 0.0, 9.81)]
                whole = struct.pack("<I48f", ms, *acc, *[0.0] * 24)
                for code, part, count in ((2, whole[:150], 0), (3, whole[150:], 8)):
                    sent.append((count, (self.data, bytes([code, self.reference]) + part)))
                self.waiting.clear()
        return sent
