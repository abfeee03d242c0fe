"""Whatever a person points at: a recording, a raw folder, or what another program wrote.

A file is known by how it begins, not by its name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fusion.results import Flag
from sessions.errors import SourceError
from sessions.imports.column_map import FILE_NAMES
from sessions.imports.raw_folder import EVENTS, file_name, read_raw_folder
from sessions.stored import ANGLES, RECORDING, REPS

if TYPE_CHECKING:
    from pathlib import Path

    from sessions.imports.session import ImportedSession

LONGEST_S = 36 * 3600.0
"""From the first sample to the last. A wrong time would otherwise fill the memory with nothing."""

MOST_EVENTS = 10_000

_TABLES = (".csv", ".txt", ".tsv")
_MOST_FILES = 200
_KNOWN = (
    "Known are recordings (.mcap), raw folders (pelvis.csv, upper_back.csv, events.tsv), folders of"
    " Movella DOT CSV files or of the x-IMU3 logger, and text files of the WitMotion app. For any"
    " other table write a columns.toml that says what its columns are (see docs/user_guide.md)."
)


def read_source(path: Path, *, columns: Path | None = None) -> ImportedSession:
    """Read a session in any format we know.

    Parameters
    ----------
    path
        A recording (``.mcap``) or a folder that holds ``recording.mcap``, a raw folder, a folder of
        Movella DOT or x-IMU3 files, a text file of the WitMotion app or its folder, or tables that
        a column map describes.
    columns
        The column map, if it is not ``columns.toml`` or ``columns.json`` in the folder.

    Raises
    ------
    SourceError
        It is not there, none of these, too long, or damaged; names file, row, column and cause.
    """
    session = _read(path, columns)
    _check_extent(session)
    return session


def _read(path: Path, columns: Path | None) -> ImportedSession:
    if not path.exists():
        raise SourceError(path, "does not exist.")
    found = (path / name for name in FILE_NAMES)
    column_map = columns or next((file for file in found if file.is_file()), None)
    if column_map is not None:
        from sessions.imports.mapped import read_mapped

        return read_mapped(path, column_map)
    if path.is_dir():
        return _read_folder(path)
    if path.suffix.lower() == ".mcap":
        from sessions.imports.recording import read_recorded

        return read_recorded(path)
    session = _of_vendors(path, path.parent, [path], [])
    if session is None:
        raise SourceError(path, f"is neither a recording nor a file that is known. {_KNOWN}")
    return session


def _read_folder(folder: Path) -> ImportedSession:
    from sensors.samples import Placement

    names = [EVENTS, *(file_name(p) for p in Placement)]
    if (folder / RECORDING).is_file() and not any((folder / name).exists() for name in names):
        from sessions.imports.recording import read_recorded

        return read_recorded(folder / RECORDING)
    inside = _inside(folder)
    tables = [p for p in inside if p.suffix.lower() in _TABLES]
    found = _of_vendors(folder, folder, tables, [p for p in inside if p.is_dir()])
    if found is not None:
        return found
    if not any((folder / name).exists() for name in names[1:]):
        holds = ", ".join(p.name for p in inside[:8] if not p.name.startswith(".")) or "nothing"
        raise SourceError(folder, f"holds {holds}; nothing of it is known. {_KNOWN}")
    return read_raw_folder(folder)


def _inside(folder: Path) -> list[Path]:
    """Everything in a folder, which is no more than one session can be."""
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise SourceError(folder, f"cannot be opened ({error.strerror}).") from error
    if len(inside) > _MOST_FILES:
        raise SourceError(folder, f"holds {len(inside)} files; give a folder of one session.")
    return inside


def _of_vendors(
    source: Path, folder: Path, tables: list[Path], folders: list[Path]
) -> ImportedSession | None:
    """Read what other programs wrote; ``None`` if nothing here is of any that we know."""
    from sessions.imports import movella_dot, witmotion, ximu3
    from sessions.imports.table import read_head

    heads = {path: read_head(path) for path in tables}
    if dots := [path for path, head in heads.items() if movella_dot.is_movella_dot(head)]:
        if source.is_file():
            raise SourceError(source, "is of one sensor; give the folder that holds all of them.")
        return _told(movella_dot.read_movella_dot(folder, dots), tables)
    if texts := [path for path, head in heads.items() if witmotion.is_witmotion(head)]:
        return _told(witmotion.read_witmotion(source, folder, texts), tables)
    if sensors := [path for path in folders if ximu3.is_ximu3(path)]:
        return ximu3.read_ximu3(folder, sensors)
    return None


def _told(session: ImportedSession, tables: list[Path]) -> ImportedSession:
    """Say which tables beside those of the session were not read, ours apart."""
    known = {*session.files, *(p for p in tables if p.name in (EVENTS, ANGLES, REPS))}
    rest = [path.name for path in tables if path not in known]
    if not rest:
        return session
    words = f"{', '.join(rest)}: not as the other files here, and not read."
    return replace(session, flags=(*session.flags, Flag("file_unused", words)))


def _check_extent(session: ImportedSession) -> None:
    """Refuse what no session can be, before memory is asked for."""
    if len(session.events) > MOST_EVENTS:
        raise SourceError(
            session.path,
            f"has {len(session.events)} events; more than {MOST_EVENTS} are no session.",
        )
    first_s = min(float(block.t_s.min()) for block in session.blocks.values())
    last_s = max(float(block.t_s.max()) for block in session.blocks.values())
    if last_s - first_s > LONGEST_S:
        raise SourceError(
            session.path,
            f"reaches from {first_s:.6g} to {last_s:.6g} s; {LONGEST_S / 3600:.0f} hours are the"
            " most that can be analysed at once. If the times are right, cut it into sessions.",
        )
