"""A recording as a live source: the same items, in the same order, at the same pace or another."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sensors.drivers.pacing import Pace
from sensors.errors import SourceEndedError
from sensors.recording import Recording, read_recording

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from sensors.drivers.base import SourceItem
    from sensors.samples import Activity, SensorInfo

_YIELD_EVERY = 64


class ReplaySource:
    """A :class:`~sensors.drivers.base.Source` that plays a recording.

    Items are identical to the recorded ones, arrival times included: the time scale is that of the
    day they were recorded, and :meth:`now_s` tells how far the replay has come on it.

    Parameters
    ----------
    path
        The recording; it is opened when the source is entered.
    speed
        Recorded seconds per real second; ``None`` = as fast as items are taken.
    from_s
        Session time up to which everything is given at once.
    """

    kind = "replay"

    def __init__(self, path: Path | str, *, speed: float | None = 1.0, from_s: float = 0.0) -> None:
        self._path = Path(path)
        self._speed = speed
        self._from_s = from_s
        self._recording: Recording | None = None
        self._pace: Pace | None = None
        self._state = "new"

    @property
    def recording(self) -> Recording:
        """What is played; known once entered."""
        if self._recording is None:
            raise ValueError("a replay knows its recording once it is entered")
        return self._recording

    @property
    def sensors(self) -> tuple[SensorInfo, ...]:
        """The sensors of the recording."""
        return self.recording.sensors

    @property
    def origin_s(self) -> float:
        """Host monotonic seconds of the session clock's zero when it was recorded."""
        return self.recording.origin_s

    def now_s(self) -> float:
        """How far the replay is, on the scale of the recorded arrivals."""
        return self.origin_s if self._pace is None else self._pace.now_s()

    @property
    def held(self) -> bool:
        """Whether it stands still."""
        return self._pace is not None and self._pace.held

    def hold(self) -> None:
        """Stand still."""
        if self._pace is not None:
            self._pace.hold()

    def go_on(self) -> None:
        """Play on from where it stands."""
        if self._pace is not None:
            self._pace.go_on()

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ignore it: what was recorded has been done."""

    async def __aenter__(self) -> Self:
        self._recording = await asyncio.to_thread(read_recording, self._path)
        self._pace = Pace(self.origin_s + self._from_s, self._speed)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._state = "closed"

    async def __aiter__(self) -> AsyncIterator[SourceItem]:
        if self._state != "new" or self._pace is None:
            raise SourceEndedError(self.kind)
        self._state = "open"
        for number, item in enumerate(self.recording):
            await self._pace.until(item.arrival_s)
            if number % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
            if self._state != "open":
                return
            yield item
