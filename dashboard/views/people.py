"""The people of the library: add, rename, note, take home, erase."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.going import go
from dashboard.views.saying import attempt, plain, told
from dashboard.words import say, text
from sessions.errors import SessionError

if TYPE_CHECKING:
    from sessions.library import Library, Person

TITLE: Final = text("People")
PSEUDONYMS: Final = text(
    "Use pseudonyms. Names and notes stay on this computer, in the library's folder."
)
NOBODY: Final = text("Nobody yet. Add somebody here, or say whose a session is on its page.")
ADD: Final = text("Add somebody")
NAME: Final = text("Pseudonym")
ADD_NOW: Final = text("Add")
ADDED: Final = text("Added.")
SESSIONS: Final = text("Sessions")
CHANGE: Final = text("Change")
NEW_NAME: Final = text("Pseudonym (one that exists becomes one person with this one)")
NOTE: Final = text("Note")
SAVE: Final = text("Save")
SAVED: Final = text("Saved.")
TAKE_HOME: Final = text("Export")
PACK: Final = text("Pack everything")
PACK_WORDS: Final = text(
    "Everything about this person in one file: recordings, results, notes, marks."
)
DOWNLOAD: Final = text("Download")
ERASE: Final = text("Erase")
ERASE_WORDS: Final = text(
    "This deletes the person and all their sessions with recordings, results, notes and marks, and"
    " cannot be undone. Copies you made elsewhere stay. Type the pseudonym to go on."
)
ERASE_NOW: Final = text("Erase for good")
ERASED: Final = text("Erased.")
NOT_THE_NAME: Final = text("Nothing was erased: that is not the pseudonym.")


def show(library: Library) -> None:
    """Show everybody."""
    st.title(say(TITLE))
    st.caption(say(PSEUDONYMS))
    people = library.people()
    if not people:
        st.info(say(NOBODY))
    for number, person in enumerate(people):
        _show_person(library, number, person)
    with card("add-person"), st.form("add-person", border=False, clear_on_submit=True):
        st.subheader(say(ADD))
        name = st.text_input(say(NAME))
        if not st.form_submit_button(say(ADD_NOW)):
            return
    known = {person.name: person.note for person in people}
    attempt(lambda: library.note_person(name, known.get(name.strip(), "")), say(ADDED))
    st.rerun()


def _show_person(library: Library, number: int, person: Person) -> None:
    with card(f"person-{number}"):
        words, actions = st.columns([2, 3], vertical_alignment="center")
        words.markdown(f"**{plain(person.name)}**  \n{_facts(person)}")
        if person.note:
            words.caption(plain(person.note.replace("\n", " ")))
        with actions.container(horizontal=True):
            st.button(
                say(SESSIONS),
                key=f"sessions-{number}",
                on_click=go,
                kwargs={"show": None, "person": person.name},
            )
            with st.popover(say(CHANGE)):
                _change(library, number, person)
            with st.popover(say(TAKE_HOME)):
                _take_home(library, number, person)
            with st.popover(say(ERASE)):
                _erase(library, number, person)


def _facts(person: Person) -> str:
    one = person.sessions == 1
    count = say("1 session") if one else say("{count} sessions", count=person.sessions)
    if person.last_unix_s is None:
        return count
    last = datetime.fromtimestamp(person.last_unix_s).astimezone()
    return say("{count}, the last on {day}", count=count, day=wording.day(last))


def _change(library: Library, number: int, person: Person) -> None:
    with st.form(f"change-{number}", border=False):
        name = st.text_input(say(NEW_NAME), person.name)
        note = st.text_area(say(NOTE), person.note)
        if not st.form_submit_button(say(SAVE)):
            return
    renamed = name.strip() != person.name

    def change() -> None:
        if note != person.note:
            library.note_person(person.name, note)
        if renamed:
            library.rename_person(person.name, name)

    attempt(change, say(SAVED))
    st.rerun()


def _take_home(library: Library, number: int, person: Person) -> None:
    st.markdown(say(PACK_WORDS))
    if not st.button(say(PACK), key=f"pack-{number}"):
        return
    try:
        packed = packed_person(library, person.name)
    except SessionError as error:
        st.error(told(error))
        return
    st.download_button(
        say(DOWNLOAD),
        packed,
        file_name="torso_person.zip",
        mime="application/zip",
        on_click="ignore",
        key=f"take-{number}",
    )


def packed_person(library: Library, name: str) -> bytes:
    """Pack everything about a person into a ZIP archive.

    Raises
    ------
    SessionError
        A session of theirs is being recorded, or the disk refuses.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "person"
        library.export_person(name, out)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(p for p in out.rglob("*") if p.is_file()):
                archive.write(path, path.relative_to(out))
    return packed.getvalue()


def _erase(library: Library, number: int, person: Person) -> None:
    with st.form(f"erase-{number}", border=False, clear_on_submit=True):
        st.markdown(say(ERASE_WORDS))
        typed = st.text_input(say(NAME))
        if not st.form_submit_button(say(ERASE_NOW), type="primary"):
            return
    if typed.strip() != person.name:
        st.error(say(NOT_THE_NAME))
        return
    attempt(lambda: library.erase_person(person.name), say(ERASED))
    st.rerun()
