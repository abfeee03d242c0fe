"""The recorder: cut at every byte, and half a day long.

Cuts: a short recording is cut at every byte of its length, a long one at random places; each must
read back every whole message before the cut, and nothing else. Where messages end is found by
walking the file's records here, not by the reader that is tried.

Hours: simulated sensors are recorded as the dashboard does it, written twenty times and brought to
the disk twice a simulated second, as fast as the computer can. Memory must stay flat and the file
grow in a straight line; an hour of three sensors must read back into samples within
`MOST_READING_S` of processor time, as it was written and packed.
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sensors.drivers.simulated import SimulatedSource
from sensors.recording import RecordingWriter, pack_recording, read_recording
from sensors.recording.background import EVERY_S, SYNC_EVERY_S
from sensors.samples import Activity, Event
from sessions.imports.recording import read_recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.drivers.base import SourceItem

MOST_READING_S = 5.0
MOST_GROWTH_MIB_PER_H = 1.0
MOST_BEND = 0.01
"""How far the file's size may leave the straight line, as a part of its size in the end."""

SHORT_S = 0.5
LONG_S = 120.0
CHUNK_S = 10.0
WARM_UP_S = 900.0
LOOK_EVERY_S = 300.0

_MAGIC = 8
_MESSAGE = 5


