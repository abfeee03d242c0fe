"""``torso export``: one session into another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    from sessions.exports.formats import FORMATS

    words = "; ".join(f"{name}: {format_.words}" for name, format_ in FORMATS.items())
    parser = commands.add_parser(
        "export",
        help="write one session in another format",
        description=f"Write one session of the library, a recording, or anything that torso analyze"
        f" reads, in another format. {words}. What was written is checked by a program that reads"
        " the format, if one is installed.",
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
    parser.add_argument(
        "--no-check", action="store_true", help="do not let another program read what was written"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export; returns the exit status, 1 if another program cannot read what was written."""
    from sessions.exports.checks import check_export
    from sessions.exports.formats import export_session
    from sessions.library import open_library

    source = Path(args.session)
    if not source.exists():
        source = open_library(args.data).open(args.session).path
    files = export_session(source, args.out, args.format)
    check = None if args.no_check else check_export(args.format, args.out, files)
    if args.json:
        say_json([str(path) for path in files])
    else:
        names = ", ".join(str(path.relative_to(args.out)) for path in files)
        print(f"Wrote {names} to {args.out}.")
        if check is not None and check.passed is not False:
            print(check)
    if check is None or check.passed is not False:
        return 0
    print(f"torso: {check}", file=sys.stderr)
    return 1
