"""What of a session can be taken home: its files, the page to hand on, every export format."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.words import say, text
from sessions.library import ANGLES, RECORDING, REPS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sessions.library import Library, StoredSession

FILES: Final = (
    (text("Angles CSV"), ANGLES, "text/csv", text("Every angle at 100 Hz")),
    (text("Repetitions CSV"), REPS, "text/csv", text("One row per repetition")),
    (text("Summary JSON"), SUMMARY, "application/json",
     text("Calibration, shares, drift, versions")),
    (text("Recording"), RECORDING, "application/octet-stream",
     text("The sensors' raw data (MCAP)")),
)  # fmt: skip

FORMATS: Final = (
    ("parquet", text("Parquet"), text("The tables, with units and definitions inside")),
    ("bids", text("Motion-BIDS"), text("A data set to share: samples, events, results")),
    ("opensim", text("OpenSim"), text("Orientation of each segment (.sto)")),
    ("c3d", text("C3D"), text("Rotation of each segment, for movement laboratories")),
    ("raw", text("Raw folder"), text("Samples of each sensor, to read or to analyse again")),
    ("dot", text("Movella DOT CSV"), text("Samples as the Movella DOT app writes them")),
    ("ximu3", text("x-IMU3 CSV"), text("Samples as the x-IMU3 logger writes them")),
)
"""Formats of :mod:`sessions.exports.formats` beside the files that are there already."""


def offer(library: Library, session: StoredSession) -> None:
    """Show a button for everything that can be taken home."""
    for label, file, mime, help_words in FILES:
        path = session.path / file
        if path.is_file():
            _button(label, help_words, path.read_bytes, f"{session.name}_{file}", mime)
    if not session.analysed:
        return
    _button(
        text("Report PDF"),
        text("One page to print or hand on"),
        partial(report_of, library, session),
        f"{session.name}_report.pdf",
        "application/pdf",
    )
    if session.recording is None:
        return
    with st.popover(say("More formats"), icon=":material/download:"):
        for name, label, help_words in FORMATS:
            if name == "c3d" and find_spec("ezc3d") is None:
                continue
            file = f"{session.name}_{name}.zip"
            _button(label, help_words, partial(packed, session, name), file, "application/zip")


def _button(label: str, help_words: str, make: Callable[[], bytes], file: str, mime: str) -> None:
    st.download_button(
        say(label),
        make,
        file_name=file,
        mime=mime,
        help=say(help_words),
        icon=":material/download:",
        on_click="ignore",
        key=f"download-{label}",
    )


def report_of(library: Library, session: StoredSession) -> bytes:
    """Draw the report of a session as PDF, beside the same person's other sessions."""
    from sessions.report import make_report, report_pdf

    others = library.list(person=session.person) if session.person else ()
    return report_pdf(make_report(session, others))


def packed(session: StoredSession, format_name: str) -> bytes:
    """One export as a ZIP file."""
    from sessions.exports.formats import export_session

    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w") as archive:
        for path in export_session(session.path, Path(folder), format_name):
            archive.write(path, path.relative_to(folder), zipfile.ZIP_DEFLATED)
    return out.getvalue()
