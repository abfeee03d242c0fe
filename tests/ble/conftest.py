"""Emulated sensors and the real ``bleak``, on both layers."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from sensors.drivers.base import LinkChange, LinkState, Notification
from sensors.drivers.ble import Central
from sensors.drivers.ble_source import BleSource
from sensors.protocols.families import family_named
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.session_decoder import SessionDecoder
from tests.ble.emulation.bumble_backend import BumbleClient, BumbleScanner, open_host
from tests.ble.emulation.stage import Stage

PATIENCE_S = 60.0


@pytest.fixture(params=["bumble", "bluez"])
def layer(request: pytest.FixtureRequest) -> str:
    """Each test runs on both: bumble's link layer, and bleak's own Linux backend."""
    if request.param == "bluez" and shutil.which("dbus-daemon") is None:
        pytest.skip("no dbus-daemon: install Debian's package 'dbus' to test bleak's Linux backend")
    return request.param


@pytest.fixture
def either() -> str:
    """What does not depend on the layer runs on the cheaper one that is there."""
    return "bluez" if shutil.which("dbus-daemon") else "bumble"


def address(number: int) -> str:
    return f"F1:00:00:00:00:0{number}"


NAMES = {
    "open": "OSI-000{}", "witmotion": "WT901BLE6{}", "metamotion": "MetaWear",
    "dot": "Movella DOT {}", "stubborn dot": "Movella DOT {}", "old dot": "Xsens DOT",
    "movesense": "Movesense 17463000019{}", "thingy52": "Thingy",
}  # fmt: skip
PROTOCOLS = {
    "open": "open_profile",
    **dict.fromkeys(("dot", "old dot", "stubborn dot"), "movella_dot"),
}


def three(brands: tuple[str, ...] = ("open", "open", "open"), **weather: float) -> list[dict]:
    """Describe three sensors to :class:`Stage`."""
    return [
        {"name": NAMES[brand].format(n), "brand": brand, "address": address(n), "seed": n + 1,
         "weather": weather}
        for n, brand in enumerate(brands)
    ]  # fmt: skip


def infos(sensors: list[dict]) -> list[SensorInfo]:
    made = []
    for sensor, placement in zip(sensors, Placement, strict=False):
        protocol = PROTOCOLS.get(sensor["brand"], sensor["brand"])
        rate_hz = family_named(protocol).rate_hz
        made.append(
            SensorInfo(SensorId(sensor["address"]), placement, sensor["name"], protocol, rate_hz)
        )
    return made


@asynccontextmanager
async def staged(layer: str, sensors: list[dict], monkeypatch: pytest.MonkeyPatch):
    """Give the sensors' stage, and what makes radios that reach it."""
    async with Stage(layer, sensors) as stage:
        if layer == "bluez":
            monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", stage.ready["bus"])
            yield stage, Central
        else:
            async with open_host(stage.ready["hci"]):
                yield stage, lambda **kw: Central(client=BumbleClient, scanner=BumbleScanner, **kw)


@dataclass
class Watch:
    """Takes what a source yields, decodes it, and waits for things to happen."""

    source: BleSource
    items: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self.decoders = SessionDecoder(self.source.sensors, 0.0).streams
        self._changed = asyncio.Event()

    async def run(self) -> None:
        async for item in self.source:
            self.items.append(item)
            if isinstance(item, Notification):
                self.decoders[item.sensor].feed(item)
            self._changed.set()

    async def until(self, happened) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    def states(self, sensor: str) -> list[LinkState]:
        return [change.state for change in self.changes(sensor)]

    def changes(self, sensor: str) -> list[LinkChange]:
        """What became of a link, without the stalls that passed: a busy computer makes those."""
        kept: list[LinkChange] = []
        for change in self.stalls_too(sensor):
            if (
                kept
                and kept[-1].state is LinkState.STALLED is not change.state is not LinkState.LOST
            ):
                kept.pop()
            else:
                kept.append(change)
        return kept

    def stalls_too(self, sensor: str) -> list[LinkChange]:
        return [i for i in self.items if isinstance(i, LinkChange) and i.sensor == sensor]

    def received(self, sensor: str) -> int:
        return self.decoders[sensor].statistics.received

    def sequences(self, sensor: str, characteristic: str) -> list[int]:
        """Sequence numbers of the open profile's data packets, in order of arrival."""
        return [
            int.from_bytes(i.data[2:4], "little")
            for i in self.items
            if isinstance(i, Notification)
            and (i.sensor, i.characteristic) == (sensor, characteristic)
        ]


async def hushed(stage: Stage, watch: Watch, sensors: list[dict]) -> dict[str, dict]:
    """Have the sensors fall silent and take what is under way; return what each has sent.

    Whoever stops sensors that stream never learns of the last packets.
    """
    sent = {}
    for sensor in sensors:
        sent[sensor["address"]] = counts = await stage.quiet(sensor["name"])
        await watch.until(lambda s=sensor, c=counts: watch.received(s["address"]) >= c["samples"])
    return sent


@asynccontextmanager
async def watched(source: BleSource):
    """Run a source to the end of the block; what it yielded on the way out is in, too."""
    async with source:
        watch = Watch(source)
        task = asyncio.create_task(watch.run())
        try:
            yield watch
        except BaseException:
            task.cancel()
            raise
    await task
