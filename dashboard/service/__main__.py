"""``python -m dashboard.service``: run the service by itself; ``torso dashboard`` starts it so."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.calibrating import open_store
from dashboard.service.live import ServiceOptions, serve
from dashboard.service.runfile import ALREADY_RUNNING, AlreadyRunningError
from sensors.drivers.calibrated import CalibratedSource
from sensors.drivers.replay import ReplaySource
from sensors.drivers.simulated import SimulatedSource
from sensors.errors import SensorError
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.drivers.base import Source


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    autostart = (Activity.SEATED,) if options.autostart else ()
    settings = ServiceOptions(options.data, autostart, options.page_port, options.supervised)
    try:
        asyncio.run(serve(_source(options), settings))
    except AlreadyRunningError as error:
        sys.stderr.write(f"{error}\n")
        return ALREADY_RUNNING
    except SensorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard.service", description=__doc__)
    option = parser.add_argument
    option("--data", type=Path, required=True, help="data folder")
    option("--replay", type=Path, help="play this recording instead of the simulated wearer")
    option("--seed", type=int, default=1, help="of the simulated wearer")
    option("--speed", type=float, default=1.0, help="simulated or played seconds per second")
    option("--autostart", action="store_true", help="calibrate and begin the seated drill")
    option("--page-port", type=int, default=0, help="where the page will be, for a second start")
    option("--supervised", action="store_true", help="end when standard input closes")
    return parser


def _source(options: argparse.Namespace) -> Source:
    if options.replay is not None:
        return ReplaySource(options.replay, speed=options.speed)
    wearer = SimulatedSource(seed=options.seed, speed=options.speed, script=())
    return CalibratedSource(wearer, open_store(options.data))


if __name__ == "__main__":
    raise SystemExit(main())
