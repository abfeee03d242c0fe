"""One session of a batch: fetched, analysed, and told in rows; whatever happens is an outcome."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from fusion.errors import FusionError
from sensors.errors import CalibrationError, SensorError
from sessions.about import ABOUT, read_about
from sessions.batch.places import place
from sessions.errors import OutputError, SessionError, SourceError, one_line
from sessions.receipts import file_digest, receipt_now
from sessions.stored import ANGLES, REPS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.batch.places import Place

EXIT_FAILED = 1
EXIT_UNREADABLE = 2
EXIT_NOT_ANALYSABLE = 3

_RESULTS: Final = {ANGLES, REPS, SUMMARY}


@dataclass(frozen=True, slots=True)
class Job:
    """What has to be done.

    Attributes
    ----------
    source
        The session, as :func:`sessions.batch.sources.find_sources` names it.
    maker
        What has to make the results (:attr:`sessions.receipts.Receipt.maker`).
    known
        Key of the results that are there already, or ``""``.
    live
        Use the causal pipeline.
    """

    source: str
    maker: str
    known: str = ""
    live: bool = False


class Status(StrEnum):
    """How a job ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    source, status
        Of which session, and how it ended.
    key
        Digest of everything that was read and of what read it; equal keys, equal rows.
    session
        The session's row, as far as it is not said by the other fields.
    reps
        Rows of its repetitions.
    exit_code, reason
        What ``torso analyze`` would have returned and said; 0 and ``""`` where all went well.
    """

    source: str
    status: Status
    key: str = ""
    session: dict[str, Any] | None = None
    reps: Sequence[dict[str, Any]] = ()
    exit_code: int = 0
    reason: str = ""


def failed(source: str, exit_code: int, reason: str) -> Outcome:
    """Make the outcome of a job that could not be done."""
    words = one_line(reason.removeprefix(f"{source}: "))
    return Outcome(source, Status.FAILED, exit_code=exit_code, reason=words)


def do(job: Job) -> Outcome:
    """Analyse one session; never raises, so that one bad file cannot stop the rest."""
    here = receipt_now({}, live=job.live).maker
    if here != job.maker:
        words = f"was given to a worker with {here}; results have to come from {job.maker}."
        return failed(job.source, EXIT_FAILED, words)
    with tempfile.TemporaryDirectory(prefix="torso-batch-") as folder:
        try:
            return _done(job, _at_hand(place(job.source), Path(folder)))
        except Exception as error:  # noqa: BLE001  # a fault in one session is not the others'
            # Where a copy lay means nothing to anybody.
            words = re.sub(rf"{re.escape(folder)}/[^/:, ]+", lambda _: job.source, str(error))
            code = exit_code(error)
            if code is None:
                words = f"led to a fault of this program ({type(error).__name__}: {words})."
            return failed(job.source, code or EXIT_FAILED, words)


def exit_code(error: Exception) -> int | None:
    """What ``torso analyze`` returns after an error; ``None`` for one that nobody foresaw."""
    match error:
        case CalibrationError() | FusionError():
            return EXIT_NOT_ANALYSABLE
        case OutputError() | SensorError():
            return EXIT_FAILED
        case SessionError():
            return EXIT_UNREADABLE
        case _:
            return None


def _at_hand(source: Place, folder: Path) -> Path:
    """Path of a source on this computer: its own, or that of a copy in ``folder``."""
    if source.local:
        return Path(source.path)
    system, copy = source.system, folder / PurePosixPath(source.path).name
    try:
        if system.isdir(source.path):
            system.get(f"{source.path}/", f"{copy}/", recursive=True)
            return copy
        if not system.exists(source.path):
            raise SourceError(source.name, "does not exist.")
        system.get_file(source.path, str(copy))
        about = source.at(str(PurePosixPath(source.path).with_name(ABOUT)))
        if system.exists(about.path):
            system.get_file(about.path, str(folder / ABOUT))
    except OSError as error:
        raise SourceError(source.name, f"cannot be fetched ({error}).") from error
    return copy


def _done(job: Job, path: Path) -> Outcome:
    key = _key(path, job.maker)
    if key == job.known:
        return Outcome(job.source, Status.UNCHANGED, key)
    # Only who analyses loads what analysis needs.
    from sessions.analyze import analyze_imported
    from sessions.batch.rows import rep_row, session_row
    from sessions.exports.summary import summary_json
    from sessions.imports.source import read_source

    imported = read_source(path)
    result = analyze_imported(imported, live=job.live)
    summary = summary_json(imported, result, live=job.live)
    about = read_about(path if path.is_dir() else path.parent)
    subject = about.person or imported.subject or ""
    return Outcome(
        job.source,
        Status.DONE,
        key,
        session_row(imported, result, summary, subject),
        [rep_row(rep, subject, about) for drill in result.drills for rep in drill.reps],
    )


def _key(path: Path, maker: str) -> str:
    """Digest of every file that may have a say in the results, and of what makes them."""
    if path.is_dir():
        files = [p for p in path.rglob("*") if p.is_file() and p.name not in _RESULTS]
        named = {p.relative_to(path).as_posix(): p for p in files}
    else:
        named = {p.name: p for p in (path, path.with_name(ABOUT)) if p.is_file()}
    content = [maker, *((name, file_digest(named[name])) for name in sorted(named))]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
