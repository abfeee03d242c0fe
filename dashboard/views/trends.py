"""A person's sessions over time: what changed, and what is within their own noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.going import go
from dashboard.views.saying import plain
from dashboard.views.trend_chart import course_of, trend_chart, trend_points
from dashboard.words import say, text
from sessions.history import MEASURES, in_order

if TYPE_CHECKING:
    from dashboard.views.trend_chart import Course
    from sessions.library import Library

TITLE: Final = text("Trends")
WHOSE: Final = text("Person")
DRILL: Final = text("Drill")
MEASURE: Final = text("What")
NOBODY: Final = text(
    "Sessions are compared within one person. Say on a session's page whose it is; from two"
    " sessions on there is something to compare."
)
TOO_FEW: Final = text("{count} analysed session so far. From two on there is something to compare.")
NO_NUMBERS: Final = text("No session of this person has two usable repetitions to one side.")
HELP: Final = text(
    "Each point is one session, with a 95 % interval of its own noise. A filled point is a real"
    " change against the mean of up to five sessions before it; a hollow one is within noise."
)
LATEST: Final = text("The last session against the usual")
LATEST_HELP: Final = text(
    "“Noise” is the smallest difference that chance would not make: it starts from published"
    " figures and becomes your own with every session. Of twenty numbers, one is expected to stand"
    " out by chance. Whether a change is good is for you to say."
)
FEWEST: Final = 2


def show(library: Library) -> None:
    """Show the course of the person in the address.

    Raises
    ------
    SessionError
        The results of one session are damaged.
    """
    st.title(say(TITLE))
    people = [person.name for person in library.people() if person.sessions]
    if not people:
        st.info(say(NOBODY))
        return
    asked = st.query_params.get("person", "")
    person = st.selectbox(
        say(WHOSE),
        people,
        index=people.index(asked) if asked in people else 0,
        key="whose",
        on_change=lambda: go(person=st.session_state["whose"]),
        width=320,
    )
    sessions = in_order(s for s in library.list(person=person) if s.analysed)
    if len(sessions) < FEWEST:
        st.info(say(TOO_FEW, count=len(sessions)))
        return
    course = course_of(sessions)
    drills = list(dict.fromkeys(key.drill for _, values, _ in course for key in values))
    if not drills:
        st.info(say(NO_NUMBERS))
        return
    with st.container(horizontal=True):
        drill = st.selectbox(say(DRILL), drills, format_func=wording.drill_name, width=320)
        measure = st.selectbox(
            say(MEASURE), [m.name for m in MEASURES], format_func=wording.measure_name, width=320
        )
    with card("course"):
        points = trend_points(course, drill, measure)
        st.altair_chart(trend_chart(points, wording.measure_name(measure)))
        st.caption(say(HELP))
    _show_latest(course, drill)


def _show_latest(course: Course, drill: str) -> None:
    session, _, judged = course[-1]
    rows = wording.change_rows(change for key, change in judged.items() if key.drill == drill)
    with card("latest"):
        st.subheader(say(LATEST))
        st.markdown(plain(wording.called(session)))
        st.dataframe(rows, hide_index=True, height="content")
        st.caption(say(LATEST_HELP))
