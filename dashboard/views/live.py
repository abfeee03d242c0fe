"""The live page: everything on it is drawn by the live component."""

from __future__ import annotations

import streamlit as st

from dashboard.live.component import live_view
from dashboard.views.going import switch
from dashboard.views.safety import remind
from dashboard.words import say, text

FOOTNOTE = text(
    "Movement tracker for exercise practice. Its numbers are estimates. Not a medical device: "
    "it does not diagnose, treat or monitor any condition."
)


def show() -> None:
    """Show the live page."""
    switch(live_view())
    remind()
    st.caption(say(FOOTNOTE))
