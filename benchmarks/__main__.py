"""Benchmarks: `accuracy` against the truth and other filters, `broad` against recorded sensors with
optical truth, `files` the whole way with speed,
`throughput` of three sensors on one radio, `fuzz` of every protocol and of every reader of files,
`decoding` of every protocol, `soak`: hours of a live session, does anything grow, `chaos`: a
live session while everything around it fails, `ble`: three
emulated sensors through the real `bleak`, every sample accounted for, and drops of the link,
`recorder`: recordings cut at every byte, and one of half a day, `killed`: a live session killed at
random moments, `batch`: many sessions on one processor and on all, `clocks`: how well sensors are
on one clock; `people`: simulated people who do everything wrong that people do, repetitions and
warnings counted; `silences`: sensors that fall silent for seconds; `live`: the page,
beside the same of `st.line_chart`, `heap`: its memory in the browser, over time; `document` writes
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import (
    accuracy,
    ble,
    broad,
    chaos,
    clocks,
    decoding,
    document,
    fuzz,
    fuzz_files,
    heap,
    killed,
    live_page,
    many,
    people,
    recorder,
    silences,
    soak,
    throughput,
)
from benchmarks.effort import DOCUMENT, Effort
from fusion.results import ANGLES, SessionResult
from sensors.protocols.families import FAMILIES
from sensors.samples import Activity
from sensors.simulation.session import (
    THREE_SENSORS,
    TWO_SENSORS,
    SimulatedSession,
    simulate_session,
)
from sensors.simulation.severity import SEVERITIES
from sessions.analyze import analyze_imported
from sessions.exports.analysis_folder import write_results
from sessions.exports.simulated import write_simulated
from sessions.imports.source import read_source

SHOWN = ("pelvis", "lumbar", "thoracic", "thoracolumbar")


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds spent on one session."""

    read_s: float
    analyse_s: float
    write_s: float


CHOICES = (
    "accuracy",
    "broad",
    "files",
    "throughput",
    "fuzz",
    "decoding",
    "ble",
    "clocks",
    "people",
    "silences",
    "soak",
    "chaos",
    "recorder",
    "killed",
    "batch",
    "live",
    "heap",
    "document",
    "all",
)


