"""Writing a recording: exclusive, append-only, message by message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from mcap.writer import IndexType, Writer

from sensors.drivers.base import Notification
from sensors.errors import RecordingExistsError, RecordingGoneError, RecordingWriteError
from sensors.recording.appender import Appender
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

_NS: Final = 1_000_000_000


class RecordingWriter:
    """Writes one recording; a context manager, or :meth:`open` and :meth:`close`.

    :meth:`write` puts one item into the file at once; :meth:`add` and :meth:`commit` put many there
    together. What the disk refuses is kept and goes with the next commit, so that a disk with room
    again has lost nothing.

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
        How often, in arrival time, :meth:`write` asks the operating system to bring the file to the
        disk itself: what a power cut may cost. The death of this program costs nothing.
    """

    def __init__(
        self,
        path: Path | str,
        sensors: Sequence[SensorInfo],
        *,
        origin_s: float,
        started_unix_s: float,
        meta: Mapping[str, Any],
        sync_every_s: float = 1.0,
    ) -> None:
        self.path = Path(path)
        self._meta = Meta(origin_s, started_unix_s, tuple(sensors), meta)
        self._started_ns = round(started_unix_s * _NS)
        self._sync_every_s = sync_every_s
        self._synced_s = origin_s
        self._file: Appender | None = None
        self._pending = _Pending()
        self._writer: Writer | None = None
        self._channels: dict[tuple[str, ...], int] = {}
        self._count = 0
        self.size_bytes = 0

    @property
    def waiting_bytes(self) -> int:
        """How much was added but not committed."""
        return len(self._pending.data)

    def open(self) -> None:
        """Create the file; may be tried again after a refusal, with what was added meanwhile.

        Raises
        ------
        RecordingExistsError
            There is such a file.
        RecordingWriteError
            It cannot be created.
        """
        self._begin()
        try:
            self._file = Appender(self.path)
        except FileExistsError:
            raise RecordingExistsError(self.path) from None
        except OSError as error:
            raise RecordingWriteError(self.path, error) from error
        try:
            self.commit()
        except RecordingWriteError:
            self._file.close()
            self._file = None
            self.path.unlink(missing_ok=True)
            raise

    def write(self, item: SourceItem) -> None:
        """Append what a source yielded.

        Raises
        ------
        RecordingWriteError
            The disk refuses; what was written until then stays readable.
        """
        self.add(item)
        self._written(item.arrival_s)

    def write_event(self, event: Event) -> None:
        """Append an event of the session.

        One that goes on (``duration_s`` is ``None``) is written again, with the same onset and
        activity, when it has ended.

        Raises
        ------
        RecordingWriteError
            As :meth:`write`.
        """
        self.add_event(event)
        self._written(self._meta.origin_s + event.onset_s)

    def add(self, item: SourceItem) -> None:
        """Take what a source yielded, to be written with the next commit."""
        if isinstance(item, Notification):
            self._add(self._channel(item), item.arrival_s, encode_notification(item))
        else:
            topic, data = encode_change(item)
            self._add(self._channels[topic,], item.arrival_s, data)

    def add_event(self, event: Event) -> None:
        """Take an event, to be written with the next commit."""
        arrival_s = self._meta.origin_s + event.onset_s
        self._add(self._channels[EVENTS,], arrival_s, encode_event(event))

    def commit(self) -> None:
        """Write everything that was added.

        Raises
        ------
        RecordingWriteError
            The disk refuses; the file ends with the last whole commit, the rest is kept.
        """
        file = self._opened()
        try:
            file.append(bytes(self._pending.data))
        except OSError as error:
            raise RecordingWriteError(self.path, error) from error
        self._pending.data.clear()
        self.size_bytes = file.size_bytes

    def sync(self) -> None:
        """Bring the file to the disk itself.

        Raises
        ------
        RecordingWriteError
            The disk refuses.
        """
        try:
            self._opened().sync()
        except OSError as error:
            raise RecordingWriteError(self.path, error) from error

    def check_place(self) -> bool:
        """See that the file is still where it belongs, and put it back if it has vanished.

        Returns
        -------
        bool
            Whether it had vanished.

        Raises
        ------
        RecordingGoneError
            It is gone and cannot be put back, or cannot be looked for.
        """
        file = self._opened()
        try:
            if file.is_in_place():
                return False
            file.put_back()
        except OSError as error:
            raise RecordingGoneError(self.path, error) from error
        return True

    def close(self) -> None:
        """Finish the file so that any MCAP viewer opens it at once; nothing if it is closed.

        Raises
        ------
        RecordingWriteError
            The disk refuses; the recording is readable nevertheless.
        """
        file = self._file
        if file is None or self._writer is None:
            return
        try:
            self.commit()
            finish: Callable[[], None] = self._writer.finish
            finish()
            self.commit()
            self.sync()
        finally:
            file.close()
            self._file = None

    def _opened(self) -> Appender:
        if self._file is None:
            raise ValueError("write to a recording that is not open")
        return self._file

    def _begin(self) -> None:
        """Make the first records, once."""
        if self._writer is not None:
            return
        preamble = self._meta.encode()
        # mcap's annotations ask for a file; it only ever writes to it.
        self._writer = Writer(self._pending, use_chunking=False, index_types=IndexType.NONE)  # type: ignore[arg-type]
        self._writer.start(profile=PROFILE, library=PROFILE)
        for topic in JSON_TOPICS:
            self._channels[topic,] = self._register_json(self._writer, topic)
        self._notification_schema = self._writer.register_schema("torso.Notification", "", b"")
        self._add(self._channels[META,], self._meta.origin_s, preamble)

    def _register_json(self, writer: Writer, topic: str) -> int:
        schema = writer.register_schema(f"torso.{topic[1:]}", "jsonschema", b'{"type":"object"}')
        return writer.register_channel(topic, "json", schema)

    def _channel(self, item: Notification) -> int:
        key = (item.sensor, item.characteristic)
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = self._begun().register_channel(
                f"/sensors/{item.sensor}/{item.characteristic}",
                NOTIFICATION_ENCODING,
                self._notification_schema,
                {"sensor": item.sensor, "characteristic": item.characteristic},
            )
        return channel

    def _add(self, channel: int, arrival_s: float, data: bytes) -> None:
        log_ns = max(self._started_ns + round((arrival_s - self._meta.origin_s) * _NS), 0)
        self._begun().add_message(channel, log_ns, data, log_ns, self._count)
        self._count = (self._count + 1) & 0xFFFFFFFF

    def _begun(self) -> Writer:
        if self._writer is None:
            raise ValueError("write to a recording that is not open")
        return self._writer

    def _written(self, arrival_s: float) -> None:
        self.commit()
        if abs(arrival_s - self._synced_s) >= self._sync_every_s:
            self.sync()
            self._synced_s = arrival_s

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


class _Pending:
    """Where mcap writes to: bytes that wait, at places counted as in the file."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._count = 0

    def write(self, data: bytes) -> int:
        self.data += data
        self._count += len(data)
        return len(data)

    def tell(self) -> int:
        return self._count

    def flush(self) -> None:
        """Nothing: whoever owns the file decides when it is written."""
