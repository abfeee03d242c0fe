"""Three emulated sensors of different brands through the real ``bleak``: nothing lost silently.

The sensors live in a process of their own, on bumble's link layer or behind a stand-in for BlueZ;
what they count as sent is compared with what was received and what was found to be lost.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import shutil
import tempfile
import time
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from sensors.drivers.base import ActivityChange, LinkChange, LinkState, Notification
from sensors.drivers.ble import Central
from sensors.drivers.ble_source import BleSource
from sensors.protocols.families import family_named
from sensors.recording import RecordingWriter, read_recording
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.session_decoder import SessionDecoder
from tests.ble.emulation.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sensors.accounting import LinkStatistics

WEATHER = {"interval_s": 0.030, "loss": 0.002, "stall_every_s": 20.0, "supervision_s": 2.0}
"""A usual link: 30 ms, losses in a full queue now and then, a stall of 250 ms every 20 s."""

PATIENCE_S = 30.0

UNDER_WAY_S = 10.0
"""How long a packet may take from the emulated air to the decoder, on the busiest of computers."""

PACKET_SAMPLES = 4
"""What was lost after the last packet that came is nobody's to find."""

FILE = "recording.mcap"

SENSORS: list[dict[str, Any]] = [
    {"name": "OSI-0000", "brand": "open", "address": "F1:00:00:00:00:00", "weather": WEATHER},
    {"name": "MetaWear", "brand": "metamotion", "address": "F1:00:00:00:00:01", "weather": WEATHER},
    {
        "name": "WT901BLE67",
        "brand": "witmotion",
        "address": "F1:00:00:00:00:02",
        "weather": WEATHER,
    },
]
PROTOCOLS = ("open_profile", "metamotion", "witmotion")


@asynccontextmanager
async def radio(stage: Stage, layer: str) -> AsyncIterator[Central]:
    """What reaches the emulated sensors."""
    if layer == "bluez":
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = str(stage.ready["bus"])
        yield Central()
        return
    from tests.ble.emulation.bumble_backend import BumbleClient, BumbleScanner, open_host

    async with open_host(stage.ready["hci"]):
        yield Central(client=BumbleClient, scanner=BumbleScanner)


def infos() -> list[SensorInfo]:
    """The three, each in its role."""
    return [
        SensorInfo(SensorId(s["address"]), placement, s["name"], p, family_named(p).rate_hz)
        for s, p, placement in zip(SENSORS, PROTOCOLS, Placement, strict=True)
    ]


def layers() -> list[str]:
    """What can be run here."""
    return ["bluez", "bumble"] if shutil.which("dbus-daemon") else ["bumble"]


