"""Who does the jobs: processes on this computer, or the workers of a Dask cluster.

Both are executors of :mod:`concurrent.futures`, and one loop keeps either busy. Only so many jobs
are handed out at a time, so that a million of them need no memory.
"""

from __future__ import annotations

import os
import time
from collections import deque
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol

from sessions.batch.job import EXIT_FAILED, Job, do, failed
from sessions.batch.worker import begin
from sessions.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from sessions.batch.job import Outcome

AHEAD: Final = 2
"""Jobs handed out per processor: one that is done and one that waits for it."""

CONNECT_S: Final = 30.0
"""How long a scheduler may take to answer."""

FIRST_WORKER_S: Final = 60.0
"""How long a cluster may take to have a worker."""

COUNTED_EVERY_S: Final = 5.0
"""How often a cluster is asked how many processors it has just now."""

_KILLED: Final = "ended the process that analysed it, twice; is there too little memory for it?"
_LOST: Final = "was lost; what is finished is kept: give the same command again to go on."


class Crew(Protocol):
    """Somebody who does jobs."""

    def room(self) -> int:
        """Jobs that may be handed out at a time."""

    def submit(self, job: Job) -> Future[Outcome]:
        """Hand out a job."""


@contextmanager
def crew_of(scheduler: str | None, workers: int | None) -> Iterator[Crew]:
    """Give the workers of a Dask ``scheduler``, or else ``workers`` processes (all processors).

    Raises
    ------
    ClusterError
        There is no such cluster, or it has no workers.
    """
    if scheduler is None:
        here = Here(workers or processors())
        try:
            yield here
        finally:
            here.close()
    else:
        with _client(scheduler) as client:
            yield Cluster(client)


def work(jobs: Iterable[Job], crew: Crew) -> Iterator[Outcome]:
    """Have all jobs done, in whatever order.

    When a process of a pool dies, the pool is lost with all that was handed out, and nobody knows
    which job was to blame. So those are then done one at a time: the one that kills again has
    failed.

    Raises
    ------
    ClusterError
        The cluster was lost.
    """
    waiting, suspects = iter(jobs), deque[Job]()
    running: dict[Future[Outcome], Job] = {}
    ended: SimpleQueue[Future[Outcome]] = SimpleQueue()
    while True:
        while len(running) < (1 if suspects else crew.room()):
            job = suspects[0] if suspects else next(waiting, None)
            if job is None:
                break
            future = crew.submit(job)
            running[future] = job
            future.add_done_callback(ended.put)
        if not running:
            return
        future = ended.get()
        job = running.pop(future)
        error = _error(future)
        alone = bool(suspects) and job is suspects[0]
        if isinstance(error, BrokenProcessPool) and not alone:
            suspects.append(job)
            continue
        if alone:
            suspects.popleft()
        yield future.result() if error is None else failed(job.source, EXIT_FAILED, _words(error))


class Here:
    """Processes on this computer."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._new_pool()

    def room(self) -> int:
        """Jobs that may be handed out at a time."""
        return AHEAD * self._workers

    def submit(self, job: Job) -> Future[Outcome]:
        """Hand out a job, to a new pool if the last one is lost."""
        try:
            return self._pool.submit(do, job)
        except BrokenProcessPool:
            self.close()
            self._pool = self._new_pool()
            return self._pool.submit(do, job)

    def close(self) -> None:
        """Let the processes end; what only waited is not begun."""
        self._pool.shutdown(cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        context = get_context("spawn")  # a fork would copy locks that threads of this process hold
        return ProcessPoolExecutor(self._workers, context, begin)


class Cluster:
    """The workers of a Dask cluster; more may come and some may go."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # distributed has no types
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._counted_s = float("-inf")
        self._threads = 1

    def room(self) -> int:
        """Jobs that may be handed out at a time."""
        now_s = time.monotonic()
        if now_s - self._counted_s > COUNTED_EVERY_S:
            self._counted_s = now_s
            self._threads = max(1, sum(self._client.nthreads().values()))
        return AHEAD * self._threads

    def submit(self, job: Job) -> Future[Outcome]:
        """Hand out a job; Dask gives it to another worker if one dies."""
        future: Future[Outcome] = self._executor.submit(do, job)
        return future


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        words = "A cluster needs one more package: pip install 'torso[batch]'."
        raise ClusterError(words) from None
    try:
        client = Client(scheduler, set_as_default=False, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise ClusterError(f"The scheduler {scheduler} cannot be reached ({error}).") from error
    try:
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        except TimeoutError:
            raise ClusterError(f"The scheduler {scheduler} has no workers.") from None
        yield client
    finally:
        client.close()


def _error(future: Future[Outcome]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        raise ClusterError(f"The cluster {_LOST}") from error


def _words(error: BaseException) -> str:
    if isinstance(error, BrokenProcessPool):
        return _KILLED
    return f"was given up by the cluster ({type(error).__name__}: {error})."
