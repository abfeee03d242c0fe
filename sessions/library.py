"""The library: sessions kept as folders on this computer; the folders are the truth.

A session is a folder holding ``recording.mcap`` and, once analysed, ``angles.csv``, ``reps.csv``
and ``summary.json``. Nothing else is remembered anywhere, so a folder copied in is a session and a
folder taken away is gone. A broken one is listed as broken, with a sentence, never left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from sessions.errors import LibraryError, OutputError, one_line

if TYPE_CHECKING:
    from sessions.tables import AngleTable, RepRow

RECORDING = "recording.mcap"
ANGLES = "angles.csv"
REPS = "reps.csv"
SUMMARY = "summary.json"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session of the library, as far as it can be told without decoding its recording.

    Attributes
    ----------
    name
        Name of its folder.
    path
        The folder.
    modified_unix_s
        When the newest of its files was last written (s since 1970).
    size_bytes
        Size of all its files.
    recording
        The raw recording, or ``None`` if there is none.
    summary
        Content of ``summary.json``, or ``None`` while not analysed.
    problem
        A sentence on what is broken, or ``None``.
    """

    name: str
    path: Path
    modified_unix_s: float
    size_bytes: int
    recording: Path | None
    summary: dict[str, object] | None
    problem: str | None

    @property
    def analysed(self) -> bool:
        """Whether results are there and whole."""
        return self.summary is not None

    @property
    def drills(self) -> tuple[dict[str, object], ...]:
        """The entries of ``drills`` in the summary; empty while not analysed."""
        found = (self.summary or {}).get("drills")
        return tuple(d for d in found if isinstance(d, dict)) if isinstance(found, list) else ()

    @property
    def repetitions(self) -> int:
        """Repetitions over all drills."""
        counts = (d.get("repetitions") for d in self.drills)
        return sum(n for n in counts if isinstance(n, int))

    def read_reps(self) -> tuple[RepRow, ...]:
        """Rows of ``reps.csv``.

        Raises
        ------
        SourceError
            The file is missing or damaged.
        """
        from sessions.tables import read_reps

        return read_reps(self.path / REPS)

    def read_angles(self) -> AngleTable:
        """Columns of ``angles.csv``.

        Raises
        ------
        SourceError
            The file is missing or damaged.
        """
        from sessions.tables import read_angles

        return read_angles(self.path / ANGLES)


class Library:
    """The sessions below one folder.

    Parameters
    ----------
    root
        The folder; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self) -> tuple[StoredSession, ...]:
        """All sessions, newest name first; broken ones included."""
        if not self.root.is_dir():
            return ()
        folders = (p for p in self.root.iterdir() if _is_name(p.name) and _is_own_folder(p))
        return tuple(stored_session(p) for p in sorted(folders, key=lambda p: p.name, reverse=True))

    def open(self, name: str) -> StoredSession:
        """One session.

        Raises
        ------
        LibraryError
            There is none of that name.
        """
        return stored_session(self._folder(name))

    def create(self, name: str | None = None) -> Path:
        """Make an empty folder for a new session; an existing session is never touched.

        Parameters
        ----------
        name
            Wished name; by default the local date and time. A number is added if it is taken.

        Raises
        ------
        LibraryError
            The name is none a session can have.
        OutputError
            The folder cannot be made.
        """
        wished = name or datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
        _check_name(wished)
        number = 1
        while True:
            folder = self.root / (wished if number == 1 else f"{wished}_{number}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                number += 1
            except OSError as error:
                raise OutputError(folder, f"cannot be made ({error.strerror}).") from error
            else:
                return folder

    def delete(self, name: str) -> None:
        """Delete a session with everything in it, for good.

        Raises
        ------
        LibraryError
            There is none of that name.
        OutputError
            A file in it cannot be removed.
        """
        folder = self._folder(name)
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise OutputError(
                folder, f"cannot be deleted ({error.strerror}); close what uses it and try again."
            ) from error

    def _folder(self, name: str) -> Path:
        _check_name(name)
        folder = self.root / name
        if not _is_own_folder(folder):
            raise LibraryError(f"There is no session '{name}' in {self.root}.")
        return folder


def data_folder(given: Path | None = None) -> Path:
    """Where sessions are kept: ``given``, else ``TORSO_DATA``, else the user's data folder."""
    if given is not None:
        return given
    named = os.environ.get("TORSO_DATA")
    return Path(named) if named else platformdirs.user_data_path("torso", appauthor=False)


def open_library(data: Path | None = None) -> Library:
    """Open the library inside :func:`data_folder`."""
    return Library(data_folder(data) / "sessions")


def stored_session(folder: Path) -> StoredSession:
    """Tell what a folder holds, whatever state it is in."""
    recording = folder / RECORDING
    summary, problem = _read_summary(folder / SUMMARY)
    if problem is None:
        problem = _missing_file(folder, analysed=summary is not None)
    stats = [p.stat() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    return StoredSession(
        name=folder.name,
        path=folder,
        modified_unix_s=max((s.st_mtime for s in stats), default=folder.stat().st_mtime),
        size_bytes=sum(s.st_size for s in stats),
        recording=recording if recording.is_file() else None,
        summary=summary,
        problem=problem,
    )


def _is_name(name: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and _RESERVED.fullmatch(name) is None
        and not name.endswith(".")
    )


def _check_name(name: str) -> None:
    if not _is_name(name):
        raise LibraryError(
            one_line(
                f"'{name[:100]}' is no name for a session: use up to 80 letters, digits, '-', '_'"
                " and '.', beginning with a letter or digit."
            )
        )


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _read_summary(path: Path) -> tuple[dict[str, object] | None, str | None]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, None
    except (OSError, ValueError):
        return None, f"{path.name} cannot be read; analyse the recording again."
    if not isinstance(content, dict) or not isinstance(content.get("drills"), list):
        return None, f"{path.name} is not a summary of ours; analyse the recording again."
    return content, None


def _missing_file(folder: Path, *, analysed: bool) -> str | None:
    if analysed:
        for name in (ANGLES, REPS):
            if not (folder / name).is_file():
                return f"{name} is missing; analyse the recording again."
        return None
    if not (folder / RECORDING).is_file():
        return "It holds neither a recording nor results; delete it if it is not needed."
    return None
