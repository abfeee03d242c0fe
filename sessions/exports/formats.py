"""Every format a session can be written in, and how a session gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fusion.results import SessionResult
    from sessions.imports.session import ImportedSession

    Writer = Callable[[ImportedSession, SessionResult], Mapping[str, bytes]]

FORMATS: Final = ("csv", "parquet", "bids", "opensim", "ximu3")
"""Names that :func:`export_session` knows."""


def export_session(source: Path, out: Path, format_name: str) -> tuple[Path, ...]:
    """Write a session in another format.

    Parameters
    ----------
    source
        Folder of a session, a recording or a raw folder.
    out
        Folder to write to; made if need be.
    format_name
        One of :data:`FORMATS`.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    SourceError, FusionError
        As :func:`sessions.analyze.analyze`.
    OutputError
        The folder cannot be written.
    ValueError
        There is no such format.
    """
    if format_name not in FORMATS:
        raise ValueError(f"no format {format_name!r}: use one of {', '.join(FORMATS)}")
    # The command line asks for the names alone, so what writes is loaded only here.
    from sessions.exports.session import export_csv
    from sessions.files import write_together

    if format_name == "csv":
        return export_csv(source, out)
    from sessions.imports.source import read_source

    session = read_source(source)
    if format_name == "opensim":
        from sessions.exports.opensim import opensim_files, segments_of

        contents: Mapping[str, bytes] = opensim_files(segments_of(session))
    elif format_name == "ximu3":
        from sessions.exports.ximu3 import ximu3_files

        contents = ximu3_files(session)
    else:
        from sessions.analyze import analyze_imported

        contents = _writer(format_name)(session, analyze_imported(session))
    write_together(out, contents)
    return tuple(out / name for name in contents)


def _writer(format_name: str) -> Writer:
    if format_name == "parquet":
        from sessions.exports.parquet import parquet_files

        return parquet_files
    from sessions.exports.bids import bids_files

    return bids_files
