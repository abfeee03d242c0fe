"""Sensors in reach, beside a running session: looked for, made to blink, given a place.

What this does goes on while the service's loop serves everything else; how far it is stands in the
snapshot. A new choice of sensors ends the session's source, and the service begins again with it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dashboard.nearby import tell_apart, worn
from dashboard.service.steps import RefusedError
from sensors.errors import RoleError, SensorError
from sensors.roles import is_stand_in
from sensors.samples import Placement, SensorId

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from dashboard.nearby import Nearby
    from sensors.drivers.ble import Central
    from sensors.drivers.ble_source import BleSource
    from sensors.drivers.link import Advertisement
    from sensors.roles import RoleStore
    from sensors.samples import SensorInfo

SCAN_S: Final = 8.0
COMMANDS: Final = frozenset({"scan", "identify", "wear", "rename", "forget"})
LONGEST_NAME: Final = 40


class Finder:
    """One service's view of what is in reach.

    Parameters
    ----------
    source
        The running source of real sensors.
    radio
        The radio it uses.
    store
        Where places are remembered.
    """

    def __init__(self, source: BleSource, radio: Central, store: RoleStore) -> None:
        self.chosen_anew = False
        self.on_chosen: Callable[[], None] = lambda: None
        """Called when other sensors have been chosen."""
        self._source = source
        self._radio = radio
        self._store = store
        self._seen: dict[SensorId, Advertisement] = {}
        self._work: asyncio.Task[None] | None = None
        self._words = ""

    @property
    def busy(self) -> bool:
        """Whether it is looking, or making a sensor blink."""
        return self._work is not None and not self._work.done()

    def describe(self) -> dict[str, object]:
        """Describe it as ``nearby`` in the snapshot does."""
        return {
            "busy": self.busy,
            "words": self._words,
            "sensors": [d.describe() for d in self._around() if d.family is not None],
        }

    def obey(self, name: str, fields: Mapping[str, object], *, idle: bool) -> None:
        """Do what a viewer asks.

        Parameters
        ----------
        name, fields
            The command, as ``docs/live_stream.md`` lists them.
        idle
            Whether neither a recording nor an activity is running.

        Raises
        ------
        RefusedError
            If it cannot be done now.
        """
        match name:
            case "scan":
                self._begin(self._scan())
            case "identify":
                self._begin(self._identify(SensorId(str(fields.get("sensor")))))
            case "wear" | "rename" | "forget" if not idle:
                raise RefusedError("Stop the session before you choose other sensors.")
            case "wear":
                self._wear(fields.get("placements"))
            case "rename":
                self._rename(str(fields.get("sensor")), str(fields.get("called", "")).strip())
            case "forget":
                kept = [info for info in self._worn() if info.sensor != fields.get("sensor")]
                self._remember(kept)
            case _:
                raise RefusedError(f"There is no command “{name[:40]}”.")

    async def close(self) -> None:
        """End whatever is going on."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    def _around(self) -> list[Nearby]:
        return tell_apart(self._seen.values(), self._source.sensors)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        if self.busy:
            work.close()
            raise RefusedError("One moment: the last search is still going on.")
        self._work = asyncio.create_task(self._told(work))

    async def _told(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except SensorError as error:
            self._words = str(error)

    async def _scan(self) -> None:
        self._seen.clear()
        self._words = "Looking for sensors…"
        await self._radio.scan(SCAN_S, lambda seen: self._seen.update({seen.sensor: seen}))
        found = sum(device.family is not None for device in self._around())
        self._words = f"{found} more in reach." if found else "No other sensor in reach."

    async def _identify(self, sensor: SensorId) -> None:
        family = next((d.family for d in self._around() if d.sensor == sensor), None)
        self._words = "Watch which sensor blinks."
        await self._source.identify(sensor, family)
        self._words = ""

    def _wear(self, placements: object) -> None:
        if not isinstance(placements, dict):
            raise RefusedError("Say which sensor is worn where.")
        kept = {info.sensor: info for info in self._source.sensors}
        try:
            choice = {Placement(place): SensorId(str(s)) for place, s in placements.items() if s}
            new = {place: s for place, s in choice.items() if s not in kept}
            old = [replace(kept[s], placement=p) for p, s in choice.items() if s in kept]
            chosen = [*worn(new, self._around()), *old]
        except ValueError as error:
            raise RefusedError(f"This cannot be: {error}.") from None
        self._remember(chosen)

    def _rename(self, sensor: str, name: str) -> None:
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise RefusedError(f"A name has 1 to {LONGEST_NAME} letters.")
        if sensor not in {info.sensor for info in self._worn()}:
            raise RefusedError("Only a sensor that is worn can be renamed.")
        self._remember([replace(i, name=name) if i.sensor == sensor else i for i in self._worn()])

    def _worn(self) -> list[SensorInfo]:
        return [info for info in self._source.sensors if not is_stand_in(info)]

    def _remember(self, sensors: list[SensorInfo]) -> None:
        try:
            self._store.put(sensors)
        except (ValueError, RoleError) as error:
            raise RefusedError(f"This cannot be: {error}.") from None
        self.chosen_anew = True
        self.on_chosen()
