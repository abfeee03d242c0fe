"""Bluetooth Low Energy through ``bleak``: finding sensors and holding links to them.

The only file that imports ``bleak``. What a link is for is the supervisor's business
(:mod:`sensors.drivers.supervisor`); here it is opened, used and given up, with the care that the
operating systems ask for:

* the radio scans *or* connects, and connects to one sensor at a time: parallel connects fail;
* a link is opened with a device that was just seen: what was seen long ago is stale, and macOS
  knows no addresses;
* a lost link is released before a new one is opened, or BlueZ delivers everything twice;
* a sensor that is still connected, because a program before us crashed, does not advertise and is
  taken over.

``bleak-retry-connector`` would do a part of this. It is not used: it reaches into bleak's private
parts, it has no data watchdog, so the silence it cannot see would need a supervisor like ours all
the same, and its retries neither release a half-open link in between nor keep others waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any, Final

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
)

from sensors.drivers.base import LinkTrouble
from sensors.drivers.link import Advertisement, LinkError
from sensors.samples import SensorId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

    from sensors.drivers.link import Receiver

SCAN_S: Final = 20.0
"""How long one scan goes on before it is begun anew: some stacks stop finding and do not say so."""

GRACE_S: Final = 0.3
"""How much longer to scan when one wanted sensor was seen and another was not yet."""

CONNECT_S: Final = 12.0
TRIES: Final = 3
RETRY_S: Final = 0.25
REQUEST_S: Final = 5.0
RELEASE_S: Final = 12.0

_AVAILABILITY: Final = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: LinkTrouble.NO_RADIO,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: LinkTrouble.NO_RADIO,
    BleakBluetoothNotAvailableReason.POWERED_OFF: LinkTrouble.RADIO_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: LinkTrouble.NOT_ALLOWED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: LinkTrouble.NOT_ALLOWED,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: LinkTrouble.NOT_ALLOWED,
}
_DBUS_TROUBLES: Final = {
    "org.freedesktop.DBus.Error.AccessDenied": LinkTrouble.NOT_ALLOWED,
    "org.freedesktop.DBus.Error.ServiceUnknown": LinkTrouble.NO_RADIO,
    "org.bluez.Error.NotReady": LinkTrouble.RADIO_OFF,
    "org.bluez.Error.NotAuthorized": LinkTrouble.NOT_ALLOWED,
}

logger = logging.getLogger(__name__)


class Central:
    """The radio of this computer; a :class:`~sensors.drivers.link.Radio`.

    Parameters
    ----------
    client, scanner
        Classes that stand in for the platform's own in ``bleak``; ``None`` = the platform's.
    adapter
        Which adapter, where there are several (Linux: ``hci1``); ``None`` = the first that is on.
    services
        UUIDs by which sensors that are connected already are recognised.
    """

    def __init__(
        self,
        *,
        client: type[BaseBleakClient] | None = None,
        scanner: type[BaseBleakScanner] | None = None,
        adapter: str | None = None,
        services: Iterable[str] = (),
    ) -> None:
        self._client_backend = client
        self._scanner_backend = scanner
        self._bluez: Any = {} if adapter is None else {"adapter": adapter}
        self._services = sorted(services)
        self._radio = asyncio.Lock()
        self._wanted: dict[SensorId, asyncio.Future[tuple[BLEDevice, Advertisement]]] = {}
        self._listeners: dict[Callable[[Advertisement], None], asyncio.Future[None]] = {}
        self._due: set[SensorId] = set()
        self._none_due = asyncio.Event()
        self._seen_one = asyncio.Event()
        self._looking = asyncio.Event()
        """Set while the radio scans."""
        self._hunt: asyncio.Task[None] | None = None

    async def scan(
        self, seconds: float, seen: Callable[[Advertisement], None] = lambda _: None
    ) -> list[Advertisement]:
        """Look around; sensors that are waited for are connected meanwhile.

        Parameters
        ----------
        seconds
            How long, from when the radio scans: that may take a moment while it connects.
        seen
            Called with everything seen, as often as it is.

        Returns
        -------
        list of Advertisement
            The newest of each device, strongest first.

        Raises
        ------
        LinkError
            If the radio cannot scan.
        """
        found: dict[SensorId, Advertisement] = {}

        def note(advertisement: Advertisement) -> None:
            found[advertisement.sensor] = advertisement
            seen(advertisement)

        failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listeners[note] = failure
        self._hunt_on()
        begun = asyncio.create_task(self._looking.wait())
        try:
            either: list[asyncio.Future[Any]] = [failure, begun]
            await asyncio.wait(either, timeout=CONNECT_S, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([failure], timeout=seconds)
            if failure.done():
                failure.result()
        finally:
            begun.cancel()
            del self._listeners[note]
            self._seen_one.set()
        return sorted(found.values(), key=lambda a: -999 if a.rssi_dbm is None else -a.rssi_dbm)

    async def open(
        self,
        sensor: SensorId,
        on_seen: Callable[[Advertisement], None],
        on_lost: Callable[[], None],
    ) -> BleakLink:
        """Wait until a sensor is seen, however long that takes, and open a link to it.

        Parameters
        ----------
        sensor
            Which.
        on_seen
            Called once it is seen.
        on_lost
            Called when the link breaks.

        Raises
        ------
        LinkError
            If the radio does not work or the sensor does not connect; nothing is left half open.
        """
        if sensor in self._wanted:
            raise ValueError(f"{sensor} is being opened already")
        future = asyncio.get_running_loop().create_future()
        self._wanted[sensor] = future
        try:
            self._hunt_on()
            device, advertisement = await future
            on_seen(advertisement)
            async with self._radio:
                return await self._connect(device, sensor, on_lost)
        finally:
            del self._wanted[sensor]
            self._due.discard(sensor)
            if not self._due:
                self._none_due.set()

    async def close(self) -> None:
        """Stop looking; links are closed by whoever opened them."""
        hunt, self._hunt = self._hunt, None
        if hunt is not None:
            hunt.cancel()
            await asyncio.gather(hunt, return_exceptions=True)

    # Finding

    def _hunt_on(self) -> None:
        if self._hunt is None or self._hunt.done():
            self._hunt = asyncio.create_task(self._search())

    async def _search(self) -> None:
        """Scan while anyone waits for a sensor, and let go of the radio for whoever's is seen."""
        while self._listeners or any(not future.done() for future in self._wanted.values()):
            try:
                async with self._radio:
                    await self._look()
            except LinkError as error:
                waiting: list[asyncio.Future[Any]] = [*self._wanted.values()]
                for future in [*waiting, *self._listeners.values()]:
                    if not future.done():
                        future.set_exception(error)
                return
            await self._none_due.wait()

    async def _look(self) -> None:
        self._seen_one.clear()
        self._none_due.set()
        async with self._scanning():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._seen_one.wait(), SCAN_S)
            waiting = [f for f in self._wanted.values() if not f.done()]
            if self._due and waiting:
                await asyncio.wait(waiting, timeout=GRACE_S)

    def _spot(self, device: BLEDevice, advertisement: Advertisement) -> None:
        for listen in tuple(self._listeners):
            listen(advertisement)
        future = self._wanted.get(advertisement.sensor)
        if future is not None and not future.done():
            future.set_result((device, advertisement))
            self._due.add(advertisement.sensor)
            self._none_due.clear()
            self._seen_one.set()

    @contextlib.asynccontextmanager
    async def _scanning(self) -> AsyncIterator[None]:
        def on_detection(device: BLEDevice, data: AdvertisementData) -> None:
            self._spot(device, _advertisement(device, data))

        scanner = BleakScanner(on_detection, bluez=self._bluez, backend=self._scanner_backend)
        try:
            with _told("this computer"):
                await asyncio.wait_for(scanner.start(), REQUEST_S)
            for device in await self._still_connected():
                self._spot(device, Advertisement(SensorId(device.address), device.name, None))
            self._looking.set()
            yield
        finally:
            self._looking.clear()
            await _quietly(scanner.stop(), REQUEST_S, "the scan")

    async def _still_connected(self) -> list[BLEDevice]:
        """Devices that somebody left connected; they do not advertise."""
        if self._scanner_backend is not None or not self._services:
            return []
        with contextlib.suppress(NotImplementedError, *_FAILURES):
            adapter = await BleakAdapter.get(bluez=self._bluez)
            return await adapter.get_connected_devices(self._services)
        return []

    # Connecting

    async def _connect(
        self, device: BLEDevice, sensor: SensorId, on_lost: Callable[[], None]
    ) -> BleakLink:
        """Try up to three times, as long as it fails quickly; a release lies between two tries."""
        for attempt in range(1, TRIES + 1):
            client = BleakClient(
                device,
                disconnected_callback=lambda _: on_lost(),
                timeout=CONNECT_S,
                bluez=self._bluez,
                backend=self._client_backend,
            )
            link = BleakLink(sensor, client)
            try:
                with _told(sensor):
                    await asyncio.wait_for(client.connect(), CONNECT_S)
            except LinkError as error:
                await link.release()
                slow = isinstance(error.__cause__, TimeoutError)
                if attempt == TRIES or slow or error.trouble is not LinkTrouble.REFUSED:
                    raise
                logger.debug("%s: try %d: %s", sensor, attempt, error)
                await asyncio.sleep(RETRY_S * attempt)
            except BaseException:
                await link.release()
                raise
            else:
                return link
        raise AssertionError


