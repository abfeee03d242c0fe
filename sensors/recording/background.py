"""A recording written beside what must not wait: in a thread of its own, through trouble.

While the disk refuses or the folder is gone, what comes waits in memory, encoded, and is written as
soon as that is possible; only when :data:`MOST_WAITING_BYTES` are waiting is anything lost.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final, TypeAlias

from sensors.errors import RecordingError, RecordingExistsError
from sensors.samples import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.drivers.base import SourceItem
    from sensors.recording.writer import RecordingWriter

Entry: TypeAlias = "SourceItem | Event"

EVERY_S: Final = 0.05
"""How often what came is written: what the death of this program costs."""

SYNC_EVERY_S: Final = 0.5
"""How often it is brought to the disk itself: what a power cut costs."""

RETRY_EVERY_S: Final = 1.0
STALLED_S: Final = 3.0
"""A disk that has not answered for so long is trouble."""

CLOSE_S: Final = 5.0
"""How long a disk may take to finish a file before nobody waits for it any more."""

MOST_WAITING_BYTES: Final = 64 << 20
"""About two hours of three sensors."""

MOST_WAITING: Final = 200_000
"""Entries that wait to be encoded, while the disk holds the thread up or no file can be made."""


class BackgroundWriter:
    """Writes a recording in a thread, from :meth:`start` to :meth:`close`.

    Parameters
    ----------
    new_writer
        Makes the writer, not yet opened; tried again each second while it raises ``OSError`` or
        :class:`~sensors.errors.RecordingError`. May raise other errors of ``troubles`` too.
    troubles
        Further errors that mean "not now".
    now_s
        The monotonic clock (s).
    """

    def __init__(
        self,
        new_writer: Callable[[], RecordingWriter],
        *,
        troubles: tuple[type[Exception], ...] = (),
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.writer: RecordingWriter | None = None
        self.lost = 0
        """Entries that found no room in memory, or were never written."""
        self.put_back = 0
        """How often the file had vanished and was put back."""
        self._new_writer = new_writer
        self._troubles: tuple[type[Exception], ...] = (OSError, RecordingError, *troubles)
        self._now_s = now_s
        self._inbox: deque[Entry] = deque()
        self._error: Exception | None = None
        self._open = False
        self._uncommitted = 0
        self._synced = True
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._retry_at_s = self._synced_s = self._looked_s = float("-inf")
        self._turned_s = now_s()

    def start(self) -> None:
        """Make the file, if that is possible now, and begin."""
        self._turn()
        self._thread.start()

    @property
    def trouble(self) -> Exception | None:
        """What keeps the recording from being written just now, or ``None``."""
        silent_s = self._now_s() - self._turned_s
        if self._error is None and self._thread.is_alive() and silent_s > STALLED_S:
            return TimeoutError(f"The disk has not answered for {silent_s:.0f} s.")
        return self._error

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return 0 if self.writer is None else self.writer.size_bytes

    def put(self, entry: Entry) -> None:
        """Take an item or event; it is written within :data:`EVERY_S` if the disk allows."""
        if len(self._inbox) < MOST_WAITING:
            self._inbox.append(entry)
        else:
            self.lost += 1

    def close(self) -> None:
        """Write what is left and finish the file; :attr:`trouble` tells what could not be done.

        A disk that does not answer is waited for a moment only.
        """
        self._stop.set()
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._turn()
        self._finish()

    def _finish(self) -> None:
        self._retry_at_s = float("-inf")
        self._turn()
        if self._error is not None:
            self.lost += len(self._inbox) + self._uncommitted
        if self.writer is None or not self._open:
            return
        try:
            self.writer.close()
        except RecordingError as error:
            self._error = self._error or error

    def _turn(self) -> None:
        """Write what came; while in trouble, try once a second."""
        self._turned_s = now_s = self._now_s()
        try:
            self._take_in()
            if now_s >= self._retry_at_s:
                self._write(now_s)
                self._error = None
        except self._troubles as error:
            self._error = error
            self._retry_at_s = now_s + RETRY_EVERY_S
        self._turned_s = self._now_s()

    def _take_in(self) -> None:
        """Encode what came, if it is known yet how."""
        writer = self.writer
        while self._inbox and writer is not None:
            entry = self._inbox.popleft()
            if writer.waiting_bytes > MOST_WAITING_BYTES:
                self.lost += 1
                continue
            if isinstance(entry, Event):
                writer.add_event(entry)
            else:
                writer.add(entry)
            self._uncommitted += 1

    def _write(self, now_s: float) -> None:
        if self.writer is None:
            self.writer = self._new_writer()
        if not self._open:
            try:
                self.writer.open()
            except RecordingExistsError:
                self.writer = None
                raise
            self._open = True
        self._take_in()
        if now_s - self._looked_s >= RETRY_EVERY_S:
            self._looked_s = now_s
            self.put_back += self.writer.check_place()
        if self.writer.waiting_bytes:
            self.writer.commit()
            self._uncommitted, self._synced = 0, False
        if not self._synced and now_s - self._synced_s >= SYNC_EVERY_S:
            self.writer.sync()
            self._synced_s, self._synced = now_s, True
