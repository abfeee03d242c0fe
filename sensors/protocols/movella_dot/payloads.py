"""Measurement payloads: which fields, where, and what they are worth.

Every payload begins with the device's microseconds. Bytes behind the used ones are padding.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.movella_dot.characteristics import PROTOCOL, Characteristic
from sensors.protocols.values import floats, need, shorts

if TYPE_CHECKING:
    from sensors.samples import FloatArray

MAG_PER_LSB: Final = 1.0 / 4096.0
"""Arbitrary units; 1 is the field at the maker's site, about 40 µT."""

CLIPPED: Final = 0x3F
"""Accelerometer and gyroscope bits of the status word."""


class PayloadId(IntEnum):
    """Payloads whose layout is public."""

    EXTENDED_QUATERNION = 2
    COMPLETE_QUATERNION = 3
    EULER = 4
    QUATERNION = 5
    FREE_ACCELERATION = 6
    EXTENDED_EULER = 7
    COMPLETE_EULER = 16
    DELTA_MAG = 18
    DELTA = 19
    RATE_MAG = 20
    RATE = 21
    CUSTOM_1 = 22
    CUSTOM_2 = 23
    CUSTOM_3 = 24
    CUSTOM_5 = 26


_SIZES: Final = {
    "quat": 4, "euler_deg": 3, "free_acc": 3, "acc": 3, "gyr_dps": 3, "dq": 4, "dv": 3,
    "mag_au": 3, "status": 1, "clips": 2,
}  # fmt: skip
_KINDS: Final = {"mag_au": "h", "status": "H", "clips": "B"}
"""What is no single-precision number."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a payload's fields are.

    Attributes
    ----------
    characteristic
        That it is sent on.
    used
        Bytes that mean something.
    fields
        Offsets, in their order, from byte 4 on and one right behind the other.
    """

    characteristic: Characteristic
    used: int
    fields: dict[str, int]

    @property
    def row(self) -> str:
        """All fields in the language of :mod:`struct`: the time, then number by number."""
        kinds = "".join(_SIZES[name] * _KINDS.get(name, "f") for name in self.fields)
        return f"<I{kinds}"

    @property
    def columns(self) -> dict[str, slice]:
        """Which numbers of a row, after its time, are whose."""
        found: dict[str, slice] = {}
        at = 0
        for name in self.fields:
            found[name] = slice(at, at + _SIZES[name])
            at += _SIZES[name]
        return found


LAYOUTS: Final = {
    PayloadId.EXTENDED_QUATERNION: Layout(
        Characteristic.MEDIUM, 36, {"quat": 4, "free_acc": 20, "status": 32, "clips": 34}
    ),
    PayloadId.COMPLETE_QUATERNION: Layout(Characteristic.MEDIUM, 32, {"quat": 4, "free_acc": 20}),
    PayloadId.EULER: Layout(Characteristic.SHORT, 16, {"euler_deg": 4}),
    PayloadId.QUATERNION: Layout(Characteristic.SHORT, 20, {"quat": 4}),
    PayloadId.FREE_ACCELERATION: Layout(Characteristic.SHORT, 16, {"free_acc": 4}),
    PayloadId.EXTENDED_EULER: Layout(
        Characteristic.MEDIUM, 32, {"euler_deg": 4, "free_acc": 16, "status": 28, "clips": 30}
    ),
    PayloadId.COMPLETE_EULER: Layout(Characteristic.MEDIUM, 28, {"euler_deg": 4, "free_acc": 16}),
    PayloadId.DELTA_MAG: Layout(Characteristic.MEDIUM, 38, {"dq": 4, "dv": 20, "mag_au": 32}),
    PayloadId.DELTA: Layout(Characteristic.MEDIUM, 32, {"dq": 4, "dv": 20}),
    PayloadId.RATE_MAG: Layout(Characteristic.MEDIUM, 34, {"acc": 4, "gyr_dps": 16, "mag_au": 28}),
    PayloadId.RATE: Layout(Characteristic.MEDIUM, 28, {"acc": 4, "gyr_dps": 16}),
    PayloadId.CUSTOM_1: Layout(
        Characteristic.MEDIUM, 40, {"euler_deg": 4, "free_acc": 16, "gyr_dps": 28}
    ),
    PayloadId.CUSTOM_2: Layout(
        Characteristic.MEDIUM, 34, {"euler_deg": 4, "free_acc": 16, "mag_au": 28}
    ),
    PayloadId.CUSTOM_3: Layout(Characteristic.MEDIUM, 32, {"quat": 4, "gyr_dps": 20}),
    PayloadId.CUSTOM_5: Layout(Characteristic.LONG, 44, {"quat": 4, "acc": 20, "gyr_dps": 32}),
}


