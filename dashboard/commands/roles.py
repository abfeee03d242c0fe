"""``torso roles``: which sensor is worn where."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.scan import seconds
from dashboard.commands.terminal import say_json, say_table, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import SensorInfo

_DESCRIPTION = """\
Say which sensor is worn where; it is remembered until you say otherwise. Without arguments, tell
what is remembered. Sensors are named by address or name, as 'torso scan' lists them:

  torso roles pelvis=OSI-1A2B thoracolumbar=OSI-77F0 upper_back=OSI-0C3D
  torso roles --by-name        sensors whose names say it ("PELVIS", "T12", "UPPER BACK")
  torso roles --gesture        wear them, bow, turn left and right: the order is found
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "roles",
        help="say which sensor is worn where",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("choice", nargs="*", metavar="PLACE=ID", help="pelvis, thoracolumbar or upper_back")
    option("--by-name", action="store_true", help="take the places from the sensors' names")
    option("--gesture", action="store_true", help="find the places while you bow and turn")
    option("--forget", action="store_true", help="forget all places")
    option("--seconds", type=seconds, default=5.0, metavar="N", help="how long to look around")
    option("--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)")
    option("--json", action="store_true", help="print the places as JSON")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Change or tell the places; returns the exit status."""
    import asyncio

    from dashboard.nearby import look, open_roles, worn
    from sensors.samples import Placement

    store = open_roles(args.data)
    if args.forget:
        store.put(())
    elif args.gesture:
        store.put(_by_gesture(args.seconds))
    elif args.choice or args.by_name:
        choice: dict[Placement, str] = {}
        for text in args.choice:
            place, _, wanted = text.partition("=")
            if place not in set(Placement) or not wanted:
                args.parser.error(f"'{text}' is not PLACE=ID with a place of {_places()}")
            choice[Placement(place)] = wanted
        around = asyncio.run(look(args.seconds, ()))
        if args.by_name:
            named = {d.placement: d.sensor for d in around if d.placement and d.family}
            choice = {**named, **choice}
        try:
            store.put(worn(choice, around))
        except ValueError as error:
            tell(f"torso: {error}.")
            return 1
    _say(store.get(), as_json=args.json)
    return 0


def _by_gesture(seconds: float) -> tuple[SensorInfo, ...]:
    import asyncio

    from dashboard.gesture import assigned, provisional, watch_gesture
    from dashboard.nearby import look, open_radio
    from sensors.drivers.ble_source import BleSource

    async def watch() -> tuple[SensorInfo, ...]:
        sensors = provisional([d for d in await look(seconds, ()) if d.family is not None])
        proposal = await watch_gesture(BleSource(sensors, open_radio()), tell)
        for sensor, turned in proposal.turn_deg.items():
            tell(f"{sensor} turned by {turned:.0f}°")
        return assigned(proposal, sensors)

    return asyncio.run(watch())


def _places() -> str:
    from sensors.samples import Placement

    return ", ".join(Placement)


def _say(sensors: Sequence[SensorInfo], *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "sensors": [
                    {"sensor": s.sensor, "name": s.name, "placement": s.placement,
                     "family": s.protocol}
                    for s in sensors
                ]
            }
        )  # fmt: skip
    elif sensors:
        rows = [(s.placement.replace("_", " "), s.name, s.sensor) for s in sensors]
        say_table(("place", "name", "id"), rows)
    else:
        tell("No sensor has a place yet.")