def main() -> None:
    """Run one benchmark, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("which", nargs="?", choices=CHOICES, default="all")
    parser.add_argument("--seeds", type=int, default=4, help="sessions per line (default: 4)")
    parser.add_argument(
        "--minutes", type=float, default=4.0, help="per drill, or of heap (default: 4)"
    )
    parser.add_argument(
        "--notifications", type=int, default=100_000, help="of fuzz, per protocol (default: 100000)"
    )
    parser.add_argument(
        "--protocol", choices=[f.protocol for f in FAMILIES], help="of fuzz, this alone (all)"
    )
    parser.add_argument(
        "--bad-files", type=int, default=2000, help="of fuzz, per reader (default: 2000)"
    )
    parser.add_argument(
        "--hours", type=float, default=12.0, help="of soak and recorder, simulated (default: 12)"
    )
    parser.add_argument("--cuts", type=int, default=2000, help="of recorder (default: 2000)")
    parser.add_argument("--times", type=int, default=200, help="of killed (default: 200)")
    parser.add_argument("--sessions", type=int, default=40, help="of batch (default: 40)")
    parser.add_argument("--faults", type=int, default=500, help="of chaos (default: 500)")
    parser.add_argument("--drops", type=int, default=20, help="of ble (default: 20)")
    parser.add_argument(
        "--broad", type=Path, default=broad.FOLDER, help="folder of the BROAD trials"
    )
    parser.add_argument(
        "--only", nargs="+", choices=document.PARTS, default=(), help="parts of document (all)"
    )
    parser.add_argument(
        "--out", type=Path, default=DOCUMENT, help="the document (docs/benchmarks.md)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="of timing, in turns (default: 5)")
    parser.add_argument(
        "--longest", type=float, default=480.0, help="longest session of document, min (480)"
    )
    parser.add_argument(
        "--alone", action="store_true", help="accuracy of torso only: a tenth of the time"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processors to use (default: 1)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of live (default: 60)")
    parser.add_argument("--first-seed", type=int, default=people.FIRST_SEED, help="of people")
    args = parser.parse_args()
    run_long(args)
    if args.which in ("document", "all"):
        effort = Effort(
            seeds=args.seeds,
            rounds=args.rounds,
            longest_minutes=args.longest,
            jobs=args.jobs,
            broad=args.broad,
            plots=args.out.parent / "plots",
        )
        document.run(effort, args.only, args.out)
    if args.which == "accuracy":
        accuracy.run(args.seeds, args.minutes, args.jobs, alone=args.alone)
    if args.which == "silences":
        silences.run(args.seeds, args.minutes)
    if args.which == "broad":
        broad.run(args.broad)
    if args.which in ("files", "all"):
        run_files(args)
    if args.which in ("throughput", "all"):
        throughput.run()
    if args.which in ("decoding", "all"):
        decoding.run()
    run_gates(args)
    if args.which in ("fuzz", "all"):
        fuzz.run(args.notifications, args.protocol)
        if args.protocol is None:
            fuzz_files.run(args.bad_files)


def run_long(args: argparse.Namespace) -> None:
    """Run what takes hours or a browser, and so is no part of `all`."""
    if args.which == "live":
        live_page.run(args.seconds)
    if args.which == "heap" and not heap.run(args.minutes):
        raise SystemExit("heap: the browser's memory grows")
    if args.which == "soak" and not soak.run(args.hours):
        raise SystemExit("soak: something grows")
    if args.which == "recorder" and not recorder.run(args.hours, args.cuts):
        raise SystemExit("recorder: this is not as it should be")
    if args.which == "killed" and not killed.run(args.times):
        raise SystemExit("killed: more than a second was lost, or something is wrong")
    if args.which == "batch" and not many.run(args.sessions, args.minutes, args.jobs):
        raise SystemExit("batch: sharing the work costs too much, or the tables differ")
    if args.which == "chaos" and not chaos.run(args.faults):
        raise SystemExit("chaos: something was lost or not said")


def run_gates(args: argparse.Namespace) -> None:
    """Run those that fail where something is not as it should be."""
    if args.which in ("clocks", "all") and not clocks.run(args.minutes, args.seeds):
        raise SystemExit("clocks: two sensors are more than 5 ms apart")
    if args.which == "people" and not people.run(
        args.seeds, args.minutes, first_seed=args.first_seed
    ):
        raise SystemExit("people: more than 2 % of the repetitions were miscounted")
    if args.which in ("ble", "all") and not ble.run(args.minutes, args.drops):
        raise SystemExit("ble: this is not as it should be")


def run_files(args: argparse.Namespace) -> None:
    """Sessions through files and back, as the commands do it, with their speed."""
    print(f"{args.seeds} sessions of {args.minutes:g} min per drill; RMS error in degrees\n")
    print(
        f"{'severity':8} {'sensors':7} {'mode':7} {'drill':10}",
        *(f"{n:>13}" for n in SHOWN),
        "reps",
    )
    timings: list[Timing] = []
    for severity in ("mild", "main", "harsh"):
        for placements in (TWO_SENSORS, THREE_SENSORS):
            sessions = [
                simulate_session(
                    seed=seed,
                    placements=placements,
                    severity=SEVERITIES[severity],
                    minutes_per_drill=args.minutes,
                )
                for seed in range(1, args.seeds + 1)
            ]
            for live in (False, True):
                results = [analyse(session, live=live, timings=timings) for session in sessions]
                for drill in (Activity.SEATED, Activity.QUADRUPED):
                    label = f"{severity:8} {len(placements):7} {'live' if live else 'offline':7}"
                    print(label, accuracy_line(drill, sessions, results), flush=True)
    print_speed(timings, minutes=2 * args.minutes)


def analyse(session: SimulatedSession, *, live: bool, timings: list[Timing]) -> SessionResult:
    """Put one session through files and back, as the command does."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_simulated(folder / "raw", session, subject="benchmark")
        started = time.perf_counter()
        imported = read_source(folder / "raw")
        was_read = time.perf_counter()
        result = analyze_imported(imported, live=live)
        analysed = time.perf_counter()
        write_results(imported, result, folder / "out", live=live)
        written = time.perf_counter()
    timings.append(Timing(was_read - started, analysed - was_read, written - analysed))
    return result


def accuracy_line(
    wanted: Activity, sessions: list[SimulatedSession], results: list[SessionResult]
) -> str:
    """RMS error of each angle over all sessions, and in how many the repetitions are right."""
    errors: list[np.ndarray] = []
    right = 0
    for session, result in zip(sessions, results, strict=True):
        truth = next(d for d in session.truth.drills if d.drill is wanted)
        found = next((d for d in result.drills if d.drill is wanted), None)
        if found is None:
            continue
        _, at_truth, at_found = np.intersect1d(
            np.round(truth.t_s * 100).astype(int),
            np.round(found.frames.t_s * 100).astype(int),
            return_indices=True,
        )
        errors.append(found.frames.angles_deg[at_found] - truth.angles_deg[at_truth])
        right += [r.side.value for r in found.reps] == [r.side for r in truth.reps]
    drill = wanted.value.split("_", maxsplit=1)[0]
    if not errors:
        return f"{drill:10} not analysed"
    columns = [ANGLES.index(name) for name in SHOWN]
    rms = np.sqrt(np.nanmean(np.vstack(errors)[:, columns] ** 2, axis=0))
    return f"{drill:10} " + " ".join(f"{x:13.2f}" for x in rms) + f" {right}/{len(sessions)}"


def print_speed(timings: list[Timing], *, minutes: float) -> None:
    """Print the median time that an hour of data would take."""
    per_hour = 60.0 / minutes
    print("\nSeconds per hour of two or three sensors at 100 Hz, median:")
    for name in ("read_s", "analyse_s", "write_s"):
        median = float(np.median([getattr(timing, name) for timing in timings]))
        print(f"  {name.removesuffix('_s'):8} {median * per_hour:6.2f}")


if __name__ == "__main__":
    main()
