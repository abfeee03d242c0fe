"""``torso record``: sensors to a file, without the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import progress_bar, say_json, tell

if TYPE_CHECKING:
    import argparse

    from sensors.drivers.base import LinkChange, Source
    from sensors.samples import SensorInfo


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "record",
        help="record without the dashboard",
        description="Record to FILE until --seconds are over or you press Ctrl-C. What is recorded"
        " is every packet as it came; 'torso analyze FILE' makes angles of it.",
    )
    option = parser.add_argument
    option("--out", metavar="FILE", type=Path, required=True, help="a new .mcap file")
    option("--seconds", type=float, metavar="N", help="how long (default: until Ctrl-C)")
    option("--source", choices=("ble", "simulated"), default="ble", help="what to record")
    option("--seed", type=int, default=1, help="of the simulated wearer (default: 1)")
    option("--json", action="store_true", help="print what was recorded as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record; returns the exit status."""
    import asyncio

    from dashboard.unattended import record
    from sensors.recording import pack_recording

    progress = progress_bar("recording")
    source = _source(args)
    try:
        asyncio.run(
            record(
                source,
                args.out,
                seconds=args.seconds,
                progress=progress,
                told=_tell,
                alarm=tell,
            )
        )
    except KeyboardInterrupt:
        if not args.out.exists():
            raise
    pack_recording(args.out)
    size_bytes = args.out.stat().st_size
    if args.json:
        say_json({"out": str(args.out), "size_bytes": size_bytes})
    else:
        print(f"Recorded {size_bytes / 1e6:.1f} MB to {args.out}.")
    return 0


def _source(args: argparse.Namespace) -> Source:
    if args.source == "ble":
        from dashboard.nearby import chosen, real_source

        return real_source(chosen())
    from dashboard.calibrating import open_store
    from sensors.drivers.calibrated import CalibratedSource
    from sensors.drivers.simulated import SimulatedSource

    return CalibratedSource(SimulatedSource(seed=args.seed), open_store())


def _tell(info: SensorInfo, change: LinkChange) -> None:
    """Say how a real sensor's link is doing; the simulated one's is of no interest."""
    from dashboard.messages import link_words

    place = info.placement.replace("_", " ")
    tell(f"{place} ({info.name}): {link_words(change.state, change.trouble) or 'streaming'}")
