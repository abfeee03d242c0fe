"""A kept recording, played at any speed through the same service and stream as live sensors.

It plays in a process and a data folder of its own: a session that runs meanwhile is not touched,
and nothing that is played is recorded again.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard.service.runfile import read_running
from sensors.private import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH: Final = "/api/replay"
NOT_PLAYED: Final = "The recording cannot be played."
LOG: Final = "log"
POLL_S: Final = 0.1


class Replay:
    """What is played for the page: one recording at a time.

    Attributes
    ----------
    plays
        How many were begun.
    """

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="torso_replay_")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.plays = 0

    @property
    def folder(self) -> Path:
        """Where the one works that plays now: another for each, so that none is taken for it."""
        return Path(self._temporary.name) / str(self.plays)

    def play(self, recording: Path, speed: float, from_s: float = 0.0) -> None:
        """Play a recording from its beginning, in place of what was played before.

        Parameters
        ----------
        recording
            The ``.mcap`` file.
        speed
            Recorded seconds per second.
        from_s
            Session time to play from.
        """
        pace = ("--speed", f"{speed:g}", "--from-s", f"{from_s:.2f}")
        what = ("--replay", str(recording.absolute()), *pace)
        with self._lock:
            self._end()
            self.plays += 1
            make_folder(self.folder, new=True)
            own: Sequence[str] = ("--data", str(self.folder), "--supervised")
            with (self.folder / LOG).open("wb") as log:
                # Should this server die, the pipe closes, and what plays ends with it.
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "dashboard.service", *own, *what],
                    stdin=subprocess.PIPE,
                    stderr=log,
                )

    def wait(self) -> str | None:
        """Wait until it plays; return why it does not, or ``None``."""
        process = self._process
        while process is not None and process.poll() is None:
            if read_running(self.folder) is not None:
                return None
            time.sleep(POLL_S)
        if process is None or process is not self._process:
            return None  # another one is played meanwhile
        said = (self.folder / LOG).read_text(encoding="utf-8", errors="replace")
        lines = said.strip().splitlines()
        return lines[-1] if lines else NOT_PLAYED

    def stop(self) -> None:
        """End what is played, if anything is."""
        with self._lock:
            self._end()

    def close(self) -> None:
        """End what is played and leave nothing behind."""
        self.stop()
        self._temporary.cleanup()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()  # it keeps nothing that could be lost
            process.communicate()


_announced: list[Replay] = []
_announcing = threading.Lock()


def replay() -> Replay:
    """Return the one of this page's server; it ends with the server."""
    with _announcing:
        if not _announced:
            _announced.append(Replay())
            atexit.register(_announced[0].close)
        return _announced[0]
