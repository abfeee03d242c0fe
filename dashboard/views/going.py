"""Where one is: kept in the page's address, so that a reload and a bookmark find it again."""

from __future__ import annotations

import streamlit as st


def go(**places: str | None) -> None:
    """Change entries of the address; ``None`` and ``""`` take one away."""
    for name, value in places.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]
