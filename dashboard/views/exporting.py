"""More formats of a session: made when asked for, checked on the spot, then ready to download."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views.saying import plain
from dashboard.words import say, text
from fusion.errors import FusionError
from sensors.errors import SensorError
from sessions.errors import SessionError

if TYPE_CHECKING:
    from sessions.exports.checks import Check
    from sessions.library import StoredSession

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

NOT_CHECKED: Final = text("Not checked: {checker} is not installed.")
PASSES: Final = text("Checked by {checker}: passes.")
FAILS: Final = text("Checked by {checker}: FAILS: {problem}")

_KEPT: Final = "made-export"


@dataclass(frozen=True, slots=True)
class Made:
    """The export made last: of which session, in which format, as a ZIP file, and its verdict."""

    session: str
    format_name: str
    content: bytes
    check: Check


def offer(session: StoredSession) -> None:
    """Show a button for every format, and what was made last with the verdict on it."""
    for name, label, help_words in FORMATS:
        if name == "c3d" and find_spec("ezc3d") is None:
            continue
        if st.button(say(label), help=say(help_words), key=f"make-{name}", width="stretch"):
            _make(session, name)
    made = st.session_state.get(_KEPT)
    if isinstance(made, Made) and made.session == session.name:
        _show(made)


def _make(session: StoredSession, format_name: str) -> None:
    st.session_state.pop(_KEPT, None)
    try:
        with st.spinner(say("Writing and checking …")):
            content, check = packed(session, format_name)
    except (FusionError, SensorError, SessionError) as error:
        st.error(plain(str(error)))
        return
    st.session_state[_KEPT] = Made(session.name, format_name, content, check)


def _show(made: Made) -> None:
    words = {None: NOT_CHECKED, True: PASSES, False: FAILS}[made.check.passed]
    tell = {None: st.info, True: st.success, False: st.error}[made.check.passed]
    checker, problem = plain(made.check.checker), plain(made.check.problem)
    tell(say(words, checker=checker, problem=problem))
    st.download_button(
        say("Download"),
        made.content,
        file_name=f"{made.session}_{made.format_name}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        key="download-export",
    )


def packed(session: StoredSession, format_name: str) -> tuple[bytes, Check]:
    """One export as a ZIP file, and what a program that reads the format says of it.

    Raises
    ------
    SessionError, FusionError, SensorError
        As :func:`sessions.exports.formats.export_session`.
    """
    from sessions.exports.checks import check_export
    from sessions.exports.formats import export_session

    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files = export_session(session.path, folder, format_name)
        check = check_export(format_name, folder, files)
        with zipfile.ZipFile(out, "w") as archive:
            for path in files:
                archive.write(path, path.relative_to(folder), zipfile.ZIP_DEFLATED)
    return out.getvalue(), check
