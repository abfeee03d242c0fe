"""The two tables of a batch: grown in parts while it runs, one file each when it is done.

A part is a pair of files, the repetitions written first; where the sessions are, both are whole.
At the end everything is merged, sorted by source: the tables before, and the parts, of which the
newest that names a source counts. Only a stretch of the table of repetitions is in memory at once.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from sensors.private import make_folder
from sessions.batch.job import Outcome, Status
from sessions.batch.places import Place, place
from sessions.batch.rows import rep_schema, rep_table, session_schema, session_table
from sessions.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SESSIONS: Final = "sessions.parquet"
REPS: Final = "reps.parquet"
PARTS: Final = "parts"
STRETCH: Final = 2000
"""Sessions merged at once; the repetitions of so many fit into any memory."""


class Tables:
    """``sessions.parquet`` and ``reps.parquet`` in a folder, here or elsewhere.

    Parameters
    ----------
    out
        Path or URL of the folder; made if need be.

    Raises
    ------
    SourceError
        No installed file system knows such a URL.
    OutputError
        It cannot be made.
    """

    def __init__(self, out: str) -> None:
        self.out = place(out)
        with _writing(self.out):
            if self.out.local:
                make_folder(Path(self.out.path))
                make_folder(Path(self.parts.path))
            else:
                self.out.system.makedirs(self.parts.path, exist_ok=True)

    @property
    def parts(self) -> Place:
        """The folder of the parts."""
        return self.out / PARTS

    def known(self) -> dict[str, str]:
        """Key of the results of each source that are there; failures have none."""
        found: dict[str, str] = {}
        for pair in self._pairs():
            table = _read(pair.sessions, columns=["source", "key"])
            found |= zip(table["source"].to_pylist(), table["key"].to_pylist(), strict=True)
        return {source: key for source, key in found.items() if key}

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep what some jobs came to; what was not done again is there already."""
        fresh = [o for o in outcomes if o.status is not Status.UNCHANGED]
        if not fresh:
            return
        pair = _pair(self.parts, f"{time.time_ns():020d}-{uuid4().hex[:8]}.")
        reps = [{"source": o.source, **rep} for o in fresh for rep in o.reps]
        _write(pair.reps, rep_schema(), [rep_table(reps)])
        sessions = session_table(_session(outcome) for outcome in fresh)
        _write(pair.sessions, session_schema(), [sessions])

    def merge(self) -> None:
        """Make one table of sessions and one of repetitions of all there is."""
        pairs, parts = self._pairs(), self._listed()
        newest = {s: p for p in pairs for s in _read(p.sessions, columns=["source"])[0].to_pylist()}
        if parts or not pairs:
            whole = _pair(self.out, "")
            _write(whole.reps, rep_schema(), _merged(newest, "reps"))
            _write(whole.sessions, session_schema(), _merged(newest, "sessions"))
        with _writing(self.out):
            for path in sorted(parts, key=lambda path: not path.endswith(SESSIONS)):
                self.out.system.rm_file(path)
        with suppress(OSError):  # where folders are but a part of names, there is none to remove
            self.out.system.rmdir(self.parts.path)

    def _pairs(self) -> list[Pair]:
        """List the two tables and the parts, from the oldest to the newest."""
        whole = _pair(self.out, "")
        names = (path.rpartition("/")[2] for path in self._listed() if path.endswith(SESSIONS))
        found = [_pair(self.parts, name.removesuffix(SESSIONS)) for name in sorted(names)]
        return [pair for pair in [whole, *found] if pair.is_there()]

    def _listed(self) -> list[str]:
        """List every file among the parts."""
        if not self.out.system.exists(self.parts.path):
            return []
        return [str(path) for path in self.out.system.ls(self.parts.path, detail=False)]


@dataclass(frozen=True, slots=True)
class Pair:
    """A table of sessions and that of their repetitions."""

    sessions: Place
    reps: Place

    def is_there(self) -> bool:
        """Whether both are there; OutputError if they are none of ours."""
        there = [table for table in (self.sessions, self.reps) if table.system.exists(table.path)]
        for table, schema in zip(there, (session_schema(), rep_schema()), strict=False):
            if not _schema(table).equals(schema, check_metadata=True):
                words = "was not made by this version of torso batch; give another folder."
                raise OutputError(table.name, words)
        return len(there) == 2


def _pair(folder: Place, prefix: str) -> Pair:
    return Pair(folder / f"{prefix}{SESSIONS}", folder / f"{prefix}{REPS}")


def _session(outcome: Outcome) -> dict[str, Any]:
    said = {
        "source": outcome.source, "status": str(outcome.status), "key": outcome.key,
        "exit_code": outcome.exit_code, "reason": outcome.reason,
    }  # fmt: skip
    return {**said, **(outcome.session or {})}


def _merged(newest: Mapping[str, Pair], kind: str) -> Iterator[pa.Table]:
    """Yield the rows of all sources in stretches, sorted by source, otherwise in their order."""
    sources = sorted(newest)
    for start in range(0, len(sources), STRETCH):
        of_pair: dict[Pair, list[str]] = {}
        for source in sources[start : start + STRETCH]:
            of_pair.setdefault(newest[source], []).append(source)
        parts = [_rows_of(getattr(pair, kind), found) for pair, found in of_pair.items()]
        yield pa.concat_tables(parts).sort_by("source")


def _rows_of(table: Place, sources: list[str]) -> pa.Table:
    between = [("source", ">=", sources[0]), ("source", "<=", sources[-1])]
    rows = _read(table, filters=between)
    return rows.filter(pc.is_in(rows["source"], pa.array(sources, pa.string())))


def _schema(table: Place) -> pa.Schema:
    with _reading(table) as file:
        return parquet.read_schema(file)


def _read(table: Place, **what: Any) -> pa.Table:  # noqa: ANN401  # options of Arrow's
    with _reading(table) as file:
        return parquet.read_table(file, **what)


def _write(table: Place, schema: pa.Schema, rows: Iterable[pa.Table]) -> None:
    """Write a table so that it is there whole or not at all, without holding it in memory."""
    folder = Path(table.path).parent if table.local else None
    with _writing(table):
        handle, name = tempfile.mkstemp(prefix=".writing-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
                    for part in rows:
                        writer.write_table(part)
                file.flush()
                os.fsync(file.fileno())
            if table.local:
                Path(name).replace(table.path)
            else:
                table.system.put_file(name, table.path)
        finally:
            Path(name).unlink(missing_ok=True)


@contextmanager
def _reading(table: Place) -> Iterator[Any]:
    try:
        with table.system.open(table.path, "rb") as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        words = f"cannot be read ({error}); remove it, and what it held is computed again."
        raise OutputError(table.name, words) from error


@contextmanager
def _writing(target: Place) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(target.name, f"cannot be written ({error.strerror or error}).") from error
