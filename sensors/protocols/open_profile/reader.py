"""The open profile as a stream: data packets to bursts, with the scale the sensor stated."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.burst import (
    BOOL,
    NOTHING,
    BoolArray,
    Burst,
    ClockFacts,
    Exchange,
    Joined,
    Packed,
)
from sensors.protocols.open_profile.characteristics import (
    PROTOCOL,
    Characteristic,
    Scale,
    Status,
)
from sensors.protocols.open_profile.commands import SyncReply
from sensors.protocols.open_profile.packets import (
    CLIPPED,
    RESTARTED,
    BlockKind,
    columns_of,
    split_packet,
)
from sensors.protocols.values import unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sensors.samples import FloatArray

_DATA: Final[str] = Characteristic.DATA
_BATCH: Final = struct.Struct("<HIH")
"""Sequence, time and spacing: what differs between batches of the same kind."""
_BATCH_BYTES: Final = 2 + _BATCH.size

_ACC, _GYR, _IMU, _QUAT = np.s_[:, :3], np.s_[:, 3:], np.s_[:, :6], np.s_[:, 6:]
_I16 = np.iinfo(np.int16)
_QUAT_AT = 12
_NO_QUAT = bytes(8)
_WITH_IMU = frozenset({int(BlockKind.IMU6), int(BlockKind.IMU6_QUATERNION)})


class OpenProfileReader:
    """A :class:`~sensors.protocols.burst.Reader` of the open profile."""

    clock: ClockFacts | None = ClockFacts(1e-6, 32)
    sequence_wrap = 1 << 16

    def __init__(self) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None
        self._unpack: dict[int, Callable[[bytes], Burst]] = {}
        self._known: dict[bytes, tuple[int, int, Callable[[bytes], Burst]]] = {}

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic == _DATA:
            known = self._known.get(data[:2])
            if known is not None and len(data) == known[0]:
                _, count, unpack = known
                sequence, time_us, spacing_us = _BATCH.unpack_from(data, 2)
                if spacing_us:
                    raw = data[_BATCH_BYTES:]
                    return (Packed(count, raw, unpack, time_us, spacing_us, sequence),)
            return (self._packed(data),)
        if characteristic == Characteristic.SCALE:
            self._scaled(Scale.decode(data))
        elif characteristic == Characteristic.TIME_SYNC:
            reply = SyncReply.decode(data)
            self.exchange = Exchange(reply.echo, reply.received_us % (1 << 32))
        elif characteristic == Characteristic.STATUS:
            self.status = Status.decode(data)
        return ()

    def join(self, characteristic: str, data: Sequence[bytes]) -> Joined | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        if characteristic != _DATA:
            return None
        known, numbers_of = self._known, _BATCH.unpack_from
        sizes, numbers, raw = [], [], []
        for each in data:
            size, count, _ = known.get(each[:2], _UNKNOWN)
            if len(each) != size:
                return None
            sizes.append(count)
            numbers.append(numbers_of(each, 2))
            raw.append(each[_BATCH_BYTES:])
        sequences, ticks, spacings = zip(*numbers, strict=True)
        if 0 in spacings:
            return None
        unpack = known[data[0][:2]][2]  # the same for all
        return Joined(sum(sizes), b"".join(raw), unpack, sizes, ticks, spacings, sequences)

    def _scaled(self, scale: Scale) -> None:
        self.period_s = 1.0 / scale.rate_hz
        worth = np.repeat([scale.acc_mps2, math.radians(scale.gyr_dps)], 3)
        self._unpack = {kind: partial(_unpack, columns_of(kind), worth) for kind in _WITH_IMU}
        self._known.clear()

    def _packed(self, data: bytes) -> Packed:
        kind, count, flags, sequence, time_us, spacing_us, raw = split_packet(data)
        restarted = flags & RESTARTED > 0
        if kind not in _WITH_IMU:
            return Packed(0, b"", _unpack_none, time_us, spacing_us, sequence, restarted)
        if not self._unpack:
            raise ProtocolError(PROTOCOL, "samples came before their scale", data)
        unpack = self._unpack[kind]
        if kind == BlockKind.IMU6_QUATERNION:
            _need_lengths(raw, data)
        if flags & CLIPPED:
            # The flag is the packet's own, so its samples are not joined with those of others.
            unpack = partial(_clipped, unpack)
        elif kind == BlockKind.IMU6 and count > 1 and not restarted:
            # All that begin alike and are as long are as sound, but for the time between samples.
            self._known[data[:2]] = len(data), count, unpack
        return Packed(count, raw, unpack, time_us, spacing_us, sequence, restarted)


def _unpack_none(_: bytes) -> Burst:
    return Burst(NOTHING, NOTHING)


_UNKNOWN: Final = (-1, 0, _unpack_none)
"""Of no length that a packet can have."""


def _unpack(columns: int, worth: FloatArray, raw: bytes) -> Burst:
    values = np.frombuffer(raw, "<i2").reshape(-1, columns)
    imu = values[_IMU] * worth
    quat = unit(values[_QUAT].astype(np.float64)) if columns > len(worth) else None
    return Burst(imu[_ACC], imu[_GYR], quat=quat, clipped=np.zeros(len(values), BOOL))


def _clipped(unpack: Callable[[bytes], Burst], raw: bytes) -> Burst:
    """Samples at the end of their range: those at the rails, or else the whole packet."""
    burst = unpack(raw)
    values = np.frombuffer(raw, "<i2").reshape(len(burst), -1)[:, :6]
    railed: BoolArray = ((values == _I16.min) | (values == _I16.max)).any(axis=1)
    return replace(burst, clipped=railed if railed.any() else ~railed)


def _need_lengths(raw: bytes, data: bytes) -> None:
    """Refuse quaternions of length 0."""
    sample = 2 * columns_of(BlockKind.IMU6_QUATERNION)
    for at in range(_QUAT_AT, len(raw), sample):
        if raw[at : at + sample - _QUAT_AT] == _NO_QUAT:
            raise ProtocolError(PROTOCOL, "a quaternion of length 0", data)
