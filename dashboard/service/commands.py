"""Commands of viewers, as words and fields, turned into what the engine can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.service.steps import CALIBRATION_STEPS, DRILLS, RefusedError
from dashboard.service.wizard import PATHS
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.service.engine import Engine


def obey(engine: Engine, name: str, fields: Mapping[str, object], now_s: float) -> None:
    """Do what a viewer asks.

    Parameters
    ----------
    engine
        Who does it.
    name, fields
        The command, as ``docs/live_stream.md`` lists them.
    now_s
        The source's clock.

    Raises
    ------
    RefusedError
        If there is no such command or it cannot be done now.
    """
    match name:
        case "begin":
            engine.begin(_activity(fields), now_s, guided=fields.get("guided") is True)
        case "calibrate" | "repeat" | "skip":
            _calibrate(engine, name, fields, now_s)
        case "end":
            engine.end(now_s)
        case "mark":
            engine.mark(now_s)
        case "record":
            engine.record(now_s)
        case "stop":
            engine.stop(now_s)
        case "rezero":
            engine.rezero(now_s)
        case _:
            raise RefusedError(f"There is no command “{name[:40]}”.")


def _calibrate(engine: Engine, name: str, fields: Mapping[str, object], now_s: float) -> None:
    if name == "repeat":
        engine.tutor.repeat(now_s, str(fields.get("step")))
    elif name == "skip":
        engine.tutor.skip(now_s)
    else:
        path = str(fields.get("path", "quick"))
        if path not in PATHS:
            raise RefusedError("A calibration is quick, or whole.")
        engine.tutor.calibrate(now_s, path=path)


def _activity(fields: Mapping[str, object]) -> Activity:
    try:
        activity = Activity(str(fields.get("activity")))
    except ValueError:
        activity = Activity.MARK
    if activity not in CALIBRATION_STEPS | DRILLS:
        raise RefusedError("This is no activity that can be begun.")
    return activity
