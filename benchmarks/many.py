"""Many sessions in a batch: on all processors, beside one after the other.

A few simulated sessions are copied until there are enough, and `torso batch` analyses them with one
process and with several. Told are the time on the clock and the processor time of all processes;
on a computer that does other things, too, only the latter means anything: what it has grown by is
what sharing the work costs. Both must give the same tables, and a third run must find all done.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import family_s
from sensors.simulation.session import simulate_session
from sessions.batch.crew import processors
from sessions.batch.run import run_batch
from sessions.batch.tables import REPS, SESSIONS
from sessions.exports.simulated import write_simulated

if TYPE_CHECKING:
    from collections.abc import Callable

    from sessions.batch.run import Batch

MOST_OVER_IDEAL = 1.2
ALONE, SHARED, AGAIN = "one process", "several processes", "nothing left to do"
DIFFERENT = 4
"""Sessions made up; the others are copies, and analysed all the same."""


@dataclass(frozen=True, slots=True)
class Took:
    """What a batch took: seconds on the clock, and of processor in all processes."""

    clock_s: float
    busy_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """One batch done by one process, by several, and once more.

    Attributes
    ----------
    sessions, jobs
        How many, and by how many processes.
    took
        By who did it.
    equal
        Whether the tables are the same to the last byte.
    again
        What the last time found to do.
    session_mb
        Size of one session's files.
    """

    sessions: int
    jobs: int
    took: dict[str, Took]
    equal: bool
    again: Batch
    session_mb: float

    @property
    def each_s(self) -> float:
        """Processor time of one session (s)."""
        return self.took[ALONE].busy_s / self.sessions

    @property
    def of_ideal(self) -> float:
        """Time on the clock, over that of one process shared evenly."""
        return self.took[SHARED].clock_s / (self.took[ALONE].clock_s / self.jobs)

    @property
    def cost(self) -> float:
        """Processor time of several processes over that of one."""
        return self.took[SHARED].busy_s / self.took[ALONE].busy_s

    @property
    def right(self) -> bool:
        """Whether sharing costs little, and all else is as it should be."""
        return self.cost <= MOST_OVER_IDEAL and self.equal and self.again.unchanged == self.sessions


def run(sessions: int, minutes: float, jobs: int = 0, say: Callable[[str], None] = print) -> bool:
    """Compare both; whether processor time grew by no more than a fifth, and all else is right."""
    report = measure(sessions, minutes, jobs)
    for what, took in report.took.items():
        say(f"{what:18} {took.clock_s:8.1f} s on the clock {took.busy_s:8.1f} s of processor")
    say(
        f"{sessions} sessions of 2 × {minutes:g} min: {report.each_s:.2f} s of processor each;"
        f" {report.of_ideal:.2f} of the ideal time on {report.jobs} processors,"
        f" {report.cost:.2f} of the processor time;"
        f" tables equal: {report.equal}; analysed again: {report.again.analysed}"
    )
    return report.right


def measure(sessions: int, minutes: float, jobs: int = 0) -> Report:
    """Do the batch three times: with one process, with several, with nothing left to do."""
    jobs = jobs if jobs > 1 else max(2, processors())
    took: dict[str, Took] = {}
    with tempfile.TemporaryDirectory() as name:
        study, alone, shared = (Path(name) / part for part in ("study", "alone", "shared"))
        make_study(study, sessions, minutes)
        took[ALONE], _ = _timed(study, alone, 1)
        took[SHARED], _ = _timed(study, shared, jobs)
        took[AGAIN], again = _timed(study, shared, jobs)
        equal = all((alone / n).read_bytes() == (shared / n).read_bytes() for n in (REPS, SESSIONS))
        size = sum(file.stat().st_size for file in study.rglob("*") if file.is_file())
    return Report(sessions, jobs, took, equal, again, size / sessions / 1e6)


def make_study(folder: Path, sessions: int, minutes: float) -> None:
    """Make a folder of raw folders, each with two drills of so many minutes."""
    for n in range(sessions):
        if n < DIFFERENT:
            session = simulate_session(seed=n + 1, minutes_per_drill=minutes)
            write_simulated(folder / f"s{n:04d}", session, subject=f"simulated-{n + 1}")
        else:
            shutil.copytree(folder / f"s{n % DIFFERENT:04d}", folder / f"s{n:04d}")


def _timed(study: Path, out: Path, workers: int) -> tuple[Took, Batch]:
    started_s, busy_s = time.monotonic(), family_s()
    batch = run_batch([str(study)], str(out), workers=workers)
    return Took(time.monotonic() - started_s, family_s() - busy_s), batch
