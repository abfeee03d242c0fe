"""Reading files that may come from strangers: only plain files, and no more of one than fits."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

MOST_JSON_BYTES: Final = 8 << 20
"""No description of ours comes near; Python's JSON takes about ten times that in memory."""


def open_plain(path: Path) -> BinaryIO:
    """Open a file to be read; a pipe or device, which might never end, is none.

    Raises
    ------
    OSError
        It is no plain file, or cannot be opened.
    """
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115  # it is the caller's to close
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return file


def read_bounded(path: Path, most_bytes: int = MOST_JSON_BYTES) -> bytes:
    """Read a plain file whole.

    Raises
    ------
    OSError
        It is no plain file, cannot be opened, or is larger than ``most_bytes``.
    """
    with open_plain(path) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes >> 20} MiB", str(path))
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Open a pipe, too, without waiting for somebody at its other end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
