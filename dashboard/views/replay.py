"""One session played through the live view, at any speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.live.component import live_view
from dashboard.replaying import PATH, replay
from dashboard.views import wording
from dashboard.views.saying import plain
from dashboard.words import say, text

if TYPE_CHECKING:
    from sessions.library import StoredSession

SPEED: Final = text("Speed")
SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SPEED_HINT: Final = text("Choose, or type another")
FROM: Final = text("Play from")
AGAIN: Final = text("From the beginning")
NO_RECORDING: Final = text("This session has no recording that could be played.")
PREPARING: Final = text("Getting the recording ready…")
HELP: Final = text(
    "Played as it was seen live: the live view does not know what comes. Results on the session's"
    " page know the whole session, and are more exact."
)
NO_SPEED: Final = text("A speed is a number from 0.05 to 50.")
LOWEST: Final = 0.05
HIGHEST: Final = 50.0

_PLAYING: Final = "playing"


def show(session: StoredSession) -> None:
    """Play the session; begin anew when another speed is chosen."""
    st.title(plain(wording.called(session)))
    if session.recording is None:
        st.info(say(NO_RECORDING))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say(SPEED),
            [_label(speed) for speed in SPEEDS],
            index=SPEEDS.index(1.0),
            placeholder=say(SPEED_HINT),
            accept_new_options=True,
            width=160,
        )
        from_s = _from_s(session)
        again = st.button(say(AGAIN), icon=":material/replay:")
    speed = _speed(chosen)
    if speed is None:
        st.error(say(NO_SPEED))
        return
    player = replay()
    wanted = (session.name, speed, from_s, player.plays)
    if again or st.session_state.get(_PLAYING) != wanted:
        player.play(session.recording, speed, from_s)
        st.session_state[_PLAYING] = (session.name, speed, from_s, player.plays)
    with st.spinner(say(PREPARING)):
        trouble = player.wait()
    if trouble is not None:
        st.error(plain(say(trouble)))
        return
    live_view(key=f"replay-{player.plays}", stream=PATH, speed=speed)
    st.caption(say(HELP))


def _from_s(session: StoredSession) -> float:
    """Ask from where to play, where it is known how long the session is."""
    ends = [end for d in session.drills if isinstance(end := d.get("end_s"), int | float)]
    if not ends:
        return 0.0
    return float(st.slider(say(FROM), 0, int(max(ends)), 0, format="%d s", width=260))


def leave() -> None:
    """End what this visitor played, if they are elsewhere now."""
    if st.session_state.pop(_PLAYING, None) is not None:
        replay().stop()


def _label(speed: float) -> str:
    return f"{speed:g} ×"


def _speed(words: str) -> float | None:
    try:
        speed = float(words.strip().rstrip("×x ").replace(",", "."))
    except ValueError:
        return None
    return speed if LOWEST <= speed <= HIGHEST else None
