"""The page that calibrates: drawn by its own component; each step is shown as it is done."""

from __future__ import annotations

import streamlit as st

from dashboard.live.component import calibrate_view
from dashboard.views.going import switch
from dashboard.words import say
from sessions.errors import SessionError
from sessions.library import open_library


def show() -> None:
    """Show the page."""
    st.title(say("Calibrate"))
    try:
        people = [person.name for person in open_library().people()]
    except SessionError:
        people = []  # names are a convenience here; Sessions says what is wrong
    switch(calibrate_view(people))
