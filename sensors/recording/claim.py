"""Who writes a recording holds a lock on it, so that nobody deletes, repairs or packs it meanwhile.

The lock goes with the process, whatever ends it. Windows refuses all that by itself for a file that
is open, and needs no lock.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":

    def claim(handle: int) -> bool:
        """Claim an open file."""
        return handle >= 0

    def is_being_written(path: Path) -> bool:
        """Whether a recording is being written just now."""
        try:
            path.rename(path)
        except OSError:
            return path.exists()
        return False

    @contextmanager
    def claimed(path: Path) -> Iterator[bool]:
        """Give whether nobody writes a recording; nothing can be locked here."""
        yield not is_being_written(path)

else:
    import fcntl

    def claim(handle: int) -> bool:
        """Claim an open file; false if another process has."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def is_being_written(path: Path) -> bool:
        """Whether a recording is being written just now, by whatever process."""
        with claimed(path) as mine:
            return not mine

    @contextmanager
    def claimed(path: Path) -> Iterator[bool]:
        """Claim a recording while the context lasts; gives false if another process has.

        A file that cannot be opened is claimed by nobody.
        """
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            yield True
            return
        try:
            yield claim(handle)
        finally:
            os.close(handle)
