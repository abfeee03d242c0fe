"""The pages, in their order; Streamlit runs this file on every visit."""

from __future__ import annotations

import streamlit as st

from dashboard.live.assets import STATIC_FOLDER
from dashboard.views import live, method, sessions, share
from dashboard.views.cards import CARD_STYLE

# A file of ours: Streamlit would fetch a named icon from the internet.
MARK = str(STATIC_FOLDER / "mark.svg")

st.set_page_config(page_title="torso", page_icon=MARK, layout="wide")
st.logo(MARK, size="medium")
st.html(CARD_STYLE)

st.navigation(
    [
        st.Page(live.show, title="Live", icon=":material/sensors:", url_path="live", default=True),
        st.Page(sessions.show, title="Sessions", icon=":material/history:", url_path="sessions"),
        st.Page(share.show, title="Share", icon=":material/qr_code:", url_path="share"),
        st.Page(
            method.show, title="Method & safety", icon=":material/menu_book:", url_path="method"
        ),
    ],
    position="top",
).run()
