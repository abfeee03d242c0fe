"""Watching a sensor being turned over on a table, live or in a recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sensors.calibration_store import FOLDER, CalibrationStore
from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.errors import CalibrationError
from sensors.six_positions import SixPositions
from sessions.library import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sensors.drivers.base import Source
    from sensors.samples import SensorInfo
    from sensors.six_positions import Face

_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """What was seen so far: faces that are still missing, full turns about x, y, z."""

    missing: tuple[Face, ...]
    turns: tuple[int, int, int]

    def complete(self, *, with_turns: bool) -> bool:
        """Whether nothing more need be shown."""
        return not self.missing and (not with_turns or all(self.turns))


def open_store(data: Path | None = None) -> CalibrationStore:
    """Open the store inside the data folder: ``data``, else ``TORSO_DATA``, else the user's."""
    return CalibrationStore(data_folder(data) / FOLDER)


async def watch(
    source: Source,
    *,
    named: str | None = None,
    until: Callable[[Shown], bool] = lambda _: False,
) -> tuple[SensorInfo, SixPositions]:
    """Follow one sensor of a source until enough was shown or the source ends.

    Parameters
    ----------
    source
        Not yet entered.
    named
        Which sensor; may be ``None`` where there is only one.
    until
        Asked each time something new was shown: whether that is enough.

    Returns
    -------
    info
        The sensor.
    positions
        What it showed, uncorrected by any earlier calibration.

    Raises
    ------
    CalibrationError
        The source has no such sensor, or several of which none is named.
    """
    positions = SixPositions()
    async with source:
        info = choose(source.sensors, named)
        decoder = StreamDecoder(replace(info, calibration=None), source.origin_s)
        shown, next_s = None, source.origin_s
        async for item in source:
            if not isinstance(item, Notification) or item.sensor != info.sensor:
                continue
            block = decoder.feed(item)
            if block is not None:
                positions.add(block)
            if item.arrival_s < next_s:
                continue
            next_s = item.arrival_s + _LOOK_EVERY_S
            before, shown = shown, Shown(positions.missing, positions.turns)
            if shown != before and until(shown):
                break
    return info, positions


def choose(sensors: Sequence[SensorInfo], named: str | None) -> SensorInfo:
    """Pick the sensor that is meant.

    Raises
    ------
    CalibrationError
        There is no such sensor, or several of which none is named.
    """
    found = [info for info in sensors if named in {None, info.sensor, info.name}]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(info.sensor for info in sensors) or "none"
    if found:
        raise CalibrationError(f"say with --sensor which one is on the table: {ids}")
    raise CalibrationError(f"there is no sensor '{named}' here, only these: {ids}")
