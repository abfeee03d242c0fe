"""Who writes a recording holds a lock on it, so that nobody deletes, repairs or packs it meanwhile.

The lock goes with the process, whatever ends it. Windows refuses all that by itself for a file that
is open, and needs no lock.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            return False
        try:
            return not claim(handle)
        finally:
            os.close(handle)
