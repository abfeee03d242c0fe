"""A batch from its sources to its tables; begun again, it goes on where it was."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sessions.batch.crew import crew_of, work
from sessions.batch.job import Job, Outcome, Status
from sessions.batch.sources import find_sources
from sessions.batch.tables import REPS, SESSIONS, Tables
from sessions.receipts import receipt_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEPT_EVERY_S: Final = 10.0
"""How often what came out is written: what the death of this program costs."""


@dataclass(slots=True)
class Batch:
    """How far a batch is, and in the end what it came to.

    Attributes
    ----------
    total
        Number of sessions.
    analysed, unchanged
        How many were analysed, and how many had been before.
    failed
        What could not be analysed, in the order of its sources once all is done.
    sessions, reps
        Where the two tables are.
    """

    total: int
    sessions: str
    reps: str
    analysed: int = 0
    unchanged: int = 0
    failed: list[Outcome] = field(default_factory=list)

    @property
    def ended(self) -> int:
        """How many sessions there is an outcome of."""
        return self.analysed + self.unchanged + len(self.failed)

    def count(self, outcome: Outcome) -> None:
        """Take in what became of one session."""
        if outcome.status is Status.FAILED:
            self.failed.append(outcome)
        elif outcome.status is Status.UNCHANGED:
            self.unchanged += 1
        else:
            self.analysed += 1


def run_batch(
    sources: Iterable[str],
    out: str,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    live: bool = False,
    progress: Callable[[Batch], None] | None = None,
) -> Batch:
    """Analyse many sessions into ``sessions.parquet`` and ``reps.parquet``.

    What was analysed before by the same software from the same bytes is not analysed again. A
    session that cannot be analysed is told in the result and in the table of sessions.

    Parameters
    ----------
    sources
        Paths, globs and URLs, see :func:`sessions.batch.sources.find_sources`.
    out
        Path or URL of the folder for the tables. It gathers: what it holds of other sources stays.
    scheduler
        Address of a Dask scheduler; without one the work is done by processes here.
    workers
        How many processes here (default: one per processor).
    live
        Use the causal pipeline instead of the offline smoother.
    progress
        Called at the start and after each session.

    Raises
    ------
    ClusterError
        The cluster is not there, or was lost; what was finished is kept.
    OutputError
        The tables cannot be written.
    SourceError
        A URL that no installed file system reads.
    """
    tables, names = Tables(out), find_sources(sources)
    batch = Batch(len(names), (tables.out / SESSIONS).name, (tables.out / REPS).name)
    known, maker = tables.known(), receipt_now({}, live=live).maker
    jobs = (Job(name, maker, known.get(name, ""), live) for name in names)
    show = progress or (lambda _: None)
    show(batch)
    fresh: list[Outcome] = []
    kept_s = time.monotonic()
    try:
        with crew_of(scheduler, workers) as crew:
            for outcome in work(jobs, crew):
                fresh.append(outcome)
                batch.count(outcome)
                show(batch)
                if time.monotonic() - kept_s > KEPT_EVERY_S:
                    tables.add(fresh)
                    fresh.clear()
                    kept_s = time.monotonic()
    finally:
        tables.add(fresh)
    tables.merge()
    batch.failed.sort(key=lambda outcome: outcome.source)
    return batch
