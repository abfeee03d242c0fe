"""Why something could not be read, kept or written, each with what to do about it.

SessionError
├── SourceError     a file or folder that cannot be read; names file, row, column and cause
├── OutputError     a result that cannot be written
├── ClusterError    computers that were to share the work and do not
└── LibraryError    a session that is not there, or a name that is none
"""

from __future__ import annotations

from pathlib import Path


class SessionError(Exception):
    """Root of everything :mod:`sessions` raises; ``str()`` is one line for a person."""


class SourceError(SessionError):
    """Input that cannot be read.

    Parameters
    ----------
    path
        The file, as the user named it or found inside the folder the user named.
    reason
        What is wrong and what to do, without the place.
    row
        Row as a spreadsheet numbers it (the header is row 1), if one row is to blame.
    column
        Name of the column, or of the entry in a JSON file, if one is to blame.
    """

    def __init__(
        self, path: Path | str, reason: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        self.path = Path(path)
        self.reason = reason
        self.row = row
        self.column = column
        place = [str(path)]
        if row is not None:
            place.append(f"row {row}")
        if column is not None:
            place.append(f"column {column}")
        super().__init__(one_line(f"{', '.join(place)}: {reason}"))


class OutputError(SessionError):
    """A result that cannot be written; nothing half-written is left behind."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = Path(path)
        self.reason = reason
        super().__init__(one_line(f"{path}: {reason}"))


class ClusterError(SessionError):
    """A cluster that is not there, has no workers, or was lost."""


class LibraryError(SessionError):
    """A session that the library does not hold, or a name no session can have."""


def one_line(text: str) -> str:
    """Return ``text`` with everything a terminal would not show as part of one line escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
