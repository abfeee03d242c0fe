"""The page that lets others in: the link, its code, who watches, and who may press buttons."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.invitation import announced
from dashboard.words import say, text

if TYPE_CHECKING:
    from dashboard.invitation import Invitation
    from dashboard.sharing import Guest

REFRESH_S = 2.0
CODE_WIDTH_PX = 280

NOT_SHARED = text(
    "Only this computer can open the page. To let a phone or a tablet in the same network watch,"
    " stop torso and start it with `--share`."
)
WHAT_GUESTS_SEE = text(
    "Whoever opens this link sees the live view and nothing else: no recordings, no names, no"
    " settings. The connection is not encrypted, so use it in networks that you trust."
)
NOBODY = text("Nobody is watching yet.")


def show() -> None:
    """Show the page."""
    st.title(say("Share"))
    invitation = announced()
    if invitation is None:
        st.info(say(NOT_SHARED))
        return
    code, guests = st.columns([1, 2], gap="large")
    with code:
        _show_code(invitation)
    with guests:
        _show_guests()


def _show_code(invitation: Invitation) -> None:
    st.button(
        say("New link"),
        help=say("Sends everybody away; the old link is worth nothing then."),
        on_click=invitation.sharing.renew,
    )
    st.image(invitation.as_svg(), width=CODE_WIDTH_PX)
    st.text(invitation.link)
    st.caption(say(WHAT_GUESTS_SEE))


@st.fragment(run_every=REFRESH_S)
def _show_guests() -> None:
    invitation = announced()
    if invitation is None:
        return
    sharing = invitation.sharing
    st.subheader(say("Guests"))
    if not sharing.guests:
        st.caption(say(NOBODY))
    for guest in sharing.guests:
        words, control, away = st.columns([3, 2, 1], vertical_alignment="center")
        words.html(_describe(guest))
        control.button(
            say("Take back control") if guest.may_control else say("Give control"),
            key=f"control-{guest.number}",
            on_click=sharing.give_control,
            args=(None if guest.may_control else guest.number,),
        )
        away.button(
            say("Remove"),
            key=f"remove-{guest.number}",
            on_click=sharing.remove,
            args=(guest.number,),
        )


def _describe(guest: Guest) -> str:
    since = datetime.fromtimestamp(guest.since_unix_s).astimezone().strftime("%H:%M")
    states = [say("is watching") if guest.views else say("is away")]
    if guest.may_control:
        states.append(say("has control"))
    who = say("Guest {number}", number=guest.number)
    doing = say("since {time}, {state}", time=since, state=", ".join(states))
    return f"<strong>{who} ({html.escape(guest.address)})</strong><br>{doing}"
