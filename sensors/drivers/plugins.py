"""Drivers: what is needed to use a family of sensors, ours and those other packages bring.

A package brings one by an entry point of the group ``torso.drivers`` that leads to a
:class:`Driver`; ``docs/plugins.md`` shows one, whole.
"""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sensors.conformance.makers import MetaMotion, MovellaDot, Movesense, Thingy52, WitMotion
from sensors.conformance.open_device import OpenProfileDevice
from sensors.drivers.dialogues import DIALOGUES
from sensors.errors import DriverError
from sensors.protocols.families import FAMILIES, Family, register

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.conformance.device import DeviceMaker
    from sensors.drivers.dialogue import Dialogue

GROUP: Final = "torso.drivers"


@dataclass(frozen=True, slots=True)
class Driver:
    """All of one family.

    Attributes
    ----------
    family
        How its sensors are recognised and read.
    dialogue
        What is said to them, for a sampling rate (Hz).
    device
        Boots a simulated one, for the conformance sheet.
    """

    family: Family
    dialogue: Callable[[float], Dialogue]
    device: DeviceMaker


_DEVICES: Final[dict[str, DeviceMaker]] = {
    "open_profile": OpenProfileDevice,
    "movella_dot": MovellaDot,
    "witmotion": WitMotion,
    "movesense": Movesense,
    "metamotion": MetaMotion,
    "thingy52": Thingy52,
}


def our_drivers() -> dict[str, Driver]:
    """Return the drivers of this program, by name."""
    return {
        family.protocol: Driver(family, DIALOGUES[family.protocol], _DEVICES[family.protocol])
        for family in FAMILIES
        if family.protocol in _DEVICES
    }


def other_drivers() -> dict[str, Driver]:
    """Load the drivers that other packages bring, by name.

    Raises
    ------
    DriverError
        An entry point leads nowhere, to something else, or to a name that is taken.
    """
    found: dict[str, Driver] = {}
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            driver = entry.load()
        except Exception as error:
            raise DriverError(entry.name, f"cannot be loaded ({error!r})") from error
        if not isinstance(driver, Driver):
            raise DriverError(entry.name, f"is no Driver but {type(driver).__name__}")
        name = driver.family.protocol
        if name in found or any(family.protocol == name for family in FAMILIES):
            raise DriverError(entry.name, f"has a name that is taken: {name}")
        found[name] = driver
    return found


def load_plugins() -> dict[str, Driver]:
    """Make the drivers of other packages usable everywhere; return them.

    Raises
    ------
    DriverError
        As :func:`other_drivers`.
    """
    drivers = other_drivers()
    for name, driver in drivers.items():
        register(driver.family)
        DIALOGUES[name] = driver.dialogue
    return drivers
