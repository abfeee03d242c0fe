"""``torso scan`` and ``torso identify``: which sensors are in reach, and which is which."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json, say_table, tell

if TYPE_CHECKING:
    from dashboard.nearby import Nearby

_FOUND_S = 15.0


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare both commands."""
    scan = commands.add_parser(
        "scan",
        help="find sensors in reach",
        description="Look for Bluetooth sensors and list them, the strongest first. A sensor that"
        " is connected to another program or a phone does not show itself.",
    )
    option = scan.add_argument
    option("--seconds", type=seconds, default=5.0, metavar="N", help="how long (default: 5)")
    option("--battery", action="store_true", help="connect to each sensor and ask for its charge")
    option("--all", action="store_true", help="also list devices torso does not know")
    option("--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)")
    option("--json", action="store_true", help="print what was found as JSON")
    scan.set_defaults(run=run_scan)
    identify = commands.add_parser(
        "identify",
        help="make one sensor blink",
        description="Connect to one sensor and make it blink for some seconds.",
    )
    identify.add_argument("sensor", metavar="ID", help="address or name, as 'torso scan' lists it")
    identify.add_argument("--json", action="store_true", help="print which sensor blinked as JSON")
    identify.set_defaults(run=run_identify)


def seconds(text: str) -> float:
    """Read a time to wait from the command line."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds") from None
    if not 0.1 <= value <= 600.0:
        raise argparse.ArgumentTypeError(f"{text} s is not between 0.1 s and 10 minutes")
    return value


def run_scan(args: argparse.Namespace) -> int:
    """List what is in reach; returns the exit status."""
    import asyncio

    from dashboard.nearby import look, open_roles

    known = open_roles(args.data).get()
    found = asyncio.run(look(args.seconds, known, batteries=args.battery))
    shown = [device for device in found if args.all or device.family is not None]
    if args.json:
        others = len(found) - sum(device.family is not None for device in found)
        say_json({"sensors": [device.describe() for device in shown], "other_devices": others})
    elif shown:
        header = ("name", "id", "signal", "battery", "kind", "place")
        say_table(header, [_row(device) for device in shown])
    else:
        tell(
            f"No sensor that torso knows is in reach ({len(found)} other devices are). Switch the"
            " sensors on and bring them closer; 'torso doctor' looks further."
        )
    return 0


def _row(device: Nearby) -> tuple[str, ...]:
    return (
        device.name or "-",
        device.sensor,
        "-" if device.rssi_dbm is None else f"{device.rssi_dbm} dBm",
        "-" if device.battery_percent is None else f"{device.battery_percent} %",
        _kind(device),
        "-" if device.placement is None else device.placement.replace("_", " "),
    )


def _kind(device: Nearby) -> str:
    from sensors.protocols.families import family_named

    if device.family is None:
        return "unknown"
    only = "" if family_named(device.family).live else " (for recordings)"
    return device.family.replace("_", " ") + only


def run_identify(args: argparse.Namespace) -> int:
    """Make a sensor blink; returns the exit status."""
    import asyncio

    from dashboard.nearby import look, show
    from sensors.errors import ConnectionLostError

    found = asyncio.run(look(3.0, ()))
    wanted = args.sensor.lower()
    device = next((d for d in found if wanted in {d.sensor.lower(), (d.name or "").lower()}), None)
    if device is None or device.family is None:
        raise ConnectionLostError(args.sensor, "is not in reach")
    try:
        asyncio.run(show(device.sensor, device.family, _FOUND_S))
    except TimeoutError:
        raise ConnectionLostError(args.sensor, "was seen but is gone again") from None
    if args.json:
        say_json(device.describe())
    else:
        print(f"{device.name or device.sensor} has blinked.")
    return 0