@dataclass(frozen=True, slots=True)
class Payload:
    """One measurement. Fields that its kind does not have are ``None``.

    Attributes
    ----------
    time_us
        Device µs, modulo 2³².
    quat
        (4,) wxyz, sensor → local earth (x east, y north, z up).
    euler_deg
        (3,) roll, pitch, yaw (°).
    acc, free_acc
        (3,) m/s²: specific force on the sensor's axes; acceleration without gravity on the earth's.
    gyr_dps
        (3,) angular rate (°/s).
    dq, dv
        Turn (4,) and change of velocity (3,) (m/s) over one period, strapped down from 800 Hz.
    mag_au
        (3,) field in units of the maker's site.
    status
        Clipping bits; see :attr:`clipped`.
    clips
        (2,) clipped inner samples of accelerometer and gyroscope.
    """

    time_us: int
    quat: FloatArray | None = None
    euler_deg: FloatArray | None = None
    free_acc: FloatArray | None = None
    acc: FloatArray | None = None
    gyr_dps: FloatArray | None = None
    dq: FloatArray | None = None
    dv: FloatArray | None = None
    mag_au: FloatArray | None = None
    status: int | None = None
    clips: tuple[int, int] | None = None

    @property
    def clipped(self) -> bool:
        """Whether accelerometer or gyroscope was at the end of its range."""
        return bool((self.status or 0) & CLIPPED) or any(self.clips or ())


def decode_payload(kind: PayloadId, data: bytes) -> Payload:
    """Read a measurement of a known kind.

    Raises
    ------
    ProtocolError
        It is too short, or holds numbers no sensor measures.
    """
    layout = LAYOUTS[kind]
    need(data, layout.used, PROTOCOL, f"payload {kind.value}")
    values: dict[str, Any] = {}
    for name, at in layout.fields.items():
        if name == "status":
            values[name] = int.from_bytes(data[at : at + 2], "little")
        elif name == "clips":
            values[name] = (data[at], data[at + 1])
        elif name == "mag_au":
            values[name] = shorts(data, at, 3) * MAG_PER_LSB
        else:
            values[name] = floats(data, at, _SIZES[name], PROTOCOL)
    return Payload(int.from_bytes(data[:4], "little"), **values)


def encode_payload(kind: PayloadId, payload: Payload) -> bytes:
    """Write a measurement as a sensor of this kind sends it; what it lacks is zero."""
    layout = LAYOUTS[kind]
    out = bytearray(layout.used)
    struct.pack_into("<I", out, 0, payload.time_us % (1 << 32))
    for name, at in layout.fields.items():
        value = getattr(payload, name)
        if value is None:
            continue
        if name == "status":
            struct.pack_into("<H", out, at, value)
        elif name == "clips":
            out[at : at + 2] = bytes(value)
        elif name == "mag_au":
            struct.pack_into("<3h", out, at, *np.rint(np.asarray(value) / MAG_PER_LSB).astype(int))
        else:
            struct.pack_into(f"<{_SIZES[name]}f", out, at, *value)
    return bytes(out)


def start_measuring(kind: PayloadId) -> bytes:
    """Return what starts a measurement, written to :attr:`Characteristic.MEASUREMENT`."""
    return bytes([1, 1, kind])


def stop_measuring(kind: PayloadId) -> bytes:
    """Return what stops it."""
    return bytes([1, 0, kind])


def measured_kind(data: bytes) -> PayloadId:
    """Tell from what :attr:`Characteristic.MEASUREMENT` reads which payload is being sent.

    Raises
    ------
    ProtocolError
        None that is public.
    """
    need(data, 3, PROTOCOL, "a measurement's control value")
    try:
        return PayloadId(data[2])
    except ValueError:
        raise ProtocolError(PROTOCOL, f"payload {data[2]} is not public", data) from None
