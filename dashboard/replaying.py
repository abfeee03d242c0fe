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
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH: Final = "/api/replay"


class Replay:
    """What is played for the page: one recording at a time.

    Attributes
    ----------
    folder
        Data folder of the service that plays.
    plays
        How many were begun.
    """

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="torso_replay_")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.folder = Path(self._temporary.name)
        self.plays = 0

    def play(self, recording: Path, speed: float) -> None:
        """Play a recording from its beginning, in place of what was played before.

        Parameters
        ----------
        recording
            The ``.mcap`` file.
        speed
            Recorded seconds per second.
        """
        own: Sequence[str] = ("--data", str(self.folder), "--supervised")
        what = ("--replay", str(recording.absolute()), "--speed", f"{speed:g}")
        with self._lock:
            self._end()
            self.plays += 1
            # Should this server die, the pipe closes, and what plays ends with it.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "dashboard.service", *own, *what],
                stdin=subprocess.PIPE,
            )

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
