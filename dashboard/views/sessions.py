"""The session page: the library, and one session with its repetitions, plots and downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

from dashboard.live.component import share_bars
from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.charts import angle_chart, angle_points
from sessions.errors import SessionError
from sessions.library import ANGLES, RECORDING, REPS, SUMMARY, open_library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sessions.library import Library, StoredSession
    from sessions.tables import AngleTable, RepRow

SHOWN_AT_ONCE: Final = 20

_BADGES: Final[dict[str, Literal["green", "orange", "red"]]] = {
    "good": "green",
    "doubtful": "orange",
    "rejected": "red",
}

_DOWNLOADS: Final = (
    ("Angles CSV", ANGLES, "text/csv", "Every angle at 100 Hz"),
    ("Repetitions CSV", REPS, "text/csv", "One row per repetition"),
    ("Summary JSON", SUMMARY, "application/json", "Calibration, shares, drift, versions"),
    ("Recording", RECORDING, "application/octet-stream", "The sensors' raw data (MCAP)"),
)


def show() -> None:
    """Show the library, or the session that the address names."""
    library = open_library()
    name = st.query_params.get("session")
    if name is None:
        _show_library(library)
        return
    st.button("All sessions", icon=":material/arrow_back:", type="tertiary", on_click=_go_back)
    try:
        _show_session(library, library.open(name))
    except SessionError as error:
        st.error(str(error))


def _go_back() -> None:
    st.query_params.clear()


def _open(name: str) -> None:
    st.query_params["session"] = name


# The list -----------------------------------------------------------------------------------------


def _show_library(library: Library) -> None:
    st.title("Sessions")
    found = library.list()
    if not found:
        st.info("No sessions yet. Record one on the Live page; it appears here by itself.")
        return
    shown = int(st.session_state.get("shown", SHOWN_AT_ONCE))
    for session in found[:shown]:
        _show_row(session)
    if len(found) > shown:
        st.button("Show older sessions", on_click=_show_more, args=(shown + SHOWN_AT_ONCE,))
    st.caption(f"Kept on this computer only, in {library.root}")


def _show_more(shown: int) -> None:
    st.session_state["shown"] = shown


def _show_row(session: StoredSession) -> None:
    verdict, words = wording.session_verdict(session)
    with card(f"session-{session.name}"):
        about, count, badge, action = st.columns([5, 2, 2, 1], vertical_alignment="center")
        title = wording.session_title(session.name)
        about.markdown(f"**{title}**  \n{wording.drill_names(session) or session.name}")
        count.markdown(wording.repetition_words(session))
        badge.badge(words, color=_BADGES[verdict])
        key = f"open-{session.name}"
        action.button("Open", key=key, on_click=_open, args=(session.name,), width="stretch")


# One session --------------------------------------------------------------------------------------


def _show_session(library: Library, session: StoredSession) -> None:
    st.title(wording.session_title(session.name))
    verdict, words = wording.session_verdict(session)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(words, color=_BADGES[verdict])
        st.markdown(wording.repetition_words(session))
    _show_actions(library, session)
    if session.problem is not None:
        st.warning(session.problem)
    if not session.analysed:
        _offer_analysis(session)
        return
    reps, angles = session.read_reps(), session.read_angles()
    for number, drill in enumerate(session.drills):
        _show_drill(number, drill, wording.reps_of(drill, reps), angles)
    _show_trust(session)


def _show_actions(library: Library, session: StoredSession) -> None:
    with st.container(horizontal=True):
        for label, file, mime, help_words in _DOWNLOADS:
            path = session.path / file
            if path.is_file():
                st.download_button(
                    label,
                    path.read_bytes,
                    file_name=f"{session.name}_{file}",
                    mime=mime,
                    help=help_words,
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"download-{file}",
                )
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("Delete this session with its recording? This cannot be undone.")
            st.button(
                "Delete for good", type="primary", on_click=_delete, args=(library, session.name)
            )


def _delete(library: Library, name: str) -> None:
    try:
        library.delete(name)
    except SessionError as error:
        st.toast(str(error), icon=":material/error:")
        return
    st.query_params.clear()
    st.toast("Session deleted.")


def _offer_analysis(session: StoredSession) -> None:
    if session.recording is None:
        return
    st.info("This recording has no results yet.")
    if not st.button("Analyse it now", type="primary"):
        return
    from fusion.errors import FusionError
    from sensors.errors import SensorError
    from sessions.analyze import analyze

    try:
        with st.spinner("Working out the angles…"):
            analyze(session.recording, session.path)
    except (FusionError, SensorError, SessionError) as error:
        st.error(str(error))
        return
    st.rerun()


def _show_drill(
    number: int, drill: Mapping[str, Any], reps: list[RepRow], angles: AngleTable
) -> None:
    st.header(wording.drill_name(str(drill["drill"])))
    metrics = wording.side_metrics(drill)
    if metrics:
        for column, (label, value, addition) in zip(st.columns(len(metrics)), metrics, strict=True):
            with column, card(f"metric-{number}-{label}"):
                st.metric(label, value)
                st.caption(addition)
    source = str(drill["split_source"])
    with card(f"angles-{number}"):
        st.subheader("Angles")
        points = angle_points(angles, drill["start_s"], drill["end_s"])
        st.altair_chart(angle_chart(points, reps, measured=source == "measured"))
        st.caption("Left is up. Bands are 95 % intervals; scroll to zoom, drag to move.")
    rows = wording.share_rows(drill)
    if rows:
        with card(f"shares-{number}"):
            st.subheader("Share of the turn, %")
            share_bars(rows, key=f"bars-{number}")
            st.caption(wording.SPLIT_WORDS[source])
    with card(f"reps-{number}"):
        st.subheader("Repetitions")
        _show_reps(reps)


def _show_reps(reps: list[RepRow]) -> None:
    if not reps:
        st.markdown("No repetition was found in this drill.")
        return
    angle = st.column_config.NumberColumn(format="%.0f°")
    st.dataframe(
        wording.rep_rows(reps),
        hide_index=True,
        column_config={
            **dict.fromkeys(("Turn", "Pelvis", "Lumbar", "Thoracic"), angle),
            "At": st.column_config.NumberColumn(format="%.1f s"),
            "Hold": st.column_config.NumberColumn(format="%.1f s"),
            "Speed": st.column_config.NumberColumn(format="%.0f °/s"),
            "Verdict": st.column_config.TextColumn(width="medium"),
        },
    )


def _show_trust(session: StoredSession) -> None:
    with card("trust"):
        st.subheader("How far to trust it")
        for sentence in wording.warnings(session):
            st.markdown(f":material/info: {sentence}")
        st.dataframe(wording.sensor_rows(session), hide_index=True)
