"""``org.bluez`` on a private D-Bus, as far as a client of it can tell.

What BlueZ does and a naive stand-in would not: two connects at once are refused, a value that is
read is also signalled, a device stays known when it has gone, a vanished device ends the connection
only after the supervision time, a device that somebody left connected stays so and is silent.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

if TYPE_CHECKING:
    from tests.ble.emulation.sensor import Sensor

ADAPTER = "/org/bluez/hci0"
_CONFIG = """<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""
_ADVERTISES_S = 0.1
_CONNECTS_S = 0.05
_GIVES_UP_S = 4.0

Interfaces = dict[str, dict[str, Variant]]


class BluezAir:
    """The daemon, its adapter, and the sensors it sees."""

    def __init__(self) -> None:
        self._objects: dict[str, Interfaces] = {}
        self._sensors: dict[str, Sensor] = {}
        self._paths: dict[tuple[str, str], str] = {}
        self._advertising: set[str] = set()
        self._discovering: set[str] = set()
        self._notifying: dict[str, set[str]] = {}
        self._connecting: str | None = None
        self._rng = random.Random(1)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open(self) -> dict[str, object]:
        """Start a bus of our own and appear on it; return where it is."""
        daemon = shutil.which("dbus-daemon")
        assert daemon is not None
        folder = Path(tempfile.mkdtemp(prefix="torso-bus-"))
        config = folder / "bus.conf"
        config.write_text(_CONFIG.format(folder=folder))
        self._daemon = await asyncio.create_subprocess_exec(
            daemon, f"--config-file={config}", "--nofork", "--nopidfile", "--print-address",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        address = (await self._daemon.stdout.readline()).decode().strip()
        self._bus = await MessageBus(bus_address=address).connect()
        self._objects[ADAPTER] = {
            "org.bluez.Adapter1": {
                "Address": Variant("s", "F0:F0:F0:F0:F0:F0"),
                "Powered": Variant("b", True),
                "Discovering": Variant("b", False),
                "Roles": Variant("as", ["central", "peripheral"]),
            }
        }
        self._bus.add_message_handler(self._on_message)
        await self._bus.request_name("org.bluez")
        self._do(self._advertise_again())
        return {"bus": address}

    async def close(self) -> None:
        self._bus.disconnect()
        self._daemon.terminate()
        await self._daemon.wait()

    # What sensors do

    async def add(self, sensor: Sensor) -> None:
        self._sensors[_path(sensor)] = sensor

    async def advertise(self, sensor: Sensor, *, on: bool) -> None:
        (self._advertising.add if on else self._advertising.discard)(_path(sensor))

    async def notify(self, sensor: Sensor, characteristic: str, value: bytes) -> None:
        path = self._paths.get((_path(sensor), characteristic))
        if path is not None and self._notifying.get(path):
            self._changed(path, "org.bluez.GattCharacteristic1", {"Value": Variant("ay", value)})

    async def cut(self, sensor: Sensor) -> None:
        if sensor.connected:
            self._disconnected(_path(sensor), sensor)

    # What a client asks for

    def _on_message(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        name = f"{(message.interface or '').rsplit('.', 1)[-1]}.{message.member}"
        match name:
            case "ObjectManager.GetManagedObjects":
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._objects])
            case "Adapter1.SetDiscoveryFilter":
                return Message.new_method_return(message)
            case "Adapter1.StartDiscovery":
                if self._connecting:
                    return _error(message, "InProgress")
                self._discovering.add(message.sender)
                for path in self._advertising:
                    self._seen(path)
                return Message.new_method_return(message)
            case "Adapter1.StopDiscovery":
                self._discovering.discard(message.sender)
                return Message.new_method_return(message)
        if message.path in self._objects:
            self._do(self._answer(message, name))
            return True
        return None

    async def _answer(self, message: Message, name: str) -> None:
        handler = {
            "Device1.Connect": self._connect,
            "Device1.Disconnect": self._disconnect,
            "GattCharacteristic1.ReadValue": self._read,
            "GattCharacteristic1.WriteValue": self._write,
            "GattCharacteristic1.StartNotify": self._start_notify,
            "GattCharacteristic1.StopNotify": self._stop_notify,
        }[name]
        await self._bus.send(await handler(message))

    async def _connect(self, message: Message) -> Message:
        sensor = self._sensors[message.path]
        if self._connecting:
            return _error(message, "InProgress")
        if sensor.connected:
            return Message.new_method_return(message)
        self._connecting = message.path
        try:
            if message.path not in self._advertising:
                await asyncio.sleep(_GIVES_UP_S)
                return _error(message, "Failed", "le-connection-timeout")
            await asyncio.sleep(_CONNECTS_S)
            if self._connecting is None:
                return _error(message, "Failed", "le-connection-canceled")
        finally:
            self._connecting = None
        if sensor.refuse > 0:
            sensor.refuse -= 1
            return _error(message, "Failed", "le-connection-refused")
        self._advertising.discard(message.path)
        sensor.link_opened()
        self._changed(message.path, "org.bluez.Device1", {"Connected": Variant("b", True)})
        self._do(self._resolve(message.path, sensor))
        return Message.new_method_return(message)

    async def _resolve(self, device: str, sensor: Sensor) -> None:
        """Let the services appear, a little after the connection."""
        await asyncio.sleep(_CONNECTS_S)
        if not sensor.connected:
            return
        handle = itertools.count(1)
        for service, members in sensor.firmware.services.items():
            service_path = f"{device}/service{next(handle):04x}"
            self._appear(
                service_path,
                "org.bluez.GattService1",
                {
                    "UUID": Variant("s", str(service)),
                    "Device": Variant("o", device),
                    "Primary": Variant("b", True),
                    "Includes": Variant("ao", []),
                },
            )
            for uuid, flags in members.items():
                path = f"{service_path}/char{next(handle):04x}"
                self._paths[device, str(uuid)] = path
                self._appear(
                    path,
                    "org.bluez.GattCharacteristic1",
                    {
                        "UUID": Variant("s", str(uuid)),
                        "Service": Variant("o", service_path),
                        "Flags": Variant("as", list(flags)),
                        "Notifying": Variant("b", False),
                        "MTU": Variant("q", 247),
                        "Value": Variant("ay", b""),
                    },
                )
        self._changed(device, "org.bluez.Device1", {"ServicesResolved": Variant("b", True)})

    async def _disconnect(self, message: Message) -> Message:
        sensor = self._sensors[message.path]
        if self._connecting == message.path:
            self._connecting = None
        if sensor.connected:
            asyncio.get_running_loop().call_later(
                _CONNECTS_S, self._disconnected, message.path, sensor
            )
        return Message.new_method_return(message)

    def _disconnected(self, device: str, sensor: Sensor) -> None:
        if not sensor.connected:
            return
        sensor.link_closed()
        for path in [p for p in self._objects if p.startswith(f"{device}/")]:
            self._notifying.pop(path, None)
        gone = {"Connected": Variant("b", False), "ServicesResolved": Variant("b", False)}
        self._changed(device, "org.bluez.Device1", gone)
        if sensor.reachable:
            self._advertising.add(device)

    async def _read(self, message: Message) -> Message:
        sensor, uuid = self._meant(message.path)
        if not sensor.connected:
            return _error(message, "Failed", "Not connected")
        value = sensor.read(uuid)
        self._changed(
            message.path, "org.bluez.GattCharacteristic1", {"Value": Variant("ay", value)}
        )
        return Message.new_method_return(message, "ay", [value])

    async def _write(self, message: Message) -> Message:
        sensor, uuid = self._meant(message.path)
        if not sensor.connected:
            return _error(message, "Failed", "Not connected")
        try:
            sensor.write(uuid, bytes(message.body[0]))
        except PermissionError:
            return _error(message, "NotPermitted", "Write not permitted")
        return Message.new_method_return(message)

    async def _start_notify(self, message: Message) -> Message:
        sensor, uuid = self._meant(message.path)
        if not sensor.connected:
            return _error(message, "Failed", "Not connected")
        self._notifying.setdefault(message.path, set()).add(message.sender)
        sensor.subscribe(uuid, on=True)
        return Message.new_method_return(message)

    async def _stop_notify(self, message: Message) -> Message:
        sensor, uuid = self._meant(message.path)
        clients = self._notifying.get(message.path, set())
        clients.discard(message.sender)
        if not clients:
            sensor.subscribe(uuid, on=False)
        return Message.new_method_return(message)

    # How it is said

    def _meant(self, path: str) -> tuple[Sensor, str]:
        device = path.split("/service")[0]
        uuid = self._objects[path]["org.bluez.GattCharacteristic1"]["UUID"].value
        return self._sensors[device], uuid

    async def _advertise_again(self) -> None:
        while True:
            await asyncio.sleep(_ADVERTISES_S)
            if self._discovering:
                for path in list(self._advertising):
                    self._seen(path)

    def _seen(self, path: str) -> None:
        rssi = Variant("n", self._rng.randrange(-70, -40))
        if path in self._objects:
            self._changed(path, "org.bluez.Device1", {"RSSI": rssi})
            return
        sensor = self._sensors[path]
        properties = {
            "Adapter": Variant("o", ADAPTER),
            "Address": Variant("s", sensor.address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", sensor.name),
            "Name": Variant("s", sensor.name),
            "Connected": Variant("b", False),
            "Paired": Variant("b", False),
            "Bonded": Variant("b", False),
            "Trusted": Variant("b", False),
            "ServicesResolved": Variant("b", False),
            "UUIDs": Variant("as", [str(uuid) for uuid in sensor.advertised]),
            "RSSI": rssi,
        }
        if sensor.company is not None:
            properties["ManufacturerData"] = Variant(
                "a{qv}", {sensor.company: Variant("ay", b"\0")}
            )
        self._appear(path, "org.bluez.Device1", properties)

    def _appear(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        self._objects[path] = {interface: properties}
        self._signal(
            "/",
            "org.freedesktop.DBus.ObjectManager",
            "InterfacesAdded",
            "oa{sa{sv}}",
            [path, {interface: properties}],
        )

    def _changed(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        self._objects[path][interface].update(properties)
        self._signal(
            path,
            "org.freedesktop.DBus.Properties",
            "PropertiesChanged",
            "sa{sv}as",
            [interface, properties, []],
        )

    def _signal(self, path: str, interface: str, member: str, types: str, body: list[Any]) -> None:
        self._do(self._bus.send(Message.new_signal(path, interface, member, types, body)))

    def _do(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _path(sensor: Sensor) -> str:
    return f"{ADAPTER}/dev_{sensor.address.replace(':', '_')}"


def _error(message: Message, name: str, words: str = "") -> Message:
    return Message.new_error(message, f"org.bluez.Error.{name}", words or name)
