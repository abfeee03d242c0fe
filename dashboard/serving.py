"""An ASGI server with limits, that ends when told to, and how children hear of it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn

from dashboard.patience import PatientProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from starlette.types import ASGIApp

ADDRESS: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"

PORT_TAKEN: Final = 4
"""Exit status of a server whose port belongs to another program."""

SEND_BUFFER_BYTES: Final = 32_768
"""Small, so that a viewer that stopped reading is noticed, and skipped for, within seconds."""

MAX_MESSAGE_BYTES: Final = 1 << 20
"""Of one WebSocket message; the page's widgets send a few kilobytes."""


def listen(port: int, address: str = ADDRESS) -> socket.socket:
    """Open a port, by default on this computer only; 0 = any free one.

    Raises
    ------
    OSError
        If it is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would let two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.bind((address, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


class LiveServer(uvicorn.Server):
    """uvicorn set up for the live stream; ends on Ctrl-C, SIGTERM or :meth:`stop`."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="websockets-sansio",
                ws_max_size=MAX_MESSAGE_BYTES,
                proxy_headers=False,  # who a visitor is, nobody but the network says
                ws_per_message_deflate=False,
                ws_ping_interval=20,
                ws_ping_timeout=20,
                access_log=False,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    def stop(self) -> None:
        """Stop serving soon; from any thread."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal and leave it at that: the caller still has to put things in order."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, stop) for number in _ENDINGS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def watch_lifeline(stop: Callable[[], None]) -> None:
    """Call ``stop`` when standard input closes: the supervisor wants an end, or is gone.

    The one way to end a child in good order that works on every system.
    """

    def wait() -> None:
        try:
            while os.read(0, 1024):
                pass
        except OSError:
            pass  # no standard input at all is the same as a closed one
        stop()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
