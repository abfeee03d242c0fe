"""Many sessions in a batch: on all processors, beside one after the other.

A few simulated sessions are copied until there are enough, and `torso batch` analyses them with one
process and with several. Told are the time on the clock and the processor time of all processes;
on a computer that does other things, too, only the latter means anything: what it has grown by is
what sharing the work costs. Both must give the same tables, and a third run must find all done.
"""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sensors.simulation.session import simulate_session
from sessions.batch.crew import processors
from sessions.batch.run import Batch, run_batch
from sessions.batch.tables import REPS, SESSIONS
from sessions.exports.simulated import write_simulated

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_OVER_IDEAL = 1.2
DIFFERENT = 4
"""Sessions made up; the others are copies, and analysed all the same."""


@dataclass(frozen=True, slots=True)
class Took:
    """What a batch took: seconds on the clock, and of processor in all processes."""

    clock_s: float
    busy_s: float


def run(sessions: int, minutes: float, jobs: int = 0, say: Callable[[str], None] = print) -> bool:
    """Compare both; whether processor time grew by no more than a fifth, and all else is right."""
    jobs = jobs if jobs > 1 else max(2, processors())
    with tempfile.TemporaryDirectory() as name:
        study, alone, shared = (Path(name) / part for part in ("study", "alone", "shared"))
        make_study(study, sessions, minutes)
        serial, _ = _timed(study, alone, 1)
        parallel, _ = _timed(study, shared, jobs)
        again, found = _timed(study, shared, jobs)
        equal = all((alone / n).read_bytes() == (shared / n).read_bytes() for n in (REPS, SESSIONS))
    for what, took in (("1 process", serial), (f"{jobs} processes", parallel), ("again", again)):
        say(f"{what:12} {took.clock_s:8.1f} s on the clock {took.busy_s:8.1f} s of processor")
    on_clock = parallel.clock_s / (serial.clock_s / jobs)
    cost = parallel.busy_s / serial.busy_s
    each_s = serial.busy_s / sessions
    say(
        f"{sessions} sessions of 2 × {minutes:g} min: {each_s:.2f} s of processor each;"
        f" {on_clock:.2f} of the ideal time on the clock, {cost:.2f} of the processor time;"
        f" tables equal: {equal}; analysed again: {found.analysed}"
    )
    return cost <= MOST_OVER_IDEAL and equal and found.unchanged == sessions


def make_study(folder: Path, sessions: int, minutes: float) -> None:
    """Make a folder of raw folders, each with two drills of so many minutes."""
    for n in range(sessions):
        if n < DIFFERENT:
            session = simulate_session(seed=n + 1, minutes_per_drill=minutes)
            write_simulated(folder / f"s{n:04d}", session, subject=f"simulated-{n + 1}")
        else:
            shutil.copytree(folder / f"s{n % DIFFERENT:04d}", folder / f"s{n:04d}")


def _timed(study: Path, out: Path, workers: int) -> tuple[Took, Batch]:
    started_s, busy_s = time.monotonic(), _busy_s()
    batch = run_batch([str(study)], str(out), workers=workers)
    return Took(time.monotonic() - started_s, _busy_s() - busy_s), batch


def _busy_s() -> float:
    """Processor time of this process and of those it has seen end."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)
