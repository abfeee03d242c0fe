"""Letting made-up time pass: at the wall's pace, faster, or not at all."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """Maps the host monotonic scale of a source's items to real time.

    Parameters
    ----------
    origin_s
        The item time that is now.
    speed
        Item seconds per real second; ``None`` = as fast as items are taken.
    """

    def __init__(self, origin_s: float, speed: float | None) -> None:
        if speed is not None and not speed > 0.0:
            raise ValueError(f"speed {speed} is not above 0")
        self._origin_s = origin_s
        self._speed = speed
        self._reached_s = origin_s
        self._started_s = time.monotonic()
        self._going = asyncio.Event()
        self._going.set()

    @property
    def held(self) -> bool:
        """Whether time stands still."""
        return not self._going.is_set()

    def hold(self) -> None:
        """Let time stand still; unpaced, there is none that could."""
        if self._speed is not None and not self.held:
            self._origin_s = self.now_s()
            self._going.clear()

    def go_on(self) -> None:
        """Let time go on from where it stood."""
        if self.held:
            self._started_s = time.monotonic()
            self._going.set()

    def now_s(self) -> float:
        """Item time just now; unpaced, that of the last item waited for."""
        if self._speed is None:
            return self._reached_s
        if self.held:
            return self._origin_s
        return self._origin_s + (time.monotonic() - self._started_s) * self._speed

    async def until(self, item_s: float) -> None:
        """Wait until item time ``item_s``; return at once if it is past."""
        self._reached_s = max(self._reached_s, item_s)
        if self._speed is None:
            return
        await self._going.wait()
        while (delay_s := (item_s - self.now_s()) / self._speed) > 0.0:
            await asyncio.sleep(delay_s)
            await self._going.wait()
