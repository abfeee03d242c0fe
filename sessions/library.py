"""The library: sessions kept as folders on this computer; the folders are the truth.

A session is a folder holding ``recording.mcap``, what people typed about it (``about.json``) and,
once analysed, ``angles.csv``, ``reps.csv`` and ``summary.json``. A folder copied in is a session, a
folder taken away is gone, and a broken one is listed as broken, with a sentence. The database
beside them (:mod:`sessions.index`) only repeats what they say, to search it.

Any number of programs may use a library at once; what they change, they change one after another.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import platformdirs

from sensors.private import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, sync_folder
from sensors.recording import is_being_written
from sessions.about import ABOUT, About, Exclusion, Mark, person_name, read_about, write_about
from sessions.errors import LibraryError, OutputError, one_line
from sessions.files import is_own_folder
from sessions.index import Index, discard
from sessions.names import check_session_name
from sessions.people import Person, read_people, write_people
from sessions.stored import (
    ANGLES,
    RECORDING,
    REPS,
    SUMMARY,
    StoredSession,
    stored_session,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "ABOUT",
    "ANGLES",
    "RECORDING",
    "REPS",
    "SUMMARY",
    "About",
    "Exclusion",
    "KnownResults",
    "Library",
    "Mark",
    "Person",
    "StoredSession",
    "data_folder",
    "open_library",
    "stored_session",
]

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class KnownResults:
    """One set of results of a session.

    Attributes
    ----------
    id
        Name of their receipt (:mod:`sessions.receipts`).
    maker
        Which software and algorithms made them.
    current
        Whether they are the ones that count.
    """

    id: str
    maker: str
    current: bool


class Library:
    """The sessions below one folder.

    Sessions are named by the name of their folder, which never changes; :meth:`find` also knows
    their titles. Everything raises :class:`LibraryError` for a session that is not there, text
    that cannot be kept or files that are damaged, and :class:`OutputError` where the disk refuses.

    Parameters
    ----------
    root
        The folder; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    # What is there

    def list(
        self, *, person: str | None = None, tag: str | None = None, text: str = ""
    ) -> tuple[StoredSession, ...]:
        """All sessions that fit, newest name first; broken ones included.

        Parameters
        ----------
        person
            Only this person's; ``""`` = nobody's.
        tag
            Only those with this tag.
        text
            Words that must all occur in name, title, person, note, tags, marks, reasons or drills.
        """
        if not self.root.is_dir():
            return ()
        return self._ask(lambda index: index.sessions(person=person, tag=tag, text=text))

    def open(self, name: str) -> StoredSession:
        """One session, as its folder shows it now."""
        return stored_session(self._folder(name))

    def find(self, words: str) -> StoredSession:
        """One session by its name or, if only one is called so, its title."""
        called = [s for s in self.list() if words in {s.name, s.about.title}]
        named = [s for s in called if s.name == words]
        if len(named or called) == 1:
            return (named or called)[0]
        if called:
            names = ", ".join(s.name for s in called)
            raise LibraryError(one_line(f"Several sessions are called '{words}': {names}."))
        return self.open(words)

    def people(self) -> tuple[Person, ...]:
        """Everybody, in order of their names."""
        if not self.root.is_dir():
            return ()
        rows = self._ask(
            lambda index: index.rows(
                "SELECT person, count(*), max(started_unix_s) FROM sessions"
                " WHERE person != '' GROUP BY person"
            )
        )
        people = {name: Person(name, note) for name, note in read_people(self.root).items()}
        for name, count, last_unix_s in rows:
            people[name] = replace(
                people.get(name, Person(name)), sessions=count, last_unix_s=last_unix_s
            )
        return tuple(sorted(people.values(), key=lambda p: (p.name.casefold(), p.name)))

    def tags(self) -> dict[str, int]:
        """How many sessions have each tag."""
        if not self.root.is_dir():
            return {}
        query = "SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag"
        return dict(map(tuple, self._ask(lambda index: index.rows(query))))

    # Sessions

    def create(self, name: str | None = None, *, person: str = "") -> Path:
        """Make a folder for a new session; an existing session is never touched.

        Parameters
        ----------
        name
            Wished name; by default the local date and time. A number is added if it is taken.
        person
            Whose it is going to be.
        """
        wished = name or datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
        check_session_name(wished)
        whose = person_name(person)
        number = 1
        while True:
            folder = self.root / (wished if number == 1 else f"{wished}_{number}")
            try:
                make_folder(folder, new=True)
            except FileExistsError:
                number += 1
            except OSError as error:
                raise OutputError(folder, f"cannot be made ({error.strerror}).") from error
            else:
                break
        if whose:
            write_about(folder, About(person=whose))
        sync_folder(self.root)
        return folder

    def edit(self, name: str, change: Callable[[About], About]) -> StoredSession:
        """Change what was typed about a session; return it as it is now.

        ``change`` gets what is there and returns what shall be, while nobody else can change it.
        """
        folder = self._folder(name)
        with self._alone() as index:
            write_about(folder, change(read_about(folder)))
            index.take_in(name)
        return stored_session(folder)

    def rename(self, name: str, title: str) -> StoredSession:
        """Give a session a title; ``""`` takes it away."""
        return self.edit(name, lambda about: replace(about, title=title))

    def move(self, name: str, person: str) -> StoredSession:
        """Say whose session it is; ``""`` = whose the recording says."""
        return self.edit(name, lambda about: replace(about, person=person))

    def note(self, name: str, text: str) -> StoredSession:
        """Replace the note about a session."""
        return self.edit(name, lambda about: replace(about, note=text))

    def tag(self, name: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> StoredSession:
        """Add and remove tags."""
        added, removed = tuple(add), tuple(remove)
        return self.edit(name, lambda about: about.tagged(added, removed))

    def mark(self, name: str, mark: Mark) -> StoredSession:
        """Add a mark of pain or effort, or a note at a moment."""
        return self.edit(name, lambda about: replace(about, marks=(*about.marks, mark)))

    def unmark(self, name: str, mark: Mark) -> StoredSession:
        """Take a mark away."""
        return self.edit(
            name, lambda about: replace(about, marks=tuple(m for m in about.marks if m != mark))
        )

    def exclude(self, name: str, at_s: float, reason: str) -> StoredSession:
        """Leave out the repetition that lasts at ``at_s`` (session clock), for a reason."""
        one = Exclusion(at_s, reason)
        return self.edit(name, lambda about: replace(about, excluded=(*about.excluded, one)))

    def include(self, name: str, start_s: float, end_s: float) -> StoredSession:
        """Count the repetition from ``start_s`` to ``end_s`` again."""
        return self.edit(
            name,
            lambda about: replace(
                about,
                excluded=tuple(e for e in about.excluded if not start_s <= e.at_s <= end_s),
            ),
        )

    def delete(self, name: str) -> None:
        """Delete a session with everything in it, for good."""
        folder = self._folder(name)
        _check_finished(folder)
        _remove(folder)
        self._ask(Index.refresh)

    def refresh(self, name: str) -> StoredSession:
        """Take over what another part of the program wrote into a session's folder."""
        with self._alone() as index:
            index.take_in(name)
        return stored_session(self._folder(name))

    def results(self, name: str) -> tuple[KnownResults, ...]:
        """Which results a session has, those an earlier version made among them.

        In order of their making; the ones that count are the last.
        """
        self._folder(name)
        query = "SELECT id, maker, current FROM results WHERE session = ? ORDER BY number"
        rows = self._ask(lambda index: index.rows(query, (name,)))
        return tuple(KnownResults(row[0], row[1], bool(row[2])) for row in rows)

    def rebuild(self) -> int:
        """Make the database anew from the folders; return how many sessions there are."""
        if not self.root.is_dir():
            return 0
        return self._ask(Index.rebuild)

    # People

    def note_person(self, name: str, note: str = "") -> None:
        """Add a person, or replace the note about them."""
        whose = person_name(name, needed=True)
        self._make_root()
        with self._alone():
            write_people(self.root, read_people(self.root) | {whose: note.strip()})

    def rename_person(self, name: str, new_name: str) -> int:
        """Give a person another pseudonym, in all their sessions; return in how many.

        A person who has that name already becomes one with this one.
        """
        whose = person_name(new_name, needed=True)
        sessions = self.sessions_of(name)
        for session in sessions:
            self.move(session.name, whose)
        with self._alone():
            people = read_people(self.root)
            notes = (people.pop(name, ""), people.get(whose, ""))
            people[whose] = "\n".join(filter(None, notes))
            write_people(self.root, people)
        return len(sessions)

    def export_person(self, name: str, out: Path) -> int:
        """Copy everything about a person into a new folder; return how many sessions.

        Their sessions as folders, and the note about them in ``people.json``: a library of its own.
        """
        sessions = self.sessions_of(name)
        for session in sessions:
            _check_finished(session.path)
        try:
            make_folder(out, new=True)
            for session in sessions:
                shutil.copytree(session.path, out / session.name, ignore=_links)
                _make_private(out / session.name)
        except FileExistsError:
            raise OutputError(out, "exists already; give a new folder.") from None
        except (OSError, shutil.Error) as error:
            raise OutputError(out, f"cannot be written ({error}).") from error
        write_people(out, {name: read_people(self.root).get(name, "")})
        return len(sessions)

    def erase_person(self, name: str) -> int:
        """Delete a person with all their sessions, for good; return how many.

        Nothing is left in the folders nor in the database, its free pages or its log. Whoever may
        be named in a recording that was moved to somebody else is not theirs and stays.
        """
        sessions = self.sessions_of(name)
        for session in sessions:
            _check_finished(session.path)
        for session in sessions:
            _remove(session.path)
        with self._alone():
            people = read_people(self.root)
            if people.pop(name, None) is not None:
                write_people(self.root, people)
        self._ask(Index.scrub)
        return len(sessions)

    def sessions_of(self, person: str) -> tuple[StoredSession, ...]:
        """Sessions of somebody who must be known."""
        found = self.list(person=person)
        if not found and person not in {p.name for p in self.people()}:
            raise LibraryError(one_line(f"There is nobody called '{person}' in {self.root}."))
        return found

    # How it is done

    def _folder(self, name: str) -> Path:
        check_session_name(name)
        folder = self.root / name
        if not is_own_folder(folder):
            raise LibraryError(f"There is no session '{name}' in {self.root}.")
        return folder

    def _make_root(self) -> None:
        try:
            make_folder(self.root)
        except OSError as error:
            raise OutputError(self.root, f"cannot be made ({error.strerror}).") from error

    def _ask(self, question: Callable[[Index], _Answer]) -> _Answer:
        """Ask the index as the folders are now; if it turns out damaged, make it anew."""
        try:
            with Index(self.root) as index:
                index.refresh()
                return question(index)
        except sqlite3.OperationalError:
            index = Index(self.root, in_memory=True)  # the disk is full, say
        except sqlite3.DatabaseError:
            discard(self.root)
            index = Index(self.root)
        with index:
            index.refresh()
            return question(index)

    @contextmanager
    def _alone(self) -> Iterator[Index]:
        """Keep everybody else from changing the library while the context lasts."""
        self._ask(Index.refresh)
        with Index(self.root) as index, index.writing():
            yield index


def data_folder(given: Path | None = None) -> Path:
    """Where sessions are kept: ``given``, else ``TORSO_DATA``, else the user's data folder."""
    if given is not None:
        return given
    named = os.environ.get("TORSO_DATA")
    return Path(named) if named else platformdirs.user_data_path("torso", appauthor=False)


def open_library(data: Path | None = None) -> Library:
    """Open the library inside :func:`data_folder`."""
    return Library(data_folder(data) / "sessions")


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise OutputError(
            folder, f"cannot be deleted ({error.strerror}); close what uses it and try again."
        ) from error


def _make_private(folder: Path) -> None:
    """Take away what a copy brought along of the permissions of its original."""
    folder.chmod(PRIVATE_FOLDER)
    for path in folder.rglob("*"):
        path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)


def _check_finished(folder: Path) -> None:
    if is_being_written(folder / RECORDING):
        raise LibraryError(f"The session '{folder.name}' is being recorded; stop it first.")


def _links(folder: str, names: Iterable[str]) -> set[str]:
    return {name for name in names if (Path(folder) / name).is_symlink()}
