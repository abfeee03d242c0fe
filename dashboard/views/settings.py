"""The page of choices: how torso reads, looks and sounds for this user."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.settings import CHOICES, SettingsError, choose, load, settings_file
from dashboard.views.cards import card
from dashboard.words import NAMES, say, text
from sessions.library import data_folder

CHOICE_WORDS: Final = {
    "system": text("As this device"),
    "light": text("Light"),
    "dark": text("Dark"),
    "standard": text("Blue, orange, teal"),
    "high_contrast": text("Strong contrast, safe for every colour vision"),
    "percent": text("Percent"),
    "tenths": text("Parts of ten"),
    "left_up": text("Turns to the left go up"),
    "right_up": text("Turns to the right go up"),
    "off": text("Silent"),
    "tones": text("Tones"),
    "speech": text("Spoken words"),
}

DATA_HINT: Final = text(
    "Empty for the usual place. It is used from the next start of torso; sessions are not moved."
)


def show() -> None:
    """Show the page."""
    st.title(say("Settings"))
    left, right = st.columns(2, gap="large")
    with left, card("reading"):
        st.header(say("Reading"))
        _choice("language", say("Language"))
        _choice("shares", say("Shares in"))
        _choice("sides", say("Sides in the pictures"))
        _switch("large_text", say("Large text"))
    with right:
        with card("look"):
            st.header(say("Look and sound"))
            _choice("theme", say("Theme"))
            _choice("palette", say("Colours of the segments"))
            _choice("sound", say("Coaching in the live view"))
        with card("data"):
            st.header(say("Your data"))
            _switch("keep_before", say("Keep the minute before Start"))
            _folder()
    st.caption(say("Kept for you alone in {file}.", file=_short(settings_file())))
    if complaint := st.session_state.pop("settings-complaint", None):
        st.error(complaint)


def _choice(name: str, label: str) -> None:
    options = CHOICES[name]
    st.selectbox(
        label,
        options,
        index=options.index(getattr(load(), name)),
        format_func=lambda value: NAMES.get(value) or say(CHOICE_WORDS[value]),
        key=f"settings-{name}",
        on_change=_keep,
        args=(name,),
    )


def _switch(name: str, label: str) -> None:
    key = f"settings-{name}"
    st.toggle(label, value=getattr(load(), name), key=key, on_change=_keep, args=(name,))


def _folder() -> None:
    st.text_input(
        say("Folder of the sessions"),
        value=load().data_folder,
        placeholder=_short(data_folder()),
        help=say(DATA_HINT),
        key="settings-data_folder",
        on_change=_keep,
        args=("data_folder",),
    )


def _short(path: Path) -> str:
    """Write a path as people do, with ``~`` for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _keep(name: str) -> None:
    value = st.session_state[f"settings-{name}"]
    if name == "data_folder":
        value = value.strip()
        if value.startswith("~"):
            value = str(Path(value).expanduser())
        if value and not Path(value).is_absolute():
            st.session_state["settings-complaint"] = say("Give the whole path of the folder.")
            return
    try:
        choose(**{name: value})
    except SettingsError as error:
        st.session_state["settings-complaint"] = str(error)
