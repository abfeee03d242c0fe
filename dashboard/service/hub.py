"""The hub: the newest frames in a ring, one cursor for every viewer, no queue that could grow."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from dashboard.service.wire import VALUES, Float32Array, encode_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from sensors.samples import FloatArray

HISTORY_FRAMES = 1200
"""What a new viewer gets at once: 12 s at 100 Hz, a little more than the page shows."""

BACKLOG_FRAMES = 200
"""How far a slow viewer may fall behind before it is brought to the newest frames: 2 s."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened at ``t_s``; this and all ``moments`` are session times in s."""

    t_s: float
    name: str
    facts: Mapping[str, object] = field(default_factory=dict)
    moments: Mapping[str, float] = field(default_factory=dict)


class Listener(Protocol):
    """One in this process that is handed everything as it comes, and never waits."""

    def frames(self, t_s: FloatArray, values: Float32Array) -> None:
        """Fused frames, as in :meth:`Hub.publish`."""
        ...

    def happened(self, happening: Happening) -> None:
        """Something happened."""
        ...


class Hub:
    """Keeps the newest frames and the newest snapshot for any number of viewers.

    Parameters
    ----------
    now_s
        The source's clock (host monotonic s), for the age of what is sent.
    unix_s
        The wall clock (s since 1970).
    """

    def __init__(self, now_s: Callable[[], float], unix_s: Callable[[], float] = time.time) -> None:
        self.now_s = now_s
        self.unix_s = unix_s
        self.snapshot = ""
        self.count = 0
        self.listeners: list[Listener] = []
        self._t_s: FloatArray = np.zeros(HISTORY_FRAMES)
        self._values: Float32Array = np.zeros((HISTORY_FRAMES, len(VALUES)), dtype=np.float32)
        self._arrival_s = 0.0
        self._viewers: set[Viewer] = set()

    @property
    def viewers(self) -> int:
        """How many are watching."""
        return len(self._viewers)

    def publish(self, t_s: FloatArray, values: Float32Array, arrival_s: float) -> None:
        """Add frames and wake the viewers.

        Parameters
        ----------
        t_s
            (n,) session time in s.
        values
            (n, 15) columns :data:`~dashboard.service.wire.VALUES`.
        arrival_s
            When the newest notification in them arrived, on the source's clock.
        """
        kept = min(len(t_s), HISTORY_FRAMES)
        self.count += len(t_s)
        slots = np.arange(self.count - kept, self.count) % HISTORY_FRAMES
        self._t_s[slots] = t_s[len(t_s) - kept :]
        self._values[slots] = values[len(t_s) - kept :]
        self._arrival_s = arrival_s
        self._wake()
        self._hand_out(lambda listener: listener.frames(t_s, values))

    def tell(self, happening: Happening) -> None:
        """Hand what happened to the listeners; viewers read it in the snapshot."""
        self._hand_out(lambda listener: listener.happened(happening))

    def publish_snapshot(self, text: str) -> None:
        """Replace the snapshot and wake the viewers."""
        self.snapshot = text
        self._wake()

    def frames_from(self, first: int, skipped: int) -> bytes:
        """Encode the frames from number ``first`` to the newest as one message."""
        slots = np.arange(first, self.count) % HISTORY_FRAMES
        return encode_frames(
            self._t_s[slots],
            self._values[slots],
            first=first,
            skipped=skipped,
            age_s=self.now_s() - self._arrival_s,
            sent_unix_s=self.unix_s(),
        )

    def add(self, viewer: Viewer) -> None:
        """Let a viewer be woken by what comes."""
        self._viewers.add(viewer)

    def remove(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)

    def _hand_out(self, to: Callable[[Listener], None]) -> None:
        """A listener that fails hears no more; nothing of it reaches whoever published."""
        for listener in tuple(self.listeners):
            try:
                to(listener)
            except Exception:
                logger.exception("a listener failed and hears no more")
                self.listeners.remove(listener)

    def _wake(self) -> None:
        for viewer in self._viewers:
            viewer.news.set()


class Viewer:
    """One who watches a hub, at a pace of their own. Use as a context manager."""

    def __init__(self, hub: Hub) -> None:
        self.news = asyncio.Event()
        self.skipped = 0
        self._hub = hub
        self._snapshot = ""
        self._next = max(0, hub.count - HISTORY_FRAMES)
        self._limit = HISTORY_FRAMES

    def __enter__(self) -> Self:
        self._hub.add(self)
        self.news.set()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._hub.remove(self)

    async def messages(self) -> list[str | bytes]:
        """Wait for news and return it: the snapshot if it changed, the frames not yet seen."""
        await self.news.wait()
        self.news.clear()
        return self.take()

    def take(self) -> list[str | bytes]:
        """Everything this viewer has not seen, or the newest part of it if that is too much."""
        news: list[str | bytes] = []
        if self._snapshot != self._hub.snapshot:
            self._snapshot = self._hub.snapshot
            news.append(self._snapshot)
        if self._next < self._hub.count:
            oldest = self._hub.count - self._limit
            self.skipped += max(0, oldest - self._next)
            news.append(self._hub.frames_from(max(self._next, oldest), self.skipped))
            self._next = self._hub.count
            self._limit = BACKLOG_FRAMES
        return news
