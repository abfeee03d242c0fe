"""What recording costs: items of three sensors into a file, beside their bytes alone.

The file is written as the dashboard does it, twenty times a second of the session, and brought to
the disk twice a second; the floor writes nothing but the notifications' bytes, as often. The same
items are read back into samples, as written and packed.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Spent, in_turns
from sensors.drivers.base import Notification
from sensors.drivers.simulated import SimulatedSource
from sensors.recording import RecordingWriter, pack_recording
from sensors.recording.background import EVERY_S, SYNC_EVERY_S
from sensors.samples import Activity
from sessions.imports.recording import read_recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sensors.drivers.base import SourceItem

OURS, FLOOR = "torso, recording", "floor: the notifications' bytes alone"
READ, READ_PACKED = "torso, reading back as written", "torso, reading back packed"


@dataclass(frozen=True, slots=True)
class Written:
    """What each way took for so many seconds of a session, and how large its file is (MB)."""

    seconds: float
    items: int
    spent: dict[str, list[Spent]]
    file_mb: dict[str, float]


def measure(seconds: float, rounds: int) -> Written:
    """Record and read so many simulated seconds of three sensors, in turns."""
    source = SimulatedSource(
        script=(Activity.SEATED,), speed=None, duration_s=seconds, origin_s=0.0
    )
    items = asyncio.run(_all_of(source))
    with tempfile.TemporaryDirectory() as name:
        ours, floor, kept, packed = (
            Path(name) / stem for stem in ("ours.mcap", "floor", "kept.mcap", "packed.mcap")
        )

        def record(path: Path) -> None:
            path.unlink(missing_ok=True)
            with RecordingWriter(
                path, source.sensors, origin_s=0.0, started_unix_s=0.0, meta={}
            ) as writer:
                for part, sync in _parts(items):
                    for item in part:
                        writer.add(item)
                    writer.sync() if sync else writer.commit()

        def write_bytes() -> None:
            with floor.open("wb", buffering=0) as file:
                for part, sync in _parts(items):
                    file.write(b"".join(i.data for i in part if isinstance(i, Notification)))
                    if sync:
                        os.fsync(file.fileno())

        for path in (kept, packed):
            record(path)
        pack_recording(packed)
        ways: dict[str, Callable[[], object]] = {
            OURS: lambda: record(ours),
            FLOOR: write_bytes,
            READ: lambda: read_recorded(kept),
            READ_PACKED: lambda: read_recorded(packed),
        }
        spent = in_turns(ways, rounds)
        files = {OURS: ours, FLOOR: floor, READ: kept, READ_PACKED: packed}
        sizes = {way: path.stat().st_size / 1e6 for way, path in files.items()}
    return Written(seconds, len(items), spent, sizes)


async def _all_of(source: SimulatedSource) -> list[SourceItem]:
    async with source:
        return [item async for item in source]


def _parts(items: list[SourceItem]) -> Iterator[tuple[list[SourceItem], bool]]:
    """What is written at a time, and whether it has to reach the disk with that."""
    part: list[SourceItem] = []
    written_s = synced_s = 0.0
    for item in items:
        part.append(item)
        if item.arrival_s - written_s >= EVERY_S:
            written_s = item.arrival_s
            sync = written_s - synced_s >= SYNC_EVERY_S
            if sync:
                synced_s = written_s
            yield part, sync
            part = []
    yield part, True
