"""The page's server: Streamlit's own ASGI application plus the forwarded live stream.

``python -m dashboard.server --data DIR --port N`` serves the page of the service that runs in the
data folder ``DIR`` (``python -m dashboard.service``); ``torso dashboard`` starts both.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from dashboard.doors import Door
from dashboard.forward import Forwarder
from dashboard.invitation import Invitation, announce, network_address
from dashboard.live.assets import static_route
from dashboard.replaying import PATH, replay
from dashboard.service.ask import ask_service
from dashboard.serving import (
    ADDRESS,
    EVERYWHERE,
    PORT_TAKEN,
    LiveServer,
    listen,
    watch_lifeline,
)
from dashboard.sharing import Sharing
from dashboard.watch import watch_route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp
    from starlette.websockets import WebSocket

APP: Final = Path(__file__).parent / "app.py"

STREAMLIT_OPTIONS: Final = {
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "STREAMLIT_BROWSER_SERVER_ADDRESS": "localhost",
    "STREAMLIT_CLIENT_TOOLBAR_MODE": "minimal",
    "STREAMLIT_LOGGER_LEVEL": "warning",
    "STREAMLIT_RUNNER_POST_SCRIPT_GC": "false",
    "STREAMLIT_SERVER_ADDRESS": ADDRESS,
    "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    "STREAMLIT_SERVER_HEADLESS": "true",
    "STREAMLIT_THEME_BASE": str(APP.with_name("theme.toml")),
}


def live_routes(data_root: Path) -> list[BaseRoute]:
    """Routes that are ours on Streamlit's port: live stream, health, the page's modules.

    Parameters
    ----------
    data_root
        The data folder whose service is shown.
    """

    async def live(viewer: WebSocket) -> None:
        await Forwarder(viewer, data_root).run()

    async def played(viewer: WebSocket) -> None:
        await Forwarder(viewer, replay().folder).run()

    async def health(_: Request) -> JSONResponse:
        found = await ask_service(data_root, "/health")
        if found is not None:
            return JSONResponse(found)
        away: dict[str, object] = {
            "version": None,
            "state": "failed",
            "sensors": [],
            "recording": None,
        }
        return JSONResponse(away, status_code=503)

    return [
        WebSocketRoute("/api/live", live),
        WebSocketRoute(PATH, played),
        Route("/api/health", health),
        static_route(),
        watch_route(),
    ]


def page_app(data_root: Path, port: int, sharing: Sharing | None = None) -> ASGIApp:
    """Build the whole application behind one port: page, live stream, health, doors."""
    import streamlit

    from dashboard.views.look import apply

    apply()
    return streamlit.App(
        APP,
        routes=live_routes(data_root),
        middleware=[Middleware(Door, port=port, sharing=sharing)],
        lifespan=_quiet,
    )


@asynccontextmanager
async def _quiet(_app: object) -> AsyncIterator[None]:
    """Keep the server's own chatter off the terminal; Streamlit turns it on as it starts."""
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)
    yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until stopped; exit status 4 if the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.server", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--share", action="store_true", help="let guests of a link watch")
    parser.add_argument("--supervised", action="store_true", help="end when stdin closes")
    options = parser.parse_args(arguments)
    os.environ.update(STREAMLIT_OPTIONS, STREAMLIT_SERVER_PORT=str(options.port))
    os.environ["TORSO_DATA"] = str(options.data)
    try:
        listener = listen(options.port, EVERYWHERE if options.share else ADDRESS)
    except OSError:
        sys.stderr.write(f"Port {options.port} is taken by another program.\n")
        return PORT_TAKEN
    sharing = _invite(options.port) if options.share else None
    server = LiveServer(page_app(options.data, options.port, sharing))
    if options.supervised:
        watch_lifeline(server.stop)
    server.run(sockets=[listener])
    return 0


def _invite(port: int) -> Sharing:
    sharing = Sharing()
    address = network_address()
    if address is None:
        sys.stderr.write("This computer is on no network: only it can open the page.\n")
        return sharing
    invitation = Invitation(sharing, address, port)
    announce(invitation)
    sys.stdout.write(invitation.as_text())
    sys.stdout.flush()
    return sharing


if __name__ == "__main__":
    raise SystemExit(main())
