"""Samples laid out as the Movella DOT app does: a CSV per sensor, lines of ``key:,value`` on top.

Time is in µs from the first sample, rates in °/s, specific force in m/s²; each sensor's tag is the
place where it was worn. The magnetic field is left out: the app writes it in parts of the earth's.
``events.tsv`` and ``session.json`` lie beside, so that nothing but the field is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sessions.exports import text
from sessions.exports.raw_folder import beside, table_csv
from sessions.imports.movella_dot import ACC, COUNTER, GYR, QUAT, TIME, WRAP_US
from sessions.receipts import software_version

if TYPE_CHECKING:
    from sensors.samples import FloatArray, ImuBlock, SensorInfo
    from sessions.imports.session import ImportedSession

_RATES: Final = "Inertial data Mode - Rate Quantities"
_BOTH: Final = "Custom Mode 5"
_TURNED: Final = "Sensor fusion Mode - Orientation(Quaternion)"


def dot_files(session: ImportedSession) -> dict[str, bytes]:
    """Content of one file per sensor, and of the two beside them."""
    first_s = min(float(block.t_s[0]) for block in session.blocks.values())
    files = {
        f"{place}.csv": _file(session.sensors[place], block, first_s)
        for place, block in session.blocks.items()
    }
    return files | beside(session, first_s)


def _file(info: SensorInfo, block: ImuBlock, first_s: float) -> bytes:
    raw = not np.isnan(np.hstack([block.acc, block.gyr])).any()
    mode = (_BOTH if block.quat is not None else _RATES) if raw else _TURNED
    about = {
        "DeviceTag": info.placement,
        "FirmwareVersion": text.word(info.firmware),
        "AppVersion": f"torso {software_version()}",
        "SyncStatus": "Synced",
        "OutputRate": f"{info.rate_hz:.0f}Hz",
        "Measurement Mode": mode,
    }
    lines = ["sep=,", *(f"{key}:,{value}" for key, value in about.items()), "", ""]
    columns = {COUNTER: _counter(block.t_s), TIME: np.round((block.t_s - first_s) * 1e6) % WRAP_US}
    if block.quat is not None:
        columns |= _columns(QUAT, block.quat)
    if raw:
        columns |= _columns(ACC, block.acc) | _columns(GYR, np.degrees(block.gyr))
    return "\n".join(lines).encode() + table_csv(columns)


def _columns(names: tuple[str, ...], values: FloatArray) -> dict[str, FloatArray]:
    return dict(zip(names, text.round_significant(values, digits=9).T, strict=True))


def _counter(t_s: FloatArray) -> FloatArray:
    """Number of each sample, with those missing that were lost."""
    step_s = np.diff(t_s)
    if not len(step_s):
        return np.ones(1)
    steps = np.maximum(np.round(step_s / float(np.median(step_s))), 1.0)
    return np.asarray(1.0 + np.concatenate([[0.0], np.cumsum(steps)]))
