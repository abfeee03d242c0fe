"""The open profile as a stream: data packets to bursts, with the scale the sensor stated."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.burst import NOTHING, BoolArray, Burst, ClockFacts, Exchange
from sensors.protocols.open_profile.characteristics import (
    PROTOCOL,
    Characteristic,
    Scale,
    Status,
)
from sensors.protocols.open_profile.commands import SyncReply
from sensors.protocols.open_profile.packets import (
    BlockKind,
    DataPacket,
    RawArray,
    decode_packet,
)

if TYPE_CHECKING:
    from sensors.samples import FloatArray

_I16 = np.iinfo(np.int16)
_WITH_IMU = frozenset({int(BlockKind.IMU6), int(BlockKind.IMU6_QUATERNION)})


class OpenProfileReader:
    """A :class:`~sensors.protocols.burst.Reader` of the open profile."""

    clock: ClockFacts | None = ClockFacts(1e-6, 32)
    sequence_wrap = 1 << 16

    def __init__(self) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None
        self._scale: Scale | None = None
        self._worth: FloatArray = np.ones(6)

    def feed(self, characteristic: str, data: bytes) -> tuple[Burst, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic == Characteristic.DATA:
            return (self._burst(decode_packet(data), data),)
        if characteristic == Characteristic.SCALE:
            self._scale = Scale.decode(data)
            self.period_s = 1.0 / self._scale.rate_hz
            gyr_radps = math.radians(self._scale.gyr_dps)
            self._worth = np.repeat([self._scale.acc_mps2, gyr_radps], 3)
        elif characteristic == Characteristic.TIME_SYNC:
            reply = SyncReply.decode(data)
            self.exchange = Exchange(reply.echo, reply.received_us % (1 << 32))
        elif characteristic == Characteristic.STATUS:
            self.status = Status.decode(data)
        return ()

    def _burst(self, packet: DataPacket, data: bytes) -> Burst:
        if packet.kind not in _WITH_IMU:
            acc = gyr = NOTHING
            quat, clipped = None, None
        elif self._scale is None:
            raise ProtocolError(PROTOCOL, "samples came before their scale", data)
        else:
            raw = packet.raw
            both = packet.kind == BlockKind.IMU6_QUATERNION
            imu = raw[:, :6] * self._worth
            acc, gyr = imu[:, :3], imu[:, 3:]
            quat, clipped = _unit(raw[:, 6:]) if both else None, _clipped(packet)
        return Burst(
            acc,
            gyr,
            quat=quat,
            clipped=clipped,
            ticks=packet.time_us,
            spacing_ticks=packet.spacing_us,
            sequence=packet.sequence,
            restarted=packet.restarted,
        )


def _clipped(packet: DataPacket) -> BoolArray:
    """Which samples were at the end of their range: those at the rails, or else the whole batch."""
    if not packet.clipped:
        return np.zeros(len(packet.raw), dtype=np.bool_)
    imu = packet.raw[:, :6]
    at_rail: BoolArray = np.any((imu == _I16.min) | (imu == _I16.max), axis=1)
    return at_rail if at_rail.any() else ~at_rail


def _unit(raw: RawArray) -> FloatArray:
    """Return unit quaternions (n, 4) of raw ones, whatever their common scale."""
    values = raw.astype(np.float64)
    norm = np.linalg.norm(values, axis=1, keepdims=True)
    if not norm.all():
        raise ProtocolError(PROTOCOL, "a quaternion of length 0", raw.tobytes())
    unit: FloatArray = values / norm
    return unit
