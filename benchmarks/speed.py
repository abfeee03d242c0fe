"""How long it takes: whole sessions, one live step, cold starts; ours, the floors, the others.

Ours is everything from samples to angles, intervals, repetitions and shares. The others are given
samples that are on a grid already, without losses, and make orientations, nothing else; OpenSense
is given the orientations, too. So ours has more to do in every row.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ahrs.filters import EKF, Madgwick, Mahony
from vqf import VQF

from benchmarks import filters, opensense, peers
from benchmarks.measure import Spent, in_turns, timed
from fusion.pipeline import Pipeline, analyze_session
from fusion.setup import Setup
from sensors.samples import GRAVITY_MPS2, Activity
from sensors.simulation.session import SimulatedSession, simulate_session
from sessions.analyze import analyze_imported
from sessions.exports.analysis_folder import write_results
from sessions.exports.simulated import write_simulated
from sessions.imports.source import read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sensors.samples import FloatArray, ImuBlock, Placement

OURS = "torso, samples to results"
CORE = "floor: the vqf core as torso uses it, both ways"
AS_IT_COMES = "vqf offline, as it comes"
BYTES = "floor: reading the bytes"
FILES = "torso, files to files"
OPENSENSE = "OpenSim OpenSense"
PATIENCE_S = 120.0
PACKET_SAMPLES = 4
LIVE = f"torso live, packets of {PACKET_SAMPLES}"

_START = "import sys; from dashboard.cli import main; sys.exit(main(sys.argv[1:]))"
_NOTHING = "pass"
_IMPORTS = "import numpy, scipy.signal, vqf"


@dataclass(frozen=True, slots=True)
class Offline:
    """Whole sessions: length of one in s, and what each way took."""

    session_s: float
    spent: dict[str, list[Spent]]


def seated(minutes: float, rate_hz: float = 100.0) -> SimulatedSession:
    """The session that is timed: calibration and the seated drill, three sensors."""
    return simulate_session(
        seed=2000, drills=(Activity.SEATED,), minutes_per_drill=minutes, rate_hz=rate_hz
    )


def length_s(session: SimulatedSession) -> float:
    """Length of a session in s."""
    return max(float(b.t_s[-1] - b.t_s[0]) for b in session.blocks.values())


def offline(minutes: float, rounds: int) -> Offline:
    """Whole recorded sessions, ours and the others in turns."""
    session = seated(minutes)
    prepared = peers.prepare(session)
    setup = Setup(tuple(session.blocks))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_simulated(folder / "raw", session, subject="benchmark")

        def through_files() -> None:
            imported = read_source(folder / "raw")
            write_results(imported, analyze_imported(imported), folder / "out", live=False)

        def all_sensors(orient: Callable[[filters.Samples], FloatArray]) -> Callable[[], object]:
            return lambda: [orient(s) for s in prepared.samples]

        ways: dict[str, Callable[[], object]] = {
            OURS: lambda: analyze_session(setup, session.blocks, session.events),
            CORE: all_sensors(filters.torso_offline),
            FILES: through_files,
            BYTES: lambda: [p.read_bytes() for p in (folder / "raw").iterdir()],
        }
        for name, orient in filters.PEERS.items():
            if name != "vqf, no bias, no rest":
                ways[name] = all_sensors(orient)
        if peers.HAS_QMT:
            ways["qmt heading correction"] = lambda: peers.qmt_errors_deg(prepared)
        if opensense.installed():
            ways[OPENSENSE] = opensense_only(prepared)
        return Offline(length_s(session), in_turns(ways, rounds))


def ours_alone(minutes: float, rounds: int) -> Offline:
    """A long session, ours and the core in turns."""
    session = seated(minutes)
    prepared = peers.prepare(session)
    setup = Setup(tuple(session.blocks))
    ways: dict[str, Callable[[], object]] = {
        OURS: lambda: analyze_session(setup, session.blocks, session.events),
        CORE: lambda: [filters.torso_offline(s) for s in prepared.samples],
        AS_IT_COMES: lambda: [filters.vqf_offline(s) for s in prepared.samples],
    }
    return Offline(length_s(session), in_turns(ways, rounds))


def opensense_only(prepared: peers.Prepared) -> Callable[[], object]:
    """OpenSense on orientations that are there already, for every row of the session."""
    q_es = np.stack([filters.vqf_told_offline(s) for s in prepared.samples], axis=1)
    t_s = np.arange(len(q_es)) / prepared.samples[0].rate_hz
    return lambda: opensense.turns(t_s, q_es, q_es[prepared.still])


def live(seconds: float, rounds: int) -> dict[str, list[float]]:
    """Processor time in µs of one step of 10 ms of three sensors, by way, one value per round."""
    session = seated(max(seconds / 60.0, 0.2))
    blocks = session.blocks
    n = min(len(b) for b in blocks.values())
    spent: dict[str, list[float]] = {}

    def note(name: str, took: Spent, steps: int) -> None:
        spent.setdefault(name, []).append(1e6 * took.cpu_s / steps)

    few = min(n, 3000)
    for _ in range(rounds):
        for packet in (PACKET_SAMPLES, 1):
            name = LIVE if packet > 1 else "torso live, sample by sample"
            note(name, timed(partial(_live, session, n, packet)), n)
        for name, step in _steps().items():
            note(name, timed(partial(_each, blocks, few, step)), few)
    return spent


def _live(session: SimulatedSession, n: int, packet: int) -> None:
    """Push packets of all sensors in turn and take out what became known, as the service does."""
    pipeline = Pipeline(Setup(tuple(session.blocks)), keep=False)
    for event in session.events:
        pipeline.begin(event.activity, event.onset_s)
        pipeline.end(event.end_s, event.activity)
    for at in range(0, n, packet):
        for placement, block in session.blocks.items():
            pipeline.push(placement, block.part(slice(at, min(at + packet, n))))
        pipeline.advance()


def _steps() -> dict[str, Callable[[], Callable[[FloatArray, FloatArray], object]]]:
    """By name: makes a filter that takes one sample."""

    def ahrs(made: object, call: str) -> Callable[[FloatArray, FloatArray], object]:
        q = np.array([1.0, 0.0, 0.0, 0.0])

        def step(gyr: FloatArray, acc: FloatArray) -> object:
            nonlocal q
            q = np.asarray(getattr(made, call)(q, gyr, acc))
            return q

        return step

    def of_imufusion() -> Callable[[FloatArray, FloatArray], object]:
        import imufusion

        run = imufusion.Ahrs()
        run.set_sample_period(0.01)
        return lambda gyr, acc: run.update_no_magnetometer(np.degrees(gyr), acc / GRAVITY_MPS2)

    made: dict[str, Callable[[], Callable[[FloatArray, FloatArray], object]]] = {
        "vqf (orientation only)": lambda: VQF(0.01).update,
        "ahrs Madgwick (orientation only)": lambda: ahrs(Madgwick(frequency=100.0), "updateIMU"),
        "ahrs Mahony (orientation only)": lambda: ahrs(Mahony(frequency=100.0), "updateIMU"),
        "ahrs EKF (orientation only)": lambda: ahrs(EKF(frequency=100.0), "update"),
    }
    if filters.HAS_IMUFUSION:
        made["imufusion (orientation only)"] = of_imufusion
    return made


def _each(
    blocks: Mapping[Placement, ImuBlock],
    n: int,
    make: Callable[[], Callable[[FloatArray, FloatArray], object]],
) -> None:
    """Every sample of all sensors through filters that take one at a time."""
    for block in blocks.values():
        step = make()
        gyr, acc = np.ascontiguousarray(block.gyr[:n]), np.ascontiguousarray(block.acc[:n])
        for i in range(n):
            step(gyr[i], acc[i])


def cold_starts(rounds: int) -> dict[str, list[Spent]]:
    """Commands from nothing, in turns: what a person waits for, beside Python and its imports."""
    session = seated(1.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_simulated(folder / "raw", session, subject="benchmark")
        analyse = ["analyze", str(folder / "raw"), "--out", str(folder / "out")]
        return in_turns_of_processes(
            {
                "python, nothing else": lambda: _process(folder, "-c", _NOTHING),
                "python with numpy, scipy and vqf": lambda: _process(folder, "-c", _IMPORTS),
                "torso --help": lambda: _process(folder, "-c", _START, "--help"),
                "torso analyze, a session of a minute": lambda: _process(
                    folder, "-c", _START, *analyse
                ),
                "torso demo, until its page answers": lambda: _demo(folder),
            },
            rounds,
        )


def in_turns_of_processes(
    candidates: dict[str, Callable[[], Spent]], rounds: int
) -> dict[str, list[Spent]]:
    """As :func:`benchmarks.measure.in_turns`, of what measures itself."""
    spent: dict[str, list[Spent]] = {name: [] for name in candidates}
    for i in range(rounds + 1):
        for name, run in candidates.items():
            took = run()
            # The first round may still compile modules and fill the disk's cache.
            if i:
                spent[name].append(took)
    return spent


def _process(folder: Path, *arguments: str) -> Spent:
    before, started = _children_s(), time.perf_counter()
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=_environment(folder))
    return Spent(_children_s() - before, time.perf_counter() - started)


def _demo(folder: Path) -> Spent:
    """Start the demonstration without a browser, ask until it answers, and end it.

    Its processor time is that of the whole short life, ending included.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before, started = _children_s(), time.perf_counter()
    command = [sys.executable, "-c", _START, "demo", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(folder),
    ) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/", started)
            answered = time.perf_counter()
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
    return Spent(_children_s() - before, answered - started)


def _wait_for(url: str, started: float) -> None:
    while time.perf_counter() - started < PATIENCE_S:
        try:
            with urllib.request.urlopen(url, timeout=5.0) as answer:
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(f"no answer from {url} within {PATIENCE_S:.0f} s")


def _environment(folder: Path) -> dict[str, str]:
    """Sessions of its own, and modules that are compiled once, as where torso was used before."""
    own = {"TORSO_DATA": str(folder / "data"), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | own


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
