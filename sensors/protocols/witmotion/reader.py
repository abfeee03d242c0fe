"""WitMotion's stream: whole frames, several in a notification, and nothing to time them by."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensors.protocols.burst import Burst, ClockFacts, Exchange
from sensors.protocols.values import DEGREE, G
from sensors.protocols.witmotion.frames import DATA, Frames, decode_data, decode_reply
from sensors.protocols.witmotion.registers import NOTIFY

ACC_MPS2: Final = 16.0 * G / 32768.0
GYR_DPS: Final = 2000.0 / 32768.0

_RAIL = 32767


class WitMotionReader:
    """A :class:`~sensors.protocols.burst.Reader` of WitMotion units.

    The unit's Euler angles are not used: after a connection they may stand still for seconds.
    """

    clock: ClockFacts | None = None
    sequence_wrap = 0

    def __init__(self) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None
        self._frames = Frames()

    @property
    def skipped(self) -> int:
        """Bytes so far that belonged to no whole frame."""
        return self._frames.skipped

    def feed(self, characteristic: str, data: bytes) -> tuple[Burst, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic != NOTIFY:
            return ()
        frames = self._frames.feed(data)
        measured = [frame for frame in frames if frame[1] == DATA]
        for frame in frames:
            if frame[1] != DATA:
                self.status = decode_reply(frame)
        if not measured:
            return ()
        raw = decode_data(measured)[:, :6].astype(np.float64)
        clipped = np.any(np.abs(raw) >= _RAIL, axis=1)
        return (Burst(raw[:, :3] * ACC_MPS2, raw[:, 3:] * (GYR_DPS * DEGREE), clipped=clipped),)
