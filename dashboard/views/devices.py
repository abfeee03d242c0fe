"""The page of sensors: drawn by its own component, because it must show what happens as it does."""

from __future__ import annotations

import streamlit as st

from dashboard.live.component import devices_view
from dashboard.words import say


def show() -> None:
    """Show the page."""
    st.title(say("Devices"))
    devices_view()
