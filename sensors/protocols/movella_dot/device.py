"""What a Movella DOT is and can be told to be: info, control, battery, reports."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sensors.errors import ProtocolError
from sensors.protocols.movella_dot.characteristics import PROTOCOL
from sensors.protocols.values import need

INFO_BYTES: Final = 34
CONTROL_BYTES: Final = 32
REPORT_BYTES: Final = 36
TAG_CHARACTERS: Final = 16
RATES_HZ: Final = (1, 4, 10, 12, 15, 20, 30, 60)

_IDENTIFY, _POWER, _TAG, _RATE = 0x01, 0x02, 0x08, 0x10
_INFO: Final = struct.Struct("<6s3BH5BIQ6s")


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who a sensor is; ``address`` is its MAC, as printed."""

    address: str
    firmware: str
    serial: str
    model: str

    @classmethod
    def decode(cls, data: bytes) -> DeviceInfo:
        """Read it.

        Raises
        ------
        ProtocolError
            It is too short.
        """
        need(data, INFO_BYTES, PROTOCOL, "device info")
        mac, *rest = _INFO.unpack_from(data)
        major, minor, revision, *_, serial, product = rest
        return cls(
            ":".join(f"{byte:02X}" for byte in reversed(mac)),
            f"{major}.{minor}.{revision}",
            f"{serial:X}",
            product.rstrip(b"\x00").decode("ascii", "replace"),
        )

    def encode(self) -> bytes:
        """Write it as a sensor does, built on no particular day."""
        mac = bytes(reversed(bytes.fromhex(self.address.replace(":", ""))))
        version = (int(part) for part in self.firmware.split("."))
        return _INFO.pack(
            mac, *version, 2023, 1, 1, 0, 0, 0, 0, int(self.serial, 16), self.model.encode()
        )


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge, and whether it is being charged."""

    percent: int
    charging: bool

    @classmethod
    def decode(cls, data: bytes) -> Battery:
        """Read it.

        Raises
        ------
        ProtocolError
            It is too short, or more than full.
        """
        need(data, 2, PROTOCOL, "battery")
        if data[0] > 100:
            raise ProtocolError(PROTOCOL, f"a battery of {data[0]} %", data)
        return cls(data[0], bool(data[1]))

    def encode(self) -> bytes:
        """Write it."""
        return bytes([self.percent, self.charging])


class ReportType(IntEnum):
    """What a sensor reports of itself."""

    POWER_OFF = 1
    POWER_SAVING = 4
    CLICK = 5
    DOUBLE_CLICK = 6
    TRIPLE_CLICK = 7


@dataclass(frozen=True, slots=True)
class Report:
    """A report, with the sensor's own milliseconds."""

    type: ReportType
    time_ms: int

    @classmethod
    def decode(cls, data: bytes) -> Report:
        """Read it.

        Raises
        ------
        ProtocolError
            It is too short or of a kind that is not known.
        """
        need(data, 6, PROTOCOL, "a report")
        try:
            kind = ReportType(data[0])
        except ValueError:
            raise ProtocolError(PROTOCOL, f"a report of kind {data[0]}", data) from None
        return cls(kind, int.from_bytes(data[2:6], "little"))

    def encode(self) -> bytes:
        """Write it."""
        head = struct.pack("<BBI", self.type, 4, self.time_ms)
        return head.ljust(REPORT_BYTES, b"\x00")


def identify() -> bytes:
    """Return what makes the LED blink, written to the control characteristic."""
    return bytes([_IDENTIFY, 1]).ljust(CONTROL_BYTES, b"\x00")


def power_off() -> bytes:
    """Return what switches the sensor off."""
    return bytes([_POWER, 0, 1]).ljust(CONTROL_BYTES, b"\x00")


def tag(name: str) -> bytes:
    """Return what names the sensor.

    Raises
    ------
    ValueError
        The name is not 1 to 16 ASCII characters.
    """
    if not name.isascii() or not 1 <= len(name) <= TAG_CHARACTERS:
        raise ValueError(f"'{name}' is not 1 to {TAG_CHARACTERS} plain letters and digits")
    text = name.encode("ascii")
    head = bytes([_TAG]) + bytes(6) + bytes([len(text)])
    return (head + text).ljust(CONTROL_BYTES, b"\x00")


def output_rate(rate_hz: int) -> bytes:
    """Return what sets the rate; not while measuring or synchronised.

    Raises
    ------
    ValueError
        The sensor does not have this rate.
    """
    if rate_hz not in RATES_HZ:
        raise ValueError(f"a Movella DOT streams at {RATES_HZ} Hz, not at {rate_hz}")
    head = bytes([_RATE]) + bytes(23) + struct.pack("<H", rate_hz)
    return head.ljust(CONTROL_BYTES, b"\x00")
