"""The recording of the running session: raw entries to disk, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.service.steps import Step, StepKind
from sensors.recording import BackgroundWriter, RecordingWriter
from sensors.samples import Activity, Event
from sessions.errors import SessionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dashboard.service.steps import Entry
    from sensors.samples import SensorInfo

WAITING: Final = "What comes now waits in memory and is written as soon as that is mended."
LOST: Final = "What came after that could not be kept."
PUT_BACK: Final = "The recording had vanished from its folder and was put back whole."


@dataclass(frozen=True, slots=True)
class Zero:
    """Zero of the session clock: host monotonic s, and the wall clock then (s since 1970)."""

    origin_s: float
    started_unix_s: float


class Recorder:
    """One recording, open until closed.

    A person who trains should not be interrupted by a disk that is full or gone, so nothing is
    raised and nothing waits: :attr:`error` says what is wrong while it is, and the recording goes
    on without a gap when it is mended.

    Parameters
    ----------
    new_path
        Makes room for the recording and names the file, which must not exist; asked again while it
        refuses.
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
        self._origin_s = zero.origin_s
        self._running: Event | None = None

        def new_writer() -> RecordingWriter:
            return RecordingWriter(
                new_path(),
                sensors,
                origin_s=zero.origin_s,
                started_unix_s=zero.started_unix_s,
                meta=meta,
            )

        self._background = BackgroundWriter(new_writer, troubles=(SessionError,))
        for entry in beginning:
            self.write(entry)
        self._background.start()

    @property
    def path(self) -> Path | None:
        """The file; ``None`` while none could be made."""
        writer = self._background.writer
        return None if writer is None or not writer.size_bytes else writer.path

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return self._background.size_bytes

    @property
    def state(self) -> str:
        """``writing``; ``waiting`` for the disk, nothing lost; ``losing``: memory is full."""
        if self._background.trouble is None:
            return "writing"
        return "losing" if self._background.lost else "waiting"

    @property
    def error(self) -> str | None:
        """What is wrong and what that means, or ``None``."""
        trouble = self._background.trouble
        if trouble is None:
            return LOST if self._background.lost else None
        return f"{trouble} {LOST if self._background.lost else WAITING}"

    @property
    def remark(self) -> str | None:
        """What went wrong and was mended, or ``None``."""
        return PUT_BACK if self._background.put_back else None

    def write(self, entry: Entry) -> None:
        """Append an entry, without waiting for the disk."""
        found = self._event(entry) if isinstance(entry, Step) else entry
        if found is not None:
            self._background.put(found)

    def close(self) -> None:
        """Finish the file."""
        self._background.close()

    def _event(self, step: Step) -> Event | None:
        t_s = step.arrival_s - self._origin_s
        match step.kind:
            case StepKind.BEGIN:
                self._running = Event(t_s, None, step.activity)
                return self._running
            case StepKind.END if self._running is not None:
                running, self._running = self._running, None
                return Event(running.onset_s, t_s - running.onset_s, running.activity)
            case StepKind.MARK:
                return Event(t_s, 0.0, Activity.MARK)
            case _:
                return None
