"""Files that are there whole or not at all, and are their owner's alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sensors.private import PRIVATE_FILE, make_folder, replace_file, write_through
from sessions.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_own_file(path: Path) -> bool:
    """Whether ``path`` is a plain file, and not a link to something elsewhere."""
    return path.is_file() and not path.is_symlink()


def is_own_folder(path: Path) -> bool:
    """Whether ``path`` is a folder, and not a link to one elsewhere."""
    return path.is_dir() and not path.is_symlink()


def write_private(path: Path, data: bytes) -> None:
    """Write one file, in place of the one before, so that it is whole at any moment.

    Raises
    ------
    OutputError
        The disk refuses; what was there before is still there.
    """
    try:
        replace_file(path, data)
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror}).") from error


def write_together(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write several files into a folder, which may exist.

    Everything is written aside first and moved in when it is whole. The last file is taken away
    before the others change and put in place after them, so where it is, all belong together.

    Parameters
    ----------
    folder
        Where to; made with its parents if need be.
    contents
        Bytes by file name, in order; a name may lead into folders of its own, ``a/b.csv``.

    Raises
    ------
    OutputError
        The folder cannot be made or written; what was there before is still there, except that the
        last file may be gone.
    """
    try:
        make_folder(folder)
        aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    except FileExistsError:
        raise OutputError(folder, "is a file; give a folder.") from None
    except OSError as error:
        raise OutputError(folder, f"cannot be written ({error.strerror}).") from error
    try:
        for name, data in contents.items():
            make_folder((aside / name).parent)
            _write(aside / name, data)
        (folder / list(contents)[-1]).unlink(missing_ok=True)
        for name in contents:
            make_folder((folder / name).parent)
            (aside / name).replace(folder / name)
    except OSError as error:
        raise OutputError(folder, f"cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb", opener=_private) as file:
        write_through(file, data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)
