"""Finished recordings packed: the same messages in compressed, indexed chunks.

The copy is read back, record by record, before it takes the place of the original. Compression is
flushed every few messages, so that a packed recording can be cut anywhere too: of what lies before
the cut, at most the last :data:`MESSAGES_AT_ONCE` messages are lost.

A recording that was not closed (a crash, a power cut) is salvaged by the same copy, which remembers
that it was cut.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import zstandard
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Chunk,
    ChunkIndex,
    DataEnd,
    Footer,
    McapRecord,
    MessageIndex,
    Metadata,
    Statistics,
)
from mcap.writer import MCAP0_MAGIC

from sensors.errors import RecordingError, RecordingWriteError
from sensors.private import sync_folder
from sensors.recording.appender import Appender
from sensors.recording.claim import claimed
from sensors.recording.format import SALVAGED
from sensors.recording.records import HEAD, MESSAGE, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK_BYTES: Final = 1 << 19
MESSAGES_AT_ONCE: Final = 32
KEPT_DAMAGE_BYTES: Final = 1 << 16
"""With more than this unreadable at its end, a salvaged original is kept aside."""

_COPIED: Final = (Opcode.HEADER, Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE)
_LEVEL: Final = 6


def pack_recording(path: Path) -> bool:
    """Pack a recording, closed or cut off, in its place.

    Parameters
    ----------
    path
        The recording.

    Returns
    -------
    bool
        Whether it was packed; ``False`` if it is packed already or being written.

    Raises
    ------
    RecordingError
        It is none, or the disk refuses; the original is as it was.
    """
    with claimed(path) as mine:
        if not mine or _is_packed(path):
            return False
        aside = path.with_name(f".{path.name}.packing")
        try:
            aside.unlink(missing_ok=True)
            lost_bytes = _copy(path, aside)
            _check_equal(path, aside)
            _replace(path, aside, keep=lost_bytes > KEPT_DAMAGE_BYTES)
        except OSError as error:
            raise RecordingWriteError(path, error) from error
        finally:
            aside.unlink(missing_ok=True)
    return True


def contents(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield what a recording holds, however it is packed: opcode and body of each record."""
    with path.open("rb") as file:
        yield from ((op, body) for op, body in records(file) if op in _COPIED)


def _is_packed(path: Path) -> bool:
    """Whether anything lies in chunks: the record after the header tells."""
    with path.open("rb") as file:
        head = file.read(len(MCAP0_MAGIC) + HEAD.size)
        if len(head) < len(MCAP0_MAGIC) + HEAD.size:
            return False
        _, length = HEAD.unpack_from(head, len(MCAP0_MAGIC))
        file.seek(length, os.SEEK_CUR)
        return file.read(1) == bytes([Opcode.CHUNK])


def _copy(path: Path, aside: Path) -> int:
    """Write the packed copy; return how many bytes at the end of the original are unreadable."""
    at, complete = len(MCAP0_MAGIC), False
    packer = _Packer(Appender(aside))
    try:
        with path.open("rb") as file:
            for opcode, body in records(file):
                at += HEAD.size + len(body)
                complete = complete or opcode == Opcode.DATA_END
                packer.take(opcode, body)
        packer.finish(salvaged=not complete)
    finally:
        packer.out.close()
    return 0 if complete else max(path.stat().st_size - at, 0)


def _check_equal(path: Path, aside: Path) -> None:
    if any(one != other for one, other in zip_longest(contents(path), contents(aside))):
        raise RecordingError(aside, "the packed copy reads back differently; it is not used.")


def _replace(path: Path, aside: Path, *, keep: bool) -> None:
    times = path.stat()
    os.utime(aside, ns=(times.st_atime_ns, times.st_mtime_ns))
    if keep:
        os.link(path, path.with_name(f"{path.stem}.damaged{path.suffix}"))
    aside.replace(path)
    sync_folder(path.parent)


