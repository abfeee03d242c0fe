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
from sensors.errors import RecordingError, RecordingFormatError
from sensors.recording.format import (
    ARRIVAL,
    CHANGES,
    EVENTS,
    META,
    NOTIFICATION_ENCODING,
    PROFILE,
    SALVAGED,
    Meta,
    decode_event,
    decode_notification,
    from_json,
)
from sensors.recording.records import MESSAGE, records
from sensors.samples import SensorId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sensors.drivers.base import SourceItem
    from sensors.samples import Activity, Event, SensorInfo

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
            channels: dict[int, _Channel] = {}
            for opcode, body in records(file):
                if opcode == Opcode.MESSAGE:
                    channel = channels.get(int.from_bytes(body[:2], "little"), _UNKNOWN)
                    item = channel.item(body)
                    if item is not None:
                        yield item
                elif opcode == Opcode.CHANNEL:
                    _learn(channels, body)


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
        for opcode, body in _all_records(path):
            if opcode == Opcode.MESSAGE:
                item = scan.message(path, body)
                if item is not None and scan.meta is not None:
                    yield item
            else:
                scan.take(path, opcode, body)

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
    for opcode, body in _all_records(path):
        scan.take(path, opcode, body)
    return scan.recording(path)


def _all_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a file that is not empty."""
    with _opened(path) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise RecordingFormatError(path, "the file is empty")
        yield from records(file)


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
        for opcode, body in records(file):
            scan.take(path, opcode, body)
            if scan.meta is not None:
                break
    return scan.meta


@dataclass(slots=True)
class _Scan:
    """One pass over a file for everything but its items."""

    channels: dict[int, _Channel] = field(default_factory=dict)
    meta: Meta | None = None
    events: dict[tuple[float, Activity], Event] = field(default_factory=dict)
    messages: int = 0
    damaged: int = 0
    complete: bool = False
    salvaged: bool = False

    def take(self, path: Path, opcode: int, body: bytes) -> None:
        if opcode == Opcode.MESSAGE:
            self.message(path, body)
        elif opcode == Opcode.CHANNEL:
            _learn(self.channels, body)
        elif opcode == Opcode.HEADER:
            _check_profile(path, body)
        elif opcode == Opcode.CHUNK:
            self.damaged += 1
        elif opcode == Opcode.METADATA:
            self.salvaged = self.salvaged or _is_salvage(body)
        elif opcode == Opcode.DATA_END:
            self.complete = not self.salvaged

    def message(self, path: Path, body: bytes) -> SourceItem | None:
        """Take in a message; return its item, if it is one and can be read."""
        self.messages += 1
        channel = self.channels.get(int.from_bytes(body[:2], "little"), _UNKNOWN)
        if channel.topic == META:
            try:
                self.meta = Meta.decode(body[MESSAGE.size :])
            except _UNREADABLE as error:
                raise RecordingFormatError(path, f"its description says: {error}") from error
        elif channel.topic == EVENTS:
            try:
                event = decode_event(body[MESSAGE.size :])
            except _UNREADABLE:
                self.damaged += 1
            else:
                self.events[event.onset_s, event.activity] = event
        else:
            item = channel.item(body)
            self.damaged += item is None
            return item
        return None

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


@dataclass(frozen=True, slots=True)
class _Channel:
    """What the messages of one channel are: notifications of a characteristic, or of a topic."""

    topic: str | None
    source: tuple[SensorId, str] | None = None

    def item(self, body: bytes) -> SourceItem | None:
        """Return the item of a message; ``None`` if it is none or cannot be read."""
        if self.source is not None and len(body) >= _LEAST:
            return decode_notification(*self.source, body[MESSAGE.size :])
        read = None if self.topic is None else CHANGES.get(self.topic)
        if read is None:
            return None
        try:
            return read(from_json(body[MESSAGE.size :]))
        except _UNREADABLE:
            return None


_UNKNOWN: Final = _Channel(None)
_LEAST: Final = MESSAGE.size + ARRIVAL.size
"""A notification is at least its arrival."""


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


def _learn(channels: dict[int, _Channel], body: bytes) -> None:
    """Remember a channel; an unreadable one leaves its messages without a meaning."""
    try:
        channel = Channel.read(ReadDataStream(BytesIO(body)))
        source = None
        if channel.message_encoding == NOTIFICATION_ENCODING:
            source = SensorId(channel.metadata["sensor"]), channel.metadata["characteristic"]
    except _UNREADABLE:
        return
    channels[channel.id] = _Channel(None if source else channel.topic, source)
