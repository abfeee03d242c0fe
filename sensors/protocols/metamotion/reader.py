"""The MetaMotion's stream: acceleration, rate and tick in one packet per sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.protocols.burst import ClockFacts, Exchange, Joined, Packed
from sensors.protocols.metamotion.commands import (
    ACC_RANGE_G,
    GYR_RANGE_DPS,
    NOTIFY,
    SETTINGS,
)
from sensors.protocols.metamotion.messages import (
    FUSED_BYTES,
    TICK_S,
    acc_g_per_lsb,
    decode_battery,
    gyr_dps_per_lsb,
    is_fused,
    split_fused,
    split_joined,
)
from sensors.protocols.values import DEGREE, G, alike
from sensors.protocols.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORTH: Final = np.repeat(
    [acc_g_per_lsb(ACC_RANGE_G) * G, gyr_dps_per_lsb(GYR_RANGE_DPS) * DEGREE], 3
)
_unpack: Final = Words(_WORTH, len(_WORTH)).unpack


class MetaMotionReader:
    """A :class:`~sensors.protocols.burst.Reader` of MetaMotions, set up as we set them up."""

    clock: ClockFacts | None = ClockFacts(TICK_S, 32)
    sequence_wrap = 0

    def __init__(self) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic != NOTIFY:
            return ()
        if is_fused(data):
            _, ticks, raw = split_fused(data)
            return (Packed(1, raw, _unpack, ticks),)
        if data[:1] == bytes([SETTINGS]):
            self.status = decode_battery(data)
        return ()  # answers to what was asked while setting up

    def join(self, characteristic: str, data: Sequence[bytes]) -> Joined | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        if characteristic != NOTIFY or not alike(data, FUSED_BYTES):
            return None
        parts = split_joined(b"".join(data))
        if parts is None:
            return None
        ticks, raw = parts
        return Joined(len(ticks), raw, _unpack, (1,) * len(ticks), ticks)