class BleakLink:
    """One open connection; a :class:`~sensors.drivers.link.Link`.

    One request is under way at a time: several firmwares answer only the last of two.
    """

    def __init__(self, sensor: SensorId, client: BleakClient) -> None:
        self._sensor = sensor
        self._client = client
        self._turn = asyncio.Lock()
        self._released = False

    @property
    def characteristics(self) -> frozenset[str]:
        """What the sensor offers."""
        with _told(self._sensor):
            return frozenset(c.uuid.lower() for c in self._client.services.characteristics.values())

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        with _told(self._sensor, LinkTrouble.UNRESPONSIVE):
            async with self._turn, asyncio.timeout(REQUEST_S):
                return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """Write a value, and wait for the sensor's word that it has it if ``response``."""
        with _told(self._sensor, LinkTrouble.UNRESPONSIVE):
            async with self._turn, asyncio.timeout(REQUEST_S):
                await self._client.write_gatt_char(characteristic, data, response)

    async def subscribe(self, characteristic: str, receiver: Receiver) -> None:
        """Have ``receiver`` called with each notification from now on."""

        def on_value(_: BleakGATTCharacteristic, data: bytearray) -> None:
            arrival_s = time.monotonic()
            if not self._released:
                receiver(arrival_s, bytes(data))

        with _told(self._sensor, LinkTrouble.UNRESPONSIVE):
            async with self._turn, asyncio.timeout(REQUEST_S):
                await self._client.start_notify(characteristic, on_value)

    async def unsubscribe(self, characteristic: str) -> None:
        """Have no more of them."""
        with _told(self._sensor, LinkTrouble.UNRESPONSIVE):
            async with self._turn, asyncio.timeout(REQUEST_S):
                await self._client.stop_notify(characteristic)

    async def release(self) -> None:
        """Give the link up, lost or not; never raises. Nothing is received afterwards."""
        self._released = True
        await _quietly(self._client.disconnect(), RELEASE_S, self._sensor)


