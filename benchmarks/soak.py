"""Hours of a live session on end: does anything grow that should stay flat?

The service's own engine, hub and recorder run on three simulated sensors as fast as they can, with
a viewer who takes every message. Calibrated once; then one drill after the other, recorded from the
first to the last minute, with links that drop now and then. Looked at every few simulated minutes:
memory, open files, threads, bytes recorded, and what one step of the fusion costs.

Twelve hours in one: the sensors send their samples sixteen at once, and the engine is stepped four
times a second; only in the half minute before each look as often as live, and only those steps are
timed.
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dashboard.service.engine import Engine, Place
from dashboard.service.hub import Hub, Viewer
from fusion.setup import Setup
from sensors.drivers.radio import RadioSettings
from sensors.drivers.simulated import SimulatedSource
from sensors.recording import read_recording
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Callable

LIVE_STEP_S = 0.016
LIVE_S = 30.0
"""How long before each look the engine is stepped as often as live."""

STRIDE_S = 0.25
RADIO = RadioSettings(batch=16, dropouts_per_min=0.1)
CHUNK_S = 1.0
DRILL_S = 240.0
REST_S = 20.0
WARM_UP_S = 900.0
"""What is filled once (rings, caches, the prelude) is filled by then."""

MOST_GROWTH_MIB_PER_H = 4.0
MOST_GROWTH_OF_STEPS = 1.5
"""The median step of the last quarter beside that of the second: other programs disturb it, too."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment of the session."""

    t_s: float
    memory_mib: float
    handles: int
    threads: int
    recorded_bytes: int
    step_ms: float
    step_p99_ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """All looks, and what the recording holds in the end."""

    looks: tuple[Look, ...]
    reps: int
    frames: int
    skipped: int
    complete: bool
    messages: int
    taken: int

    @property
    def growth_mib_per_h(self) -> float:
        """Slope of the memory after the warm-up."""
        later = [look for look in self.looks if look.t_s > WARM_UP_S]
        if len(later) < 3:
            return 0.0
        hours = np.array([look.t_s for look in later]) / 3600
        return float(np.polyfit(hours, [look.memory_mib for look in later], 1)[0])

    @property
    def flat(self) -> bool:
        """Whether nothing grew and nothing was lost."""
        first, last = self._quarter(1), self._quarter(3)
        return (
            self.growth_mib_per_h < MOST_GROWTH_MIB_PER_H
            and max(look.handles for look in last) <= max(look.handles for look in first)
            and max(look.threads for look in last) <= max(look.threads for look in first)
            and _median(last) < MOST_GROWTH_OF_STEPS * _median(first)
            and self.complete
            and self.messages >= self.taken
        )

    def _quarter(self, number: int) -> tuple[Look, ...]:
        n = len(self.looks)
        return self.looks[number * n // 4 : max((number + 1) * n // 4, number * n // 4 + 1)]


def _median(looks: tuple[Look, ...]) -> float:
    return float(np.median([look.step_ms for look in looks]))


def run(hours: float, looks: int = 48, say: Callable[[str], None] = print) -> bool:
    """Soak for so many simulated hours and print what was seen; whether all of it stayed flat."""
    say(f"{hours:g} simulated hours of three sensors\n")
    say("| h | memory MiB | files | threads | recorded MB | step ms | 99 % |")
    say("|---|---|---|---|---|---|---|")
    started_s = time.monotonic()

    def show(look: Look) -> None:
        say(
            f"| {look.t_s / 3600:.2f} | {look.memory_mib:.0f} | {look.handles} | {look.threads}"
            f" | {look.recorded_bytes / 1e6:.1f} | {look.step_ms:.2f} | {look.step_p99_ms:.2f} |"
        )

    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(_soak(3600 * hours, looks, Path(folder), show))
    passed_s = time.monotonic() - started_s
    say(
        f"\n{outcome.reps} repetitions, {outcome.frames} frames ({outcome.skipped} skipped),"
        f" {outcome.messages} messages recorded, {outcome.taken} taken in;"
        f" memory {outcome.growth_mib_per_h:+.2f} MiB/h; {3600 * hours / passed_s:.0f} times real"
        f" time; {'flat' if outcome.flat else 'NOT FLAT'}"
    )
    return outcome.flat


async def _soak(
    duration_s: float, looks: int, folder: Path, show: Callable[[Look], None]
) -> Outcome:
    recording = folder / "recording.mcap"
    seen: list[Look] = []
    steps_ms: list[float] = []
    taken = skipped = 0
    source = SimulatedSource(
        seed=1,
        script=(),
        radio=RADIO,
        speed=None,
        duration_s=duration_s,
        origin_s=0.0,
        chunk_s=CHUNK_S,
    )
    async with source:
        hub = Hub(source.now_s)
        place = Place(lambda _: recording, lambda: {"source": source.kind})
        engine = Engine(source, Setup(tuple(i.placement for i in source.sensors)), hub, place, 0.0)
        engine.tutor.calibrate(0.0, (Activity.SEATED,))
        engine.record(0.0)
        wearer = _Wearer(engine)
        next_s, next_look_s = 0.0, duration_s / looks
        with Viewer(hub) as viewer:
            async for item in source:
                engine.take(item)
                taken += 1
                if item.arrival_s < next_s:
                    continue
                as_live = item.arrival_s >= next_look_s - LIVE_S
                next_s = item.arrival_s + (LIVE_STEP_S if as_live else STRIDE_S)
                before_s = time.thread_time()
                engine.advance(item.arrival_s)
                viewer.take()
                if as_live:
                    steps_ms.append(1e3 * (time.thread_time() - before_s))
                wearer.go_on(item.arrival_s)
                if item.arrival_s >= next_look_s:
                    next_look_s += duration_s / looks
                    seen.append(_look(item.arrival_s, engine, steps_ms))
                    show(seen[-1])
                    steps_ms.clear()
            skipped = viewer.skipped
        seen.append(_look(duration_s, engine, steps_ms))
        show(seen[-1])
        reps = wearer.reps + len(engine.fuser.reps)
        engine.close(source.now_s())
    found = read_recording(recording)
    return Outcome(tuple(seen), reps, hub.count, skipped, found.complete, found.messages, taken)


class _Wearer:
    """Does drill after drill, with a rest between."""

    def __init__(self, engine: Engine) -> None:
        self.reps = 0
        self._engine = engine
        self._change_s = DRILL_S + 60.0
        self._drills = [Activity.QUADRUPED, Activity.SEATED]

    def go_on(self, now_s: float) -> None:
        if now_s < self._change_s:
            return
        if self._engine.activity is not None:
            self._engine.end(now_s)
            self._change_s = now_s + REST_S
            return
        self._drills.reverse()
        self._engine.begin(self._drills[-1], now_s)
        self._change_s = now_s + DRILL_S


def _look(t_s: float, engine: Engine, steps_ms: list[float]) -> Look:
    gc.collect()
    recorder = engine.recorder
    return Look(
        t_s,
        _memory_mib(),
        len(list(Path("/proc/self/fd").iterdir())),
        threading.active_count(),
        0 if recorder is None else recorder.size_bytes,
        float(np.median(steps_ms)),
        float(np.percentile(steps_ms, 99)),
    )


def _memory_mib() -> float:
    """Resident memory just now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
