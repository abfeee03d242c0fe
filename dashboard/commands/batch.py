"""``torso batch``: many sessions into one table of repetitions and one of sessions."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from dashboard.commands.terminal import progress_bar, say_json, tell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from sessions.batch.run import Batch

_DESCRIPTION = """\
Analyse every session that SOURCES lead to and write reps.parquet and sessions.parquet into DIR.

A SOURCE is a recording, a raw folder, a folder of such things at any depth, a glob in quotes, or a
URL of fsspec (s3://…, with its plug-in installed); DIR may be a URL, too. Given again, the command
analyses only what is new or has changed, or what other algorithms made. What DIR holds of other
sources stays.
"""

_EXIT = """\
exit status: 0 done; 1 DIR cannot be written or the cluster is not there; 3 done, but some sessions
could not be analysed: they are listed at the end, each with its reason and the exit status that
`torso analyze` would have.
"""

SAID_EVERY_S: Final = 10.0
"""How often progress is said where nobody sees a bar."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    import argparse

    parser = commands.add_parser(
        "batch",
        help="analyse many sessions into two tables",
        description=_DESCRIPTION,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="path, glob or URL")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder or URL for the tables")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, tcp://… (default: work here)"
    )
    parser.add_argument(
        "--workers", metavar="N", type=_count, help="processes here (default: one per processor)"
    )
    parser.add_argument(
        "--live", action="store_true", help="use the causal pipeline of the dashboard"
    )
    parser.add_argument("--json", action="store_true", help="print what came out as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse all; returns the exit status."""
    from sessions.batch.run import run_batch

    batch = run_batch(
        args.sources,
        args.out,
        scheduler=args.scheduler,
        workers=args.workers,
        live=args.live,
        progress=_progress(),
    )
    for one in batch.failed:
        place = "" if one.reason.startswith(one.source) else f"{one.source}: "
        tell(f"{place}{one.reason} (exit status {one.exit_code})")
    if args.json:
        failed = [
            {"source": f.source, "exit_code": f.exit_code, "reason": f.reason} for f in batch.failed
        ]
        counts = {"analysed": batch.analysed, "unchanged": batch.unchanged, "failed": failed}
        say_json({**counts, "sessions": batch.sessions, "reps": batch.reps})
    else:
        print(f"{_counts(batch)}.\nWrote {batch.reps} and {batch.sessions}.")
    return 3 if batch.failed else 0


def _counts(batch: Batch) -> str:
    words = f"{batch.analysed} analysed, {batch.unchanged} up to date"
    return f"{words}, {len(batch.failed)} could not be"


def _progress() -> Callable[[Batch], None]:
    """Make what shows how far a batch is: a bar for a person, or else a line now and then."""
    if sys.stderr.isatty():
        bar = progress_bar("analysing")
        return lambda batch: bar(batch.ended / batch.total)
    said_s = float("-inf")

    def say(batch: Batch) -> None:
        nonlocal said_s
        now_s = time.monotonic()
        if now_s - said_s >= SAID_EVERY_S or batch.ended == batch.total:
            said_s = now_s
            tell(f"{batch.ended} of {batch.total} sessions: {_counts(batch)}")

    return say


def _count(text: str) -> int:
    """Read a number of processes."""
    import argparse

    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of processes")
    return int(text)
