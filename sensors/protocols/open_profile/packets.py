"""The data notification of the open profile: header, flags and a batch of raw samples."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sensors.protocols.open_profile.layout import VERSION, refuse

RawArray = npt.NDArray[np.int16]

MAX_SAMPLES = 31

_HEADER = struct.Struct("<BBHI")
_SPACING = struct.Struct("<H")
_KIND_MASK = 0x1F
_COUNT_MASK = 0x1F
CLIPPED = 0x20
_LOST_BEFORE = 0x40
RESTARTED = 0x80
_I16 = np.dtype("<i2")


class BlockKind(IntEnum):
    """What a packet's samples are; 5 to 31 are reserved."""

    IMU6 = 1
    MAG = 2
    QUATERNION = 3
    IMU6_QUATERNION = 4


COLUMNS = {
    BlockKind.IMU6: 6,
    BlockKind.MAG: 3,
    BlockKind.QUATERNION: 4,
    BlockKind.IMU6_QUATERNION: 10,
}
"""Numbers per sample: acc xyz, gyro xyz; mag xyz; w x y z; both."""

_COLUMNS_BY_NUMBER = (0, *COLUMNS.values(), *(0,) * 27)


def columns_of(kind: int) -> int:
    """Return how many numbers a sample of ``kind`` has; 0 if that is not known."""
    return _COLUMNS_BY_NUMBER[kind]


@dataclass(slots=True)
class DataPacket:
    """One data notification, raw.

    Attributes
    ----------
    kind
        :class:`BlockKind`, or a reserved number whose content is not known (``raw`` is empty then).
    sequence
        Number of the packet among all that were produced, modulo 2¹⁶.
    time_us
        Device µs of the first sample, modulo 2³².
    spacing_us
        µs between samples; 0 for a single sample.
    raw
        (n, columns) int16, see :data:`COLUMNS`.
    clipped
        Some axis was at the end of its range.
    lost_before
        The sensor itself lost samples before this packet.
    restarted
        The device's time base began anew.
    """

    kind: int
    sequence: int
    time_us: int
    spacing_us: int
    raw: RawArray
    clipped: bool = False
    lost_before: bool = False
    restarted: bool = False


def capacity(kind: BlockKind, payload_bytes: int) -> int:
    """Return how many samples of ``kind`` fit in a notification of ``payload_bytes`` (MTU − 3)."""
    sample = COLUMNS[kind] * _I16.itemsize
    if payload_bytes < _HEADER.size + _SPACING.size + 2 * sample:
        return int(payload_bytes >= _HEADER.size + sample)
    return min(MAX_SAMPLES, (payload_bytes - _HEADER.size - _SPACING.size) // sample)


def decode_packet(data: bytes) -> DataPacket:
    """Read a data notification.

    Returns
    -------
    DataPacket
        With an empty ``raw`` for a reserved kind: its samples mean nothing to this version, its
        sequence number counts.

    Raises
    ------
    ProtocolError
        Another packet version, a kind that does not exist, no samples, no time between samples, or
        a length that is not exactly that of its samples.
    """
    head = split_packet(data)
    columns = columns_of(head.kind)
    raw = np.frombuffer(head.raw, _I16).reshape(head.samples, columns)
    return DataPacket(
        head.kind, head.sequence, head.time_us, head.spacing_us, raw,
        bool(head.flags & CLIPPED), bool(head.flags & _LOST_BEFORE), bool(head.flags & RESTARTED),
    )  # fmt: skip


class Head(NamedTuple):
    """A data notification, its samples still bytes; none for a kind that is not known."""

    kind: int
    samples: int
    flags: int
    sequence: int
    time_us: int
    spacing_us: int
    raw: bytes


def split_packet(data: bytes) -> Head:
    """Check a data notification and split it; raises as :func:`decode_packet`."""
    if len(data) < _HEADER.size:
        raise refuse(f"a data packet has at least {_HEADER.size} bytes", data)
    head, flags, sequence, time_us = _HEADER.unpack_from(data)
    kind = head & _KIND_MASK
    if head >> 5 != VERSION:
        raise refuse(f"data packet of version {head >> 5}, this program knows {VERSION}", data)
    count = flags & _COUNT_MASK
    if kind == 0 or count == 0:
        raise refuse("a data packet without a kind or without samples", data)
    columns = _COLUMNS_BY_NUMBER[kind]
    if columns == 0:
        return Head(kind, count, flags, sequence, time_us, 0, b"")
    spacing_us, start = _spacing(data) if count > 1 else (0, _HEADER.size)
    if len(data) != start + count * columns * 2:
        raise refuse(f"{count} samples of kind {kind} need {start + count * columns * 2}", data)
    return Head(kind, count, flags, sequence, time_us, spacing_us, data[start:])


def _spacing(data: bytes) -> tuple[int, int]:
    start = _HEADER.size + _SPACING.size
    if len(data) < start:
        raise refuse("a data packet cut in its header", data)
    spacing_us: int = _SPACING.unpack_from(data, _HEADER.size)[0]
    if spacing_us == 0:
        raise refuse("several samples at one time", data)
    return spacing_us, start


def encode_packet(packet: DataPacket) -> bytes:
    """Return the notification of ``packet``.

    Raises
    ------
    ValueError
        A kind without known columns, no or too many samples, wrong columns, or no spacing.
    """
    count, columns = packet.raw.shape
    if _COLUMNS_BY_NUMBER[packet.kind] != columns or columns == 0:
        raise ValueError(f"kind {packet.kind} with {columns} columns")
    if not 1 <= count <= MAX_SAMPLES or (count > 1 and packet.spacing_us == 0):
        raise ValueError(f"{count} samples {packet.spacing_us} µs apart")
    flags = (
        count
        | packet.clipped * CLIPPED
        | packet.lost_before * _LOST_BEFORE
        | packet.restarted * RESTARTED
    )
    header = _HEADER.pack(VERSION << 5 | packet.kind, flags, packet.sequence, packet.time_us)
    spacing = _SPACING.pack(packet.spacing_us) if count > 1 else b""
    return header + spacing + packet.raw.astype(_I16).tobytes()
