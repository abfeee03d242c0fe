"""The sessions page: its address says what of the library is shown."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.views import people, replay, session, shelf, side_by_side, trends
from dashboard.views.going import go
from dashboard.views.saying import tell, told
from dashboard.words import say, text
from sessions.errors import SessionError
from sessions.library import open_library

BACK: Final = text("All sessions")
BACK_TO_SESSION: Final = text("Back to the session")

_PARTS: Final = {
    "people": people.show,
    "trends": trends.show,
    "compare": side_by_side.show,
}


def show() -> None:
    """Show the library, or what the address names: a session, the people, …."""
    library = open_library()
    name, part = st.query_params.get("session"), _PARTS.get(st.query_params.get("show", ""))
    playing = name is not None and st.query_params.get("show") == "replay"
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
