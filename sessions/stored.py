"""One session as its folder shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sensors.bounded import read_bounded
from sessions.about import About, read_about
from sessions.errors import LibraryError
from sessions.files import is_own_file, is_own_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sessions.tables import AngleTable, RepRow

RECORDING = "recording.mcap"
ANGLES = "angles.csv"
REPS = "reps.csv"
SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session of the library, as far as it can be told without decoding its recording.

    Attributes
    ----------
    name
        Name of its folder; it never changes.
    path
        The folder.
    started_unix_s
        When it began (s since 1970) as the recording says; ``None`` if nothing says it.
    modified_unix_s
        When the newest of its files was last written (s since 1970).
    size_bytes
        Size of all its files.
    recording
        The raw recording, or ``None`` if there is none.
    summary
        Content of ``summary.json``, or ``None`` while not analysed.
    about
        What people typed about it.
    subject
        Whose it is as the recording or raw folder says; ``""`` if it says nothing.
    problem
        A sentence on what is broken, or ``None``.
    """

    name: str
    path: Path
    started_unix_s: float | None
    modified_unix_s: float
    size_bytes: int
    recording: Path | None
    summary: dict[str, object] | None
    about: About
    subject: str
    problem: str | None

    @property
    def title(self) -> str:
        """What it is called: its title, or its name while it has none."""
        return self.about.title or self.name

    @property
    def person(self) -> str:
        """Pseudonym of the wearer; ``""`` if nobody is named.

        What was typed counts; else what the recording or raw folder says.
        """
        return self.about.person or self.subject

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
        """Rows of ``reps.csv``, those a person excluded among them.

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


def stored_session(folder: Path) -> StoredSession:
    """Tell what a folder holds, whatever state it is in."""
    recording = folder / RECORDING
    summary, problem = _read_summary(folder / SUMMARY)
    if problem is None:
        problem = _missing_file(folder, analysed=summary is not None)
    try:
        about = read_about(folder)
    except LibraryError as error:
        about, problem = About(), str(error)
    stats = [path.stat() for path in _files(folder)]
    own = is_own_file(recording)
    started_unix_s, subject = _head(recording) if own else (None, None)
    return StoredSession(
        name=folder.name,
        path=folder,
        started_unix_s=started_unix_s,
        modified_unix_s=max((s.st_mtime for s in stats), default=folder.stat().st_mtime),
        size_bytes=sum(s.st_size for s in stats),
        recording=recording if own else None,
        summary=summary,
        about=about,
        subject=_text(subject) or _text(_source(summary).get("subject")),
        problem=problem,
    )


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and those below, following no link."""
    for path in folder.iterdir():
        if is_own_folder(path):
            yield from _files(path)
        elif is_own_file(path):
            yield path


def _head(recording: Path) -> tuple[float | None, object]:
    """Tell when a recording began (s since 1970) and whose it says it is."""
    from sensors.errors import RecordingError
    from sensors.recording import read_meta

    try:
        meta = read_meta(recording)
    except RecordingError:
        return None, None
    return (None, None) if meta is None else (meta.started_unix_s, meta.more.get("subject"))


def _source(summary: dict[str, object] | None) -> dict[str, object]:
    source = (summary or {}).get("source")
    return source if isinstance(source, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _read_summary(path: Path) -> tuple[dict[str, object] | None, str | None]:
    if path.is_symlink():
        return None, f"{path.name} is a link; analyse the recording again."
    try:
        content = json.loads(read_bounded(path))
    except FileNotFoundError:
        return None, None
    except (OSError, ValueError, RecursionError):
        return None, f"{path.name} cannot be read; analyse the recording again."
    if not isinstance(content, dict) or not isinstance(content.get("drills"), list):
        return None, f"{path.name} is not a summary of ours; analyse the recording again."
    return content, None


def _missing_file(folder: Path, *, analysed: bool) -> str | None:
    if analysed:
        for name in (ANGLES, REPS):
            if not is_own_file(folder / name):
                return f"{name} is missing; analyse the recording again."
        return None
    if (folder / RECORDING).is_symlink():
        return f"{RECORDING} is a link to somewhere else; copy the file itself here."
    if not (folder / RECORDING).is_file():
        return "It holds neither a recording nor results; delete it if it is not needed."
    return None
