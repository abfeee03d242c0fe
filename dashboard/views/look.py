"""What the user's choices do to Streamlit's own part of the page: theme, colours, size."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Final

import streamlit as st
from streamlit import config

from dashboard.live.assets import THEME
from dashboard.settings import load

LARGE_PX: Final = 20
"""A quarter more than the usual 16; Streamlit measures everything by it."""

HIGH_CONTRAST: Final = {
    "light": ["#00134d", "#a34000", "#007ba3", "#454b5a"],
    "dark": ["#5cc8ff", "#ff8a3d", "#fff2a8", "#c4cad8"],
}
"""Pelvis, lumbar, thoracic and the rest: apart in brightness as well as in hue."""


def enlarge() -> None:
    """Enlarge the page's words, if that was chosen."""
    if load().large_text:
        st.html(f"<style>html {{ font-size: {LARGE_PX}px; }}</style>")


def apply() -> bool:
    """Let the page have the chosen colours.

    Returns
    -------
    bool
        Whether they were others before. The browser is told of them when a run begins, so the
        present one has to begin again.
    """
    chosen = load()
    changed = False
    for scheme in ("light", "dark"):
        taken = scheme if chosen.theme == "system" else chosen.theme
        colours = dict(_colours()[taken])
        if chosen.palette == "high_contrast":
            colours["chartCategoricalColors"] = HIGH_CONTRAST[taken]
        for name, value in colours.items():
            option = f"theme.{scheme}.{name}"
            if config.get_option(option) != value:
                config.set_option(option, value)
                changed = True
    return changed


@cache
def _colours() -> dict[str, dict[str, Any]]:
    theme = tomllib.loads(THEME.read_text(encoding="utf-8"))["theme"]
    return {scheme: theme[scheme] for scheme in ("light", "dark")}
