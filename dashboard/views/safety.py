"""Who should ask first, and a comfortable range for those who may turn but not to the end."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.settings import SettingsError, choose, load
from dashboard.views.saying import told
from dashboard.words import say, text

ASKED: Final = text("One of these applies to me, or I am not sure")
MAY_NOT: Final = text(
    "Then do not turn yet: ask a doctor or therapist first, and show them this page. If they agree"
    " to gentle turning, keep to a comfortable range."
)
SWITCH: Final = text("Comfortable range only")
WHAT_IT_IS: Final = text(
    "Turn slowly, without weight and without momentum, and come back before you feel a stretch."
    " Shares need no large turn: 12° are enough. With this switch on, the live view says so as soon"
    " as a turn goes beyond 35°, or beyond nine tenths of your usual one."
)
IS_ON: Final = text("Comfortable range: larger is not better here. Stop before it stretches.")


def show_comfortable_range() -> None:
    """Show the question and the switch."""
    if st.checkbox(say(ASKED), key="applies"):
        st.warning(say(MAY_NOT), icon=":material/front_hand:")
    st.toggle(say(SWITCH), load().comfortable_range, key="comfortable", on_change=_keep)
    st.caption(say(WHAT_IT_IS))


def remind() -> None:
    """Say, where turns are shown, that the comfortable range is switched on."""
    if load().comfortable_range:
        st.caption(f":material/front_hand: {say(IS_ON)}")


def _keep() -> None:
    try:
        choose(comfortable_range=st.session_state["comfortable"])
    except SettingsError as error:
        st.error(told(error))
