"""Whatever a person points at: a raw folder, a recording, or a session of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.errors import SourceError
from sessions.imports.raw_folder import EVENTS, file_name, read_raw_folder
from sessions.library import RECORDING

if TYPE_CHECKING:
    from pathlib import Path

    from sessions.imports.session import ImportedSession

LONGEST_S = 36 * 3600.0
"""From the first sample to the last. A wrong time would otherwise fill the memory with nothing."""

MOST_EVENTS = 10_000


def read_source(path: Path) -> ImportedSession:
    """Read a session in any format we know.

    Parameters
    ----------
    path
        A raw folder, a recording (``.mcap``), or a folder that holds ``recording.mcap``.

    Raises
    ------
    SourceError
        It is not there, none of these, too long, or damaged; names file, row, column and cause.
    """
    session = _read(path)
    _check_extent(session)
    return session


def _read(path: Path) -> ImportedSession:
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
