"""What runs on the makers' sensors, packed here by hand from their papers, not by our encoders.

Each sample carries its number, so that what was invented, doubled or put out of order is seen.
"""

from __future__ import annotations

import struct
from typing import ClassVar

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
from sensors.drivers.link import BATTERY_LEVEL
from sensors.samples import GRAVITY_MPS2

BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY: Services = {BATTERY_SERVICE: {BATTERY_LEVEL: (READ, NOTIFY)}}
BATTERY_PERCENT = 87


class Maker:
    """What all have in common: samples on a clock that is a little off, streaming or not."""

    off = 30e-6
    """By how much the clock is faster than the host's."""

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        self.clock = SampleClock(rate_hz * (1.0 + self.off), now_s)
        self.uptime_s = uptime_s + 0.007 * seed
        self.streaming = False
        self.blinks = 0

    def start(self, now_s: float) -> None:
        """Stream from now on."""
        if not self.streaming:
            self.clock.start(now_s)
        self.streaming = True

    def device_s(self, number: int) -> float:
        """When a sample was taken, on the device's own clock."""
        return self.uptime_s + number / self.clock.rate_hz * (1.0 + self.off)

    def due(self, now_s: float) -> range:
        """Return the numbers of new samples, if it streams."""
        return self.clock.due(now_s) if self.streaming else range(0)

    def acc_x(self, number: int) -> float:
        """What x of the accelerometer reads in sample ``number`` (m/s²)."""
        return number % NUMBERS / 1000.0

    def read(self, characteristic: str) -> bytes:
        """Return a characteristic's value."""
        if characteristic == BATTERY_LEVEL:
            return bytes([BATTERY_PERCENT])
        raise KeyError(characteristic)

    def link_closed(self) -> None:
        """Stop: all of them do."""
        self.streaming = False


