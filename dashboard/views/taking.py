"""What of a session can be taken home: its files, the page to hand on, every export format."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views import exporting
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
        exporting.offer(session)


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
