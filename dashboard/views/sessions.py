"""The sessions page: its address says what of the library is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.views import people, replay, session, shelf, side_by_side, trends
from dashboard.views.going import go
from dashboard.views.saying import tell, told
from dashboard.words import say, text
from sessions.errors import SessionError
from sessions.library import open_library

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

BACK: Final = text("All sessions")
BACK_TO_SESSION: Final = text("Back to the session")

_PARTS: Final = {
    "people": people.show,
    "trends": trends.show,
    "compare": side_by_side.show,
}

_BOXES: Final = ("shelf", *_PARTS, "session", "replay")


def show() -> None:
    """Show the library, or what the address names: a session, the people, …."""
    library = open_library()
    name, named = st.query_params.get("session"), st.query_params.get("show", "")
    part = _PARTS.get(named)
    playing = name is not None and named == "replay"
    if name is not None or part is not None:
        st.button(
            say(BACK_TO_SESSION if playing else BACK),
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=go,
            kwargs={"show": None} if playing else {"session": None, "show": None},
        )
    if not playing:
        replay.leave()
    tell()
    with _box("replay" if playing else "session" if name is not None else named):
        try:
            if name is not None and playing:
                replay.show(library.open(name))
            elif name is not None:
                session.show(library, library.open(name))
            elif part is not None:
                part(library)
            else:
                shelf.show(library)
        except SessionError as error:
            st.error(told(error))


def _box(part: str) -> DeltaGenerator:
    """Open the box of one part of the page; the others' are emptied, or follow it.

    In a box that is drawn anew, what stood in it stays until the last of the new is there. Were it
    the same for all, everything would move up at that moment, and a button slip from under a press.
    """
    for _ in range(_BOXES.index(part) if part in _BOXES else 0):
        st.empty()
    return st.container()