@dataclass(slots=True)
class _Packer:
    """Writes a chunked MCAP file of the records it is given."""

    out: Appender
    chunk: bytearray = field(default_factory=bytearray)
    flushes: list[int] = field(default_factory=list)
    messages: dict[int, MessageIndex] = field(default_factory=dict)
    times: list[int] = field(default_factory=list)
    chunks: list[ChunkIndex] = field(default_factory=list)
    known: dict[bytes, None] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def take(self, opcode: int, body: bytes) -> None:
        record = HEAD.pack(opcode, len(body)) + body
        if opcode == Opcode.HEADER:
            self.out.append(MCAP0_MAGIC + record)
        elif opcode in (Opcode.SCHEMA, Opcode.CHANNEL):
            self.chunk += record
            self.known[record] = None
        elif opcode == Opcode.MESSAGE:
            self._message(record, body)

    def _message(self, record: bytes, body: bytes) -> None:
        channel, _, log_ns, _ = MESSAGE.unpack_from(body.ljust(MESSAGE.size, b"\0"))
        index = self.messages.setdefault(channel, MessageIndex(channel, []))
        index.records.append((log_ns, len(self.chunk)))
        self.counts[channel] = self.counts.get(channel, 0) + 1
        self.times.append(log_ns)
        self.chunk += record
        if len(self.times) % MESSAGES_AT_ONCE == 0:
            self.flushes.append(len(self.chunk))
        if len(self.chunk) >= CHUNK_BYTES:
            self._finish_chunk()

    def _finish_chunk(self) -> None:
        if not self.chunk:
            return
        packed = self._compressed()
        first_ns, last_ns = min(self.times, default=0), max(self.times, default=0)
        record = _encoded(
            Chunk(
                compression="zstd",
                data=packed,
                message_start_time=first_ns,
                message_end_time=last_ns,
                uncompressed_crc=zlib.crc32(self.chunk),
                uncompressed_size=len(self.chunk),
            )
        )
        start, at = self.out.size_bytes, self.out.size_bytes + len(record)
        offsets, indexes = {}, bytearray()
        for channel, index in self.messages.items():
            offsets[channel] = at + len(indexes)
            indexes += _encoded(index)
        self.out.append(record + bytes(indexes))
        self.chunks.append(
            ChunkIndex(
                message_start_time=first_ns,
                message_end_time=last_ns,
                chunk_start_offset=start,
                chunk_length=len(record),
                message_index_offsets=offsets,
                message_index_length=len(indexes),
                compression="zstd",
                compressed_size=len(packed),
                uncompressed_size=len(self.chunk),
            )
        )
        self.chunk.clear()
        self.flushes.clear()
        self.messages.clear()
        self.times.clear()

    def _compressed(self) -> bytes:
        engine = zstandard.ZstdCompressor(level=_LEVEL).compressobj(size=len(self.chunk))
        data, packed, at = bytes(self.chunk), bytearray(), 0
        for end in self.flushes:
            packed += engine.compress(data[at:end])
            packed += engine.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            at = end
        packed += engine.compress(data[at:])
        return bytes(packed + engine.flush())

    def finish(self, *, salvaged: bool) -> None:
        self._finish_chunk()
        if salvaged:
            self.out.append(_encoded(Metadata(name=SALVAGED, metadata={"cut": "true"})))
        self.out.append(_encoded(DataEnd(0)))
        start = self.out.size_bytes
        summary = b"".join(
            (*self.known, *map(_encoded, (self._statistics(salvaged=salvaged), *self.chunks)))
        )
        foot = HEAD.pack(Opcode.FOOTER, 20) + start.to_bytes(8, "little") + bytes(8)
        footer = Footer(start, 0, zlib.crc32(foot, zlib.crc32(summary)))
        self.out.append(summary + _encoded(footer) + MCAP0_MAGIC)
        self.out.sync()

    def _statistics(self, *, salvaged: bool) -> Statistics:
        return Statistics(
            attachment_count=0,
            channel_count=sum(record[0] == Opcode.CHANNEL for record in self.known),
            channel_message_counts=self.counts,
            chunk_count=len(self.chunks),
            message_count=sum(self.counts.values()),
            message_end_time=max((c.message_end_time for c in self.chunks), default=0),
            message_start_time=min((c.message_start_time for c in self.chunks), default=0),
            metadata_count=int(salvaged),
            schema_count=sum(record[0] == Opcode.SCHEMA for record in self.known),
        )


def _encoded(record: McapRecord) -> bytes:
    builder = RecordBuilder()
    record.write(builder)
    end: Callable[[], bytes] = builder.end
    return end()
