"""A live session killed at random moments: what is lost, and is everything else as it should be?

Each time a process of its own runs the service's loop on the simulated wearer, in real time, in
one data folder for all; it records, and is killed (SIGKILL) at a random moment between the first
instant of the recording and a few seconds later. Then:

* what had arrived must be in the recording but for a moment before the end, none else, none
  changed: the wearer is made up from a seed and is made up again to compare with;
* the library lists the session and finds nothing wrong, with its index and with one made anew;
* the service finds the orphan as it does at its next start; it is salvaged by being packed, and
  reads back the same;
* the next session begins in the same folder, a second later.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dashboard.service.analysis import Analyst
from dashboard.service.live import Service
from sensors.drivers.simulated import SimulatedSource
from sensors.recording import pack_recording, read_recording
from sensors.samples import Activity
from sessions.batch.worker import end_with_parent
from sessions.library import open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from ctypes import c_double
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext

    from sensors.drivers.base import SourceItem
    from sensors.recording import Recording

MOST_LOST_S = 1.0
LONGEST_S = 3.0
"""The latest moment at which a session is killed."""

MARGIN_S = 1.0
"""What is made up again reaches so far beyond the last item, to see that none is missing."""


@dataclass(frozen=True, slots=True)
class Death:
    """What one kill came to: what it cost, and what was found wrong (nothing, one hopes).

    ``lost_s`` is the time from the last item in the recording to the last that had arrived,
    ``silent_s`` that to the kill itself: on a busy computer the wearer, too, comes late.
    """

    after_s: float
    lost_s: float
    silent_s: float
    items: int
    wrong: tuple[str, ...]


def run(times: int, seed: int = 1, say: Callable[[str], None] = print) -> bool:
    """Kill so many sessions; whether each cost at most a second and nothing was wrong."""
    context = get_context("forkserver")  # one process loads everything, once
    context.set_forkserver_preload(["benchmarks.killed"])
    random = np.random.default_rng(seed)
    deaths: list[Death] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(times):
            deaths.append(_kill_one(context, Path(folder), random.uniform(0, LONGEST_S)))
            for words in deaths[-1].wrong:
                say(f"session {number}: {words}")
            if (number + 1) % 20 == 0:
                say(f"{number + 1} killed, at most {max(d.lost_s for d in deaths):.2f} s lost")
    lost = [death.lost_s for death in deaths]
    wrong = sum(bool(death.wrong) for death in deaths)
    say(
        f"\n{times} sessions killed {min(d.after_s for d in deaths):.2f} to"
        f" {max(d.after_s for d in deaths):.2f} s after their recording began:"
        f" {np.median(lost):.3f} s of data lost in the middle, {max(lost):.3f} s at most;"
        f" {max(d.silent_s for d in deaths):.3f} s at most from the last item kept to the kill;"
        f" {sum(d.items for d in deaths)} items compared; {wrong} sessions with something wrong"
    )
    return max(lost) <= MOST_LOST_S and not wrong


def _kill_one(context: ForkServerContext, folder: Path, after_s: float) -> Death:
    before = {session.name for session in open_library(folder).list()}
    ours, theirs = context.Pipe()
    arrived_s = context.Value("d", 0.0, lock=False)
    process = context.Process(target=_live, args=(folder, theirs, arrived_s))
    process.start()
    began_s = ours.recv()
    time.sleep(after_s)
    killed_s = time.monotonic()
    process.kill()
    process.join()
    wrong = list(_wrong(folder, before))
    (recording,) = (
        s.recording for s in open_library(folder).list() if s.name not in before and s.recording
    )
    items, words = _compared(recording, killed_s)
    last_s = items[-1].arrival_s if items else began_s
    lost_s = max(arrived_s.value - last_s, 0.0)
    return Death(after_s, lost_s, max(killed_s - last_s, 0.0), len(items), (*wrong, *words))


def _wrong(folder: Path, before: set[str]) -> Iterator[str]:
    """Say what is wrong with the library."""
    library = open_library(folder)
    listed = library.list()
    fresh = [session for session in listed if session.name not in before]
    if len(fresh) != 1 or before - {session.name for session in listed}:
        yield f"the library lists {len(listed)} sessions where there were {len(before)} and one"
    for session in fresh:
        if session.problem is not None:
            yield session.problem
        if session.recording not in Analyst(library).left_over():
            yield "the orphan is not found at the next start"
    library.rebuild()
    if [session.name for session in library.list()] != [session.name for session in listed]:
        yield "an index made anew lists other sessions"


def _compared(path: Path, killed_s: float) -> tuple[list[SourceItem], list[str]]:
    """Compare a recording with what the wearer did, before it is salvaged and after."""
    recording = read_recording(path)
    items, wrong = list(recording), []
    if recording.damaged or recording.complete:
        wrong.append(f"{recording.damaged} messages are damaged, complete: {recording.complete}")
    wanted = _made_up(recording, killed_s)
    if items != wanted[: len(items)]:
        wrong.append("an item was changed or is missing in the middle")
    if not pack_recording(path):
        wrong.append("it was not salvaged")
    if list(read_recording(path)) != items:
        wrong.append("it reads back differently when it is salvaged")
    return items, wrong


def _made_up(recording: Recording, until_s: float) -> list[SourceItem]:
    """Make up again what a session's sensors sent."""

    async def collect() -> list[SourceItem]:
        duration_s = until_s - recording.origin_s + MARGIN_S
        source = _source(recording.origin_s, speed=None, duration_s=duration_s)
        async with source:
            return [item async for item in source]

    return asyncio.run(collect())


def _source(
    origin_s: float, *, speed: float | None, duration_s: float | None = None
) -> SimulatedSource:
    script = (Activity.SEATED,)
    return SimulatedSource(script=script, speed=speed, duration_s=duration_s, origin_s=origin_s)


def _live(folder: Path, parent: Connection, arrived_s: c_double) -> None:
    """Be the service, recording from the start, until killed; say what has arrived last."""

    async def session() -> None:
        async with _source(time.monotonic(), speed=1.0) as source:
            service = Service(source, open_library(folder))
            take = service.engine.take

            def watched(item: SourceItem) -> None:
                arrived_s.value = item.arrival_s
                take(item)

            service.engine.take = watched  # type: ignore[method-assign]  # to see it come
            service.engine.record(source.now_s())
            parent.send(time.monotonic())
            await asyncio.gather(service.read(), service.tick())

    end_with_parent()
    with suppress(KeyboardInterrupt):
        asyncio.run(session())
