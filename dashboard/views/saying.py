"""What a page says back: that something was done, or why not; and names as plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.words import say
from sessions.errors import SessionError

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT: Final = "said"


def plain(text: str) -> str:
    """Return what a person typed, or an error that repeats it, so that Markdown shows it as it is.

    A name can then bring no picture, link, colour or formula into the page.
    """
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~:$&@/.-])", r"\\\1", text)


def told(error: Exception) -> str:
    """Return what an error says, in the language of the settings, as Markdown shows it.

    One that names a place, a file or a row, gives its reason apart.
    """
    reason = str(getattr(error, "reason", error))
    return plain(str(error).replace(reason, say(reason)))


def attempt(action: Callable[[], object], done: str) -> bool:
    """Do something to the library; keep for :func:`tell` how it went, and return whether it did.

    Parameters
    ----------
    action
        What to do; may raise :class:`SessionError`.
    done
        What to say afterwards, in the language of the settings.
    """
    try:
        action()
    except SessionError as error:
        st.session_state[_KEPT] = ("error", told(error))
        return False
    st.session_state[_KEPT] = ("done", plain(done))
    return True


def tell() -> None:
    """Say how the last attempt went, once."""
    kind, words = st.session_state.pop(_KEPT, (None, ""))
    if kind == "error":
        st.error(words, icon=":material/error:")
    elif kind == "done":
        st.toast(words, icon=":material/check:")
