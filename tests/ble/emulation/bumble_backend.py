"""A backend of ``bleak`` on bumble's host stack: what an operating system would be.

``bleak`` takes classes, not objects, so the host is found where :func:`open_host` put it.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bumble import hci
from bumble.core import AdvertisingData, BaseBumbleError
from bumble.device import Device, Peer
from bumble.transport import open_transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bleak.backends.device import BLEDevice

_MTU = 247
_FLAGS = ("broadcast", "read", "write-without-response", "write", "notify", "indicate")


class _Host:
    device: Device | None = None


def _device() -> Device:
    if _Host.device is None:
        raise BleakError("no host: use open_host()")
    return _Host.device


@asynccontextmanager
async def open_host(port: int) -> AsyncIterator[None]:
    """Use the controller at ``port`` until the end."""
    async with await open_transport(f"tcp-client:127.0.0.1:{port}") as (source, sink):
        device = Device.with_hci("host", hci.Address("F0:F0:F0:F0:F0:F0"), source, sink)
        await device.power_on()
        _Host.device = device
        try:
            yield
        finally:
            _Host.device = None


class BumbleScanner(BaseBleakScanner):
    """Advertisements, with the name from the scan response as it comes."""

    scanning = 0
    """How many scan just now: more than one would be a fault of the driver."""

    def __init__(self, detection_callback, service_uuids, scanning_mode, **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)
        self._on = False

    async def start(self) -> None:
        self.seen_devices = {}
        assert BumbleScanner.scanning == 0, "two scanners at once"
        BumbleScanner.scanning += 1
        self._on = True
        _device().on("advertisement", self._seen)
        await _device().start_scanning(filter_duplicates=False)

    async def stop(self) -> None:
        if not self._on:
            return
        self._on = False
        BumbleScanner.scanning -= 1
        _device().remove_listener("advertisement", self._seen)
        await _device().stop_scanning()

    def _seen(self, advertisement) -> None:
        address = str(advertisement.address).split("/")[0]
        known = self.seen_devices.get(address)
        name = advertisement.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        services = advertisement.data.get(
            AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        )
        company = advertisement.data.get(AdvertisingData.MANUFACTURER_SPECIFIC_DATA)
        before = known[1] if known else None
        data = AdvertisementData(
            local_name=name or (before and before.local_name),
            manufacturer_data={company[0]: company[1]} if company else {},
            service_data={},
            service_uuids=[str(u).lower() for u in services or []]
            or (before.service_uuids if before else []),
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(),
        )
        device = self.create_or_update_device(address, address, data.local_name, None, data)
        self.call_detection_callbacks(device, data)


class BumbleClient(BaseBleakClient):
    """One connection."""

    connecting = 0

    def __init__(self, device: BLEDevice, *, services=None, **kwargs: Any) -> None:
        super().__init__(device, **kwargs)
        self._connection = None
        self._peer: Peer | None = None
        self._subscribers: dict[int, Any] = {}

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        assert BumbleClient.connecting == 0, "two connects at once"
        assert BumbleScanner.scanning == 0, "a connect while scanning"
        BumbleClient.connecting += 1
        try:
            self._connection = await self._connect()
            self._connection.on("disconnection", self._closed)
            self._peer = Peer(self._connection)
            await self._peer.request_mtu(_MTU)
            self.services = await self._discover()
        except BaseBumbleError as error:
            raise BleakError(str(error)) from error
        finally:
            BumbleClient.connecting -= 1

    async def _connect(self):
        """Connect; if that is cancelled, do not leave the link to chance as bumble does."""
        address = hci.Address(self.address)
        work = asyncio.ensure_future(_device().connect(address, timeout=self._timeout))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await (await work).disconnect()
            raise

    async def _discover(self) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for service in await self._peer.discover_services():
            ours = BleakGATTService(service, service.handle, _uuid(service.uuid))
            found.add_service(ours)
            for member in await service.discover_characteristics():
                await member.discover_descriptors()
                flags = [name for bit, name in enumerate(_FLAGS) if member.properties & 1 << bit]
                theirs = BleakGATTCharacteristic(
                    member, member.handle, _uuid(member.uuid), flags, lambda: _MTU - 3, ours
                )
                found.add_characteristic(theirs)
        return found

    def _closed(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()

    async def pair(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    def _open(self) -> None:
        if self._connection is None:
            raise BleakError("not connected")

    async def read_gatt_char(self, characteristic, **_: Any) -> bytearray:
        self._open()
        return bytearray(await characteristic.obj.read_value())

    async def write_gatt_char(self, characteristic, data, response: bool) -> None:
        self._open()
        await characteristic.obj.write_value(bytes(data), with_response=response)

    async def start_notify(self, characteristic, callback, **_: Any) -> None:
        self._open()

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribers[characteristic.handle] = on_value
        await characteristic.obj.subscribe(on_value)

    async def stop_notify(self, characteristic) -> None:
        self._open()
        await characteristic.obj.unsubscribe(self._subscribers.pop(characteristic.handle))

    async def read_gatt_descriptor(self, descriptor, **_: Any) -> bytearray:
        raise NotImplementedError

    async def write_gatt_descriptor(self, descriptor, data) -> None:
        raise NotImplementedError


def _uuid(uuid) -> str:
    digits = uuid.to_bytes(force_128=True)[::-1].hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
