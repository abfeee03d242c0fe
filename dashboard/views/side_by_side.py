"""Two sessions side by side: their figures, their difference, their shares and peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.live.component import share_bars
from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.charts import peak_chart, peak_points, up_words
from dashboard.views.going import go
from dashboard.views.saying import plain
from dashboard.words import say, text
from sessions.counted import counted_drill, reps_of
from sessions.history import changes, in_order, session_values

if TYPE_CHECKING:
    from sessions.library import Library, StoredSession

TITLE: Final = text("Side by side")
TOO_FEW: Final = text("Two analysed sessions are needed to compare.")
FIRST: Final = text("One session")
SECOND: Final = text("and another")
THE_SAME: Final = text("Choose two different sessions.")
DIFFERENCE: Final = text("The later one against the earlier one")
NOTHING_ALIKE: Final = text("They share no drill and side with two usable repetitions each.")
HELP: Final = text(
    "“Noise” is the smallest difference that chance would not make between two sessions of one"
    " person, from published figures. With more sessions, Trends uses the person's own."
)
TWO_PEOPLE: Final = text(
    "These are two people: differences between them are shown, but a person's own noise says"
    " nothing about them."
)
ONE_UNNAMED: Final = text("It is not known whether both are of one person; say so on their pages.")
FEWEST: Final = 2


def show(library: Library) -> None:
    """Show the two sessions in the address, or the last two.

    Raises
    ------
    SessionError
        The results of one are damaged.
    """
    st.title(say(TITLE))
    sessions = {s.name: s for s in reversed(in_order(s for s in library.list() if s.analysed))}
    if len(sessions) < FEWEST:
        st.info(say(TOO_FEW))
        return
    names = list(sessions)
    with st.container(horizontal=True):
        one = _choose(say(FIRST), "one", sessions, names[1])
        two = _choose(say(SECOND), "two", sessions, names[0])
    if one == two:
        st.info(say(THE_SAME))
        return
    earlier, later = in_order((sessions[one], sessions[two]))
    _show_difference(earlier, later)
    for column, session in zip(st.columns(2), (earlier, later), strict=True):
        with column:
            _show_one(session)


def _choose(label: str, key: str, sessions: dict[str, StoredSession], default: str) -> str:
    names = list(sessions)
    asked = st.query_params.get(key, default)
    return st.selectbox(
        label,
        names,
        index=names.index(asked if asked in sessions else default),
        format_func=lambda name: _label(sessions[name]),
        key=f"choose-{key}",
        on_change=lambda: go(**{key: st.session_state[f"choose-{key}"]}),
        width=420,
    )


def _label(session: StoredSession) -> str:
    return " · ".join(filter(None, (wording.called(session), session.person)))


def _show_difference(earlier: StoredSession, later: StoredSession) -> None:
    one_person = earlier.person == later.person != ""
    before, now = session_values(earlier), session_values(later)
    found = [c for c in changes(now, [before]).values() if c.usual is not None]
    with card("difference"):
        st.subheader(say(DIFFERENCE))
        if not found:
            st.markdown(say(NOTHING_ALIKE))
            return
        st.dataframe(
            wording.change_rows(found, judged=one_person), hide_index=True, height="content"
        )
        if one_person:
            st.caption(say(HELP))
        else:
            st.caption(say(TWO_PEOPLE if earlier.person and later.person else ONE_UNNAMED))


def _show_one(session: StoredSession) -> None:
    st.header(plain(wording.called(session)))
    facts = wording.facts(session)
    if facts:
        st.caption(" · ".join(map(plain, facts)))
    reps, angles = session.read_reps(), session.read_angles()
    for number, found in enumerate(session.drills):
        own = reps_of(found, reps)
        drill = counted_drill(found, own, session.about)
        with card(f"side-{session.name}-{number}"):
            st.subheader(wording.drill_name(str(drill["drill"])))
            for label, value, addition in wording.side_metrics(drill):
                st.markdown(f"{label}: **{value}** ({addition})")
            rows = wording.share_rows(drill)
            if rows:
                share_bars(rows, key=f"bars-{session.name}-{number}")
            if own:
                st.altair_chart(peak_chart(peak_points(angles, own, session.about)))
                st.caption(up_words())
