"""What people type about a session: title, person, tags, note, marks, repetitions left out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.saying import attempt, plain
from sessions.counted import left_out
from sessions.library import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.library import About, Library, StoredSession
    from sessions.tables import RepRow

ABOUT_TITLE: Final = "About this session"
NAME: Final = "Title"
PERSON: Final = "Whose session"
PERSON_HINT: Final = "A pseudonym; choose one or type a new one"
TAGS: Final = "Tags"
NOTE: Final = "Note"
SAVE: Final = "Save"
SAVED: Final = "Saved."

LEAVE_OUT: Final = "Leave a repetition out"
WHICH: Final = "Repetition"
WHY: Final = "Why"
WHY_HINT: Final = "Choose, or type your own reason"
REASONS: Final = (
    "It hurt",
    "Another movement",
    "A sensor was touched",
    "Interrupted",
    "Only a trial",
)
LEAVE_OUT_NOW: Final = "Leave out"
LEFT_OUT: Final = "Left out. It stays in the table, and can be counted again."
COUNT_AGAIN: Final = "Count again"
COUNTED: Final = "Counted again."

MARKS_TITLE: Final = "How it felt"
NO_MARKS: Final = "No marks yet. Pain and effort from 0 (none) to 10 (the worst, the hardest)."
MARK: Final = "Add a mark"
WHEN: Final = "When"
AT_THE_END: Final = "At the end"
KIND: Final = "What"
KINDS: Final = {"pain": "Pain", "effort": "Effort", "note": "Note"}
VALUE: Final = "How much (pain and effort)"
IN_WORDS: Final = "In words"
ADD: Final = "Add"
REMOVE: Final = "Remove"
MARKED: Final = "Mark added."
UNMARKED: Final = "Mark removed."


def show_about(library: Library, session: StoredSession) -> None:
    """Show title, person, tags and note, to be changed."""
    about = session.about
    people = [person.name for person in library.people()]
    tags = sorted({*library.tags(), *about.tags})
    with card("about"), st.form("about", border=False):
        st.subheader(ABOUT_TITLE)
        left, right = st.columns(2)
        title = left.text_input(NAME, about.title, placeholder=wording.session_title(session.name))
        person = right.selectbox(
            PERSON,
            people,
            index=people.index(session.person) if session.person in people else None,
            placeholder=PERSON_HINT,
            accept_new_options=True,
        )
        chosen = st.multiselect(TAGS, tags, about.tags, accept_new_options=True)
        note = st.text_area(NOTE, about.note, height=110)
        if not st.form_submit_button(SAVE):
            return
    whose = "" if person in {None, session.subject} else str(person)

    def change(now: About) -> About:
        return replace(now, title=title, person=whose, tags=tuple(chosen), note=note)

    attempt(lambda: library.edit(session.name, change), SAVED)
    st.rerun()


def show_exclusions(
    library: Library, session: StoredSession, number: int, reps: Sequence[RepRow]
) -> None:
    """Show which repetitions of a drill were left out, and let more be.

    Parameters
    ----------
    number
        Which drill of the session, for the identity of what is shown.
    reps
        The repetitions of the drill.
    """
    name = session.name
    for rep in reps:
        reason = left_out(rep, session.about)
        if reason is None:
            continue
        start_s, end_s = float(rep["start_s"] or 0), float(rep["end_s"] or 0)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{wording.rep_name(rep)}: {plain(reason)}", width="content")
            if st.button(COUNT_AGAIN, key=f"include-{number}-{rep['peak_s']}", type="tertiary"):
                attempt(partial(library.include, name, start_s, end_s), COUNTED)
                st.rerun()
    counted = [rep for rep in reps if left_out(rep, session.about) is None]
    if not counted:
        return
    with (
        st.expander(LEAVE_OUT, icon=":material/block:"),
        st.form(f"exclude-{number}", border=False, clear_on_submit=True),
    ):
        left, right = st.columns(2)
        place = left.selectbox(
            WHICH, range(len(counted)), format_func=lambda k: wording.rep_name(counted[k])
        )
        reason = right.selectbox(
            WHY, REASONS, index=None, placeholder=WHY_HINT, accept_new_options=True
        )
        if not st.form_submit_button(LEAVE_OUT_NOW):
            return
    at_s = float(counted[place]["peak_s"] or 0)
    attempt(lambda: library.exclude(name, at_s, reason or ""), LEFT_OUT)
    st.rerun()


def show_marks(library: Library, session: StoredSession, reps: Sequence[RepRow]) -> None:
    """Show the marks of pain and effort, and let more be set."""
    with card("marks"):
        st.subheader(MARKS_TITLE)
        marks = session.about.marks
        if not marks:
            st.caption(NO_MARKS)
        for number, mark in enumerate(marks):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(_mark_words(mark, reps)), width="content")
                if st.button(REMOVE, key=f"unmark-{number}", type="tertiary"):
                    attempt(partial(library.unmark, session.name, mark), UNMARKED)
                    st.rerun()
        with st.expander(MARK, icon=":material/add:"):
            _add_mark(library, session, reps)


def _add_mark(library: Library, session: StoredSession, reps: Sequence[RepRow]) -> None:
    ends_s = [float(str(drill.get("end_s", 0))) for drill in session.drills]
    with st.form("mark", border=False, clear_on_submit=True):
        left, right = st.columns(2)
        kind = left.segmented_control(
            KIND, list(KINDS), default="pain", format_func=lambda k: KINDS[k], required=True
        )
        place = right.selectbox(
            WHEN,
            [-1, *range(len(reps))],
            format_func=lambda k: AT_THE_END if k < 0 else wording.rep_name(reps[k]),
        )
        value = left.slider(VALUE, 0, 10, 0)
        text = right.text_input(IN_WORDS)
        if not st.form_submit_button(ADD):
            return
    at_s = max(ends_s, default=0.0) if place < 0 else float(reps[place]["peak_s"] or 0)
    mark = Mark(at_s, kind, None if kind == "note" else float(value), text)
    attempt(lambda: library.mark(session.name, mark), MARKED)
    st.rerun()


def _mark_words(mark: Mark, reps: Sequence[RepRow]) -> str:
    value = "" if mark.value is None else f" {mark.value:g} of 10"
    within = (r for r in reps if float(r["start_s"] or 0) <= mark.t_s <= float(r["end_s"] or 0))
    rep = next(within, None)
    when = f"{mark.t_s:.0f} s" if rep is None else wording.rep_name(rep)
    return f"{KINDS[mark.kind]}{value}, {when}" + (f": {mark.text}" if mark.text else "")
