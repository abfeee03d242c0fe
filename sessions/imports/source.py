"""Whatever a person points at: a raw folder, a recording, or a session of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.errors import SourceError
from sessions.imports.raw_folder import EVENTS, file_name, read_raw_folder
from sessions.library import RECORDING

if TYPE_CHECKING:
    from pathlib import Path

    from sessions.imports.session import ImportedSession


def read_source(path: Path) -> ImportedSession:
    """Read a session in any format we know.

    Parameters
    ----------
    path
        A raw folder, a recording (``.mcap``), or a folder that holds ``recording.mcap``.

    Raises
    ------
    SourceError
        It is not there, none of these, or damaged; names file, row, column and cause.
    """
    if not path.exists():
        raise SourceError(path, "does not exist.")
    if path.is_dir():
        return _read_folder(path)
    if path.suffix.lower() == ".mcap":
        from sessions.imports.recording import read_recorded

        return read_recorded(path)
    raise SourceError(
        path, "is neither a raw folder (pelvis.csv, upper_back.csv, events.tsv) nor a .mcap file."
    )


def _read_folder(folder: Path) -> ImportedSession:
    from sensors.samples import Placement

    names = [EVENTS, *(file_name(p) for p in Placement)]
    if (folder / RECORDING).is_file() and not any((folder / name).exists() for name in names):
        from sessions.imports.recording import read_recorded

        return read_recorded(folder / RECORDING)
    return read_raw_folder(folder)
