"""One session: its figures, plots and repetitions, and what people typed about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.live.component import share_bars
from dashboard.views import coordination, taking, typed, wording
from dashboard.views.cards import card
from dashboard.views.charts import angle_chart, angle_points, peak_chart, peak_points, up_words
from dashboard.views.going import go
from dashboard.views.safety import remind
from dashboard.views.saying import attempt, plain, told
from dashboard.views.shelf import BADGES
from dashboard.words import say, text
from sessions.counted import counted_drill, left_out, reps_of
from sessions.errors import LibraryError, SessionError
from sessions.tables import rep_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sessions.library import Library, StoredSession
    from sessions.tables import AngleTable, RepRow

REPLAY: Final = text("Replay")
DELETE: Final = text("Delete")
DELETE_ASKED: Final = text("Delete this session with its recording? This cannot be undone.")
DELETE_NOW: Final = text("Delete for good")
DELETED: Final = text("Session deleted.")
RECOMPUTE: Final = text("Compute again")
RECOMPUTE_HELP: Final = text(
    "From the recording, with this version. What was typed stays; the results before are kept."
)
RECOMPUTED: Final = text("Computed again.")
NO_RESULTS: Final = text("This recording has no results yet.")
ANALYSE: Final = text("Analyse it now")
WORKING: Final = text("Working out the angles…")
ANGLES_TITLE: Final = text("Angles")
ANGLES_HELP: Final = text("Bands are 95 % intervals; scroll to zoom, drag to move.")
PEAKS_TITLE: Final = text("Peaks")
PEAKS_HELP: Final = text(
    "Each repetition at its peak, with its 95 % interval. What is left out is hollow."
)
SHARES_TITLE: Final = text("Share of the turn, %")
REPS_TITLE: Final = text("Repetitions")
NO_REPS: Final = text("No repetition was found in this drill.")
WHO_SUMMED: Final = text("Who turned on the way out: {who}")
WHO_HELP: Final = text(
    "Who turned compares the speeds of hips and back from the start of a turn to its hold. "
    "When the hips began is said where they turned by 6° or more."
)
TRUST_TITLE: Final = text("How far to trust it")
WITHOUT: Final = text("{repetitions} left out by hand; the figures are those of the rest.")


def show(library: Library, session: StoredSession) -> None:
    """Show a session.

    Raises
    ------
    SessionError
        Its results are damaged.
    """
    st.title(plain(wording.called(session)))
    remind()
    verdict, words = wording.session_verdict(session)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(words, color=BADGES[verdict])
        st.markdown(wording.repetition_words(session))
        for fact in wording.facts(session):
            st.markdown(plain(fact), width="content")
    _show_actions(library, session)
    if session.problem is not None:
        st.warning(plain(say(session.problem)))
    if not session.analysed:
        _offer_analysis(session)
        typed.show_about(library, session)
        return
    reps, angles = session.read_reps(), session.read_angles()
    for number, drill in enumerate(session.drills):
        _show_drill(library, session, number, drill, reps_of(drill, reps), angles)
    typed.show_marks(library, session, reps)
    typed.show_about(library, session)
    _show_trust(session)


def _show_actions(library: Library, session: StoredSession) -> None:
    with st.container(horizontal=True):
        if session.recording is not None:
            st.button(
                say(REPLAY), icon=":material/play_arrow:", on_click=go, kwargs={"show": "replay"}
            )
        taking.offer(library, session)
        if session.recording is not None and session.analysed:
            st.button(
                say(RECOMPUTE),
                icon=":material/refresh:",
                help=say(RECOMPUTE_HELP),
                on_click=_recompute,
                args=(library, session),
            )
        with st.popover(say(DELETE), icon=":material/delete:"):
            st.markdown(say(DELETE_ASKED))
            st.button(
                say(DELETE_NOW), type="primary", on_click=_delete, args=(library, session.name)
            )


def _recompute(library: Library, session: StoredSession) -> None:
    from fusion.errors import FusionError
    from sessions.recompute import recompute

    def again() -> None:
        try:
            recompute(library, session, again=True)
        except FusionError as error:
            raise LibraryError(str(error)) from error

    attempt(again, say(RECOMPUTED))


def _delete(library: Library, name: str) -> None:
    if attempt(lambda: library.delete(name), say(DELETED)):
        go(session=None)


def _offer_analysis(session: StoredSession) -> None:
    if session.recording is None:
        return
    st.info(say(NO_RESULTS))
    if not st.button(say(ANALYSE), type="primary"):
        return
    from fusion.errors import FusionError
    from sensors.errors import SensorError
    from sessions.analyze import analyze

    try:
        with st.spinner(say(WORKING)):
            analyze(session.recording, session.path)
    except (FusionError, SensorError, SessionError) as error:
        st.error(told(error))
        return
    st.rerun()


def _show_drill(
    library: Library,
    session: StoredSession,
    number: int,
    found: Mapping[str, Any],
    reps: list[RepRow],
    angles: AngleTable,
) -> None:
    about = session.about
    counted = [rep for rep in reps if left_out(rep, about) is None]
    drill = counted_drill(found, reps, about)
    st.header(wording.drill_name(str(drill["drill"])))
    if len(counted) < len(reps):
        st.caption(say(WITHOUT, repetitions=wording.times(len(reps) - len(counted))))
    _show_figures(number, drill)
    source = str(drill["split_source"])
    measured = source == "measured"
    with card(f"angles-{number}"):
        st.subheader(say(ANGLES_TITLE))
        points = angle_points(angles, drill["start_s"], drill["end_s"])
        marks = [m for m in about.marks if drill["start_s"] <= m.t_s <= drill["end_s"]]
        st.altair_chart(angle_chart(points, counted, measured=measured, marks=marks))
        st.caption(f"{up_words()} {say(ANGLES_HELP)}")
    rows = wording.share_rows(drill)
    if rows:
        with card(f"shares-{number}"):
            st.subheader(say(SHARES_TITLE))
            share_bars(rows, key=f"bars-{number}")
            st.caption(say(wording.SPLIT_WORDS[source]))
    with card(f"reps-{number}"):
        st.subheader(say(REPS_TITLE))
        if not reps:
            st.markdown(say(NO_REPS))
            return
        _show_reps(reps, session, rep_metrics(found))
        typed.show_exclusions(library, session, number, reps)
    with card(f"peaks-{number}"):
        st.subheader(say(PEAKS_TITLE))
        st.altair_chart(peak_chart(peak_points(angles, reps, about)))
        st.caption(f"{up_words()} {say(PEAKS_HELP)}")


def _show_figures(number: int, drill: Mapping[str, Any]) -> None:
    metrics = wording.side_metrics(drill)
    if not metrics:
        return
    for column, (label, value, addition) in zip(st.columns(len(metrics)), metrics, strict=True):
        with column, card(f"metric-{number}-{label}"):
            st.metric(label, value)
            st.caption(addition)


def _show_reps(reps: list[RepRow], session: StoredSession, metrics: coordination.Metrics) -> None:
    counted = [rep for rep in reps if left_out(rep, session.about) is None]
    who = coordination.summed_up(counted, metrics)
    if who:
        st.markdown(say(WHO_SUMMED, who=who))
    angle = st.column_config.NumberColumn(format="%.0f°")
    st.dataframe(
        wording.rep_rows(reps, session.about, metrics),
        hide_index=True,
        column_config={
            **{say(name): angle for name in ("Turn", *wording.SEGMENT_NAMES.values())},
            say("At"): st.column_config.NumberColumn(format="%.1f s"),
            say("Hold"): st.column_config.NumberColumn(format="%.1f s"),
            say("Speed"): st.column_config.NumberColumn(format="%.0f °/s"),
            say("Verdict"): st.column_config.TextColumn(width="medium"),
        },
    )
    if who:
        st.caption(say(WHO_HELP))


def _show_trust(session: StoredSession) -> None:
    with card("trust"):
        st.subheader(say(TRUST_TITLE))
        for sentence in wording.warnings(session):
            st.markdown(f":material/info: {plain(sentence)}")
        st.dataframe(wording.sensor_rows(session), hide_index=True)
