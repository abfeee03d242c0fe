"""``torso synchronise``: Movella DOTs put their clocks on one by their own radio."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json, tell

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "synchronise",
        help="align the clocks of Movella DOTs",
        description="Have the Movella DOTs that have a place align their clocks by their own radio;"
        " it takes half a minute and lasts until they are switched off. Not needed: every clock is"
        " followed by itself. Other sensors cannot do it.",
    )
    option = parser.add_argument
    option("--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)")
    option("--json", action="store_true", help="print whose clocks were aligned as JSON")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Align the clocks; returns the exit status."""
    import asyncio

    from dashboard.nearby import align, chosen
    from sensors.protocols import movella_dot

    dots = [info for info in chosen(args.data) if info.protocol == movella_dot.PROTOCOL]
    if len(dots) < 2:
        args.parser.error(f"{len(dots)} of your sensors are Movella DOTs; it takes at least two")
    asyncio.run(align([info.sensor for info in dots], tell))
    if args.json:
        say_json({"aligned": [info.sensor for info in dots]})
    else:
        print(f"The clocks of {len(dots)} sensors are one.")
    return 0
