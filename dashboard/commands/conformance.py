"""``torso conformance``: the pass/fail sheet of a sensor driver."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json, tell

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "conformance",
        help="examine a sensor driver",
        description="Play a simulated device of a driver against the driver, with losses, stalls,"
        " reboots and garbage, and say what it passes. Ends with status 0 if it passes all, 1 if"
        " not. Without DRIVER, list the drivers there are: ours, and those of installed packages.",
    )
    option = parser.add_argument
    option("driver", metavar="DRIVER", nargs="?", help="name of the driver")
    option("--json", action="store_true", help="print the sheet as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine or list; returns the exit status."""
    from sensors.conformance.sheet import examine
    from sensors.drivers.plugins import load_plugins, our_drivers

    drivers = our_drivers() | load_plugins()
    if args.driver is None:
        if args.json:
            say_json({"drivers": list(drivers)})
        else:
            print("\n".join(drivers))
        return 0
    if args.driver not in drivers:
        tell(f"torso: there is no driver '{args.driver}', only: {', '.join(drivers)}.")
        return 2
    lines = []
    for line in examine(drivers[args.driver]):
        lines.append(line)
        if not args.json:
            word = {True: "pass", False: "FAIL", None: "n/a "}[line.passed]
            print(f"{word}  {line.demand:10} {line.meaning}", flush=True)
            for found in line.found:
                print(f"                 → {found}")
    passed = all(line.passed is not False for line in lines)
    if args.json:
        sheet = [asdict(line) for line in lines]
        say_json({"driver": args.driver, "passed": passed, "sheet": sheet})
    return 0 if passed else 1