_FAILURES = (Exception,)
"""bleak passes on what D-Bus, WinRT and CoreBluetooth raise, which have no common root."""


@contextlib.contextmanager
def _told(sensor: str, otherwise: LinkTrouble = LinkTrouble.REFUSED) -> Iterator[None]:
    """Turn whatever the platform raises into the trouble that it means."""
    try:
        yield
    except LinkError:
        raise
    except _FAILURES as error:
        raise LinkError(sensor, trouble_of(error, otherwise), _detail(error)) from error


def trouble_of(error: BaseException, otherwise: LinkTrouble) -> LinkTrouble:
    """Tell what an exception of ``bleak`` means for the person who waits."""
    match error:
        case BleakBluetoothNotAvailableError():
            return _AVAILABILITY.get(error.reason, otherwise)
        case BleakDBusError():
            return _DBUS_TROUBLES.get(error.dbus_error, otherwise)
        case FileNotFoundError() | ConnectionRefusedError():
            return LinkTrouble.NO_RADIO
        case PermissionError():
            return LinkTrouble.NOT_ALLOWED
        case _:
            return otherwise


def _detail(error: BaseException) -> str:
    words = str(error).strip()
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


async def _quietly(work: Awaitable[None], seconds: float, what: str) -> None:
    """Do what ends something; if it fails there is nothing left that could be done about it."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except _FAILURES as error:
        logger.debug("ending %s: %r", what, error)


def _advertisement(device: BLEDevice, data: AdvertisementData) -> Advertisement:
    return Advertisement(
        SensorId(device.address),
        data.local_name or device.name,
        data.rssi,
        frozenset(uuid.lower() for uuid in data.service_uuids),
        {number: bytes(content) for number, content in data.manufacturer_data.items()},
    )
