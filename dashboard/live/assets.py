"""The route that serves the live component's JavaScript modules.

Browsers resolve ``import "./decode.js"`` by address, so the modules are served as the files they
are: no build step, and a stack trace names a file that exists. Knows nothing of streamlit.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

STATIC_FOLDER = Path(__file__).parent / "static"
"""Folder of the JavaScript modules and the style sheet."""

THEME = Path(__file__).parents[1] / "theme.toml"
"""Colours of every page."""

STATIC_PATH = "/torso/static"
"""Where the modules appear on the dashboard's port."""


class _Modules(StaticFiles):
    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        # A browser asks again each time (and is told "not modified"), so that an updated program
        # never runs with yesterday's page.
        response.headers["Cache-Control"] = "no-cache"
        if Path(full_path).suffix == ".js":
            # Windows may know .js as plain text, which browsers refuse to run as a module.
            response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response


def static_route() -> Mount:
    """Return the route to mount beside Streamlit's own pages."""
    return Mount(STATIC_PATH, app=_Modules(directory=STATIC_FOLDER), name="torso-static")
