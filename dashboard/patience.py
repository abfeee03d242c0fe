"""Limits on connections: nobody keeps a place by saying nothing, nobody takes all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    import h11

REQUEST_TIMEOUT_S: Final = 10.0
"""A request has to be complete this long after the connection, or the answer before it."""

MAX_CONNECTIONS: Final = 64
"""From one address, not counting live streams; a browser opens six."""


class PatientProtocol(H11Protocol):
    """uvicorn's HTTP, with an end to its patience.

    uvicorn itself waits for ever for the rest of a request's head.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Take a connection, or close it at once if its address has too many."""
        super().connection_made(transport)
        if self._neighbours() > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_clock()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Pass the connection on; live streams are counted by who serves them."""
        self._stop_clock()
        super().handle_websocket_upgrade(event)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a complete request stops the clock until it is answered."""
        super().data_received(data)
        cycle = self.cycle
        # One that was answered is the request before: this one is still being waited for.
        if cycle is not None and not cycle.more_body and not cycle.response_complete:
            self._stop_clock()

    def on_response_complete(self) -> None:
        """Start the clock again for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._wait_for_request()

    def _wait_for_request(self) -> None:
        self._stop_clock()
        self._deadline = self.loop.call_later(REQUEST_TIMEOUT_S, self.transport.abort)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _neighbours(self) -> int:
        """Connections from this one's address, itself among them."""
        address = self.client and self.client[0]
        return sum(
            isinstance(other, PatientProtocol)
            and other.client is not None
            and other.client[0] == address
            for other in self.connections
        )
