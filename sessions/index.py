"""The library's database: an index of the session folders, to search them at once.

Everything in it is read from the folders, so it may be deleted at any time and comes back by
itself. Any number of processes may use it together (write-ahead log, one writer at a time). What is
deleted is overwritten with zeros.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Self

from sensors.private import PRIVATE_FILE
from sessions.errors import LibraryError
from sessions.files import is_own_folder
from sessions.index_rows import insert_session, session_of, where
from sessions.index_schema import MIGRATIONS
from sessions.names import is_session_name
from sessions.stored import stored_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from sessions.stored import StoredSession

INDEX: Final = "library.sqlite3"
_BUSY_S: Final = 10.0


class Index:
    """The index of the sessions below one folder; a context manager, for one thread.

    Where its file cannot be used (a folder that may only be read, a disk that is full, an index
    made by a newer version), it is built in memory instead: slower, but the same answers.

    Parameters
    ----------
    root
        The folder of the sessions; it must exist.
    in_memory
        Whether to leave the file alone.
    """

    def __init__(self, root: Path, *, in_memory: bool = False) -> None:
        self._root = root
        self._file = not in_memory
        self._path = root / INDEX

    def __enter__(self) -> Self:
        self._db = self._connect()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Be the only one who changes anything in the library while the context lasts.

        Raises
        ------
        LibraryError
            Another program has been writing for too long.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise LibraryError(
                f"{self._root} is in use by another program ({error}); try again."
            ) from error
        try:
            yield self._db
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()

    def refresh(self) -> None:
        """Take over whatever changed in the folders."""
        known = dict(self._db.execute("SELECT name, fingerprint FROM sessions"))
        found = fingerprints(self._root)
        if known == found:
            return
        with self.writing() as db:
            for name in known.keys() - found.keys():
                db.execute("DELETE FROM sessions WHERE name = ?", (name,))
            for name, fingerprint in found.items():
                if known.get(name) != fingerprint:
                    self._take_in(db, name)

    def take_in(self, name: str) -> None:
        """Read one session's folder again; only inside :meth:`writing`."""
        self._take_in(self._db, name)

    def rebuild(self) -> int:
        """Forget everything and read all folders again; return how many sessions there are."""
        with self.writing() as db:
            db.execute("DELETE FROM sessions")
        self.refresh()
        (count,) = self._db.execute("SELECT count(*) FROM sessions").fetchone()
        return int(count)

    def sessions(
        self, *, person: str | None = None, tag: str | None = None, text: str = ""
    ) -> tuple[StoredSession, ...]:
        """Sessions that fit, newest name first."""
        condition, values = where(person, tag, text)
        rows = self._db.execute(
            f"SELECT * FROM sessions WHERE {condition} ORDER BY name DESC",
            values,
        )
        return tuple(session_of(self._root, row) for row in rows)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Answer a question of this package."""
        return self._db.execute(query, values).fetchall()

    def scrub(self) -> None:
        """See that nothing deleted is left in the file, its free pages or its log.

        Raises
        ------
        LibraryError
            Another program is reading all the time, so that the log cannot be emptied.
        """
        deadline_s = time.monotonic() + _BUSY_S
        self._db.execute("VACUUM")
        while self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline_s:
                raise LibraryError(
                    f"{self._path} is in use by another program; close it and erase again."
                )
            time.sleep(0.05)

    def _take_in(self, db: sqlite3.Connection, name: str) -> None:
        folder = self._root / name
        db.execute("DELETE FROM sessions WHERE name = ?", (name,))
        with suppress(FileNotFoundError):  # deleted by somebody else just now
            fingerprint = fingerprint_of(folder)
            insert_session(db, stored_session(folder), fingerprint)

    def _connect(self) -> sqlite3.Connection:
        if self._file:
            try:
                return _opened(self._path)
            except sqlite3.OperationalError:
                self._file = False
        return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def discard(root: Path) -> None:
    """Throw a damaged index away."""
    for ending in ("", "-wal", "-shm"):
        (root / f"{INDEX}{ending}").unlink(missing_ok=True)


def fingerprints(root: Path) -> dict[str, str]:
    """Tell the state of each session folder in a few words, by name."""
    found = {}
    for path in root.iterdir():
        if is_session_name(path.name) and is_own_folder(path):
            with suppress(FileNotFoundError):
                found[path.name] = fingerprint_of(path)
    return found


def fingerprint_of(folder: Path) -> str:
    """Tell the state of a folder: which files it holds, and which version of each."""
    with os.scandir(folder) as entries:
        states = sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in entries)
    return json.dumps([(name, s.st_ino, s.st_size, s.st_mtime_ns) for name, s in states])


def _opened(path: Path) -> sqlite3.Connection:
    with suppress(OSError):  # sqlite says better what is wrong
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        _write_ahead(db)
        return _prepared(db)
    except BaseException:
        db.close()
        raise


def _write_ahead(db: sqlite3.Connection) -> None:
    """Switch the log on; while another process does, that is refused without waiting."""
    deadline_s = time.monotonic() + _BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline_s:
                raise
            time.sleep(0.01)
        else:
            return


def _prepared(db: sqlite3.Connection) -> sqlite3.Connection:
    """Set a connection up and bring its tables to our version."""
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA synchronous = NORMAL")
    version = _version(db)
    if version > len(MIGRATIONS):
        raise sqlite3.OperationalError(f"index version {version} is newer than this program")
    if version < len(MIGRATIONS):
        migrate(db)
    return db


def migrate(db: sqlite3.Connection) -> None:
    """Take the steps that a database lacks, all of them or none."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for script in MIGRATIONS[_version(db) :]:
            for statement in script.split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        db.rollback()
        raise
    db.commit()


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)
