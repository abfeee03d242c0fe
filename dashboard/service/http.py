"""The service's doors: stream, snapshot and health on a loopback port, behind a token."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from dashboard.limits import MAX_COMMAND_CHARACTERS
from dashboard.service.hub import Viewer
from dashboard.service.wire import encode_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import HTTPConnection, Request
    from starlette.websockets import WebSocket

    from dashboard.service.hub import Hub

MAX_UNSENT_REPLIES = 16
"""A viewer that commands faster than it reads the answers is shown out."""

POLICY_VIOLATION = 1008
"""WebSocket close code for whoever has no business here."""


class CommandError(Exception):
    """A command that cannot be done now; ``str()`` tells the person why and what to do."""


class Desk(Protocol):
    """What the doors lead to."""

    @property
    def hub(self) -> Hub:
        """Where frames and snapshots are taken from."""
        ...

    def snapshot(self) -> dict[str, object]:
        """Everything but the frames."""
        ...

    def health(self) -> dict[str, object]:
        """Version, state, sensors, recording."""
        ...

    def command(self, name: str, fields: dict[str, object]) -> None:
        """Do what a viewer asks.

        Raises
        ------
        CommandError
            If it cannot be done now.
        """
        ...


def service_app(desk: Desk, token: str) -> Starlette:
    """Build the service's ASGI application.

    Parameters
    ----------
    desk
        What to serve.
    token
        The bearer token every request must show.
    """

    def admitted(connection: HTTPConnection) -> bool:
        shown = connection.headers.get("authorization", "")
        return secrets.compare_digest(shown.encode(), f"Bearer {token}".encode())

    def guarded(
        content: Callable[[], dict[str, object]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            if not admitted(request):
                return PlainTextResponse("The token is missing or wrong.\n", status_code=401)
            return JSONResponse(json.loads(encode_json(content())))

        return respond

    async def stream(socket: WebSocket) -> None:
        if not admitted(socket):
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        await _serve_viewer(desk, socket)

    return Starlette(
        routes=[
            Route("/snapshot", guarded(desk.snapshot)),
            Route("/health", guarded(desk.health)),
            WebSocketRoute("/stream", stream),
        ]
    )


async def _serve_viewer(desk: Desk, socket: WebSocket) -> None:
    """Send news and answer commands until either side ends."""
    replies: asyncio.Queue[str] = asyncio.Queue(MAX_UNSENT_REPLIES)
    with Viewer(desk.hub) as viewer:
        sending = asyncio.create_task(_send_news(viewer, socket, replies))
        try:
            while (message := await socket.receive())["type"] == "websocket.receive":
                if replies.full():
                    await socket.close(POLICY_VIOLATION)
                    break
                replies.put_nowait(answer(desk, message.get("text") or ""))
                viewer.news.set()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def _send_news(viewer: Viewer, socket: WebSocket, replies: asyncio.Queue[str]) -> None:
    while True:
        for message in await viewer.messages():
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(message)
        while not replies.empty():
            await socket.send_text(replies.get_nowait())


def answer(desk: Desk, text: str) -> str:
    """Do the command in ``text`` and return the reply to send."""
    reply: dict[str, object] = {"type": "reply", "id": None, "ok": True}
    try:
        fields = _read_command(text)
        reply["id"] = fields.pop("id", None)
        desk.command(str(fields.pop("name", "")), fields)
    except CommandError as error:
        reply |= {"ok": False, "words": str(error)}
    return encode_json(reply)


def _read_command(text: str) -> dict[str, object]:
    if len(text) > MAX_COMMAND_CHARACTERS:
        raise CommandError("This command is too long to be one.")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise CommandError("This is not a command: it is not JSON.") from None
    if not isinstance(fields, dict) or fields.pop("type", None) != "command":
        raise CommandError("This is not a command.")
    return fields
