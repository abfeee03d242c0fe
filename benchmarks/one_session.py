"""One saved session through the pipeline, in a process that holds nothing else.

``python -m benchmarks.one_session DESCRIPTION offline|blocks`` prints what it took as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.measure import memory_mb, peak_mb
from fusion.pipeline import Pipeline, analyze_session
from fusion.setup import Setup
from sensors.samples import Activity, Event, ImuBlock, Placement

BLOCK_ROWS = 3000
"""Of one sensor, read at a time where a session goes through in blocks."""

STEP_ROWS = 50
"""Given to the pipeline at a time, as where a recorded session is analysed as if live."""


def run_one(session: Path, way: str) -> dict[str, float]:
    """Analyse one saved session and say what it took; meant for a fresh process."""
    described = json.loads(session.read_text(encoding="utf-8"))
    paths = {Placement(name): Path(path) for name, path in described["sensors"].items()}
    events = [
        Event(onset, duration, Activity(kind)) for onset, duration, kind in described["events"]
    ]
    if way == "offline":
        blocks = {p: _block(np.fromfile(path).reshape(-1, 7)) for p, path in paths.items()}
        loaded_mb, started = memory_mb(), time.process_time()
        analyze_session(Setup(tuple(blocks)), blocks, events)
    else:
        loaded_mb, started = memory_mb(), time.process_time()
        in_blocks(paths, events)
    took = time.process_time() - started
    return {"cpu_s": took, "loaded_mb": loaded_mb, "peak_mb": peak_mb()}


def in_blocks(paths: dict[Placement, Path], events: list[Event]) -> int:
    """Half a minute of each sensor at a time through the causal pipeline; number of frames."""
    pipeline = Pipeline(Setup(tuple(paths)), keep=False)
    for event in events:
        pipeline.begin(event.activity, event.onset_s)
        pipeline.end(event.end_s, event.activity)
    frames = at = 0
    while True:
        read = {p: _rows(path, at) for p, path in paths.items()}
        if not any(len(rows) for rows in read.values()):
            return frames
        at += BLOCK_ROWS
        for start in range(0, BLOCK_ROWS, STEP_ROWS):
            for placement, rows in read.items():
                piece = rows[start : start + STEP_ROWS]
                if len(piece):
                    pipeline.push(placement, _block(piece))
            frames += len(pipeline.advance().frames)


def _rows(path: Path, at: int) -> np.ndarray:
    return np.fromfile(path, count=7 * BLOCK_ROWS, offset=56 * at).reshape(-1, 7)


def _block(rows: np.ndarray) -> ImuBlock:
    return ImuBlock(*(np.ascontiguousarray(x) for x in (rows[:, 0], rows[:, 1:4], rows[:, 4:7])))


if __name__ == "__main__":
    print(json.dumps(run_one(Path(sys.argv[1]), sys.argv[2])))
