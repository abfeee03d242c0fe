"""Writing a recording: exclusive, append-only, flushed message by message."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from mcap.writer import IndexType, Writer

from sensors.drivers.base import Notification
from sensors.errors import RecordingExistsError, RecordingWriteError
from sensors.recording.claim import claim
from sensors.recording.format import (
    EVENTS,
    JSON_TOPICS,
    META,
    NOTIFICATION_ENCODING,
    PROFILE,
    Meta,
    encode_change,
    encode_event,
    encode_notification,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from sensors.drivers.base import SourceItem
    from sensors.samples import Event, SensorInfo

_NS = 1_000_000_000


class RecordingWriter:
    """Writes one recording; a context manager, or :meth:`open` and :meth:`close`.

    Parameters
    ----------
    path
        The file; it must not exist.
    sensors
        What is recorded.
    origin_s
        Host monotonic seconds of the session clock's zero, as the source says.
    started_unix_s
        Wall clock of that moment, seconds since 1970.
    meta
        Whatever else a reader should know; must be JSON.
    sync_every_s
        How often the operating system is asked to bring what was written to the disk itself: what
        a power cut may cost. Each message survives the death of this program at once.
    """

    def __init__(
        self,
        path: Path | str,
        sensors: Sequence[SensorInfo],
        *,
        origin_s: float,
        started_unix_s: float,
        meta: Mapping[str, Any],
        sync_every_s: float = 5.0,
    ) -> None:
        self.path = Path(path)
        self._meta = Meta(origin_s, started_unix_s, tuple(sensors), meta)
        self._started_ns = round(started_unix_s * _NS)
        self._sync_every_s = sync_every_s
        self._synced_s = origin_s
        self._file: BinaryIO | None = None
        self._failure: OSError | None = None
        self._channels: dict[tuple[str, ...], int] = {}
        self._count = 0
        self.size_bytes = 0

    def open(self) -> None:
        """Create the file.

        Raises
        ------
        RecordingExistsError
            There is such a file.
        RecordingWriteError
            It cannot be created.
        """
        preamble = self._meta.encode()
        try:
            self._file = self.path.open("xb")
        except FileExistsError:
            raise RecordingExistsError(self.path) from None
        except OSError as error:
            raise RecordingWriteError(self.path, error) from error
        claim(self._file.fileno())
        self._writer = Writer(self._file, use_chunking=False, index_types=IndexType.NONE)
        self._writer.start(profile=PROFILE, library=PROFILE)
        for topic in JSON_TOPICS:
            self._channels[topic,] = self._register_json(topic)
        self._notification_schema = self._writer.register_schema("torso.Notification", "", b"")
        try:
            self._add(self._channels[META,], self._meta.origin_s, preamble)
        except RecordingWriteError:
            self.close()
            raise

    def write(self, item: SourceItem) -> None:
        """Append what a source yielded.

        Raises
        ------
        RecordingWriteError
            The disk refuses, now or before; what was written until then stays readable.
        """
        if isinstance(item, Notification):
            self._add(self._channel(item), item.arrival_s, encode_notification(item))
        else:
            topic, data = encode_change(item)
            self._add(self._channels[topic,], item.arrival_s, data)

    def write_event(self, event: Event) -> None:
        """Append an event of the session.

        One that goes on (``duration_s`` is ``None``) is written again, with the same onset and
        activity, when it has ended.

        Raises
        ------
        RecordingWriteError
            As :meth:`write`.
        """
        arrival_s = self._meta.origin_s + event.onset_s
        self._add(self._channels[EVENTS,], arrival_s, encode_event(event))

    def close(self) -> None:
        """Finish the file so that any MCAP viewer opens it at once; nothing if it is closed.

        Raises
        ------
        RecordingWriteError
            The disk refuses; the recording is readable nevertheless.
        """
        file, self._file = self._file, None
        if file is None:
            return
        try:
            with file:
                if self._failure is None:
                    finish: Callable[[], None] = self._writer.finish
                    finish()
                    file.flush()
                    os.fsync(file.fileno())
                    self.size_bytes = file.tell()
        except OSError as error:
            if self._failure is None:
                raise RecordingWriteError(self.path, error) from error

    def _register_json(self, topic: str) -> int:
        schema = self._writer.register_schema(
            f"torso.{topic[1:]}", "jsonschema", b'{"type":"object"}'
        )
        return self._writer.register_channel(topic, "json", schema)

    def _channel(self, item: Notification) -> int:
        key = (item.sensor, item.characteristic)
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = self._writer.register_channel(
                f"/sensors/{item.sensor}/{item.characteristic}",
                NOTIFICATION_ENCODING,
                self._notification_schema,
                {"sensor": item.sensor, "characteristic": item.characteristic},
            )
        return channel

    def _add(self, channel: int, arrival_s: float, data: bytes) -> None:
        if self._failure is not None:
            raise RecordingWriteError(self.path, self._failure)
        if self._file is None:
            raise ValueError("write to a recording that is not open")
        log_ns = max(self._started_ns + round((arrival_s - self._meta.origin_s) * _NS), 0)
        try:
            self._writer.add_message(channel, log_ns, data, log_ns, self._count)
            self._file.flush()
            if abs(arrival_s - self._synced_s) >= self._sync_every_s:
                os.fsync(self._file.fileno())
                self._synced_s = arrival_s
            self.size_bytes = self._file.tell()
        except OSError as error:
            self._failure = error
            raise RecordingWriteError(self.path, error) from error
        self._count = (self._count + 1) & 0xFFFFFFFF

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
