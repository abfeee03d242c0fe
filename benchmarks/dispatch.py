"""What handing out a session costs, whoever does it: jobs that have nothing to do.

The jobs name sessions that do not exist, so that a worker is done with one at once and says so.
What is left is the way there and back: through the pipes of a process pool, or through the
scheduler and the network of a Dask cluster on this computer. It is the same for a session that
takes a second, and says how many workers one scheduler can keep busy.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measure import family_s
from sessions.batch.crew import crew_of, work
from sessions.batch.job import Job, do
from sessions.receipts import receipt_now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sessions.batch.job import Outcome

HERE, CLUSTER = "processes of this computer", "a Dask cluster"
WARM_UP = 20

_NOT_THERE = "does not exist."


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One way of handing out, per job and beside doing it without: ms of clock and processor.

    ``front_ms`` is the part of the processor time that does not grow with the workers: of the
    process that hands out, and of Dask's scheduler.
    """

    clock_ms: float
    busy_ms: float
    front_ms: float


def measure(jobs: int, workers: int = 2) -> dict[str, Dispatch]:
    """Both ways, ``jobs`` jobs each."""
    maker = receipt_now({}, live=False).maker
    todo = [Job(f"no such session {n}", maker) for n in range(jobs)]
    begun_s = time.process_time()
    for job in todo:
        do(job)
    nothing_ms = 1e3 * (time.process_time() - begun_s) / jobs
    out = {}
    for name, scheduler in ((HERE, _nobody), (CLUSTER, partial(cluster, workers))):
        with scheduler() as address, crew_of(address, workers) as crew:
            _all_failed(work(todo[:WARM_UP], crew))
            clock_s, busy_s, front_s = time.monotonic(), family_s(), time.process_time()
            _all_failed(work(todo, crew))
            spent = (
                time.monotonic() - clock_s,
                family_s() - busy_s,
                time.process_time() - front_s,
            )
        clock_ms, busy_ms, front_ms = (1e3 * s / jobs for s in spent)
        out[name] = Dispatch(clock_ms, max(busy_ms - nothing_ms, 0.0), front_ms)
    return out


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A Dask cluster on this computer, its scheduler in this process; its address."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as dask:
        yield dask.scheduler_address


@contextmanager
def _nobody() -> Iterator[None]:
    yield None


def _all_failed(outcomes: Iterable[Outcome]) -> None:
    """See that nothing was done: what is timed is the way."""
    if not all(outcome.reason.endswith(_NOT_THERE) for outcome in outcomes):
        raise AssertionError("a session was analysed that does not exist")
