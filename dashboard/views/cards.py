"""Cards: boxes on the page's ground, alike on every page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

CARD_STYLE: Final = """
<style>
[class*="st-key-card-"] { background: light-dark(#ffffff, #171b22); }
[data-testid="stSliderThumbValue"] p { color: light-dark(#12141b, #eceef4); }
</style>
"""
"""The theme's card colours: Streamlit gives them to widgets, but not to its bordered boxes.

And the theme's own text for the value of a slider: in the accent it is too faint on dark ground.
"""


def card(name: str) -> DeltaGenerator:
    """Open a card.

    Parameters
    ----------
    name
        What it holds; must not occur twice on a page.
    """
    return st.container(border=True, key=f"card-{re.sub(r'[^A-Za-z0-9]+', '-', name)}")
