"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_together(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write several files into a folder, which may exist.

    Everything is written aside first and moved in when it is whole. The last file is taken away
    before the others change and put in place after them, so where it is, all belong together.

    Parameters
    ----------
    folder
        Where to; made with its parents if need be.
    contents
        Bytes by file name, in order.

    Raises
    ------
    OutputError
        The folder cannot be made or written; what was there before is still there, except that the
        last file may be gone.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    except FileExistsError:
        raise OutputError(folder, "is a file; give a folder.") from None
    except OSError as error:
        raise OutputError(folder, f"cannot be written ({error.strerror}).") from error
    try:
        for name, data in contents.items():
            _write(aside / name, data)
        (folder / list(contents)[-1]).unlink(missing_ok=True)
        for name in contents:
            (aside / name).replace(folder / name)
    except OSError as error:
        raise OutputError(folder, f"cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
