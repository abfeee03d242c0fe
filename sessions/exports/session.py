"""A whole session exported: its stored results, or fresh ones where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.stored import ANGLES, REPS, SUMMARY, stored_session

if TYPE_CHECKING:
    from pathlib import Path

_RESULTS = (ANGLES, REPS, SUMMARY)


def result_files(source: Path) -> dict[str, bytes]:
    """Contents of ``angles.csv``, ``reps.csv`` and ``summary.json`` of a session, by name.

    Parameters
    ----------
    source
        Folder of a session, whose stored results are taken if they are whole; otherwise, and for
        anything else, the source is analysed.

    Raises
    ------
    SourceError, FusionError
        As :func:`sessions.analyze.analyze`.
    """
    stored = stored_session(source) if source.is_dir() else None
    if stored is not None and stored.analysed and stored.problem is None:
        return {name: (source / name).read_bytes() for name in _RESULTS}
    from sessions.analyze import analyze_imported
    from sessions.exports.analysis_folder import contents
    from sessions.imports.source import read_source

    session = read_source(source)
    return contents(session, analyze_imported(session))
