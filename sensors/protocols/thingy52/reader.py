"""The Thingy:52's stream: one sample a notification, and nothing to time it by."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensors.protocols.burst import Burst, ClockFacts, Exchange, Packed
from sensors.protocols.thingy52.raw import (
    ACC_LSB_PER_G,
    GYR_LSB_PER_DPS,
    MAG_LSB_PER_UT,
    RAW,
    RAW_BYTES,
    check_raw,
    decode_raw,
)
from sensors.protocols.values import DEGREE, G, alike, at_rail

_IMU: Final = slice(6)
_WORTH: Final = np.repeat([G / ACC_LSB_PER_G, DEGREE / GYR_LSB_PER_DPS, 1.0 / MAG_LSB_PER_UT], 3)


class Thingy52Reader:
    """A :class:`~sensors.protocols.burst.Reader` of Thingy:52s."""

    clock: ClockFacts | None = None
    sequence_wrap = 0

    def __init__(self) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic != RAW:
            return ()
        check_raw(data)
        return (Packed(1, data, _unpack),)

    def join(self, characteristic: str, data: list[bytes]) -> tuple[Packed, list[int]] | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        if characteristic != RAW or not alike(data, RAW_BYTES):
            return None
        return Packed(len(data), b"".join(data), _unpack), []


def _unpack(raw: bytes) -> Burst:
    values = decode_raw(raw)
    si = values * _WORTH
    return Burst(si[:, :3], si[:, 3:6], mag=si[:, 6:], clipped=at_rail(values, _IMU, raw))
