"""A recording without the dashboard: everything a source yields, and what its wearer does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sensors.drivers.base import ActivityChange, LinkChange
from sensors.recording import BackgroundWriter, RecordingWriter
from sensors.samples import Activity, Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sensors.drivers.base import Source, SourceItem
    from sensors.samples import SensorInfo


async def record(
    source: Source,
    path: Path,
    *,
    seconds: float | None = None,
    progress: Callable[[float], None] = lambda _: None,
    told: Callable[[SensorInfo, LinkChange], None] = lambda *_: None,
    alarm: Callable[[str], None] = lambda _: None,
) -> float:
    """Record a source until it ends, ``seconds`` are over, or the task is cancelled.

    Parameters
    ----------
    source
        Not yet entered.
    path
        The file to make; it must not exist.
    seconds
        How long; ``None`` = until the source ends.
    progress
        Called with the fraction done, if ``seconds`` is given.
    told
        Called with what happens to the links of real sensors.
    alarm
        Called with a sentence when the disk refuses; what comes then waits in memory for it.

    Returns
    -------
    float
        Seconds recorded.

    Raises
    ------
    RecordingError
        The file exists or cannot be written.
    """
    t_s = 0.0
    async with source:
        started_unix_s = time.time() - (source.now_s() - source.origin_s)
        writer = BackgroundWriter(
            lambda: RecordingWriter(
                path,
                source.sensors,
                origin_s=source.origin_s,
                started_unix_s=started_unix_s,
                meta={"source": source.kind},
            )
        )
        writer.start()
        _check(writer)
        try:
            troubled = False
            events = _Events(writer, source.origin_s)
            infos = {info.sensor: info for info in source.sensors}
            async for item in source:
                t_s = item.arrival_s - source.origin_s
                if seconds is not None:
                    if t_s >= seconds:
                        break
                    progress(t_s / seconds)
                writer.put(item)
                events.take(item)
                if isinstance(item, LinkChange) and source.kind == "ble":
                    told(infos[item.sensor], item)
                trouble = writer.trouble
                if troubled != (trouble is not None):
                    troubled = not troubled
                    alarm(str(trouble or "The recording goes on; nothing was lost."))
        finally:
            writer.close()
        _check(writer)
    return t_s


def _check(writer: BackgroundWriter) -> None:
    if writer.trouble is not None:
        raise writer.trouble


class _Events:
    """Turns what a source knows of its wearer into events of the session."""

    def __init__(self, writer: BackgroundWriter, origin_s: float) -> None:
        self._writer = writer
        self._origin_s = origin_s
        self._onsets_s: dict[Activity, float] = {}

    def take(self, item: SourceItem) -> None:
        if not isinstance(item, ActivityChange):
            return
        t_s = item.arrival_s - self._origin_s
        if item.activity is Activity.MARK:
            self._writer.put(Event(t_s, 0.0, item.activity))
        elif item.begins:
            self._onsets_s[item.activity] = t_s
            self._writer.put(Event(t_s, None, item.activity))
        elif item.activity in self._onsets_s:
            onset_s = self._onsets_s.pop(item.activity)
            self._writer.put(Event(onset_s, t_s - onset_s, item.activity))
