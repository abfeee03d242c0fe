"""``torso simulate``: a raw folder of a made-up wearer, with the exact truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json

if TYPE_CHECKING:
    import argparse

_DRILLS = ("seated", "quadruped", "both")
_SEVERITIES = ("mild", "main", "harsh", "perfect")
_DESCRIPTION = """\
Write a raw folder of a simulated wearer into DIR: what each sensor would have sent, events.tsv,
session.json, and the truth: truth.csv (every angle at 100 Hz inside drills) and truth_reps.csv.
The same options and seed give the same files.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "simulate", help="make up a recording with known truth", description=_DESCRIPTION
    )
    option = parser.add_argument
    option("--out", metavar="DIR", type=Path, required=True, help="folder to write")
    option("--drill", choices=_DRILLS, default="both", help="which drills (default: both)")
    option("--sensors", type=int, choices=(2, 3), default=3, help="2 = without T12 (default: 3)")
    option(
        "--minutes", type=_minutes, default=4.0, metavar="M", help="length of a drill (default: 4)"
    )
    option(
        "--severity",
        choices=_SEVERITIES,
        default="main",
        help="how bad sensors, skin and radio are (default: main)",
    )
    option(
        "--rate-hz", type=_rate_hz, default=100.0, metavar="HZ", help="sampling rate (default: 100)"
    )
    option("--pace", type=_pace, default=1.0, metavar="X", help="speed of the drills (default: 1)")
    option("--level", choices=("T1", "T2", "T3", "T4"), default="T2", help="of the upper sensor")
    option("--seed", type=int, default=1, help="of everything random (default: 1)")
    option("--no-rest", action="store_true", help="the sensors never lie on a table")
    option("--no-neutral", action="store_true", help="no still neutral, not even before a drill")
    option("--no-bow", action="store_true", help="no bow calibration")
    option("--no-turn", action="store_true", help="no turn calibration")
    option("--json", action="store_true", help="print what was made as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Simulate; returns the exit status."""
    from sensors.samples import Activity
    from sensors.simulation.session import (
        BOTH_DRILLS,
        THREE_SENSORS,
        TWO_SENSORS,
        simulate_session,
    )
    from sensors.simulation.severity import SEVERITIES
    from sessions.exports.simulated import write_simulated

    drills = {"seated": (Activity.SEATED,), "quadruped": (Activity.QUADRUPED,)}
    session = simulate_session(
        seed=args.seed,
        drills=drills.get(args.drill, BOTH_DRILLS),
        placements=TWO_SENSORS if args.sensors == 2 else THREE_SENSORS,
        minutes_per_drill=args.minutes,
        severity=SEVERITIES[args.severity],
        rate_hz=args.rate_hz,
        pace=args.pace,
        with_rest=not args.no_rest,
        with_neutral=not args.no_neutral,
        with_bow=not args.no_bow,
        with_turn=not args.no_turn,
        with_drill_neutral=not args.no_neutral,
        upper_back_level=args.level,
    )
    write_simulated(args.out, session, subject=f"simulated-{args.seed}")
    reps = {str(drill.drill): len(drill.reps) for drill in session.truth.drills}
    if args.json:
        say_json({"out": str(args.out), "repetitions": reps})
    else:
        counts = ", ".join(
            f"{n} repetitions of {name.replace('_', ' ')}" for name, n in reps.items()
        )
        print(f"Wrote {args.out}: {counts}.")
    return 0


def _minutes(text: str) -> float:
    return _number(text, 0.1, 120.0)


def _rate_hz(text: str) -> float:
    return _number(text, 20.0, 1000.0)


def _pace(text: str) -> float:
    return _number(text, 0.1, 4.0)


def _number(text: str, low: float, high: float) -> float:
    from argparse import ArgumentTypeError

    try:
        value = float(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a number") from None
    if not low <= value <= high:
        raise ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
    return value
