"""Folders of the x-IMU3 logger: a folder per sensor, a CSV per kind of message.

Time is in µs, rates in °/s, specific force in g. ``Inertial.csv`` is taken where it is, with the
sensor's own orientation where ``Quaternion.csv`` has the same times; otherwise that alone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion.results import Flag
from sensors.samples import GRAVITY_MPS2
from sessions.errors import SourceError
from sessions.imports.samples import Names, Samples, checked
from sessions.imports.streams import MISSING, Stream, gather, parts, usable_rows
from sessions.imports.table import Layout, read_bytes, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sessions.imports.session import ImportedSession

TIME: Final = "Timestamp (us)"
GYR: Final = tuple(f"Gyroscope {axis} (deg/s)" for axis in "XYZ")
ACC: Final = tuple(f"Accelerometer {axis} (g)" for axis in "XYZ")
QUAT: Final = ("W", "X", "Y", "Z")
INERTIAL: Final = "Inertial.csv"
QUATERNION: Final = "Quaternion.csv"
COMMAND: Final = "Command.json"


def is_ximu3(folder: Path) -> bool:
    """Whether a folder holds the messages of one sensor."""
    return any((folder / name).is_file() for name in (INERTIAL, QUATERNION))


def read_ximu3(folder: Path, sensors: Sequence[Path]) -> ImportedSession:
    """Read a folder that holds one folder per sensor.

    Raises
    ------
    SourceError
        Naming file, row, column and cause.
    """
    streams = [_stream(sensor) for sensor in sensors]
    names = (INERTIAL, QUATERNION, COMMAND)
    files = [path for s in sensors for name in names if (path := s / name).is_file()]
    return gather(folder, folder, "ximu3", streams, files=files, time=TIME)


def _stream(folder: Path) -> Stream:
    inertial, quaternion = folder / INERTIAL, folder / QUATERNION
    flags: tuple[Flag, ...] = ()
    turned: Samples | None = None
    if quaternion.is_file():
        turned, flags = _samples(quaternion, Names(TIME, quat=QUAT))
    if not inertial.is_file():
        assert turned is not None
        return Stream(folder.name, quaternion, checked(turned), flags, model=_model(folder))
    samples, more = _samples(inertial, Names(TIME, ACC, GYR))
    flags = (*more, *flags)
    if turned is not None and not np.array_equal(turned.t_s, samples.t_s):
        words = f"{QUATERNION} has other times than {INERTIAL} and is not used."
        flags, turned = (*flags, Flag("orientation_unused", words)), None
    quat = None if turned is None else checked(turned).quat
    block = checked(samples)
    return Stream(folder.name, inertial, replace(block, quat=quat), flags, model=_model(folder))


def _samples(path: Path, names: Names) -> tuple[Samples, tuple[Flag, ...]]:
    wanted = (names.time, *names.numbers)
    table = read_table(path, wanted=wanted, may_be_empty=wanted, layout=Layout(missing=MISSING))
    for name in wanted:
        if name not in table.columns:
            raise SourceError(path, "is missing from the header.", row=1, column=name)
    rows, flags = usable_rows(table, table.columns)
    acc, gyr = parts(table, names.acc, rows), parts(table, names.gyr, rows)
    samples = Samples(
        path=path,
        names=names,
        row_of=lambda n: table.row_of(int(rows[n])),
        t_s=table.columns[TIME][rows] * 1e-6,
        acc=None if acc is None else acc * GRAVITY_MPS2,
        gyr=None if gyr is None else np.radians(gyr),
        quat=parts(table, names.quat, rows),
    )
    return samples, flags


def _model(folder: Path) -> str:
    """What the sensor answered when it was asked who it is, if anybody did."""
    path = folder / COMMAND
    if not path.is_file():
        return "x-IMU3"
    try:
        said = json.loads(read_bytes(path))
        return f"x-IMU3 {said[0]['ping']['sn']}"
    except (SourceError, ValueError, RecursionError, LookupError, TypeError):
        return "x-IMU3"
