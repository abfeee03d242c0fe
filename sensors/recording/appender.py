"""A file that only grows, by whole pieces: what was appended stays readable whatever comes."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sensors.private import PRIVATE_FILE, make_folder, sync_folder
from sensors.recording.claim import claim

if TYPE_CHECKING:
    from pathlib import Path

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_COPY_BYTES: Final = 1 << 20


class Appender:
    """Appends to a new file that is its owner's alone and claimed for as long as it is open.

    Parameters
    ----------
    path
        The file; it must not exist.

    Raises
    ------
    FileExistsError
        It exists.
    OSError
        It cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size_bytes = 0
        """What has been appended whole."""
        self._handle = _create(path)

    def append(self, data: bytes) -> None:
        """Append a piece, whole or not at all.

        Raises
        ------
        OSError
            The disk refuses; the file ends with the piece before.
        """
        try:
            os.lseek(self._handle, self.size_bytes, os.SEEK_SET)
            _write_all(self._handle, data)
        except OSError:
            with suppress(OSError):  # cut off the part that was written
                os.ftruncate(self._handle, self.size_bytes)
            raise
        self.size_bytes += len(data)

    def sync(self) -> None:
        """Bring everything to the disk itself; OSError if it refuses."""
        os.fsync(self._handle)

    def is_in_place(self) -> bool:
        """Whether the path still leads to this file; OSError if that cannot be told."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        here = os.fstat(self._handle)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def put_back(self) -> None:
        """Write the file anew in its place, which it has vanished from, and go on there.

        A file that was deleted lives on for whoever has it open.

        Raises
        ------
        OSError
            The disk refuses, or something else is in its place.
        """
        make_folder(self.path.parent)
        fresh = _create(self.path)
        try:
            os.lseek(self._handle, 0, os.SEEK_SET)
            while data := os.read(self._handle, _COPY_BYTES):
                _write_all(fresh, data)
        except OSError:
            os.close(fresh)
            self.path.unlink(missing_ok=True)
            raise
        os.close(self._handle)
        self._handle = fresh

    def close(self) -> None:
        """Close the file and give up the claim."""
        os.close(self._handle)


def _create(path: Path) -> int:
    handle = os.open(path, _FLAGS, PRIVATE_FILE)
    claim(handle)
    sync_folder(path.parent)
    return handle


def _write_all(handle: int, data: bytes) -> None:
    at = os.write(handle, data)
    while at < len(data):
        at += os.write(handle, data[at : at + _COPY_BYTES])
