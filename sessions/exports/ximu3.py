"""Samples laid out as the x-IMU3 logger does: a folder per sensor, a table per kind of message.

Source of the layout: ``DataMessageType`` and ``read`` of the ``ximu3csv`` package. Time is in µs,
rates in °/s, specific force in g; what a table has no room for (the magnetic field in µT) is left
out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from sensors.samples import GRAVITY_MPS2
from sessions.exports import text
from sessions.exports.raw_folder import beside, table_csv

if TYPE_CHECKING:
    from sensors.samples import FloatArray
    from sessions.imports.session import ImportedSession

TIME = "Timestamp (us)"
INERTIAL = (
    *(f"Gyroscope {axis} (deg/s)" for axis in "XYZ"),
    *(f"Accelerometer {axis} (g)" for axis in "XYZ"),
)
QUATERNION = ("W", "X", "Y", "Z")


def ximu3_files(session: ImportedSession) -> dict[str, bytes]:
    """Content of every table, and what ``Command.json`` says of each sensor."""
    files: dict[str, bytes] = {}
    for placement, block in session.blocks.items():
        info = session.sensors[placement]
        ping = {"interface": "Bluetooth", "name": str(placement), "sn": str(info.sensor)}
        files[f"{placement}/Command.json"] = json.dumps([{"ping": ping}], indent=4).encode() + b"\n"
        values = np.hstack([np.degrees(block.gyr), block.acc / GRAVITY_MPS2])
        if not np.isnan(values).any():
            files[f"{placement}/Inertial.csv"] = _table(block.t_s, INERTIAL, values)
        if block.quat is not None:
            files[f"{placement}/Quaternion.csv"] = _table(block.t_s, QUATERNION, block.quat)
    return files | beside(session, min(float(b.t_s[0]) for b in session.blocks.values()))


def _table(t_s: FloatArray, names: tuple[str, ...], values: FloatArray) -> bytes:
    columns = dict(zip(names, text.round_significant(values, digits=9).T, strict=True))
    return table_csv({TIME: np.round(t_s * 1e6), **columns})
