"""Sensors on bumble's link layer; the host reaches its controller by HCI over TCP."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from bumble import att, gatt, hci
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

if TYPE_CHECKING:
    from tests.ble.emulation.sensor import Sensor

_PROPERTIES = {
    "read": gatt.Characteristic.READ,
    "write": gatt.Characteristic.WRITE,
    "write-without-response": gatt.Characteristic.WRITE_WITHOUT_RESPONSE,
    "notify": gatt.Characteristic.NOTIFY,
}
_ADVERTISING_MS = 100.0


class BumbleAir:
    """All sensors and the host's controller on one link."""

    def __init__(self) -> None:
        self._link = LocalLink()
        self._units: dict[str, _Unit] = {}

    async def open(self) -> dict[str, object]:
        """Set up the controller for the host; return where it is."""
        listener = socket.create_server(("127.0.0.1", 0))
        self._host = await open_tcp_server_transport_with_socket(listener)
        Controller("host", self._host.source, self._host.sink, self._link)
        return {"hci": listener.getsockname()[1]}

    async def close(self) -> None:
        await self._host.close()

    async def add(self, sensor: Sensor) -> None:
        self._units[sensor.address] = unit = _Unit(sensor, self._link)
        await unit.device.power_on()

    async def advertise(self, sensor: Sensor, *, on: bool) -> None:
        unit = self._units[sensor.address]
        async with unit.turn:
            if not on:
                await unit.device.stop_advertising()
            elif not unit.device.is_advertising and not sensor.connected:
                await unit.device.start_advertising()

    async def notify(self, sensor: Sensor, characteristic: str, value: bytes) -> None:
        unit = self._units[sensor.address]
        if unit.connection is not None:
            await unit.device.notify_subscriber(
                unit.connection, unit.characteristics[characteristic], value
            )

    async def cut(self, sensor: Sensor) -> None:
        connection = self._units[sensor.address].connection
        if connection is not None:
            await connection.disconnect()


def _advertising(sensor: Sensor) -> bytes:
    """Everything in one packet of 31 bytes: this link layer answers no scan requests."""
    fields = [(AdvertisingData.FLAGS, bytes([6]))]
    for uuid in map(UUID, sensor.advertised):
        short = len(uuid.to_bytes()) == 2
        kind = (
            AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
            if short
            else AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        )
        fields.append((kind, uuid.to_bytes()))
    if sensor.company is not None:
        fields.append(
            (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, sensor.company.to_bytes(2, "little"))
        )
    fields.append((AdvertisingData.COMPLETE_LOCAL_NAME, sensor.name.encode()))
    data = bytes(AdvertisingData(fields))
    assert len(data) <= 31, sensor.name
    return data


class _Unit:
    """One sensor's bumble device."""

    def __init__(self, sensor: Sensor, link: LocalLink) -> None:
        self._sensor = sensor
        self.connection = None
        self.turn = asyncio.Lock()
        controller = Controller(sensor.name, link=link)
        self.device = Device(
            name=sensor.name,
            address=hci.Address(sensor.address),
            host=Host(controller, AsyncPipeSink(controller)),
        )
        self.device.advertising_interval_min = _ADVERTISING_MS
        self.device.advertising_interval_max = _ADVERTISING_MS
        self.device.advertising_data = _advertising(sensor)
        self.characteristics: dict[str, gatt.Characteristic] = {}
        for service, members in sensor.firmware.services.items():
            table = [self._characteristic(uuid, how) for uuid, how in members.items()]
            self.device.add_service(gatt.Service(service, table))
        self.device.on("connection", self._opened)

    def _characteristic(self, uuid: str, how: tuple[str, ...]) -> gatt.Characteristic:
        properties = gatt.Characteristic.Properties(0)
        for name in how:
            properties |= _PROPERTIES[name]
        value = gatt.CharacteristicValue(
            read=lambda _: self._sensor.read(str(uuid)),
            write=lambda _, value: self._write(str(uuid), value),
        )
        permissions = gatt.Characteristic.READABLE | gatt.Characteristic.WRITEABLE
        made = gatt.Characteristic(str(uuid), properties, permissions, value)
        made.on("subscription", lambda _, notify, __: self._sensor.subscribe(str(uuid), on=notify))
        self.characteristics[str(uuid)] = made
        return made

    def _write(self, uuid: str, value: bytes) -> None:
        try:
            self._sensor.write(uuid, value)
        except PermissionError:
            raise att.ATT_Error(att.ErrorCode.WRITE_NOT_PERMITTED) from None

    def _opened(self, connection) -> None:
        self.connection = connection
        connection.on("disconnection", self._closed)
        self._sensor.link_opened()

    def _closed(self, _reason: int) -> None:
        self.connection = None
        self._sensor.link_closed()
        if self._sensor.reachable:
            self._again = asyncio.ensure_future(self._sensor.air.advertise(self._sensor, on=True))
