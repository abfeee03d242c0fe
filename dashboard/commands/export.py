"""``torso export``: one session into another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    from sessions.exports.formats import FORMATS

    parser = commands.add_parser(
        "export",
        help="write one session in another format",
        description="Write one session of the library, or a recording, in another format."
        " csv: angles.csv, reps.csv and summary.json; parquet: the same tables, typed, with units"
        " and definitions inside; bids: a Motion-BIDS data set of samples, events and results;"
        " opensim: orientations of the segments (.sto); ximu3: samples in the layout of the x-IMU3"
        " logger.",
    )
    parser.add_argument(
        "session", metavar="SESSION", help="name in the library, or path of a recording or folder"
    )
    parser.add_argument("--format", choices=FORMATS, required=True, help="what to write")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write to")
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)"
    )
    parser.add_argument("--json", action="store_true", help="print the files written as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export; returns the exit status."""
    from sessions.exports.formats import export_session
    from sessions.library import open_library

    source = Path(args.session)
    if not source.exists():
        source = open_library(args.data).open(args.session).path
    files = export_session(source, args.out, args.format)
    if args.json:
        say_json([str(path) for path in files])
    else:
        print(
            f"Wrote {', '.join(str(path.relative_to(args.out)) for path in files)} to {args.out}."
        )
    return 0
