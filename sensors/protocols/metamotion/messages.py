"""Notifications of the MetaMotion."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sensors.errors import ProtocolError
from sensors.protocols.metamotion.commands import ACC, GYR, PROCESSOR, PROTOCOL, SETTINGS
from sensors.protocols.values import floats, need, shorts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray

TICK_S: Final = 48.0 / 32768.0

_ACC_LSB_PER_G: Final = {2: 16384.0, 4: 8192.0, 8: 4096.0, 16: 2048.0}
_GYR_LSB_PER_DPS: Final = {2000: 16.4, 1000: 32.8, 500: 65.6, 250: 131.2, 125: 262.4}
_MAG_LSB_PER_UT: Final = 16.0
_FUSED: Final = struct.Struct("<BBBI6h")
_FUSED_HEAD: Final = struct.Struct("<BI")
_FUSED_PARTS: Final = struct.Struct("<2sxI12s")
_FUSED_START: Final = bytes([PROCESSOR, 0x03])
FUSED_BYTES: Final = _FUSED.size
_FUSION_VECTORS: Final = {0x04: 1e-3, 0x05: 1.0, 0x06: 1.0}


@dataclass(frozen=True, slots=True)
class Fused:
    """Acceleration and rate of one moment with a tick, from the sensor's own processors.

    Attributes
    ----------
    processor
        Number of the processor that sent it.
    ticks
        Since boot, 1.46 ms each; or samples, if the processor counts them.
    raw
        (6,) acc x y z, gyro x y z.
    """

    processor: int
    ticks: int
    raw: npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge (%) and voltage (mV)."""

    percent: int
    millivolt: int


def acc_g_per_lsb(range_g: int) -> float:
    """What one bit of the accelerometer is worth (g)."""
    return 1.0 / _ACC_LSB_PER_G[range_g]


def gyr_dps_per_lsb(range_dps: int) -> float:
    """What one bit of the gyroscope is worth (°/s)."""
    return 1.0 / _GYR_LSB_PER_DPS[range_dps]


def is_fused(data: bytes) -> bool:
    """Whether a notification is of a processor."""
    return data[:2] == _FUSED_START


def split_fused(data: bytes) -> tuple[int, int, bytes]:
    """Return the processor's number, its ticks, and the bytes of acc and gyro.

    Raises
    ------
    ProtocolError
        It is no processor's packet, or not of both chips.
    """
    if len(data) != FUSED_BYTES or data[:2] != _FUSED_START:
        raise ProtocolError(PROTOCOL, f"a processor's packet of {len(data)} bytes", data)
    processor, ticks = _FUSED_HEAD.unpack_from(data, 2)
    return processor, ticks, data[7:]


def split_joined(data: bytes) -> tuple[Sequence[int], bytes] | None:
    """Return ticks, and bytes of acc and gyro, of packets behind each other, all as long as one.

    ``None`` if one is no processor's.
    """
    starts, ticks, raw = zip(*_FUSED_PARTS.iter_unpack(data), strict=True)
    if starts.count(_FUSED_START) < len(starts):
        return None
    return ticks, b"".join(raw)


def decode_fused(data: bytes) -> Fused:
    """Read a processor's packet; raises as :func:`split_fused`."""
    processor, ticks, raw = split_fused(data)
    return Fused(processor, ticks, np.frombuffer(raw, "<i2"))


def encode_fused(fused: Fused) -> bytes:
    """Write a processor's packet."""
    return _FUSED.pack(
        PROCESSOR, 0x03, fused.processor, fused.ticks % (1 << 32), *(int(v) for v in fused.raw)
    )


def decode_accounted(data: bytes) -> tuple[int, int, FloatArray]:
    """Read an accounted accelerometer packet: processor, ticks, raw (3,).

    Raises
    ------
    ProtocolError
        It is none.
    """
    if not is_fused(data) or len(data) != FUSED_BYTES - 6:
        raise ProtocolError(PROTOCOL, f"an accounted packet of {len(data)} bytes", data)
    return data[2], int.from_bytes(data[3:7], "little"), shorts(data, 7, 3)


def decode_vector(data: bytes, *, acc_g: int, gyr_dps: int) -> FloatArray:
    """Read a raw vector (3,): acc in g, gyro in °/s, mag in µT; or a fusion module's.

    Parameters
    ----------
    data
        The notification.
    acc_g, gyr_dps
        Ranges in force.

    Raises
    ------
    ProtocolError
        It is none of these.
    """
    need(data, 8, PROTOCOL, "a vector")
    module, register = data[0], data[1]
    if module == ACC and register == 0x04:
        return shorts(data, 2, 3) * acc_g_per_lsb(acc_g)
    if module == GYR and register in (0x04, 0x05):
        return shorts(data, 2, 3) * gyr_dps_per_lsb(gyr_dps)
    if module == 0x15 and register == 0x05:
        return shorts(data, 2, 3) / _MAG_LSB_PER_UT
    if module == 0x19 and register in _FUSION_VECTORS:
        need(data, 14, PROTOCOL, "a fused vector")
        return floats(data, 2, 3, PROTOCOL) * _FUSION_VECTORS[register]
    raise ProtocolError(PROTOCOL, f"module {module:#04x}, register {register:#04x}", data)


def decode_quaternion(data: bytes) -> FloatArray:
    """Read the fusion module's quaternion (4,), wxyz.

    Raises
    ------
    ProtocolError
        It is none.
    """
    need(data, 18, PROTOCOL, "a quaternion")
    if data[:2] != b"\x19\x07":
        raise ProtocolError(PROTOCOL, "no quaternion", data)
    return floats(data, 2, 4, PROTOCOL)


def decode_packed_gyro(data: bytes, *, gyr_dps: int) -> FloatArray:
    """Read three consecutive rates (3, 3) in °/s, oldest first.

    Raises
    ------
    ProtocolError
        It is none.
    """
    if len(data) != 20 or data[0] != GYR or data[1] not in (0x05, 0x07):
        raise ProtocolError(PROTOCOL, "no packed rates", data)
    return (shorts(data, 2, 9) * gyr_dps_per_lsb(gyr_dps)).reshape(3, 3)


def decode_battery(data: bytes) -> Battery:
    """Read the battery's state.

    Raises
    ------
    ProtocolError
        It is none.
    """
    need(data, 5, PROTOCOL, "a battery's state")
    if data[0] != SETTINGS or data[1] & 0x3F != 0x0C or data[2] > 100:
        raise ProtocolError(PROTOCOL, "no battery's state", data)
    return Battery(data[2], int.from_bytes(data[3:5], "little"))
