"""The Thingy:52's stream: one sample a notification, and nothing to time it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.protocols.burst import ClockFacts, Exchange, Joined, Packed
from sensors.protocols.thingy52.raw import (
    ACC_LSB_PER_G,
    GYR_LSB_PER_DPS,
    MAG_LSB_PER_UT,
    RAW,
    RAW_BYTES,
    check_raw,
)
from sensors.protocols.values import DEGREE, G, alike
from sensors.protocols.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORTH: Final = np.repeat([G / ACC_LSB_PER_G, DEGREE / GYR_LSB_PER_DPS, 1.0 / MAG_LSB_PER_UT], 3)
_unpack: Final = Words(_WORTH, RAW_BYTES // 2).unpack


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

    def join(self, characteristic: str, data: Sequence[bytes]) -> Joined | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        if characteristic != RAW or not alike(data, RAW_BYTES):
            return None
        return Joined(len(data), b"".join(data), _unpack, (1,) * len(data))
