"""``torso demo`` and ``torso dashboard``: the page, and the same without a page."""

from __future__ import annotations

import argparse
from pathlib import Path

from dashboard.commands.terminal import progress_bar, say_json

PORT = 8501

_DEMO = """\
The dashboard with a simulated wearer; no sensors needed. It opens in your browser.

With --headless nothing is shown: the simulated wearer is recorded for N seconds, the recording is
analysed, and recording.mcap, angles.csv, reps.csv and summary.json are written into DIR.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare both commands."""
    demo = commands.add_parser(
        "demo",
        help="the dashboard with a simulated wearer",
        description=_DEMO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_page_options(demo)
    option = demo.add_argument
    option("--seed", type=int, default=1, help="of the simulated wearer (default: 1)")
    option("--headless", action="store_true", help="record and analyse without a page")
    option("--seconds", type=_seconds, metavar="N", help="with --headless: how long (default: 60)")
    option("--out", metavar="DIR", type=Path, help="with --headless: folder for the files")
    option("--json", action="store_true", help="with --headless: print what was found as JSON")
    demo.set_defaults(run=run_demo, parser=demo, demo=True, source="simulated")
    dashboard = commands.add_parser(
        "dashboard",
        help="the dashboard on your sensors",
        description="The dashboard on your Bluetooth sensors: they are connected by themselves, as"
        " 'torso roles' or the page says which is worn where.",
    )
    _add_page_options(dashboard)
    dashboard.add_argument(
        "--source", choices=("ble", "simulated"), default="ble", help="where the data come from"
    )
    dashboard.set_defaults(run=run_dashboard, seed=1, demo=False)


def _add_page_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--port", type=_port, default=PORT, metavar="N", help=f"of the page (default: {PORT})")
    option("--no-browser", action="store_true", help="do not open the browser")
    option(
        "--share",
        action="store_true",
        help="let others on your network watch: prints a link and a code for their phones",
    )
    option(
        "--lsl",
        action="store_true",
        help="send angles, shares and events to the Lab Streaming Layer on your network",
    )
    option("--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is no port: use 1 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds") from None
    if not 1.0 <= seconds <= 36_000.0:
        raise argparse.ArgumentTypeError(f"{text} s is not between 1 s and 10 hours")
    return seconds


def run_demo(args: argparse.Namespace) -> int:
    """Show the dashboard or run without it; returns the exit status."""
    if not args.headless:
        for name in ("seconds", "out", "json"):
            if getattr(args, name):
                args.parser.error(f"--{name} needs --headless")
        return run_dashboard(args)
    if args.lsl:
        args.parser.error("--lsl sends what happens live: leave out --headless")
    if args.out is None:
        args.parser.error("--headless needs --out DIR")
    return _run_headless(args)


def run_dashboard(args: argparse.Namespace) -> int:
    """Show the dashboard until it is closed; returns the exit status."""
    from dashboard.run import run_dashboard as run

    return run(
        port=args.port,
        open_browser=not args.no_browser,
        data=args.data,
        seed=args.seed,
        demo=args.demo,
        source=args.source,
        share=args.share,
        lsl=args.lsl,
    )


def _run_headless(args: argparse.Namespace) -> int:
    from dashboard.headless import run_headless

    progress = progress_bar("recording")
    result = run_headless(
        seconds=args.seconds or 60.0, out=args.out, seed=args.seed, progress=progress
    )
    reps = {str(drill.drill): len(drill.reps) for drill in result.drills}
    if args.json:
        say_json({"out": str(args.out), "repetitions": reps})
    else:
        counts = ", ".join(f"{n} × {name.replace('_', ' ')}" for name, n in reps.items())
        print(f"Recorded and analysed: {counts}. Files are in {args.out}.")
    return 0
