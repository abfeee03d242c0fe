"""The page for guests: the live view alone, without Streamlit and so without anything behind it."""

from __future__ import annotations

import html
import json
import tomllib
from typing import Final

from starlette.responses import HTMLResponse
from starlette.routing import Route

from dashboard.doors import WATCH
from dashboard.live.assets import STATIC_PATH, THEME
from dashboard.live.choices import live_choices
from dashboard.settings import load

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>torso</title>
<link rel="icon" href="{static}/mark.svg">
<link rel="stylesheet" href="{static}/live.css">
<style>
:root {{ {light} }}
@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}
.welcome {{ display: none !important; }}
body {{ margin: 0; padding: 12px 16px 24px; background: var(--st-background-color); }}
</style>
</head>
<body>
<main></main>
<script type="application/json" id="choices">{choices}</script>
<script type="module" src="{static}/watch.js"></script>
</body>
</html>
"""

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_NAMES: Final = {
    "primaryColor": "primary-color",
    "backgroundColor": "background-color",
    "secondaryBackgroundColor": "secondary-background-color",
    "textColor": "text-color",
    "borderColor": "border-color",
    "redTextColor": "red-text-color",
    "orangeTextColor": "orange-text-color",
    "greenTextColor": "green-text-color",
    "grayTextColor": "gray-text-color",
    "chartCategoricalColors": "chart-categorical-colors",
}
"""What the live view reads of Streamlit's theme, by the name Streamlit's page gives it."""


def watch_route() -> Route:
    """Return the route of the guests' page."""
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return Route(WATCH, lambda _: HTMLResponse(_content(), headers=headers))


def _content() -> str:
    return _PAGE.format(
        static=STATIC_PATH,
        light=_colours("light"),
        dark=_colours("dark"),
        language=load().language,
        # Inside a script element only "<" could end it.
        choices=json.dumps(live_choices()).replace("<", "\\u003c"),
    )


def _colours(theme: str) -> str:
    found = tomllib.loads(THEME.read_text(encoding="utf-8"))["theme"][theme]
    return " ".join(
        f"--st-{name}: {html.escape(_css(found[key]))};" for key, name in _NAMES.items()
    )


def _css(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)
