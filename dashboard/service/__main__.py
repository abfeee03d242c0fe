"""``python -m dashboard.service``: run the service by itself; ``torso dashboard`` starts it so."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.calibrating import open_store
from dashboard.nearby import open_radio, open_roles
from dashboard.service.finder import Finder
from dashboard.service.live import ServiceOptions, serve
from dashboard.service.outlets import LslMissingError
from dashboard.service.runfile import ALREADY_RUNNING, AlreadyRunningError
from dashboard.service.wizard import ACTIVITY_OF, CalibrationStep
from sensors.drivers.ble_source import BleSource
from sensors.drivers.calibrated import CalibratedSource
from sensors.drivers.radio import RadioSettings
from sensors.drivers.replay import ReplaySource
from sensors.drivers.simulated import SimulatedSource
from sensors.errors import SensorError
from sensors.roles import filled
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.drivers.base import Source


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    autostart = (Activity.SEATED,) if options.autostart else ()
    settings = ServiceOptions(
        options.data, autostart, options.page_port, options.supervised, options.lsl
    )
    try:
        again = True
        while again:
            again = asyncio.run(_serve(options, settings))
    except AlreadyRunningError as error:
        sys.stderr.write(f"{error}\n")
        return ALREADY_RUNNING
    except (SensorError, LslMissingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard.service", description=__doc__)
    option = parser.add_argument
    option("--data", type=Path, required=True, help="data folder")
    option("--source", choices=("simulated", "ble"), default="simulated", help="which sensors")
    option("--replay", type=Path, help="play this recording instead of the simulated wearer")
    option("--from-s", type=float, default=0.0, help="play from this second on")
    option("--seed", type=int, default=1, help="of the simulated wearer")
    option("--speed", type=float, default=1.0, help="simulated or played seconds per second")
    option("--autostart", action="store_true", help="calibrate and begin the seated drill")
    option(
        "--clumsy",
        choices=("still", "bow"),
        action="append",
        default=[],
        help="a step of the calibration that the simulated wearer does badly the first time",
    )
    option(
        "--dropouts-per-min",
        type=float,
        default=0.0,
        help="how often each simulated sensor's link is gone for some seconds",
    )
    option("--page-port", type=int, default=0, help="where the page will be, for a second start")
    option("--lsl", action="store_true", help="stream to the Lab Streaming Layer, too")
    option("--supervised", action="store_true", help="end when standard input closes")
    return parser


async def _serve(options: argparse.Namespace, settings: ServiceOptions) -> bool:
    if options.source != "ble":
        return await serve(_source(options), settings)
    radio, store = open_radio(), open_roles(options.data)
    sensors = BleSource(filled(store.get()), radio)
    source = CalibratedSource(sensors, open_store(options.data))
    return await serve(source, settings, Finder(sensors, radio, store))


def _source(options: argparse.Namespace) -> Source:
    if options.replay is not None:
        return ReplaySource(options.replay, speed=options.speed, from_s=options.from_s)
    clumsy = [ACTIVITY_OF[CalibrationStep(step)] for step in options.clumsy]
    wearer = SimulatedSource(
        seed=options.seed,
        speed=options.speed,
        script=(),
        clumsy=clumsy,
        radio=RadioSettings(dropouts_per_min=options.dropouts_per_min),
    )
    return CalibratedSource(wearer, open_store(options.data))


if __name__ == "__main__":
    raise SystemExit(main())
