"""Frames of 20 bytes in a stream that knows no packets.

One notification holds one frame or several, and a lost one can leave half of one behind. ``55``
occurs inside frames too, so a beginning counts only where the next frame begins 20 bytes on, or
where nothing follows yet.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sensors.errors import ProtocolError
from sensors.protocols.witmotion.registers import PROTOCOL, RegisterReply

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME_BYTES: Final = 20
START: Final = 0x55
DATA: Final = 0x61
REPLY: Final = 0x71
_START_BYTE: Final = bytes([START])
_DATA_BYTE: Final = bytes([DATA])

_WORDS: Final = np.dtype(("<i2", (FRAME_BYTES // 2,)))

MAX_REST: Final = 2 * FRAME_BYTES


class Frames:
    """Cuts bytes into frames; feed it notification after notification.

    Attributes
    ----------
    skipped
        Bytes so far that belonged to no whole frame.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self._rest = b""

    def are_data(self, data: bytes) -> bool:
        """Whether a notification is data frames and nothing else, and nothing is left from before.

        The usual case, told at once: :meth:`feed` would give just these frames.
        """
        whole, more = divmod(len(data), FRAME_BYTES)
        return not (more or self._rest) and whole > 0 and _all_data(data, whole)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the whole frames, each of 20 bytes."""
        stream = self._rest + data
        frames: list[bytes] = []
        at = 0
        while len(stream) - at >= FRAME_BYTES:
            if _begins(stream, at):
                frames.append(stream[at : at + FRAME_BYTES])
                at += FRAME_BYTES
            else:
                at += 1
                self.skipped += 1
        # Nothing that cannot be the beginning of a frame is kept.
        while at < len(stream) and not _may_begin(stream, at):
            at += 1
            self.skipped += 1
        self._rest = stream[at:][-MAX_REST:]
        return frames


def _all_data(stream: bytes, whole: int) -> bool:
    """Whether so many data frames follow each other."""
    starts, kinds = stream[::FRAME_BYTES], stream[1::FRAME_BYTES]
    return starts == whole * _START_BYTE and kinds == whole * _DATA_BYTE


def _begins(stream: bytes, at: int) -> bool:
    following = at + FRAME_BYTES
    return (
        stream[at] == START
        and stream[at + 1] in (DATA, REPLY)
        and (following >= len(stream) or stream[following] == START)
    )


def _may_begin(stream: bytes, at: int) -> bool:
    return stream[at] == START and (at + 1 >= len(stream) or stream[at + 1] in (DATA, REPLY))


def decode_data(frames: bytes) -> npt.NDArray[np.int16]:
    """Return (n, 9) raw numbers of joined data frames: acc, gyr, angles, x y z each."""
    words: npt.NDArray[np.int16] = np.frombuffer(frames, _WORDS)
    return words[:, 1:]


def decode_reply(frame: bytes) -> RegisterReply:
    """Read an answer.

    Raises
    ------
    ProtocolError
        It is none.
    """
    if len(frame) != FRAME_BYTES or frame[:2] != bytes([START, REPLY]):
        raise ProtocolError(PROTOCOL, "no answer about registers", frame)
    return RegisterReply(frame[2] | frame[3] << 8, struct.unpack("<8h", frame[4:]))


def encode_frame(raw: Sequence[int]) -> bytes:
    """Write a data frame of nine raw numbers."""
    return bytes([START, DATA]) + struct.pack("<9h", *raw)


def encode_reply(reply: RegisterReply) -> bytes:
    """Write an answer."""
    return bytes([START, REPLY]) + struct.pack("<H8h", reply.first, *reply.values)
