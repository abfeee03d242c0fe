"""The Movesense's stream: parts joined, milliseconds of the first sample, a measured period."""

from __future__ import annotations

import struct
from functools import partial
from typing import Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.burst import Burst, ClockFacts, Exchange, Packed
from sensors.protocols.movesense.commands import NOTIFY, PROTOCOL, Code, decode_answer
from sensors.protocols.movesense.measurements import (
    TIME_BYTES,
    measurement_bytes,
    samples_per_packet,
)
from sensors.protocols.values import DEGREE, any_in_row, need_numbers

IMU6_REFERENCE: Final = 99
"""Under which we subscribe to accelerometer and gyroscope."""

_FIRST: Final = bytes([Code.DATA, IMU6_REFERENCE])
_LATER: Final = frozenset(
    bytes([code, IMU6_REFERENCE]) for code in (Code.DATA_PART_2, Code.DATA_PART_3)
)
"""How the parts of our measurements begin."""

_VECTORS: Final = 2
_MS: Final = 1000.0
_MEMORY: Final = 50
_MAX_RATE_ERROR: Final = 0.1
_MAX_ACC_MPS2: Final = 16 * 9.81 * 0.999
_MAX_GYR_DPS: Final = 2000 * 0.999


class MovesenseReader:
    """A :class:`~sensors.protocols.burst.Reader` of Movesense sensors.

    Parameters
    ----------
    rate_hz
        The rate subscribed to; it tells how many samples a measurement holds.
    """

    clock: ClockFacts | None = ClockFacts(1e-3, 32)
    sequence_wrap = 0

    def __init__(self, rate_hz: float) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None
        self._samples = samples_per_packet(rate_hz)
        self._numbers = struct.Struct(f"<{3 * _VECTORS * self._samples}f")
        self._unpack = partial(_unpack, samples=self._samples)
        self._whole = measurement_bytes(_VECTORS, self._samples)
        self._nominal_ms = _MS / rate_hz
        self._period_ms = self._nominal_ms
        self._seen = 0
        self._parts = b""
        self._last: tuple[int, int] | None = None

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic != NOTIFY:
            return ()
        head = data[:2]
        if head == _FIRST:  # it ends one whose later part was lost; its time will tell
            joined = data[2:]
        elif head in _LATER and self._parts:
            joined = self._parts + data[2:]
        else:
            self._take_other(data)
            return ()
        self._parts = joined if len(joined) < self._whole else b""
        if self._parts:
            return ()
        if len(joined) != self._whole:
            raise ProtocolError(PROTOCOL, "parts that are longer than a measurement", data)
        return (self._packed(joined),)

    def _take_other(self, data: bytes) -> None:
        """Take in what is no part of a measurement."""
        answer = decode_answer(data)
        if answer.reference != IMU6_REFERENCE:
            return
        if answer.code is not Code.RESULT:
            raise ProtocolError(PROTOCOL, "a later part without its first", data)
        self.status = answer

    def _packed(self, data: bytes) -> Packed:
        need_numbers(self._numbers.unpack_from(data, TIME_BYTES), PROTOCOL, data)
        time_ms = int.from_bytes(data[:TIME_BYTES], "little")
        self._measure_period(time_ms, self._samples)
        return Packed(self._samples, data[TIME_BYTES:], self._unpack, time_ms, self._period_ms)

    def _measure_period(self, time_ms: int, samples: int) -> None:
        """Follow what lies between two measurements with nothing lost between them."""
        last, self._last = self._last, (time_ms, samples)
        if last is None:
            return
        period_ms = (time_ms - last[0]) % (1 << 32) / last[1]
        if abs(period_ms / self._nominal_ms - 1.0) <= _MAX_RATE_ERROR:
            self._seen = min(self._seen + 1, _MEMORY)
            self._period_ms += (period_ms - self._period_ms) / self._seen
            self.period_s = self._period_ms / _MS


def _unpack(raw: bytes, samples: int) -> Burst:
    """All of acc, then all of gyro, in every measurement."""
    values = np.frombuffer(raw, "<f4").reshape(-1, _VECTORS, samples, 3).astype(np.float64)
    acc, gyr_dps = values[:, 0].reshape(-1, 3), values[:, 1].reshape(-1, 3)
    at_end = (np.abs(acc) > _MAX_ACC_MPS2) | (np.abs(gyr_dps) > _MAX_GYR_DPS)
    return Burst(acc, gyr_dps * DEGREE, clipped=any_in_row(at_end))
