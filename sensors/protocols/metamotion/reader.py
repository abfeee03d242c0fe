"""The MetaMotion's stream: acceleration, rate and tick in one packet per sample."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensors.protocols.burst import Burst, ClockFacts, Exchange
from sensors.protocols.metamotion.commands import (
    ACC_RANGE_G,
    GYR_RANGE_DPS,
    NOTIFY,
    SETTINGS,
)
from sensors.protocols.metamotion.messages import (
    TICK_S,
    acc_g_per_lsb,
    decode_battery,
    decode_fused,
    gyr_dps_per_lsb,
    is_fused,
)
from sensors.protocols.values import DEGREE, G

_ACC_MPS2: Final = acc_g_per_lsb(ACC_RANGE_G) * G
_GYR_RADPS: Final = gyr_dps_per_lsb(GYR_RANGE_DPS) * DEGREE
_RAIL: Final = 32767


class MetaMotionReader:
    """A :class:`~sensors.protocols.burst.Reader` of MetaMotions, set up as we set them up."""

    clock: ClockFacts | None = ClockFacts(TICK_S, 32)
    sequence_wrap = 0

    def __init__(self) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None

    def feed(self, characteristic: str, data: bytes) -> tuple[Burst, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic != NOTIFY:
            return ()
        if not is_fused(data):
            if data[:1] == bytes([SETTINGS]):
                self.status = decode_battery(data)
            return ()  # answers to what was asked while setting up
        fused = decode_fused(data)
        raw = fused.raw.astype(np.float64)[None]
        return (
            Burst(
                raw[:, :3] * _ACC_MPS2,
                raw[:, 3:] * _GYR_RADPS,
                clipped=np.any(np.abs(raw) >= _RAIL, axis=1),
                ticks=fused.ticks,
            ),
        )
