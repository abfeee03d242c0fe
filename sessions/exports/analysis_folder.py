"""An analysis folder: ``angles.csv``, ``reps.csv`` and ``summary.json``, together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.exports.csv import angles_csv, reps_csv
from sessions.exports.summary import summary_json
from sessions.files import write_together
from sessions.stored import ANGLES, REPS, SUMMARY

if TYPE_CHECKING:
    from pathlib import Path

    from fusion.results import SessionResult
    from sessions.imports.session import ImportedSession


def write_results(
    session: ImportedSession, result: SessionResult, out: Path, *, live: bool = False
) -> None:
    """Write the results of one analysis.

    Parameters
    ----------
    session
        What was analysed.
    result
        What fusion made of it.
    out
        Folder to write to; made if need be.
    live
        Whether the causal pipeline was used.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    write_together(out, contents(session, result, live=live))


def contents(
    session: ImportedSession, result: SessionResult, *, live: bool = False
) -> dict[str, bytes]:
    """Bytes of the three files by name."""
    return {
        ANGLES: angles_csv(result),
        REPS: reps_csv(result),
        SUMMARY: summary_json(session, result, live=live),
    }
