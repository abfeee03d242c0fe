"""Every format a session can be written in: what it is for, what makes it and what checks it.

The command line asks for the names alone, so what writes is loaded only when it is asked to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fusion.results import SessionResult
    from fusion.segments import SegmentMotion
    from sessions.imports.session import ImportedSession

    Contents = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes
    ----------
    words
        What is written, in a few words.
    contents
        Gives the bytes of every file by name, of a session wherever it lies.
    """

    words: str
    contents: Callable[[Path], Contents]


def export_session(source: Path, out: Path, format_name: str) -> tuple[Path, ...]:
    """Write a session in another format.

    Parameters
    ----------
    source
        Folder of a session, or anything that :func:`sessions.imports.source.read_source` reads.
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
        The folder cannot be written, or a package that writes the format is not installed.
    ValueError
        There is no such format.
    """
    if format_name not in FORMATS:
        raise ValueError(f"no format {format_name!r}: use one of {', '.join(FORMATS)}")
    from sessions.files import write_together

    contents = FORMATS[format_name].contents(source)
    write_together(out, contents)
    return tuple(out / name for name in contents)


def _csv(source: Path) -> Contents:
    from sessions.exports.session import result_files

    return result_files(source)


def _parquet(source: Path) -> Contents:
    from sessions.exports.parquet import parquet_files

    return parquet_files(*_analysed(source))


def _bids(source: Path) -> Contents:
    from sessions.exports.bids import bids_files

    return bids_files(*_analysed(source))


def _opensim(source: Path) -> Contents:
    from sessions.exports.opensim import opensim_files

    return opensim_files(_segments(source))


def _c3d(source: Path) -> Contents:
    from sessions.exports.c3d import c3d_files

    return c3d_files(_segments(source))


def _raw(source: Path) -> Contents:
    from sessions.exports.raw_folder import raw_files

    return raw_files(_read(source))


def _dot(source: Path) -> Contents:
    from sessions.exports.dot import dot_files

    return dot_files(_read(source))


def _ximu3(source: Path) -> Contents:
    from sessions.exports.ximu3 import ximu3_files

    return ximu3_files(_read(source))


def _read(source: Path) -> ImportedSession:
    from sessions.imports.source import read_source

    return read_source(source)


def _analysed(source: Path) -> tuple[ImportedSession, SessionResult]:
    from sessions.analyze import analyze_imported

    session = _read(source)
    return session, analyze_imported(session)


def _segments(source: Path) -> tuple[SegmentMotion, ...]:
    from sessions.exports.opensim import segments_of

    return segments_of(_read(source))


FORMATS: Final[dict[str, Format]] = {
    "csv": Format("angles.csv, reps.csv and summary.json", _csv),
    "parquet": Format("the same tables, typed, with units and definitions inside", _parquet),
    "bids": Format("a Motion-BIDS data set of samples, events and results", _bids),
    "opensim": Format("orientations of the segments (.sto)", _opensim),
    "c3d": Format("rotations of the segments (.c3d; needs the package ezc3d)", _c3d),
    "raw": Format("the samples of each sensor as a raw folder, which torso reads", _raw),
    "dot": Format("samples in the layout of the Movella DOT app", _dot),
    "ximu3": Format("samples in the layout of the x-IMU3 logger", _ximu3),
}
