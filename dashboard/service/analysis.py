"""Packing and analysing recordings that are done, one after another, where it disturbs nobody.

One that a crash left behind is salvaged by being packed. Each in a process of its own with low
priority, so that the stream of a running session is never held up.
``python -m dashboard.service.analysis RECORDING OUT`` is that process.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard.messages import ANALYSIS_DONE, ANALYSIS_RUNNING
from sensors.errors import RecordingError
from sensors.private import replace_file
from sensors.recording import is_being_written, pack_recording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.library import Library

NOT_ANALYSED: Final = "not_analysed.txt"
"""Beside a recording that could not be analysed: why, and that it need not be tried again."""

_NICENESS: Final = 10


class Analyst:
    """Takes recordings and leaves results beside them.

    Parameters
    ----------
    library
        Where sessions are; those left without results by a crash are analysed first.
    """

    def __init__(self, library: Library) -> None:
        self.news: dict[str, object] | None = None
        """``analysis`` of the snapshot."""
        self._library = library
        self._waiting: asyncio.Queue[Path] = asyncio.Queue()

    def add(self, recording: Path) -> None:
        """Analyse a recording when its turn comes."""
        self._tell(recording, "running", ANALYSIS_RUNNING)
        self._waiting.put_nowait(recording)

    async def run(self) -> None:
        """Work until cancelled; a process that runs then is ended."""
        for recording in self.left_over():
            await self._analyse(recording)
        while True:
            recording = await self._waiting.get()
            failure = await self._analyse(recording)
            if failure is None:
                self._tell(recording, "done", ANALYSIS_DONE)
            else:
                self._tell(recording, "failed", failure)
            self._waiting.task_done()

    async def idle(self) -> None:
        """Wait until everything that was added is done."""
        await self._waiting.join()

    def _tell(self, recording: Path, state: str, words: str) -> None:
        self.news = {"session": recording.parent.name, "state": state, "words": words}

    def left_over(self) -> list[Path]:
        """Recordings that a crash left without results, and that nobody is writing."""
        return [
            session.recording
            for session in self._library.list()
            if session.recording is not None
            and not session.analysed
            and not (session.path / NOT_ANALYSED).exists()
            and not is_being_written(session.recording)
        ]

    async def _analyse(self, recording: Path) -> str | None:
        """Analyse one recording; return why it could not be, or ``None``."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "dashboard.service.analysis",
            str(recording),
            str(recording.parent),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, errors = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode == 0:
            return None
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "The analysis was stopped."


def main(arguments: Sequence[str] | None = None) -> int:
    """Pack and analyse one recording; exit status 0, or 3 with a line on what is wrong."""
    from fusion.errors import FusionError
    from sessions.analyze import analyze
    from sessions.errors import SessionError

    recording, out = map(Path, arguments or sys.argv[1:])
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with suppress(RecordingError):  # what is wrong with it, the analysis says
        pack_recording(recording)
    try:
        analyze(recording, out)
    except (FusionError, SessionError) as error:
        sys.stderr.write(f"{error}\n")
        with suppress(OSError):  # it is tried again after the next start then
            replace_file(out / NOT_ANALYSED, f"{error}\n".encode())
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