async def account(layer: str, minutes: float) -> bool:
    """Stream for some minutes; print the account of every sample. Returns whether it adds up."""
    async with Stage(layer, SENSORS) as stage, radio(stage, layer) as central:
        source = BleSource(infos(), central)
        decoder = SessionDecoder(source.sensors, 0.0)
        longest, memory = 0, [resident_mb()]
        arrival = asyncio.Event()

        async def take(writer: RecordingWriter) -> None:
            nonlocal longest
            async for item in source:
                writer.write(item)
                if isinstance(item, Notification):
                    decoder.feed_all((item,))
                    arrival.set()
                longest = max(longest, source.waiting)

        with tempfile.TemporaryDirectory() as folder:
            async with source:
                cpu_s, began_s = time.process_time(), time.monotonic()
                with recording_of(source, Path(folder) / FILE) as writer:
                    taking = asyncio.create_task(take(writer))
                    while (left_s := began_s + 60.0 * minutes - time.monotonic()) > 0.0:
                        await asyncio.sleep(min(left_s, 10.0))
                        memory.append(resident_mb())
                    cpu = (time.process_time() - cpu_s) / (time.monotonic() - began_s)
                    await everything_in(stage, decoder, arrival)
                    await source.__aexit__(None, None, None)
                    await taking
        sent = {s["address"]: await stage.tell(s["name"], "stats") for s in SENSORS}
    early, late = memory[len(memory) // 5], memory[-1]
    print(
        f"\n{layer}, {minutes:g} min: {100 * cpu:.1f} % of a core (decoding and recording"
        f" included), longest queue {longest}, dropped {source.dropped}, memory "
        f"{early:.1f} → {late:.1f} MB"
    )
    good = source.dropped == 0
    for info in source.sensors:
        good &= account_of(info, decoder.streams[info.sensor].statistics, sent[info.sensor])
    return good


async def everything_in(stage: Stage, decoder: SessionDecoder, arrival: asyncio.Event) -> None:
    """Stop the sensors and let what is under way arrive, so that the account can be closed."""
    sent = {SensorId(s["address"]): (await stage.quiet(s["name"]))["samples"] for s in SENSORS}
    with suppress(TimeoutError):
        async with asyncio.timeout(UNDER_WAY_S):
            while any(decoder.streams[who].statistics.received < sent[who] for who in sent):
                arrival.clear()
                await arrival.wait()


def recording_of(source: BleSource, path: Path) -> RecordingWriter:
    """Record what a source yields."""
    return RecordingWriter(
        path, source.sensors, origin_s=source.origin_s, started_unix_s=time.time(), meta={}
    )


def account_of(info: SensorInfo, found: LinkStatistics, sent: dict[str, Any]) -> bool:
    """Compare one sensor's counts; print them."""
    all_sent = sent["samples"] + sent["samples_lost"]
    difference = all_sent - found.received - found.lost
    counter = info.protocol != "witmotion"
    most = PACKET_SAMPLES if counter else max(PACKET_SAMPLES, 0.001 * all_sent)
    good = abs(difference) <= most and found.errors == 0
    if sent["connections"] > 1:
        # What is measured while there is no link is never sent, and rightly counted as lost.
        print(f"  {info.name:10} lost its link {sent['connections'] - 1} times")
    print(
        f"  {info.name:10} sent {all_sent:6}, received {found.received:6}, counted lost "
        f"{found.lost:4} (truly {sent['samples_lost']:4}), difference {difference:+d}, "
        f"{found.rate_hz:.2f} Hz, clock {found.clock_ppm:+.0f} ppm ± {1e3 * found.clock_sd_s:.1f}"
        f" ms {'' if good else '  DOES NOT ADD UP'}"
    )
    return good


async def drops(layer: str, count: int) -> float:
    """Switch a sensor's link off and on; print and return the median time to stream again (s)."""
    times: list[float] = []
    async with Stage(layer, SENSORS) as stage, radio(stage, layer) as central:
        source = BleSource(infos(), central)
        victim = source.sensors[0].sensor
        streaming, lost = asyncio.Event(), asyncio.Event()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / FILE

            async def record() -> None:
                with recording_of(source, path) as writer:
                    seen = LinkState.CONNECTING
                    async for item in source:
                        writer.write(item)
                        if isinstance(item, ActivityChange) or item.sensor != victim:
                            continue
                        if isinstance(item, LinkChange):
                            seen = item.state
                            if seen is LinkState.LOST:
                                lost.set()
                        elif seen is LinkState.STREAMING and is_data(item):
                            streaming.set()

            async with source:
                task = asyncio.create_task(record())
                for number in range(count):
                    streaming.clear()
                    await asyncio.wait_for(streaming.wait(), PATIENCE_S)
                    lost.clear()
                    await stage.tell("OSI-0000", "vanish" if number % 2 else "off")
                    await asyncio.wait_for(lost.wait(), PATIENCE_S)
                    await asyncio.sleep(0.5 + 0.37 * (number % 5))
                    streaming.clear()
                    back_s = time.monotonic()
                    await stage.tell("OSI-0000", "return" if number % 2 else "on")
                    await asyncio.wait_for(streaming.wait(), PATIENCE_S)
                    times.append(time.monotonic() - back_s)
                await asyncio.sleep(1.0)
            await task
            marked, gaps = shown(path, victim)
    print(
        f"\n{layer}, {count} drops: streaming again after {median(times):.2f} s (median; longest "
        f"{max(times):.2f} s); the recording shows {marked} losses and {gaps} gaps"
    )
    return median(times)


def is_data(item: object) -> bool:
    """Whether it is a data packet of the open profile."""
    return isinstance(item, Notification) and item.characteristic.startswith("c2c80006")


def shown(path: Path, victim: SensorId) -> tuple[int, int]:
    """How many losses of the link, and how many gaps over 1 s in its time, a recording shows."""
    recording = read_recording(path)
    marked = sum(
        isinstance(i, LinkChange) and i.sensor == victim and i.state is LinkState.LOST
        for i in recording
    )
    arrivals = [i.arrival_s for i in recording if is_data(i)]
    return marked, sum(b - a > 1.0 for a, b in pairwise(arrivals))


def resident_mb() -> float:
    """Memory of this process just now (MB); garbage does not count."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return pages * resource.getpagesize() / 1e6


def run(minutes: float, count: int) -> bool:
    """Run everything on every layer there is; returns whether all is as it should be."""
    good = True
    for layer in layers():
        good &= asyncio.run(account(layer, minutes))
        good &= asyncio.run(drops(layer, count)) <= 3.0
    return good
