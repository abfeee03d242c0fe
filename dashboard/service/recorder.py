"""The recording of the running session: raw entries to disk, and what became of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.service.steps import Step, StepKind
from sensors.errors import RecordingError, RecordingWriteError
from sensors.recording import RecordingWriter
from sensors.samples import Activity, Event
from sessions.errors import SessionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dashboard.service.steps import Entry
    from sensors.samples import SensorInfo


WRITES_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Zero:
    """Zero of the session clock: host monotonic s, and the wall clock then (s since 1970)."""

    origin_s: float
    started_unix_s: float


class Recorder:
    """One recording, open until closed or until the disk refuses.

    A person who trains should not be interrupted by a disk that is full or gone, so nothing is
    raised: :attr:`error` says what is wrong.

    Parameters
    ----------
    new_path
        Makes room for the recording and names the file, which must not exist.
    sensors
        What is recorded.
    zero
        Zero of the session clock.
    meta
        What a reader should know of the session.
    beginning
        Entries from before, to be written first; in the order they came.
    """

    def __init__(
        self,
        new_path: Callable[[], Path],
        sensors: tuple[SensorInfo, ...],
        zero: Zero,
        meta: dict[str, object],
        beginning: Iterable[Entry] = (),
    ) -> None:
        self.path: Path | None = None
        self.error: str | None = None
        self._origin_s = zero.origin_s
        self._running: Event | None = None
        self._waiting: deque[Entry] = deque(beginning)
        self._writer: RecordingWriter | None = None
        try:
            path = new_path()
            writer = RecordingWriter(
                path, sensors, origin_s=zero.origin_s, started_unix_s=zero.started_unix_s, meta=meta
            )
            writer.open()
        except (OSError, RecordingError, SessionError) as error:
            self.error = str(error)
        else:
            self.path, self._writer = path, writer

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return 0 if self._writer is None else self._writer.size_bytes

    def write(self, entry: Entry) -> None:
        """Append an entry; nothing happens once the disk has refused.

        While the beginning is still being written, a part at a time so that nothing waits for it,
        an entry takes its place behind it.
        """
        self._waiting.append(entry)
        self._write_waiting(WRITES_AT_ONCE)

    def close(self) -> None:
        """Finish the file."""
        self._write_waiting(len(self._waiting))
        if self._writer is None:
            return
        try:
            self._writer.close()
        except RecordingError as error:
            self.error = self.error or str(error)

    def _write_waiting(self, limit: int) -> None:
        writer = self._writer
        if writer is None or self.error is not None:
            self._waiting.clear()
            return
        try:
            for _ in range(min(limit, len(self._waiting))):
                entry = self._waiting.popleft()
                if isinstance(entry, Step):
                    self._write_step(writer, entry)
                else:
                    writer.write(entry)
        except RecordingWriteError as error:
            self.error = str(error)

    def _write_step(self, writer: RecordingWriter, step: Step) -> None:
        t_s = step.arrival_s - self._origin_s
        match step.kind:
            case StepKind.BEGIN:
                self._running = Event(t_s, None, step.activity)
                writer.write_event(self._running)
            case StepKind.END if self._running is not None:
                running, self._running = self._running, None
                ended = Event(running.onset_s, t_s - running.onset_s, running.activity)
                writer.write_event(ended)
            case StepKind.MARK:
                writer.write_event(Event(t_s, 0.0, Activity.MARK))
