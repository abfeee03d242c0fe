"""Where one is: kept in the page's address, so that a reload and a bookmark find it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamlit.navigation.page import StreamlitPage

_PAGES: Final = "pages"


def know(pages: Iterable[StreamlitPage]) -> None:
    """Remember the pages, so that each can lead to every other."""
    st.session_state[_PAGES] = {page.url_path or "live": page for page in pages}


def switch(wish: Mapping[str, str] | None) -> None:
    """Go to the page that a component asks for, with the rest of ``wish`` in the address."""
    page = st.session_state.get(_PAGES, {}).get(wish.get("page")) if wish else None
    if wish and page is not None:
        st.switch_page(page, query_params={k: v for k, v in wish.items() if k != "page"})


def go(**places: str | None) -> None:
    """Change entries of the address; ``None`` and ``""`` take one away."""
    for name, value in places.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]
