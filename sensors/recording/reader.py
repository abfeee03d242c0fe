"""Reading a recording, whole or cut off anywhere."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Header, Metadata

from sensors.bounded import open_plain
from sensors.drivers.base import Notification
from sensors.errors import RecordingError, RecordingFormatError
from sensors.recording.format import (
    CHANGES,
    EVENTS,
    META,
    NOTIFICATION_ENCODING,
    PROFILE,
    SALVAGED,
    Meta,
    decode_event,
    from_json,
)
from sensors.recording.records import MESSAGE, places
from sensors.samples import SensorId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sensors.drivers.base import SourceItem
    from sensors.recording.records import Place
    from sensors.samples import Activity, Event, SensorInfo

_MESSAGE: Final = int(Opcode.MESSAGE)
_NOTIFIED: Final = struct.Struct("<H20xd")
_NOTIFIED_BYTES: Final = _NOTIFIED.size
"""Channel and arrival at the beginning of a notification's message; its value follows."""

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
        yield from Reading(self.path)


class Reading:
    """A recording in one pass: its items first, then everything else.

    Iterate once. Items that come before the file says which sensors were worn are left out.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    RecordingError, RecordingFormatError
        While iterating, as :func:`read_recording`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scan = _Scan()

    @property
    def meta(self) -> Meta:
        """What the recording says of itself; with no sensors as long as it has not yet."""
        return self._scan.meta or Meta(0.0, 0.0, (), {})

    def __iter__(self) -> Iterator[SourceItem]:
        scan, path = self._scan, self._path
        for opcode, data, start, end in _all_places(path):
            if opcode == _MESSAGE:
                item = scan.message(path, data, start, end)
                if item is not None and scan.meta is not None:
                    yield item
            else:
                scan.take(path, opcode, data, start, end)

    def recording(self) -> Recording:
        """What was found, once all items have been taken."""
        return self._scan.recording(self._path)


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
    for opcode, data, start, end in _all_places(path):
        scan.take(path, opcode, data, start, end)
    return scan.recording(path)


def _all_places(path: Path) -> Iterator[Place]:
    """Yield where the records are of a file that is not empty."""
    with _opened(path) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise RecordingFormatError(path, "the file is empty")
        yield from places(file)


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
        for opcode, data, start, end in places(file):
            scan.take(path, opcode, data, start, end)
            if scan.meta is not None:
                break
    return scan.meta


@dataclass(slots=True)
class _Scan:
    """One pass over a file for everything but its items."""

    topics: dict[int, str] = field(default_factory=dict)
    sources: dict[int, tuple[SensorId, str]] = field(default_factory=dict)
    meta: Meta | None = None
    events: dict[tuple[float, Activity], Event] = field(default_factory=dict)
    messages: int = 0
    damaged: int = 0
    complete: bool = False
    salvaged: bool = False

    def take(self, path: Path, opcode: int, data: bytes, start: int, end: int) -> None:
        """Take in the record whose body is ``data[start:end]``."""
        if opcode == Opcode.MESSAGE:
            self.message(path, data, start, end)
        elif opcode == Opcode.CHANNEL:
            self._learn(data[start:end])
        elif opcode == Opcode.HEADER:
            _check_profile(path, data[start:end])
        elif opcode == Opcode.CHUNK:
            self.damaged += 1
        elif opcode == Opcode.METADATA:
            self.salvaged = self.salvaged or _is_salvage(data[start:end])
        elif opcode == Opcode.DATA_END:
            self.complete = not self.salvaged

    def message(self, path: Path, data: bytes, start: int, end: int) -> SourceItem | None:
        """Take in a message; return its item, if it is one and can be read."""
        self.messages += 1
        value_at = start + _NOTIFIED_BYTES
        if value_at <= end:
            channel, arrival_s = _NOTIFIED.unpack_from(data, start)
            source = self.sources.get(channel)
            if source is not None:
                sensor, characteristic = source
                return Notification(sensor, characteristic, arrival_s, data[value_at:end])
        number = int.from_bytes(data[start : start + 2], "little")
        return self._on_topic(path, self.topics.get(number), data[start + MESSAGE.size : end])

    def _on_topic(self, path: Path, topic: str | None, content: bytes) -> SourceItem | None:
        """Take in a message that is no notification."""
        try:
            if topic == EVENTS:
                event = decode_event(content)
                self.events[event.onset_s, event.activity] = event
            elif topic == META:
                self.meta = Meta.decode(content)
            elif topic in CHANGES:
                return CHANGES[topic](from_json(content))
            else:
                self.damaged += 1
        except _UNREADABLE as error:
            if topic == META:
                raise RecordingFormatError(path, f"its description says: {error}") from error
            self.damaged += 1
        return None

    def _learn(self, body: bytes) -> None:
        """Remember a channel; an unreadable one leaves its messages without a meaning."""
        try:
            channel = Channel.read(ReadDataStream(BytesIO(body)))
            source = None
            if channel.message_encoding == NOTIFICATION_ENCODING:
                source = SensorId(channel.metadata["sensor"]), channel.metadata["characteristic"]
        except _UNREADABLE:
            return
        self.topics.pop(channel.id, None)
        self.sources.pop(channel.id, None)
        if source is None:
            self.topics[channel.id] = channel.topic
        else:
            self.sources[channel.id] = source

    def recording(self, path: Path) -> Recording:
        """What was found in the file."""
        found = self.meta or Meta(0.0, 0.0, (), {})
        return Recording(
            path=path,
            sensors=found.sensors,
            origin_s=found.origin_s,
            started_unix_s=found.started_unix_s,
            meta=found.more,
            events=tuple(sorted(self.events.values(), key=lambda event: event.onset_s)),
            messages=self.messages,
            damaged=self.damaged,
            complete=self.complete,
        )


def _opened(path: Path) -> BinaryIO:
    try:
        return open_plain(path)
    except OSError as error:
        raise RecordingError(path, f"cannot be opened ({error.strerror}).") from error


def _check_profile(path: Path, body: bytes) -> None:
    try:
        header = Header.read(ReadDataStream(BytesIO(body)))
    except _UNREADABLE as error:
        raise RecordingFormatError(path, "its header is damaged") from error
    if header.profile != PROFILE:
        raise RecordingFormatError(path, "it is an MCAP file of another program")


def _is_salvage(body: bytes) -> bool:
    try:
        return bool(Metadata.read(ReadDataStream(BytesIO(body))).name == SALVAGED)
    except _UNREADABLE:
        return False
