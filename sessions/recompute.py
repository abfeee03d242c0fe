"""Results brought up to date: computed again where the recording or the algorithms changed.

The results before are kept in the session's folder, below ``earlier/``, by the id of their receipt:
``reps.csv`` and ``summary.json``, which is what a comparison needs (:mod:`sessions.compare`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sessions.errors import LibraryError
from sessions.files import is_own_folder, write_together
from sessions.receipts import receipt_of
from sessions.stored import REPS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sessions.library import Library
    from sessions.receipts import Receipt
    from sessions.stored import StoredSession

EARLIER: Final = "earlier"


def is_current(session: StoredSession) -> bool:
    """Whether the session's results are what an analysis would give now."""
    from sessions.receipts import file_digest, receipt_now

    if session.summary is None or session.problem is not None or session.recording is None:
        return False
    found = receipt_of(session.summary)
    if found.maker != receipt_now({}).maker:
        return False  # known without reading the recording
    inputs = {session.recording.name: file_digest(session.recording)}
    return found == receipt_now(inputs)


def recompute(library: Library, session: StoredSession, *, again: bool = False) -> bool:
    """Analyse a session of the library again if its results are not current.

    Parameters
    ----------
    library
        Whose session it is.
    session
        Which; its folder is as it was before if anything goes wrong.
    again
        Whether to analyse it even if its results are current.

    Returns
    -------
    bool
        Whether it was analysed.

    Raises
    ------
    LibraryError
        It holds no recording, or one that is still being written.
    SourceError, FusionError, OutputError
        As :func:`sessions.analyze.analyze`.
    """
    from sensors.recording import is_being_written
    from sessions.analyze import analyze_imported
    from sessions.exports.analysis_folder import write_results
    from sessions.imports.source import read_source

    if session.recording is None:
        raise LibraryError(f"'{session.name}' holds no recording to compute from.")
    if is_being_written(session.recording):
        raise LibraryError(f"The session '{session.name}' is being recorded; stop it first.")
    if not again and is_current(session):
        return False
    source = read_source(session.recording)
    result = analyze_imported(source)
    keep_earlier(session)
    write_results(source, result, session.path)
    library.refresh(session.name)
    return True


def keep_earlier(session: StoredSession) -> None:
    """Put the results that are there aside, by the id of their receipt.

    Raises
    ------
    OutputError
        The disk refuses.
    """
    if session.summary is None or session.problem is not None:
        return
    aside = session.path / EARLIER / receipt_of(session.summary).id
    names = (REPS, SUMMARY)
    write_together(aside, {name: (session.path / name).read_bytes() for name in names})


def earlier_results(folder: Path) -> dict[str, Receipt]:
    """Receipts of the results kept from before, by id, the newest last."""
    if not is_own_folder(folder / EARLIER):
        return {}
    kept = [p for p in (folder / EARLIER).iterdir() if is_own_folder(p)]
    summaries = ((p.name, _summary(p / SUMMARY)) for p in sorted(kept, key=_written))
    return {name: receipt_of(summary) for name, summary in summaries if summary is not None}


def _written(folder: Path) -> tuple[float, str]:
    return folder.stat().st_mtime, folder.name


def _summary(path: Path) -> Mapping[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
