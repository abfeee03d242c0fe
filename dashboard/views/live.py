"""The live page: everything on it is drawn by the live component."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.live.component import live_view
from dashboard.views import method, sessions
from dashboard.views.safety import remind

FOOTNOTE = (
    "Movement tracker for exercise practice. Its numbers are estimates. Not a medical device: "
    "it does not diagnose, treat or monitor any condition."
)


_PAGES: Final = {"sessions": sessions.show, "method": method.show}


def show() -> None:
    """Show the live page."""
    wish = live_view()
    if wish is not None and wish.get("page") in _PAGES:
        page = st.Page(_PAGES[wish["page"]], url_path=wish["page"])
        st.switch_page(page, query_params={k: v for k, v in wish.items() if k != "page"})
    remind()
    st.caption(FOOTNOTE)
