"""The library: every session, found by words, person or tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import streamlit as st

from dashboard.views import wording
from dashboard.views.cards import card
from dashboard.views.going import go
from dashboard.views.saying import plain
from dashboard.words import say, text

if TYPE_CHECKING:
    from sessions.library import Library, StoredSession

SHOWN_AT_ONCE: Final = 20

TITLE: Final = text("Sessions")
EMPTY: Final = text("No sessions yet. Record one on the Live page; it appears here by itself.")
NOTHING_FITS: Final = text("No session fits. Take a word away, or choose everybody.")
SEARCH: Final = text("Search")
SEARCH_HINT: Final = text("title, note, tag, drill, date 2026-03 …")
PERSON: Final = text("Person")
EVERYBODY: Final = text("Everybody")
NOBODY: Final = text("Nobody named")
TAG: Final = text("Tag")
ANY_TAG: Final = text("Any tag")
DOORS: Final = (
    (text("People"), "people", ":material/group:"),
    (text("Trends"), "trends", ":material/trending_up:"),
    (text("Side by side"), "compare", ":material/compare_arrows:"),
)
OPEN: Final = text("Open")
OLDER: Final = text("Show older sessions")
WHERE: Final = text("Kept on this computer only, in {folder}")

_NOBODY: Final = "-"
"""In the address: the sessions of nobody. A person cannot be called so in a choice of names."""

BADGES: Final[dict[str, Literal["green", "orange", "red"]]] = {
    "good": "green",
    "doubtful": "orange",
    "rejected": "red",
}


def show(library: Library) -> None:
    """Show what fits the search in the address."""
    st.title(say(TITLE))
    people = [person.name for person in library.people()]
    tags = list(library.tags())
    words, person, tag = (st.query_params.get(name, "") for name in ("find", "person", "tag"))
    if person not in {_NOBODY, *people}:
        person = ""
    if tag not in tags:
        tag = ""
    whose = {"": None, _NOBODY: ""}.get(person, person)
    found = library.list(person=whose, tag=tag or None, text=words)
    if not found and not (words or person or tag):
        st.info(say(EMPTY))
        if people:
            _doors()
        return
    _doors()
    _show_search(words, person, people, tag, tags)
    if not found:
        st.info(say(NOTHING_FITS))
    shown = int(st.session_state.get("shown", SHOWN_AT_ONCE))
    for session in found[:shown]:
        _show_row(session)
    if len(found) > shown:
        st.button(say(OLDER), on_click=_show_more, args=(shown + SHOWN_AT_ONCE,))
    st.caption(say(WHERE, folder=plain(str(library.root))))


def _doors() -> None:
    with st.container(horizontal=True):
        for label, part, icon in DOORS:
            st.button(say(label), icon=icon, on_click=go, kwargs={"show": part})


def _show_search(words: str, person: str, people: list[str], tag: str, tags: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            say(SEARCH),
            words,
            key="find",
            placeholder=say(SEARCH_HINT),
            icon=":material/search:",
            on_change=_search,
            args=("find",),
        )
        names = {"": say(EVERYBODY), _NOBODY: say(NOBODY)}
        _choose(say(PERSON), "person", person, ["", *people, _NOBODY], names)
        if tags:
            _choose(say(TAG), "tag", tag, ["", *tags], {"": say(ANY_TAG)})


def _choose(label: str, key: str, chosen: str, options: list[str], names: dict[str, str]) -> None:
    st.selectbox(
        label,
        options,
        index=options.index(chosen),
        format_func=lambda option: names.get(option, option),
        key=key,
        on_change=_search,
        args=(key,),
        width=220,
    )


def _search(key: str) -> None:
    """Put what was typed or chosen into the address, where a reload finds it."""
    go(**{key: st.session_state[key]})
    st.session_state.pop("shown", None)


def _show_more(shown: int) -> None:
    st.session_state["shown"] = shown


def _show_row(session: StoredSession) -> None:
    verdict, words = wording.session_verdict(session)
    with card(f"session-{session.name}"):
        about, count, badge, action = st.columns([5, 2, 2, 1], vertical_alignment="center")
        facts = (session.person, wording.drill_names(session) or session.name, *session.about.tags)
        line = " · ".join(plain(fact) for fact in facts if fact)
        about.markdown(f"**{plain(wording.called(session))}**  \n{line}")
        count.markdown(wording.repetition_words(session))
        badge.badge(words, color=BADGES[verdict])
        action.button(
            say(OPEN),
            key=f"open-{session.name}",
            help=wording.session_title(session.name),
            on_click=go,
            kwargs={"session": session.name},
            width="stretch",
        )
