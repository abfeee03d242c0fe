"""What people type about a session: title, person, tags, note, marks, repetitions left out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.saying import attempt, plain
from dashboard.words import say, text
from sessions.counted import left_out
from sessions.library import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.library import About, Library, StoredSession
    from sessions.tables import RepRow

ABOUT_TITLE: Final = text("About this session")
NAME: Final = text("Title")
PERSON: Final = text("Whose session")
PERSON_HINT: Final = text("A pseudonym; choose one or type a new one")
TAGS: Final = text("Tags")
NOTE: Final = text("Note")
SAVE: Final = text("Save")
SAVED: Final = text("Saved.")

LEAVE_OUT: Final = text("Leave a repetition out")
WHICH: Final = text("Repetition")
WHY: Final = text("Why")
WHY_HINT: Final = text("Choose, or type your own reason")
REASONS: Final = (
    text("It hurt"),
    text("Another movement"),
    text("A sensor was touched"),
    text("Interrupted"),
    text("Only a trial"),
)
LEAVE_OUT_NOW: Final = text("Leave out")
LEFT_OUT: Final = text("Left out. It stays in the table, and can be counted again.")
COUNT_AGAIN: Final = text("Count again")
COUNTED: Final = text("Counted again.")

MARKS_TITLE: Final = text("How it felt")
NO_MARKS: Final = text(
    "No marks yet. Pain and effort from 0 (none) to 10 (the worst, the hardest)."
)
MARK: Final = text("Add a mark")
WHEN: Final = text("When")
AT_THE_END: Final = text("At the end")
KIND: Final = text("What")
VALUE: Final = text("How much (pain and effort)")
IN_WORDS: Final = text("In words")
ADD: Final = text("Add")
REMOVE: Final = text("Remove")
MARKED: Final = text("Mark added.")
UNMARKED: Final = text("Mark removed.")


def show_about(library: Library, session: StoredSession) -> None:
    """Show title, person, tags and note, to be changed."""
    about = session.about
    people = [person.name for person in library.people()]
    tags = sorted({*library.tags(), *about.tags})
    with card("about"), st.form("about", border=False):
        st.subheader(say(ABOUT_TITLE))
        left, right = st.columns(2)
        title = left.text_input(
            say(NAME), about.title, placeholder=wording.session_title(session.name)
        )
        person = right.selectbox(
            say(PERSON),
            people,
            index=people.index(session.person) if session.person in people else None,
            placeholder=say(PERSON_HINT),
            accept_new_options=True,
        )
        chosen = st.multiselect(say(TAGS), tags, about.tags, accept_new_options=True)
        note = st.text_area(say(NOTE), about.note, height=110)
        if not st.form_submit_button(say(SAVE)):
            return
    whose = "" if person in {None, session.subject} else str(person)

    def change(now: About) -> About:
        return replace(now, title=title, person=whose, tags=tuple(chosen), note=note)

    attempt(lambda: library.edit(session.name, change), say(SAVED))
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
            if st.button(
                say(COUNT_AGAIN), key=f"include-{number}-{rep['peak_s']}", type="tertiary"
            ):
                attempt(partial(library.include, name, start_s, end_s), say(COUNTED))
                st.rerun()
    counted = [rep for rep in reps if left_out(rep, session.about) is None]
    if not counted:
        return
    with (
        st.expander(say(LEAVE_OUT), icon=":material/block:"),
        st.form(f"exclude-{number}", border=False, clear_on_submit=True),
    ):
        left, right = st.columns(2)
        place = left.selectbox(
            say(WHICH), range(len(counted)), format_func=lambda k: wording.rep_name(counted[k])
        )
        reason = right.selectbox(
            say(WHY),
            [say(why) for why in REASONS],
            index=None,
            placeholder=say(WHY_HINT),
            accept_new_options=True,
        )
        if not st.form_submit_button(say(LEAVE_OUT_NOW)):
            return
    at_s = float(counted[place]["peak_s"] or 0)
    attempt(lambda: library.exclude(name, at_s, reason or ""), say(LEFT_OUT))
    st.rerun()


def show_marks(library: Library, session: StoredSession, reps: Sequence[RepRow]) -> None:
    """Show the marks of pain and effort, and let more be set."""
    with card("marks"):
        st.subheader(say(MARKS_TITLE))
        marks = session.about.marks
        if not marks:
            st.caption(say(NO_MARKS))
        for number, mark in enumerate(marks):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(_mark_words(mark, reps)), width="content")
                if st.button(say(REMOVE), key=f"unmark-{number}", type="tertiary"):
                    attempt(partial(library.unmark, session.name, mark), say(UNMARKED))
                    st.rerun()
        with st.expander(say(MARK), icon=":material/add:"):
            _add_mark(library, session, reps)


def _add_mark(library: Library, session: StoredSession, reps: Sequence[RepRow]) -> None:
    ends_s = [float(str(drill.get("end_s", 0))) for drill in session.drills]
    with st.form("mark", border=False, clear_on_submit=True):
        left, right = st.columns(2)
        kind = left.segmented_control(
            say(KIND),
            list(wording.MARK_NAMES),
            default="pain",
            format_func=lambda k: say(wording.MARK_NAMES[k]),
            required=True,
        )
        place = right.selectbox(
            say(WHEN),
            [-1, *range(len(reps))],
            format_func=lambda k: say(AT_THE_END) if k < 0 else wording.rep_name(reps[k]),
        )
        value = left.slider(say(VALUE), 0, 10, 0)
        words = right.text_input(say(IN_WORDS))
        if not st.form_submit_button(say(ADD)):
            return
    at_s = max(ends_s, default=0.0) if place < 0 else float(reps[place]["peak_s"] or 0)
    mark = Mark(at_s, kind, None if kind == "note" else float(value), words)
    attempt(lambda: library.mark(session.name, mark), say(MARKED))
    st.rerun()


def _mark_words(mark: Mark, reps: Sequence[RepRow]) -> str:
    kind = say(wording.MARK_NAMES[mark.kind])
    if mark.value is not None:
        kind = say("{kind} {value} of 10", kind=kind, value=f"{mark.value:g}")
    within = (r for r in reps if float(r["start_s"] or 0) <= mark.t_s <= float(r["end_s"] or 0))
    rep = next(within, None)
    when = f"{mark.t_s:.0f} s" if rep is None else wording.rep_name(rep)
    return f"{kind}, {when}" + (f": {mark.text}" if mark.text else "")
