"""Reading a recording, whole or cut off anywhere.

The records are walked here rather than by mcap's stream reader because that one hands out the cut
half of a last message as if it were whole.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Header
from mcap.writer import MCAP0_MAGIC

from sensors.errors import RecordingError, RecordingFormatError
from sensors.recording.format import (
    CHANGES,
    EVENTS,
    META,
    NOTIFICATION_ENCODING,
    PROFILE,
    Meta,
    decode_event,
    decode_notification,
    from_json,
)
from sensors.samples import SensorId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sensors.drivers.base import SourceItem
    from sensors.samples import Activity, Event, SensorInfo

_RECORD = struct.Struct("<BQ")
_MESSAGE = struct.Struct("<HIQQ")
_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    McapError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recording holds; iterating yields its items in the order they were written.

    Attributes
    ----------
    path
        The file; every iteration reads it anew.
    sensors
        What was recorded; empty if the file was cut before it said so, as are all its items then.
    origin_s
        Host monotonic seconds of the session clock's zero on the day it was recorded.
    started_unix_s
        Wall clock of that moment, seconds since 1970.
    meta
        What the writer was given.
    events
        Events in order of onset, each once; ``duration_s`` is ``None`` where the end was cut off.
    messages, damaged
        Whole messages in the file, and those among them that cannot be read and are left out.
    complete
        Whether the recording was closed properly; if not, it ends with its last whole message.
    """

    path: Path
    sensors: tuple[SensorInfo, ...]
    origin_s: float
    started_unix_s: float
    meta: Mapping[str, Any]
    events: tuple[Event, ...]
    messages: int
    damaged: int
    complete: bool

    def __iter__(self) -> Iterator[SourceItem]:
        with _opened(self.path) as file:
            channels: dict[int, Channel] = {}
            for opcode, body in _records(file):
                if opcode == Opcode.CHANNEL:
                    _learn(channels, body)
                elif opcode == Opcode.MESSAGE:
                    item = _item(channels, body)
                    if item is not None:
                        yield item


def read_recording(path: Path | str) -> Recording:
    """Open a recording, whole or cut off at any byte.

    Raises
    ------
    RecordingFormatError
        The file is empty, something else, or of a newer version of this program.
    RecordingError
        It cannot be opened.
    """
    path = Path(path)
    scan = _Scan()
    with _opened(path) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise RecordingFormatError(path, "the file is empty")
        for opcode, body in _records(file):
            scan.take(path, opcode, body)
    found = scan.meta or Meta(0.0, 0.0, (), {})
    return Recording(
        path=path,
        sensors=found.sensors,
        origin_s=found.origin_s,
        started_unix_s=found.started_unix_s,
        meta=found.more,
        events=tuple(sorted(scan.events.values(), key=lambda event: event.onset_s)),
        messages=scan.messages,
        damaged=scan.damaged,
        complete=scan.complete,
    )


def read_meta(path: Path | str) -> Meta | None:
    """Read what a recording says of itself at its beginning; ``None`` if it was cut before that.

    Raises
    ------
    RecordingError
        As :func:`read_recording`.
    """
    path = Path(path)
    scan = _Scan()
    with _opened(path) as file:
        for opcode, body in _records(file):
            scan.take(path, opcode, body)
            if scan.meta is not None:
                break
    return scan.meta


@dataclass(slots=True)
class _Scan:
    """One pass over a file for everything but its items."""

    channels: dict[int, Channel] = field(default_factory=dict)
    meta: Meta | None = None
    events: dict[tuple[float, Activity], Event] = field(default_factory=dict)
    messages: int = 0
    damaged: int = 0
    complete: bool = False

    def take(self, path: Path, opcode: int, body: bytes) -> None:
        if opcode == Opcode.HEADER:
            _check_profile(path, body)
        elif opcode == Opcode.CHUNK:
            raise RecordingFormatError(path, "it was packed in chunks by another program")
        elif opcode == Opcode.CHANNEL:
            _learn(self.channels, body)
        elif opcode == Opcode.DATA_END:
            self.complete = True
        elif opcode == Opcode.MESSAGE:
            self.messages += 1
            self._message(path, body)

    def _message(self, path: Path, body: bytes) -> None:
        topic = _topic(self.channels, body)
        if topic == META:
            try:
                self.meta = Meta.decode(body[_MESSAGE.size :])
            except _UNREADABLE as error:
                raise RecordingFormatError(path, f"its description says: {error}") from error
        elif topic == EVENTS:
            try:
                event = decode_event(body[_MESSAGE.size :])
            except _UNREADABLE:
                self.damaged += 1
            else:
                self.events[event.onset_s, event.activity] = event
        elif _item(self.channels, body) is None:
            self.damaged += 1


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise RecordingError(path, f"cannot be opened ({error.strerror}).") from error


def _records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield opcode and body of every whole record of the data section.

    A length that reaches beyond the file is a cut, or damage after which nothing can be trusted.
    """
    size = os.fstat(file.fileno()).st_size
    magic = file.read(len(MCAP0_MAGIC))
    if not MCAP0_MAGIC.startswith(magic):
        raise RecordingFormatError(Path(file.name), "it does not begin like one")
    at = len(magic)
    while at + _RECORD.size <= size:
        opcode, length = _RECORD.unpack(file.read(_RECORD.size))
        at += _RECORD.size + length
        if at > size or opcode == 0:
            return
        yield opcode, file.read(length)
        if opcode == Opcode.DATA_END:
            return


def _check_profile(path: Path, body: bytes) -> None:
    try:
        header = Header.read(ReadDataStream(BytesIO(body)))
    except _UNREADABLE as error:
        raise RecordingFormatError(path, "its header is damaged") from error
    if header.profile != PROFILE:
        raise RecordingFormatError(path, "it is an MCAP file of another program")


def _learn(channels: dict[int, Channel], body: bytes) -> None:
    """Remember a channel; an unreadable one leaves its messages without a meaning."""
    try:
        channel = Channel.read(ReadDataStream(BytesIO(body)))
    except _UNREADABLE:
        return
    channels[channel.id] = channel


def _topic(channels: Mapping[int, Channel], body: bytes) -> str | None:
    if len(body) < _MESSAGE.size:
        return None
    channel = channels.get(_MESSAGE.unpack_from(body)[0])
    return None if channel is None else channel.topic


def _item(channels: Mapping[int, Channel], body: bytes) -> SourceItem | None:
    """Return the item of a message; ``None`` if it is none or cannot be read."""
    try:
        channel = channels[_MESSAGE.unpack_from(body)[0]]
        data = body[_MESSAGE.size :]
        if channel.message_encoding == NOTIFICATION_ENCODING:
            sensor, characteristic = channel.metadata["sensor"], channel.metadata["characteristic"]
            return decode_notification(SensorId(sensor), characteristic, data)
        read = CHANGES.get(channel.topic)
        return None if read is None else read(from_json(data))
    except _UNREADABLE:
        return None
