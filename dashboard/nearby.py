"""Real sensors, as commands and service need them: found, shown, remembered, opened as a source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.calibrating import choose
from sensors.drivers.ble_source import BleSource, battery_of, identify
from sensors.drivers.calibrated import CalibratedSource
from sensors.drivers.dialogues import family_of, services
from sensors.drivers.dot_sync import synchronise
from sensors.drivers.link import LinkError
from sensors.errors import NoRolesError
from sensors.protocols.families import family_named
from sensors.roles import FILE, RoleStore, placement_in_name
from sensors.samples import Placement, SensorId, SensorInfo
from sessions.library import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from sensors.drivers.base import Source
    from sensors.drivers.ble import Central
    from sensors.drivers.link import Advertisement


@dataclass(frozen=True, slots=True)
class Nearby:
    """A device in reach.

    Attributes
    ----------
    sensor, name, rssi_dbm
        As advertised.
    family
        Name of its protocol; ``None`` if torso does not know it.
    placement
        Where it is worn, as remembered or else as its name tells; ``None`` if neither does.
    battery_percent
        ``None`` if nobody asked or it does not say.
    """

    sensor: SensorId
    name: str | None
    rssi_dbm: int | None
    family: str | None
    placement: Placement | None
    battery_percent: int | None = None

    def describe(self) -> dict[str, object]:
        """Describe it as ``torso scan --json`` and the live stream do."""
        return {
            "sensor": self.sensor,
            "name": self.name,
            "rssi_dbm": self.rssi_dbm,
            "family": self.family,
            "placement": self.placement,
            "battery_percent": self.battery_percent,
        }


def open_roles(data: Path | None = None) -> RoleStore:
    """Open what is remembered in the data folder, by default ``TORSO_DATA`` or the user's."""
    return RoleStore(data_folder(data) / FILE)


def open_radio() -> Central:
    """Return this computer's radio; nothing happens on the air yet."""
    # bleak costs a quarter of a second that commands without a radio need not pay.
    from sensors.drivers.ble import Central
    from sensors.drivers.plugins import load_plugins

    load_plugins()
    return Central(services=services())


def tell_apart(found: Iterable[Advertisement], known: Iterable[SensorInfo]) -> list[Nearby]:
    """Say of each device what it is and where it is worn."""
    places = {info.sensor: info.placement for info in known}
    return [
        Nearby(
            seen.sensor,
            seen.name,
            seen.rssi_dbm,
            family_of(seen),
            places.get(seen.sensor) or placement_in_name(seen.name),
        )
        for seen in found
    ]


def worn(choice: Mapping[Placement, str], seen: Iterable[Nearby]) -> tuple[SensorInfo, ...]:
    """Turn a choice of sensors into what is remembered of them.

    Parameters
    ----------
    choice
        For each place the sensor's address or name.
    seen
        What is in reach.

    Raises
    ------
    ValueError
        A sensor that is not in reach, is of no known family, or has another's name.
    """
    around = list(seen)
    return tuple(_info(placement, wanted, around) for placement, wanted in choice.items())


def _info(placement: Placement, wanted: str, around: list[Nearby]) -> SensorInfo:
    found = [n for n in around if wanted.lower() in {n.sensor.lower(), (n.name or "").lower()}]
    if not found:
        raise ValueError(f"no sensor '{wanted}' is in reach: switch it on and look again")
    if len(found) > 1:
        raise ValueError(f"several sensors are called '{wanted}': use the address")
    (device,) = found
    if device.family is None:
        raise ValueError(f"'{wanted}' is no kind of sensor that torso knows")
    name = device.name or device.sensor
    return SensorInfo(
        device.sensor, placement, name, device.family, family_named(device.family).rate_hz
    )


async def look(
    seconds: float, known: Iterable[SensorInfo], *, batteries: bool = False
) -> list[Nearby]:
    """Look around for ``seconds``; with ``batteries``, connect to each sensor and ask.

    Raises
    ------
    LinkError
        If the radio cannot.
    """
    radio = open_radio()
    try:
        found = tell_apart(await radio.scan(seconds), known)
        return [await _asked(device, radio) for device in found] if batteries else found
    finally:
        await radio.close()


async def _asked(device: Nearby, radio: Central) -> Nearby:
    if device.family is None:
        return device
    try:
        percent = await battery_of(device.sensor, device.family, radio, 5.0)
    except (LinkError, TimeoutError):
        return device
    return replace(device, battery_percent=percent)


async def show(sensor: SensorId, family: str, seconds: float) -> None:
    """Connect to a sensor and make it show itself.

    Raises
    ------
    LinkError
        If it does not connect or obey.
    TimeoutError
        If it is not seen within ``seconds``.
    """
    radio = open_radio()
    try:
        await identify(sensor, family, radio, seconds)
    finally:
        await radio.close()


async def align(sensors: Sequence[SensorId], told: Callable[[str], None]) -> None:
    """Have Movella DOTs put their clocks on one; ``told`` gets what happens, in words.

    Raises
    ------
    ClocksNotAlignedError
        They cannot.
    LinkError
        One does not connect or obey.
    """
    radio = open_radio()
    try:
        await synchronise(sensors, radio, told)
    finally:
        await radio.close()


def chosen(data: Path | None = None) -> tuple[SensorInfo, ...]:
    """Return the sensors that have a place.

    Raises
    ------
    RoleError
        None has, or what is remembered cannot be read.
    """
    store = open_roles(data)
    sensors = store.get()
    if not sensors:
        raise NoRolesError(store.path)
    return sensors


async def on_table(named: str | None, seconds: float, data: Path | None = None) -> SensorInfo:
    """Find one sensor that nobody need wear.

    Parameters
    ----------
    named
        Its name or address; ``None`` = the only one in reach.
    seconds
        How long to look around.
    data
        Data folder, for where it is worn otherwise.

    Raises
    ------
    CalibrationError
        There is no such sensor, or several and none is named.
    LinkError
        If the radio cannot look.
    """
    known = open_roles(data).get()
    around = [device for device in await look(seconds, known) if device.family is not None]
    # A recording has to say where a sensor is; on the table that means nothing.
    infos = [_info(d.placement or Placement.PELVIS, d.sensor, [d]) for d in around]
    return choose(infos, named)


def table_source(sensor: SensorInfo) -> Source:
    """Make the source of a sensor on the table, uncorrected."""
    return BleSource((sensor,), open_radio())


def real_source(sensors: Iterable[SensorInfo], data: Path | None = None) -> Source:
    """Make the source of these sensors, with their calibrations."""
    from dashboard.calibrating import open_store

    return CalibratedSource(BleSource(tuple(sensors), open_radio()), open_store(data))
