"""Who is let in: only pages of this computer, by their own address.

A page of any web site can make a browser send requests to loopback addresses; it cannot choose the
``Host`` and ``Origin`` the browser writes into them. So both are looked at, on every request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")

HTTP_PORT: Final = 80
"""The port that browsers leave out of an address."""

POLICY_VIOLATION: Final = 1008
"""WebSocket close code for whoever has no business here."""


class LoopbackDoor:
    """ASGI middleware that turns away every request from elsewhere.

    ``Host`` must be a loopback name with the server's own port. ``Origin``, which browsers send
    with every WebSocket, must be the same; programs other than browsers send none.

    Parameters
    ----------
    app
        What lies behind.
    port
        The port served.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._port = port
        self._hosts = {f"{name}:{port}" for name in LOOPBACK_NAMES}
        if port == HTTP_PORT:
            self._hosts.update(LOOPBACK_NAMES)
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or turn it away."""
        if scope["type"] == "lifespan" or self._admits(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            refusal = PlainTextResponse(
                f"This page is only for this computer: open http://localhost:{self._port}\n",
                status_code=403,
            )
            await refusal(scope, receive, send)

    def _admits(self, headers: Headers) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        return (
            len(hosts) == 1
            and hosts[0].lower() in self._hosts
            and all(origin.lower() in self._origins for origin in origins)
        )
