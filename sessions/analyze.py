"""From a source to results on disk: read, fuse, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.pipeline import analyze_session
from sessions.exports.analysis_folder import write_results
from sessions.imports.source import read_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fusion.results import SessionResult
    from sessions.imports.session import ImportedSession


def analyze(
    source: Path,
    out: Path,
    *,
    live: bool = False,
    progress: Callable[[float], None] | None = None,
    filter_name: str = "vqf",
) -> SessionResult:
    """Analyse one session and write ``angles.csv``, ``reps.csv`` and ``summary.json``.

    Parameters
    ----------
    source
        Anything that :func:`sessions.imports.source.read_source` reads.
    out
        Folder for the results; made if need be. The three files appear together or not at all.
    live
        Use the causal pipeline of the dashboard instead of the offline smoother.
    progress
        Called now and then with the fraction done, 0 … 1.
    filter_name
        Orientation filter, one of :data:`fusion.filter_names.FILTERS`.

    Raises
    ------
    SourceError
        The source cannot be read.
    FusionError
        It was read, but no drill in it can be analysed.
    OutputError
        The results cannot be written.
    """
    session = read_source(source)
    result = analyze_imported(session, live=live, progress=progress, filter_name=filter_name)
    write_results(session, result, out, live=live)
    return result


def analyze_imported(
    session: ImportedSession,
    *,
    live: bool = False,
    progress: Callable[[float], None] | None = None,
    filter_name: str = "vqf",
) -> SessionResult:
    """Run the pipeline over a session that was read already; raises :class:`FusionError`."""
    return analyze_session(
        session.setup,
        session.blocks,
        session.events,
        live=live,
        progress=progress,
        filter_name=filter_name,
    )
