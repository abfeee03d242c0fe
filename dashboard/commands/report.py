"""``torso report``: one page about a session, to print or hand on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.library import answer

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "report",
        help="write one page about a session, to print or hand on",
        description="Write one page about a session as HTML and as PDF: what was done, rotation to"
        " each side, shares, and what changed against the same person's sessions before.",
    )
    parser.add_argument(
        "session", metavar="SESSION", help="name or title in the library, or a folder of results"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path(), help="folder to write to (default: here)"
    )
    parser.add_argument(
        "--format", choices=("html", "pdf", "both"), default="both", help="(default: both)"
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)"
    )
    parser.add_argument("--json", action="store_true", help="print the files written as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page; returns the exit status."""
    from sessions.files import write_together
    from sessions.library import open_library, stored_session
    from sessions.report import make_report, report_html, report_pdf

    library = open_library(args.data)
    if Path(args.session).is_dir():
        session = stored_session(Path(args.session).resolve())
    else:
        session = library.find(args.session)
    report = make_report(session, library.list(person=session.person) if session.person else ())
    draw = {"html": report_html, "pdf": report_pdf}
    endings = ("html", "pdf") if args.format == "both" else (args.format,)
    contents = {f"{session.name}_report.{e}": draw[e](report) for e in endings}
    write_together(args.out, contents)
    files = [str(args.out / name) for name in contents]
    answer(args, f"Wrote {' and '.join(contents)} to {args.out}.", {"files": files})
    return 0
