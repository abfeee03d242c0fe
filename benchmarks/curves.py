"""Cost and memory against length, number of sensors and rate: each session in a fresh process.

A long session is one drill, made of a simulated quarter of an hour laid end to end: its samples
stay continuous up to a step between two repeats, as when a wearer shifts.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.measure import child
from benchmarks.speed import length_s, seated
from sensors.samples import Activity, Event, ImuBlock
from sensors.simulation.session import THREE_SENSORS, TWO_SENSORS, SimulatedSession

MINUTES = (1.0, 4.0, 15.0, 60.0, 240.0, 480.0)
RATES_HZ = (50.0, 100.0, 200.0, 400.0)
UNIT_MINUTES = 15.0
RATE_MINUTES = 5.0
WAYS = ("offline", "blocks")
LONGEST_IN_BLOCKS = 60.0
"""Longer ones take the live pipeline many minutes; that it is straight is seen by then."""


@dataclass(frozen=True, slots=True)
class Point:
    """One session through one way, medians of its repeats.

    ``loaded_mb`` is there before the analysis, ``peak_mb`` is the most there was.
    """

    session_s: float
    sensors: int
    rate_hz: float
    cpu_s: float
    loaded_mb: float
    peak_mb: float


def against_length(rounds: int, minutes: tuple[float, ...] = MINUTES) -> dict[str, list[Point]]:
    """By way: one point per length, three sensors at 100 Hz; from an hour on, run once."""
    out: dict[str, list[Point]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unit = seated(min(UNIT_MINUTES, max(minutes)))
        for length in minutes:
            kept = save(folder, lengthened(unit, length))
            for way in WAYS if length <= LONGEST_IN_BLOCKS else ("offline",):
                repeats = rounds if length < 60.0 else 1
                out[way].append(_measured(kept, way, repeats))
            kept.unlink()
    return out


def against_sensors(rounds: int, minutes: float = RATE_MINUTES) -> list[Point]:
    """Two and three sensors of the same session. More there are not: the chain has three places."""
    session = seated(minutes)
    with tempfile.TemporaryDirectory() as name:
        points = []
        for placements in (TWO_SENSORS, THREE_SENSORS):
            worn = replace(session, blocks={p: session.blocks[p] for p in placements})
            points.append(_measured(save(Path(name), worn), "offline", rounds))
    return points


def against_rate(
    rounds: int, minutes: float = RATE_MINUTES, rates_hz: tuple[float, ...] = RATES_HZ
) -> list[Point]:
    """Three sensors at several rates."""
    with tempfile.TemporaryDirectory() as name:
        return [
            replace(
                _measured(save(Path(name), seated(minutes, rate)), "offline", rounds), rate_hz=rate
            )
            for rate in rates_hz
        ]


def lengthened(unit: SimulatedSession, minutes: float) -> SimulatedSession:
    """A session whose drill lasts ``minutes``: that of ``unit`` cut, or laid end to end."""
    drill = next(e for e in unit.events if e.activity is Activity.SEATED)
    end_s = drill.onset_s + 60.0 * minutes
    blocks = {p: _laid(b, drill, end_s) for p, b in unit.blocks.items()}
    others = tuple(e for e in unit.events if e.activity is not Activity.SEATED)
    events = (*others, Event(drill.onset_s, 60.0 * minutes, Activity.SEATED))
    return replace(unit, blocks=blocks, events=events)


def _laid(block: ImuBlock, drill: Event, end_s: float) -> ImuBlock:
    """The block with the samples of the drill repeated until ``end_s``."""
    first = int(np.searchsorted(block.t_s, drill.onset_s))
    last = int(np.searchsorted(block.t_s, drill.end_s))
    span_s = drill.end_s - drill.onset_s
    repeats = max(1, int(np.ceil((end_s - drill.onset_s) / span_s)))
    rows = np.concatenate([np.arange(first), *[np.arange(first, last)] * repeats])
    shift = np.concatenate([np.zeros(first), np.repeat(np.arange(repeats), last - first) * span_s])
    t_s = block.t_s[rows] + shift
    rows, t_s = rows[t_s < end_s], t_s[t_s < end_s]
    return ImuBlock(t_s, block.acc[rows], block.gyr[rows])


def save(folder: Path, session: SimulatedSession) -> Path:
    """Write a session so that it can be read whole or in blocks; gives its description."""
    sensors: dict[str, str] = {}
    described = {
        "session_s": length_s(session),
        "sensors": sensors,
        "events": [[e.onset_s, e.duration_s, e.activity.value] for e in session.events],
    }
    for placement, block in session.blocks.items():
        rows = np.column_stack([block.t_s, block.acc, block.gyr])
        path = folder / f"{placement.value}.f64"
        rows.tofile(path)
        sensors[placement.value] = str(path)
    out = folder / "session.json"
    out.write_text(json.dumps(described), encoding="utf-8")
    return out


def _measured(session: Path, way: str, repeats: int) -> Point:
    runs = [child(["-m", "benchmarks.one_session", str(session), way]) for _ in range(repeats)]
    described = json.loads(session.read_text(encoding="utf-8"))
    middle = {key: float(np.median([run[key] for run in runs])) for key in runs[0]}
    return Point(described["session_s"], len(described["sensors"]), 100.0, **middle)
