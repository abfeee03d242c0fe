"""The pages, in their order; Streamlit runs this file on every visit."""

from __future__ import annotations

import streamlit as st

from dashboard.live.assets import STATIC_FOLDER
from dashboard.views import calibrate, devices, live, look, method, sessions, settings, share
from dashboard.views.cards import CARD_STYLE
from dashboard.views.going import know
from dashboard.words import say

# A file of ours: Streamlit would fetch a named icon from the internet.
MARK = str(STATIC_FOLDER / "mark.svg")

st.set_page_config(page_title="torso", page_icon=MARK, layout="wide")
st.logo(MARK, size="medium")
st.html(CARD_STYLE)

look.enlarge()

pages = [
    st.Page(live.show, title=say("Live"), icon=":material/sensors:", url_path="live", default=True),
    st.Page(
        calibrate.show,
        title=say("Calibrate"),
        icon=":material/target:",
        url_path="calibrate",
    ),
    st.Page(devices.show, title=say("Devices"), icon=":material/bluetooth:", url_path="devices"),
    st.Page(sessions.show, title=say("Sessions"), icon=":material/history:", url_path="sessions"),
    st.Page(share.show, title=say("Share"), icon=":material/qr_code:", url_path="share"),
    st.Page(
        method.show,
        title=say("Method & safety"),
        icon=":material/menu_book:",
        url_path="method",
    ),
    st.Page(settings.show, title=say("Settings"), icon=":material/tune:", url_path="settings"),
]
know(pages)
page = st.navigation(pages, position="top")
# Not before the pages are known: a run that begins again would forget which one was asked for.
if look.apply():
    st.rerun()
page.run()
