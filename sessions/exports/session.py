"""A whole session exported: its stored results, or fresh ones where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.files import write_together
from sessions.library import ANGLES, REPS, SUMMARY, stored_session

if TYPE_CHECKING:
    from pathlib import Path

_RESULTS = (ANGLES, REPS, SUMMARY)


def export_csv(source: Path, out: Path) -> tuple[Path, ...]:
    """Write ``angles.csv``, ``reps.csv`` and ``summary.json`` of a session.

    Parameters
    ----------
    source
        Folder of a session, whose stored results are copied if they are whole; otherwise, and for
        a recording or a raw folder, the source is analysed.
    out
        Folder to write to.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    SourceError, FusionError, OutputError
        As :func:`sessions.analyze.analyze`.
    """
    stored = stored_session(source) if source.is_dir() else None
    if stored is not None and stored.analysed and stored.problem is None:
        write_together(out, {name: (source / name).read_bytes() for name in _RESULTS})
    else:
        from sessions.analyze import analyze

        analyze(source, out)
    return tuple(out / name for name in _RESULTS)