@dataclass(frozen=True, slots=True)
class Cuts:
    """How many cuts were read, and what went wrong at which byte."""

    read: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment of a long recording."""

    t_s: float
    memory_mib: float
    size_bytes: int


def run(hours: float, cuts: int, say: Callable[[str], None] = print) -> bool:
    """Do both and print what was seen; whether all of it is as it should be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        short, long = (record(folder / f"{s:g}.mcap", s) for s in (SHORT_S, LONG_S))
        everywhere = cut(short, range(1, short.stat().st_size + 1))
        places = np.random.default_rng(1).integers(1, long.stat().st_size, cuts)
        somewhere = cut(long, sorted(int(place) for place in places))
        for what, found in (("every byte of a short", everywhere), ("a long", somewhere)):
            say(f"{found.read} cuts, {what} recording: {len(found.wrong)} wrong")
            for words in found.wrong[:10]:
                say(f"  {words}")
        looks: list[Look] = []
        started_s, busy_s = time.monotonic(), time.process_time()
        path = record(folder / "hours.mcap", hours * 3600, looks.append)
        took_s, busy_s = time.monotonic() - started_s, time.process_time() - busy_s
        for look in looks[:: max(1, len(looks) // 12)]:
            mb = look.size_bytes / 1e6
            say(f"{look.t_s / 3600:6.2f} h  {look.memory_mib:6.1f} MiB  {mb:8.2f} MB recorded")
        growth, bend = growth_mib_per_h(looks), bend_of(looks)
        say(
            f"{hours:g} h recorded in {took_s:.0f} s ({busy_s:.0f} s of processor): memory grows by"
            f" {growth:.2f} MiB/h, the file leaves a straight line by {100 * bend:.2f} %"
        )
        path.unlink()
        reading_s = read_back_s(folder / "hour.mcap", say)
    right = not everywhere.wrong and not somewhere.wrong
    flat = growth <= MOST_GROWTH_MIB_PER_H and bend <= MOST_BEND
    return right and flat and reading_s <= MOST_READING_S


def record(path: Path, seconds: float, look: Callable[[Look], None] = lambda _: None) -> Path:
    """Record so many simulated seconds of three sensors with a few events."""
    asyncio.run(_record(path, seconds, look))
    return path


async def _record(path: Path, seconds: float, look: Callable[[Look], None]) -> None:
    source = SimulatedSource(
        script=(Activity.SEATED,), speed=None, duration_s=seconds, origin_s=0.0, chunk_s=CHUNK_S
    )
    written_s = synced_s = looked_s = 0.0
    async with source:
        with RecordingWriter(
            path, source.sensors, origin_s=0.0, started_unix_s=0.0, meta={}
        ) as writer:
            writer.write_event(Event(0.5, None, Activity.SEATED))
            async for item in source:
                writer.add(item)
                if item.arrival_s - written_s >= EVERY_S:
                    writer.commit()
                    written_s = item.arrival_s
                if item.arrival_s - synced_s >= SYNC_EVERY_S:
                    writer.sync()
                    synced_s = item.arrival_s
                if item.arrival_s - looked_s >= LOOK_EVERY_S:
                    gc.collect()
                    looked_s = item.arrival_s
                    look(Look(looked_s, _memory_mib(), writer.size_bytes))
            writer.write_event(Event(0.5, seconds - 0.5, Activity.SEATED))


def cut(whole: Path, places: range | list[int]) -> Cuts:
    """Cut a recording at each place, the last first, and read what is left."""
    data = whole.read_bytes()
    ends = message_ends(data)
    items = list(read_recording(whole))
    item_ends = _item_ends(items, ends)
    file = whole.with_name("cut.mcap")
    file.write_bytes(data)
    wrong: list[str] = []
    for place in reversed(places):
        os.truncate(file, place)
        words = _look_at(file, items, bisect_right(item_ends, place), bisect_right(ends, place))
        if words is not None:
            wrong.append(f"cut at byte {place}: {words}")
    return Cuts(len(places), tuple(wrong))


def message_ends(data: bytes) -> list[int]:
    """Return where each message of an unpacked recording ends, by the format's own rules."""
    at, ends = _MAGIC, list[int]()
    while at + 9 <= len(data):
        opcode, length = data[at], int.from_bytes(data[at + 1 : at + 9], "little")
        at += 9 + length
        if opcode == _MESSAGE and at <= len(data):
            ends.append(at)
    return ends


def _item_ends(items: list[SourceItem], ends: list[int]) -> list[int]:
    """Return where the message of each item ends: all but what the recording says of itself."""
    if len(ends) != len(items) + 3:  # the description, and the event that begins and ends
        raise AssertionError(f"{len(ends)} messages of {len(items)} items")
    return ends[2:-1]


def _look_at(file: Path, items: list[SourceItem], whole: int, messages: int) -> str | None:
    """Read a cut recording; what is wrong with what comes back, or ``None``."""
    try:
        recording = read_recording(file)
        found = list(recording)
    except Exception as error:  # noqa: BLE001  # any exception at all is what is looked for
        return f"{type(error).__name__}: {error}"
    if found != items[:whole]:
        return f"{len(found)} items where {whole} are whole, or others"
    if recording.messages != messages or recording.damaged:
        return f"{recording.messages} messages and {recording.damaged} damaged, not {messages}"
    return None


def growth_mib_per_h(looks: list[Look]) -> float:
    """Slope of the memory after the warm-up; 0 where there is too little to tell."""
    later = [look for look in looks if look.t_s > WARM_UP_S]
    if len(later) < 3:
        return 0.0
    hours = np.array([look.t_s for look in later]) / 3600
    return float(np.polyfit(hours, [look.memory_mib for look in later], 1)[0])


def bend_of(looks: list[Look]) -> float:
    """How far the size leaves a straight line at most, as a part of the last size."""
    if len(looks) < 3:
        return 0.0
    t_s, size = np.array([look.t_s for look in looks]), np.array([x.size_bytes for x in looks])
    straight = np.polyval(np.polyfit(t_s, size, 1), t_s)
    return float(np.max(np.abs(size - straight)) / size[-1])


def read_back_s(path: Path, say: Callable[[str], None], seconds: float = 3600.0) -> float:
    """Record an hour and read it back into samples, as written and packed; the slower (s)."""
    record(path, seconds)
    took_s = []
    for how in ("as written", "packed"):
        started_s = time.process_time()
        session = read_recorded(path)
        took_s.append(time.process_time() - started_s)
        samples = sum(len(block) for block in session.blocks.values())
        mb = path.stat().st_size / 1e6
        say(f"{samples} samples of {len(session.blocks)} sensors read back from {mb:.1f} MB"
            f" ({how}) in {took_s[-1]:.2f} s of processor")  # fmt: skip
        pack_recording(path)
    return max(took_s)


def _memory_mib() -> float:
    """Resident memory just now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
