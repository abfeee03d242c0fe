"""Folders and files that are their owner's alone: where a person moved, nobody else looks."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


def make_folder(folder: Path, *, new: bool = False) -> None:
    """Make a folder and those above it, each only for its owner; others keep their permissions.

    Parameters
    ----------
    folder
        Where.
    new
        Whether it must not exist yet.

    Raises
    ------
    FileExistsError
        It is a file, or exists though it has to be ``new``.
    OSError
        It cannot be made.
    """
    if folder.is_dir() and not new:
        return
    for above in reversed(folder.parents):
        if not above.is_dir():
            above.mkdir(PRIVATE_FOLDER, exist_ok=True)
    folder.mkdir(PRIVATE_FOLDER, exist_ok=not new)


def replace_file(path: Path, data: bytes) -> None:
    """Write one file, in place of the one before, so that it is whole at any moment.

    Raises
    ------
    OSError
        The disk refuses; what was there before is still there.
    """
    fresh: str | None = None
    try:
        handle, fresh = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            write_through(file, data)
        Path(fresh).replace(path)
    except OSError:
        if fresh is not None:
            Path(fresh).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_through(file: BinaryIO, data: bytes) -> None:
    """Write, and bring it to the disk itself."""
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk itself, where the system can."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some file systems cannot; the files themselves are safe
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
