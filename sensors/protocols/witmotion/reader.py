"""WitMotion's stream: whole frames, several in a notification, and nothing to time them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.protocols.burst import ClockFacts, Exchange, Joined, Packed
from sensors.protocols.values import DEGREE, G, alike
from sensors.protocols.witmotion.frames import DATA, FRAME_BYTES, Frames, decode_reply
from sensors.protocols.witmotion.registers import NOTIFY
from sensors.protocols.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

ACC_MPS2: Final = 16.0 * G / 32768.0
GYR_DPS: Final = 2000.0 / 32768.0

_WORTH: Final = np.repeat([ACC_MPS2, GYR_DPS * DEGREE], 3)
_unpack: Final = Words(_WORTH, FRAME_BYTES // 2, first=1).unpack


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

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        if characteristic != NOTIFY:
            return ()
        if self._frames.are_data(data):
            return (Packed(len(data) // FRAME_BYTES, data, _unpack),)
        frames = self._frames.feed(data)
        measured = [frame for frame in frames if frame[1] == DATA]
        for frame in frames:
            if frame[1] != DATA:
                self.status = decode_reply(frame)
        if not measured:
            return ()
        return (Packed(len(measured), b"".join(measured), _unpack),)

    def join(self, characteristic: str, data: Sequence[bytes]) -> Joined | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        size, joined = len(data[0]), b"".join(data)
        if characteristic != NOTIFY or size % FRAME_BYTES or not alike(data, size):
            return None
        if not self._frames.are_data(joined):
            return None
        sizes = (size // FRAME_BYTES,) * len(data)
        return Joined(len(joined) // FRAME_BYTES, joined, _unpack, sizes)
