"""The records of an MCAP file one after another, whole or cut off anywhere.

They are walked here rather than by mcap's stream reader because that one hands out the cut half of
a last message as if it were whole, and nothing of a chunk that was cut.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

import zstandard
from mcap.opcode import Opcode
from mcap.writer import MCAP0_MAGIC

from sensors.errors import RecordingFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

Place: TypeAlias = tuple[int, bytes, int, int]
"""A record's opcode, and the bytes that its body is in, from where to where."""

HEAD: Final = struct.Struct("<BQ")
"""Opcode and length before each record's body."""

MESSAGE: Final = struct.Struct("<HIQQ")
"""Channel, sequence, log and publish time (ns) at the beginning of a message's body."""

_CHUNK: Final = struct.Struct("<QQQII")
"""Start, end, size unpacked, its CRC, and the length of the compression's name."""

_SIZE: Final = struct.Struct("<Q")
_BLOCK_BYTES: Final = 1 << 20
_MOST_BYTES: Final = 64 << 20
"""No record or chunk of ours is larger; one that claims to be is damaged, or a trap."""

_MOST_EXPANSION: Final = 100
"""Chunks together hold at most so many times the bytes of their file, and :data:`_MOST_BYTES`."""

_NAMES: Final = {b"": "", b"zstd": "zstd"}


def records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield opcode and body of every whole record; see :func:`places`."""
    for opcode, data, start, end in places(file):
        yield opcode, data[start:end]


def places(file: BinaryIO) -> Iterator[Place]:
    """Yield where every whole record is, up to the end of the data.

    The records in a chunk take its place; one that is cut off gives those that are whole, one that
    is damaged is itself yielded, with an empty body. A length that reaches beyond the file is a
    cut, or damage after which nothing can be trusted.

    Raises
    ------
    RecordingFormatError
        The file begins like something else, or was packed in a way we do not know.
    """
    path, size = Path(file.name), os.fstat(file.fileno()).st_size
    magic = file.read(len(MCAP0_MAGIC))
    if not MCAP0_MAGIC.startswith(magic):
        raise RecordingFormatError(path, "it does not begin like one")
    rest, left = b"", size - len(magic)
    room = _Room(_MOST_BYTES + _MOST_EXPANSION * size)
    while block := file.read(_BLOCK_BYTES):
        left -= len(block)
        data, at = rest + block, 0
        while at + HEAD.size <= len(data):
            opcode, length = HEAD.unpack_from(data, at)
            end = at + HEAD.size + length
            if opcode == 0 or length > _MOST_BYTES or end - len(data) > left:
                rest = data[at + HEAD.size :] + file.read(_MOST_BYTES)
                yield from _last(path, opcode, rest)
                return
            if end > len(data):
                break
            start, at = at + HEAD.size, end
            if opcode == Opcode.CHUNK:
                chunk = _unpacked(path, data[start:end])
                room.take(path, chunk)
                yield from _walked(chunk)
            else:
                yield opcode, data, start, end
            if opcode == Opcode.DATA_END:
                return
        rest = data[at:]
    if len(rest) >= HEAD.size:  # the file became shorter while it was read
        yield from _last(path, rest[0], rest[HEAD.size :])


def _split(data: bytes) -> Iterator[Place]:
    """Yield where every whole record in ``data`` is."""
    at = 0
    size, head_of, head_size = len(data), HEAD.unpack_from, HEAD.size
    while at + head_size <= size:
        opcode, length = head_of(data, at)
        start = at + head_size
        at = start + length
        if opcode == 0 or at > size:
            return
        yield opcode, data, start, at


@dataclass(slots=True)
class _Room:
    """What the chunks of a file may still unpack to."""

    left: int

    def take(self, path: Path, chunk: bytes | None) -> None:
        """Make room for what a chunk unpacked to."""
        self.left -= len(chunk or b"")
        if self.left < 0:
            raise RecordingFormatError(path, "it holds more than a file of its size can")


def _last(path: Path, opcode: int, body: bytes) -> Iterator[Place]:
    """Yield what is whole in a record that is cut off."""
    if opcode == Opcode.CHUNK:
        yield from _walked(_unpacked(path, body))


def _walked(chunk: bytes | None) -> Iterator[Place]:
    """Yield the records of a chunk; of a damaged one itself, with an empty body."""
    if chunk is None:
        yield Opcode.CHUNK, b"", 0, 0
    else:
        yield from _split(chunk)


def _unpacked(path: Path, body: bytes) -> bytes | None:
    """Unpack a chunk, or what is whole of it if it is cut off; ``None`` if it is damaged."""
    if len(body) < _CHUNK.size:
        return b""
    _, _, size, crc, length = _CHUNK.unpack_from(body)
    at = _CHUNK.size + length + _SIZE.size
    if at > len(body):
        return b""
    name = _NAMES.get(body[_CHUNK.size : _CHUNK.size + length])
    if name is None:
        raise RecordingFormatError(path, "it was packed by another program in a way unknown here")
    (stored,) = _SIZE.unpack_from(body, at - _SIZE.size)
    packed = body[at : at + stored]
    data = _decompressed(packed, min(size, _MOST_BYTES)) if name else packed
    if len(packed) == stored and (len(data) != size or (crc and zlib.crc32(data) != crc)):
        return None
    return data


def _decompressed(packed: bytes, size: int) -> bytes:
    """Decompress up to ``size`` bytes, as far as ``packed`` goes."""
    reader = zstandard.ZstdDecompressor().stream_reader(BytesIO(packed))
    try:
        return bytes(reader.read(size))
    except zstandard.ZstdError:
        return b""