class WitMotion(Maker):
    """Counts on nobody: no clock, no counter, four frames in a notification, always streaming."""

    off = -0.006
    write_uuid = "0000ffe9-0000-1000-8000-00805f9a34fb"
    data = "0000ffe4-0000-1000-8000-00805f9a34fb"
    services: ClassVar[Services] = {
        "0000ffe5-0000-1000-8000-00805f9a34fb": {write_uuid: (WRITE, COMMAND), data: (NOTIFY,)}
    }

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        super().__init__(seed, rate_hz, now_s, uptime_s)
        self.frames = b""
        self.streaming = True
        self.rate_code = 6

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes."""
        if value == bytes.fromhex("ffaa276400"):
            return [(self.data, bytes.fromhex("55716400") + struct.pack("<8h", 393, *[0] * 7))]
        if value[:3] == bytes.fromhex("ffaa03"):
            self.rate_code = value[3]
        return []

    def produce(self, now_s: float) -> Produced:
        """Return what became ready."""
        sent: Produced = []
        for number in self.due(now_s):
            raw = (number % NUMBERS - NUMBERS // 2, 0, 2048, 0, 0, 0, 0, 0, 0)
            self.frames += struct.pack("<2B9h", 0x55, 0x61, *raw)
            if len(self.frames) == 80:
                sent.append((4, (self.data, self.frames)))
                self.frames = b""
        return sent if self.rate_code == 9 else []

    def acc_x(self, number: int) -> float:
        """What x of the accelerometer reads in sample ``number`` (m/s²)."""
        return (number % NUMBERS - NUMBERS // 2) * 16.0 * GRAVITY_MPS2 / 32768.0

    def link_closed(self) -> None:
        """Drop what did not fill a notification; it streams to whoever listens."""
        self.frames = b""


class MetaMotion(Maker):
    """Acc, gyro and a tick of 1.46 ms, once the processors of the newer chip are set up."""

    write_uuid = "326a9001-85cb-9195-d9dd-464cfbbae75a"
    data = "326a9006-85cb-9195-d9dd-464cfbbae75a"
    services: ClassVar[Services] = {
        "326a9000-85cb-9195-d9dd-464cfbbae75a": {write_uuid: (WRITE, COMMAND), data: (NOTIFY,)}
    }
    configured = False

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes."""
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

    def acc_x(self, number: int) -> float:
        """What x of the accelerometer reads in sample ``number`` (m/s²)."""
        return (number % NUMBERS - NUMBERS // 2) * GRAVITY_MPS2 / 4096.0

    def produce(self, now_s: float) -> Produced:
        """Return what became ready."""
        sent: Produced = []
        for number in self.due(now_s):
            ticks = int(self.device_s(number) * 32768 / 48) % (1 << 32)
            raw = (number % NUMBERS - NUMBERS // 2, 0, 4096, 0, 0, 0)
            sent.append((1, (self.data, struct.pack("<BBBI6h", 9, 3, 2, ticks, *raw))))
        return sent


def _dot(number: str) -> str:
    return f"1517{number}-4947-11e9-8646-d663bd873d93"


class MovellaDot(Maker):
    """Payload 26 on newer firmware; older ones do not have it and stay silent."""

    payload = 26
    data = _dot("2002")
    services: ClassVar[Services] = {
        _dot("1000"): {_dot("1001"): (READ,), _dot("1002"): (READ, WRITE)},
        _dot("2000"): {
            _dot("2001"): (READ, WRITE), _dot("2002"): (NOTIFY,), _dot("2003"): (NOTIFY,),
        },
        _dot("3000"): {_dot("3001"): (READ, NOTIFY)},
        _dot("7000"): {
            _dot("7001"): (WRITE,), _dot("7002"): (READ,), _dot("7003"): (NOTIFY,),
        },
    }  # fmt: skip
    outcome = 0
    """What comes of synchronising: 0 is good."""

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        super().__init__(seed, min(rate_hz, 60.0), now_s, uptime_s)
        self.control = bytes(3)
        self.address = bytes([seed, 0, 0, 0xCD, 0x22, 0xD4])
        self.root = ""
        """Whose clock it is to follow, once the link has ended."""
        self.synced = False

    def read(self, characteristic: str) -> bytes:
        """Return a characteristic's value."""
        if characteristic.startswith("15171001"):
            return self.address + bytes([3, 0, 0]) + bytes(19) + b"XS-T02"
        if characteristic.startswith("15177002"):
            return bytes([2, 2, 3, self.outcome, (-7 - self.outcome) % 256])
        return bytes([64, 0]) if characteristic.startswith("15173001") else self.control

    def link_closed(self) -> None:
        """Stop; talk to the others, if told to."""
        super().link_closed()
        self.synced = bool(self.root) and self.outcome == 0

    def _message(self, message: bytes) -> list[Value]:
        answers = {
            bytes.fromhex("020108f5"): "02025104a7" if self.synced else "02025109a2",
            bytes.fromhex("020102fb"): "02025000ac",
        }
        if message[:3] == bytes.fromhex("020701") and not self.synced:
            self.root = message[3:9][::-1].hex(":")
        elif message == bytes.fromhex("020102fb"):
            self.root, self.synced = "", False
        return [(_dot("7003"), bytes.fromhex(answers[message]))] if message in answers else []

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes.

        Raises
        ------
        PermissionError
            A rate, while its clock follows another's.
        """
        if characteristic.startswith("15177001"):
            return self._message(value)
        if characteristic.startswith("15171002"):
            if value[0] & 0x10 and self.synced:
                raise PermissionError
            self.blinks += value[0] & 1
        elif value[1] == 1:
            self.control = value
            if value[2] == self.payload:
                self.start(now_s)
        else:
            self.streaming = False
        return []

    def produce(self, now_s: float) -> Produced:
        """Return what became ready."""
        return [(1, (self.data, self._packed(number))) for number in self.due(now_s)]

    def _packed(self, number: int) -> bytes:
        us = round(self.device_s(number) * 1e6) % (1 << 32)
        return struct.pack("<I10f", us, 1, 0, 0, 0, number % NUMBERS / 1000, 0, 9.81, 0, 0, 0)


class OldMovellaDot(MovellaDot):
    """Firmware that only knows rate and magnetometer together."""

    payload = 20
    data = _dot("2003")

    def _packed(self, number: int) -> bytes:
        us = round(self.device_s(number) * 1e6) % (1 << 32)
        return struct.pack("<I6f3h", us, number % NUMBERS / 1000, 0, 9.81, 0, 0, 0, 4096, 0, 0)


class StubbornMovellaDot(MovellaDot):
    """Its clock cannot be aligned."""

    outcome = 7


class Movesense(Maker):
    """Eight samples in a measurement, in two parts, with milliseconds."""

    write_uuid = "34800001-7185-4d5d-b431-630e7050e8f0"
    data = "34800002-7185-4d5d-b431-630e7050e8f0"
    services: ClassVar[Services] = {
        "34802252-7185-4d5d-b431-630e7050e8f0": {write_uuid: (WRITE,), data: (NOTIFY,)},
        **BATTERY,
    }

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        super().__init__(seed, 104.0, now_s, uptime_s)
        self.waiting: list[int] = []
        self.reference = 0

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes."""
        if value[0] == 1:
            assert value[2:] == b"/Meas/IMU6/104"
            self.reference = value[1]
            self.waiting.clear()
            self.start(now_s)
        elif value[0] == 2:
            self.streaming = False
        return [(self.data, bytes([1, value[1]]) + b"\xc8\x00")]

    def produce(self, now_s: float) -> Produced:
        """Return what became ready."""
        sent: Produced = []
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


def _thingy(number: str) -> str:
    return f"ef68{number}-9b35-4933-9b10-52ffa9740042"


class Thingy52(Maker):
    """One sample a notification, neither time nor counter; measures while it is listened to."""

    off = -0.004
    data = _thingy("0406")
    services: ClassVar[Services] = {
        _thingy("0300"): {_thingy("0301"): (READ, WRITE)},
        _thingy("0400"): {_thingy("0401"): (READ, WRITE), data: (NOTIFY,)},
        **BATTERY,
    }

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        super().__init__(seed, rate_hz, now_s, uptime_s)
        self.streaming = True
        self.asked_hz = 0

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes."""
        if characteristic == _thingy("0401"):
            self.asked_hz = struct.unpack("<4HB", value)[3]
        elif value == bytes([1, 0, 0, 255]):
            self.blinks += 1
        return []

    def acc_x(self, number: int) -> float:
        """What x of the accelerometer reads in sample ``number`` (m/s²)."""
        return (number % NUMBERS - NUMBERS // 2) * GRAVITY_MPS2 / 1024.0

    def produce(self, now_s: float) -> Produced:
        """Return what became ready."""
        sent: Produced = []
        for number in self.due(now_s):
            raw = (number % NUMBERS - NUMBERS // 2, 0, 1024, 0, 0, 0, 320, 0, -640)
            sent.append((1, (self.data, struct.pack("<9h", *raw))))
        return sent if self.asked_hz == 100 else []

    def link_closed(self) -> None:
        """Go on: it measures for whoever listens."""
