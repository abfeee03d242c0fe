"""Where the running service can be found: address and token in a file only its owner can read.

The service holds a lock for as long as it lives, whatever ends it, so that a file left behind by a
crash is known for what it is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sensors.private import PRIVATE_FILE, make_folder, replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = "run"

ALREADY_RUNNING: Final = 5
"""Exit status of a service that finds another one in its data folder."""


class AlreadyRunningError(Exception):
    """Another service already works in this data folder."""

    def __init__(self, data_root: Path) -> None:
        self.data_root = data_root
        super().__init__(
            f"torso is already running with the data folder {data_root}. Use the window that is "
            "open, or stop it there first (Ctrl-C)."
        )


@dataclass(frozen=True, slots=True)
class RunningService:
    """How to reach a running service, and what it is.

    ``port`` is its own on 127.0.0.1; ``page_port`` that of the page, 0 if there is none.
    """

    pid: int
    port: int
    token: str
    kind: str
    page_port: int = 0

    @property
    def url(self) -> str:
        """``http`` address of the service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stream_url(self) -> str:
        """``ws`` address of its stream."""
        return f"ws://127.0.0.1:{self.port}/stream"

    @property
    def page_url(self) -> str:
        """``http`` address of the page."""
        return f"http://localhost:{self.page_port}"

    @property
    def headers(self) -> dict[str, str]:
        """The header that opens its door."""
        return {"Authorization": f"Bearer {self.token}"}


def read_running(data_root: Path) -> RunningService | None:
    """Who works in this data folder, or ``None``: nobody, or only a file left by a crash."""
    path = data_root / FOLDER / "service.json"
    try:
        running = RunningService(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return running if _is_locked(data_root / FOLDER / "lock") else None


def write_running(data_root: Path, running: RunningService) -> None:
    """Tell where the service is; the file appears whole and is its owner's alone."""
    path = data_root / FOLDER / "service.json"
    replace_file(path, json.dumps(asdict(running)).encode())


@contextmanager
def sole_service(data_root: Path) -> Iterator[None]:
    """Be the only service of this data folder while the context lasts.

    Raises
    ------
    AlreadyRunningError
        If another one is.
    """
    folder = data_root / FOLDER
    make_folder(folder)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        _lock(handle, data_root)
        try:
            yield
        finally:
            (folder / "service.json").unlink(missing_ok=True)
    finally:
        os.close(handle)


def _lock(handle: int, data_root: Path) -> None:
    """Take the lock; one who only looks (`read_running`) holds it for an instant: try again."""
    for _ in range(10):
        if _try_lock(handle):
            return
        time.sleep(0.01)
    raise AlreadyRunningError(data_root)


def _is_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
