"""``torso analyze``: a recording, or any files we know, become angles, repetitions, a summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import progress_bar, say_json, warn
from fusion.filter_names import FILTERS

if TYPE_CHECKING:
    import argparse

    from fusion.results import DrillResult, SessionResult, SideSummary

_DESCRIPTION = """\
Analyse SOURCE and write angles.csv, reps.csv and summary.json into DIR.

SOURCE is a recording (.mcap), a raw folder (pelvis.csv, upper_back.csv, perhaps thoracolumbar.csv,
events.tsv, perhaps session.json), a folder of the Movella DOT app or of the x-IMU3 logger, or a
text file of the WitMotion app. For any other tables, a columns.toml says what their columns are.
docs/user_guide.md describes the files.
"""

_EXIT = """\
exit status: 0 done (warnings on stderr); 1 the results cannot be written; 2 the source cannot be
read (one line names file, row, column and cause); 3 it was read, but no drill can be analysed.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    import argparse

    parser = commands.add_parser(
        "analyze",
        help="analyse a recording, a raw folder, or files of another program",
        description=_DESCRIPTION,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        type=Path,
        help="recording, raw folder, or files of another program",
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="folder for the results"
    )
    parser.add_argument(
        "--columns",
        metavar="FILE",
        type=Path,
        help="what the columns of SOURCE are, if no columns.toml lies in it",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="use the causal pipeline of the dashboard instead of the offline smoother",
    )
    parser.add_argument(
        "--filter",
        choices=FILTERS,
        default=FILTERS[0],
        help="orientation filter; all but vqf are for comparison, and slow (default: vqf)",
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse; returns the exit status."""
    from sessions.analyze import analyze_imported
    from sessions.exports.analysis_folder import write_results
    from sessions.exports.summary import all_flags
    from sessions.imports.source import read_source

    session = read_source(args.source, columns=args.columns)
    warn(session.flags)
    progress = progress_bar("analysing")
    result = analyze_imported(session, live=args.live, progress=progress, filter_name=args.filter)
    progress(1.0)
    write_results(session, result, args.out, live=args.live)
    warn(flag for flag in all_flags(session, result) if flag not in session.flags)
    if args.json:
        say_json(json.loads((args.out / "summary.json").read_text(encoding="utf-8")))
    else:
        _say(result, args.out)
    return 0


def _say(result: SessionResult, out: Path) -> None:
    for drill in result.drills:
        print(_drill_line(drill))
        for side, summary in drill.sides.items():
            print(f"  {side:<6} {_side_line(summary)}")
    print(f"Wrote angles.csv, reps.csv and summary.json to {out}.")


def _drill_line(drill: DrillResult) -> str:
    name = drill.drill.replace("_", " ")
    return f"{name}, {drill.start_s:.1f} to {drill.end_s:.1f} s: {len(drill.reps)} repetitions"


def _side_line(side: SideSummary) -> str:
    if not side.repetitions:
        return "no repetitions"
    text = f"{side.repetitions} repetitions, median {side.median_peak_deg:.0f}°"
    text += f", best {side.best_peak_deg:.0f}°"
    if side.shares is None:
        return text
    parts = (("pelvis", side.shares.pelvis), ("lumbar", side.shares.lumbar))
    named = [*parts, ("thoracic", side.shares.thoracic)]
    shares = ", ".join(f"{n} {100 * s.value:.0f} %" for n, s in named)
    return f"{text}; {shares}"
