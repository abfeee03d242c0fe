"""``torso calibrate-sensor``: what one sensor is off by, found at the kitchen table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json, tell

if TYPE_CHECKING:
    from dashboard.calibrating import Shown
    from sensors.calibration_store import CalibrationStore
    from sensors.drivers.base import Source
    from sensors.inertial_calibration import InertialCalibration
    from sensors.samples import SensorInfo

LOOK_S = 5.0
"""How long to look around for sensors."""

_DESCRIPTION = """\
Lay the sensor on each of its six faces, three seconds each, and leave it alone meanwhile. If you
also turn it flat on the table, once round and back to the edge it lay at, its gyroscope's scale is
measured, too (--turns waits for a turn about each axis).

What is found is kept for this sensor and taken off all its samples from then on; recordings say
so. With RECORDING, the same from a file that 'torso record' made.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "calibrate-sensor",
        help="calibrate one sensor on a table",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("recording", metavar="RECORDING", type=Path, nargs="?", help="a .mcap file")
    option("--source", choices=("ble", "simulated"), default="ble", help="where the sensor is")
    option("--sensor", metavar="ID", help="which sensor (name or address), if several are on")
    option("--turns", action="store_true", help="wait for full turns as well")
    option(
        "--forget", metavar="ID", help="throw this sensor's calibration away and do nothing else"
    )
    option("--seed", type=int, default=1, help="of the simulated sensor (default: 1)")
    option("--fast", action="store_true", help="do not wait for the simulated sensor")
    option("--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)")
    option("--json", action="store_true", help="print what was found as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Calibrate or forget; returns the exit status."""
    from dashboard.calibrating import open_store

    store = open_store(args.data)
    if args.forget is not None:
        return _forget(store, args.forget)
    info, calibration = _calibrated(args)
    path = store.put(info.sensor, calibration)
    if args.json:
        say_json({"sensor": info.sensor, "file": str(path), "calibration": calibration.to_json()})
    else:
        _say(info, calibration, path)
    return 0


def _calibrated(args: argparse.Namespace) -> tuple[SensorInfo, InertialCalibration]:
    import asyncio
    import time

    from dashboard.calibrating import watch
    from sensors.drivers.replay import ReplaySource
    from sensors.errors import RecordingError
    from sessions.errors import SourceError

    if args.recording is None:
        guide = _Guide(with_turns=args.turns)
        info, positions = asyncio.run(watch(_source(args), until=guide.enough))
        return info, positions.calibration(time.time())
    replay = ReplaySource(args.recording, speed=None)
    try:
        info, positions = asyncio.run(watch(replay, named=args.sensor))
    except RecordingError as error:
        raise SourceError(error.path, str(error).removeprefix(f"{error.path}: ")) from error
    return info, positions.calibration(replay.recording.started_unix_s)


def _source(args: argparse.Namespace) -> Source:
    import asyncio

    if args.source == "simulated":
        from sensors.drivers.table import TableSource

        return TableSource(seed=args.seed, speed=None if args.fast else 1.0)
    from dashboard.nearby import on_table, table_source

    tell("Looking for the sensor…")
    sensor = asyncio.run(on_table(args.sensor, LOOK_S, args.data))
    tell(f"Found {sensor.name}. Lay it on each of its six faces, three seconds each.")
    return table_source(sensor)


def _forget(store: CalibrationStore, sensor: str) -> int:
    from sensors.samples import SensorId

    if store.forget(SensorId(sensor)):
        print(f"Forgotten: {sensor} is used as it comes from now on.")
    else:
        print(f"{sensor} had no calibration.")
    return 0


class _Guide:
    """Says what is still to be done, on stderr, as things are shown."""

    def __init__(self, *, with_turns: bool) -> None:
        self._with_turns = with_turns
        self._said = ""

    def enough(self, shown: Shown) -> bool:
        """Say what comes next, if that is new; returns whether nothing does."""
        line = self._next(shown)
        if line not in {"", self._said}:
            tell(line)
        self._said = line
        return shown.complete(with_turns=self._with_turns)

    def _next(self, shown: Shown) -> str:
        if shown.missing:
            return f"Still to point up for 3 s (+ or - axis): {', '.join(shown.missing)}"
        axes = [axis for axis, turns in zip("xyz", shown.turns, strict=True) if not turns]
        if self._with_turns and axes:
            return f"Still to be turned once round, this axis upright: {', '.join(axes)}"
        return ""


def _say(info: SensorInfo, calibration: InertialCalibration, path: Path) -> None:
    turned = [
        f"{scale:.4f}" if turns else "as it is"
        for scale, turns in zip(calibration.gyr_scale, calibration.turns, strict=True)
    ]
    print(f"{info.name}: calibrated from {calibration.poses} still poses. About x, y, z:")
    print(f"  accelerometer  offset {_row(calibration.acc_offset_mps2, '+.3f')} m/s²")
    print(f"                 scale  {_row(calibration.acc_scale, '.4f')}")
    print(f"  gyroscope      offset {_row(calibration.gyr_offset_dps, '+.3f')} °/s")
    print(f"                 scale  {', '.join(turned)}")
    print(f"  left over      {calibration.residual_mps2:.3f} m/s² of gravity")
    print(f"Kept in {path}; used from now on.")


def _row(values: tuple[float, float, float], form: str) -> str:
    return ", ".join(format(value, form) for value in values)
