"""The service's stream, forwarded to one viewer; it comes back by itself when the service does."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from dashboard.doors import GUEST, POLICY_VIOLATION
from dashboard.limits import MAX_COMMAND_CHARACTERS, Allowance
from dashboard.messages import GUESTS_WATCH, SERVICE_AWAY, TOO_FAST
from dashboard.service.runfile import read_running
from dashboard.service.wire import encode_json

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.websockets import WebSocket

    from dashboard.sharing import Guest

FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 2.0
PATIENCE_S: Final = 2.0
"""How long a command waits for a service that is just coming."""

MAX_GUEST_VIEWS: Final = 8
"""Of one guest; whoever wants more is not looking."""


class Forwarder:
    """Joins one viewer's socket to the service, for as long as the viewer stays.

    Nothing is kept here: a slow viewer slows the reading from the service, and the service skips
    frames for it. What a viewer sends is bounded in size and pace, and a guest without control is
    not heard at all.
    """

    def __init__(self, socket: WebSocket, data_root: Path) -> None:
        self._socket = socket
        self._data_root = data_root
        self._guest: Guest | None = socket.scope.get(GUEST)
        self._service: ClientConnection | None = None
        self._joined = asyncio.Event()

    async def run(self) -> None:
        """Forward until the viewer leaves, or is sent away."""
        guest = self._guest
        if guest is None:
            await self._run()
            return
        if guest.views >= MAX_GUEST_VIEWS:
            await self._socket.close(POLICY_VIOLATION)
            return
        running = asyncio.create_task(self._run())
        loop = asyncio.get_running_loop()

        def leave() -> None:
            loop.call_soon_threadsafe(running.cancel)

        guest.leave.add(leave)
        try:
            await asyncio.wait({running})
        finally:
            guest.leave.discard(leave)
            running.cancel()
        if running.cancelled():
            await self._socket.close(POLICY_VIOLATION)
        else:
            running.result()

    async def _run(self) -> None:
        await self._socket.accept()
        downwards = asyncio.create_task(self._keep_forwarding())
        allowance = Allowance()
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                command = message.get("text") or ""
                if len(command) > MAX_COMMAND_CHARACTERS:
                    await self._socket.close(POLICY_VIOLATION)
                    break
                if not allowance.take():
                    await self._refuse(command, TOO_FAST)
                elif self._guest is not None and not self._guest.may_control:
                    await self._refuse(command, GUESTS_WATCH)
                else:
                    await self._pass_on(command)
        finally:
            downwards.cancel()
            await asyncio.gather(downwards, return_exceptions=True)

    async def _pass_on(self, command: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._joined.wait()
            if self._service is not None:
                await self._service.send(command)
                return
        except (TimeoutError, ConnectionClosed):
            pass  # said to the viewer instead
        await self._refuse(command, SERVICE_AWAY)

    async def _refuse(self, command: str, words: str) -> None:
        await self._socket.send_text(_refusal(command, words))

    async def _keep_forwarding(self) -> None:
        wait_s, away = FIRST_WAIT_S, False
        while True:
            try:
                async with self._connection() as service:
                    if away:
                        await self._say(connected=True)
                    wait_s, away, self._service = FIRST_WAIT_S, False, service
                    self._joined.set()
                    await self._forward(service)
            except (OSError, TimeoutError, WebSocketException):
                pass  # not there (yet): said below, tried again
            finally:
                self._service = None
                self._joined.clear()
            if not away:
                await self._say(connected=False)
                away = True
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _connection(self) -> connect:
        running = read_running(self._data_root)
        if running is None:
            raise ConnectionRefusedError
        return connect(
            running.stream_url,
            additional_headers=running.headers,
            compression=None,
            proxy=None,
            max_queue=4,
            max_size=None,
            open_timeout=5,
        )

    async def _forward(self, service: ClientConnection) -> None:
        async for message in service:
            self._check_key()
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                await self._socket.send_text(message if self._guest is None else nameless(message))

    def _check_key(self) -> None:
        """Send a guest away whose key has ended while it watched."""
        guest = self._guest
        if guest is not None and time.monotonic() >= guest.until_s:
            for leave in tuple(guest.leave):
                leave()

    async def _say(self, *, connected: bool) -> None:
        said: dict[str, object] = {"type": "service", "connected": connected}
        if not connected:
            said["words"] = SERVICE_AWAY
        await self._socket.send_text(encode_json(said))


def nameless(message: str) -> str:
    """Return a message for guests: who wears the sensors is none of their business."""
    content = json.loads(message)
    if content.pop("wearer", None) is None:
        return message
    return encode_json(content)


def _refusal(command: str, words: str) -> str:
    try:
        number = json.loads(command).get("id")
    except (ValueError, AttributeError, RecursionError):
        number = None
    return encode_json({"type": "reply", "id": number, "ok": False, "words": words})
