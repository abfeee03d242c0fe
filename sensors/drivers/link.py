"""What a link to one sensor can do, whoever provides it, and what can be wrong with it.

:mod:`sensors.drivers.ble` provides it over the air; tests and the conformance sheet provide it
without one. Nothing here knows Bluetooth's libraries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from sensors.drivers.base import LinkTrouble
from sensors.errors import SensorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sensors.samples import SensorId

BATTERY_LEVEL: Final = "00002a19-0000-1000-8000-00805f9b34fb"

Receiver: TypeAlias = "Callable[[float, bytes], None]"
"""Called with host monotonic seconds of arrival and the value, in the event loop, in order."""


WORDS: Final = {
    LinkTrouble.NOT_CHOSEN: "No sensor has this place yet. Choose one.",
    LinkTrouble.NOT_SEEN: (
        "Not found yet. Switch the sensor on and bring it near; one that is connected to a phone "
        "or another program does not show itself."
    ),
    LinkTrouble.REFUSED: (
        "Found, but it does not connect. It tries again by itself; if that does not help, switch "
        "the sensor off and on."
    ),
    LinkTrouble.FOREIGN: (
        "This is not the kind of sensor it was when it was chosen. Choose the sensors anew."
    ),
    LinkTrouble.UNRESPONSIVE: "It does not answer. Switch the sensor off and on.",
    LinkTrouble.SILENT: "No data just now. Keep the sensor within a few metres.",
    LinkTrouble.BROKEN: (
        "Connection lost. Check that the sensor is on and near; it reconnects by itself."
    ),
    LinkTrouble.NO_RADIO: (
        "This computer has no Bluetooth that works. 'torso doctor' says what to do."
    ),
    LinkTrouble.RADIO_OFF: "Bluetooth is switched off. Turn it on in the system's settings.",
    LinkTrouble.NOT_ALLOWED: (
        "This program may not use Bluetooth. 'torso doctor' says how to allow it."
    ),
}
"""What each trouble means and what to do about it, for the person at the screen."""


class LinkError(SensorError):
    """A link cannot be made or used; ``trouble`` says what a person can do about it."""

    def __init__(self, sensor: str, trouble: LinkTrouble, detail: str = "") -> None:
        self.sensor = sensor
        self.trouble = trouble
        self.detail = detail
        super().__init__(f"{sensor}: {WORDS[trouble]}" + (f" ({detail})" if detail else ""))


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a device says of itself while it waits for a connection.

    Attributes
    ----------
    sensor
        Its address; on macOS what this computer calls it.
    name
        ``None`` if it does not say.
    rssi_dbm
        Signal strength; ``None`` where it is connected and therefore silent.
    services
        128-bit UUIDs, lower case.
    manufacturer
        By company number.
    """

    sensor: SensorId
    name: str | None
    rssi_dbm: int | None
    services: frozenset[str] = frozenset()
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)


class Link(Protocol):
    """An open link to one sensor; characteristics are 128-bit UUIDs in lower case.

    Every method raises :class:`LinkError` when the link does not do what it is asked.
    """

    @property
    def characteristics(self) -> frozenset[str]:
        """What the sensor offers."""
        ...

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        ...

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """Write a value, and wait for the sensor's word that it has it if ``response``."""
        ...

    async def subscribe(self, characteristic: str, receiver: Receiver) -> None:
        """Have ``receiver`` called with each notification from now on."""
        ...

    async def unsubscribe(self, characteristic: str) -> None:
        """Have no more of them."""
        ...

    async def release(self) -> None:
        """Give the link up, lost or not; never raises. Nothing is received afterwards."""
        ...


class Radio(Protocol):
    """Whatever finds sensors and opens links to them."""

    async def open(
        self,
        sensor: SensorId,
        on_seen: Callable[[Advertisement], None],
        on_lost: Callable[[], None],
    ) -> Link:
        """Wait until a sensor is seen, however long that takes, and open a link to it.

        ``on_seen`` is called when it is seen, ``on_lost`` when the link breaks.

        Raises
        ------
        LinkError
            If it could not be opened; nothing is left half open.
        """
        ...

    async def close(self) -> None:
        """Stop looking; links are closed by whoever opened them."""
        ...
