"""The demonstration without a screen: the same engine, as fast as it can."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from dashboard.service.engine import Engine, Place
from dashboard.service.hub import Hub
from fusion.setup import Setup
from sensors.drivers.simulated import SimulatedSource
from sensors.errors import RecordingExistsError
from sensors.private import make_folder
from sensors.recording import pack_recording
from sensors.samples import Activity
from sessions.analyze import analyze
from sessions.errors import OutputError
from sessions.library import RECORDING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fusion.results import SessionResult

ADVANCE_EVERY_S: Final = 0.016

STARTED_UNIX_S: Final = 1_767_225_600.0
"""The wall clock of a made-up session (2026-01-01 UTC): the same seed gives the same bytes."""


def run_headless(
    *,
    seconds: float,
    out: Path,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> SessionResult:
    """Let the simulated wearer calibrate and do the seated drill; record and analyse it.

    Leaves ``recording.mcap``, ``angles.csv``, ``reps.csv`` and ``summary.json``.

    Parameters
    ----------
    seconds
        Simulated time in s.
    out
        Folder for the files; made if need be.
    seed
        Of the simulated wearer.
    progress
        Called with the fraction done, 0 … 1.

    Raises
    ------
    RecordingExistsError
        There is a recording in ``out`` already.
    RecordingError, OutputError
        The files cannot be written.
    FusionError
        The time was too short for a drill.
    """
    recording = out / RECORDING
    try:
        make_folder(out)
    except OSError as error:
        raise OutputError(out, f"cannot be made ({error.strerror}).") from error
    if recording.exists():
        raise RecordingExistsError(recording)
    source = SimulatedSource(seed=seed, script=(), speed=None, duration_s=seconds, origin_s=0.0)
    asyncio.run(_record(source, recording, lambda now_s: progress(now_s / seconds)))
    pack_recording(recording)
    return analyze(recording, out)


async def _record(
    source: SimulatedSource, recording: Path, progress: Callable[[float], None]
) -> None:
    async with source:
        place = Place(lambda _: recording, lambda: {"source": source.kind})
        setup = Setup(tuple(info.placement for info in source.sensors))
        engine = Engine(source, setup, Hub(source.now_s), place, STARTED_UNIX_S)
        engine.tutor.calibrate(source.now_s(), (Activity.SEATED,))
        engine.record(source.now_s())
        next_s = source.origin_s
        async for item in source:
            engine.take(item)
            if item.arrival_s >= next_s:
                next_s = item.arrival_s + ADVANCE_EVERY_S
                engine.advance(item.arrival_s)
                progress(item.arrival_s)
        recorder = engine.recorder
        engine.close(source.now_s())
        if recorder is not None and recorder.error is not None:
            raise OutputError(recording, recorder.error)
