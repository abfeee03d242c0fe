"""A raw folder: one CSV per sensor, ``events.tsv`` and perhaps ``session.json``.

Any logger or spreadsheet can write one; ``docs/user_guide.md`` describes it for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Flag
from fusion.setup import Setup
from sensors.samples import FloatArray, ImuBlock, Placement, SensorId, SensorInfo
from sessions.errors import SourceError
from sessions.imports.description import read_description, read_events
from sessions.imports.plausibility import doubt_acc, doubt_gyr
from sessions.imports.session import ImportedSession
from sessions.imports.table import Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = "events.tsv"
DESCRIPTION = "session.json"
TIME = ("time_s",)
ACC = ("acc_x", "acc_y", "acc_z")
GYR = ("gyr_x", "gyr_y", "gyr_z")
MAG = ("mag_x", "mag_y", "mag_z")
QUAT = ("quat_w", "quat_x", "quat_y", "quat_z")
RATE_RANGE_HZ = (20.0, 1000.0)

_OPTIONAL = (Placement.THORACOLUMBAR,)


def file_name(placement: Placement) -> str:
    """Name of the file that holds the samples of one sensor."""
    return f"{placement}.csv"


def read_raw_folder(folder: Path) -> ImportedSession:
    """Read a raw folder.

    Parameters
    ----------
    folder
        With ``pelvis.csv``, ``upper_back.csv``, ``events.tsv`` and perhaps ``thoracolumbar.csv``
        and ``session.json``.

    Raises
    ------
    SourceError
        Naming file, row, column and cause.
    """
    _check_files(folder)
    description = read_description(folder / DESCRIPTION)
    events = read_events(folder / EVENTS)
    placements = [p for p in Placement if (folder / file_name(p)).exists()]
    blocks: dict[Placement, ImuBlock] = {}
    sensors: dict[Placement, SensorInfo] = {}
    flags: list[Flag] = []
    for placement in placements:
        table = read_table(
            folder / file_name(placement), wanted=TIME + ACC + GYR + MAG + QUAT, may_be_empty=MAG
        )
        blocks[placement] = _block(table)
        sensors[placement] = _sensor(placement, blocks[placement])
        flags.extend(_dropped(table, placement))
    _check_one_clock(folder, blocks)
    return ImportedSession(
        path=folder,
        kind="raw_folder",
        setup=Setup(
            placements=tuple(placements),
            upper_back_level=description.upper_back_level,
            mounting=description.mounting,
            gyr_matrix=description.gyr_matrix,
            personal_split=description.personal_split,
        ),
        blocks=blocks,
        events=events,
        sensors=sensors,
        subject=description.subject,
        flags=tuple(flags),
    )


def _check_files(folder: Path) -> None:
    for placement in Placement:
        path = folder / file_name(placement)
        if placement not in _OPTIONAL and not path.exists():
            raise SourceError(
                path,
                "is missing. Spine rotation needs at least two sensors:"
                f" {file_name(Placement.PELVIS)} and {file_name(Placement.UPPER_BACK)}.",
            )
    if not (folder / EVENTS).exists():
        raise SourceError(
            folder / EVENTS,
            "is missing. It says when each drill was: onset, duration, trial_type.",
        )


def _block(table: Table) -> ImuBlock:
    _check_columns(table)
    t_s = table.columns["time_s"]
    if not len(t_s):
        raise SourceError(table.path, "holds a header but no samples.")
    _check_time(table, t_s)
    acc, gyr = _stack(table, ACC), _stack(table, GYR)
    _check_units(table, t_s, acc, gyr)
    quat = _stack(table, QUAT)
    if quat is not None:
        quat = _unit_quaternions(table, quat)
    nothing = np.full((len(t_s), 3), np.nan)
    return ImuBlock(
        t_s=t_s,
        acc=nothing if acc is None else acc,
        gyr=nothing if gyr is None else gyr,
        mag=_stack(table, MAG),
        quat=quat,
    )


def _check_columns(table: Table) -> None:
    """Time, and either acc and gyr or quat, each triple or quadruple whole."""
    columns = table.columns
    needed = TIME + (ACC + GYR if not any(c in columns for c in QUAT) else QUAT)
    for group in (ACC, GYR, MAG, QUAT):
        if any(c in columns for c in group):
            needed += group
    for column in needed:
        if column not in columns:
            raise SourceError(table.path, "is missing from the header.", row=1, column=column)


def _stack(table: Table, names: tuple[str, ...]) -> FloatArray | None:
    if names[0] not in table.columns:
        return None
    return np.stack([table.columns[name] for name in names], axis=1)


def _check_time(table: Table, t_s: FloatArray) -> None:
    step_s = np.diff(t_s)
    wrong = np.flatnonzero(step_s <= 0)
    if len(wrong):
        index = int(wrong[0]) + 1
        now, before = float(t_s[index]), float(t_s[index - 1])
        what = "repeats the time of the row before" if now == before else "runs backwards"
        raise SourceError(
            table.path,
            f"{now!r} after {before!r} {what}; time must increase strictly.",
            row=table.row_of(index),
            column="time_s",
        )
    if not len(step_s):
        return
    rate_hz = 1.0 / float(np.median(step_s))
    low, high = RATE_RANGE_HZ
    if not 0.99 * low <= rate_hz <= 1.01 * high:
        raise SourceError(
            table.path,
            f"gives {rate_hz:.4g} samples a second; {low:g} to {high:g} can be used."
            " Is the time in seconds?",
            column="time_s",
        )


def _check_units(
    table: Table, t_s: FloatArray, acc: FloatArray | None, gyr: FloatArray | None
) -> None:
    doubt = None if acc is None else doubt_acc(acc)
    if doubt is not None:
        raise SourceError(table.path, doubt, column="acc_x … acc_z")
    if acc is None or gyr is None:
        return
    doubt = doubt_gyr(t_s, acc, gyr)
    if doubt is not None:
        raise SourceError(table.path, doubt, column="gyr_x … gyr_z")


def _unit_quaternions(table: Table, quat: FloatArray) -> FloatArray:
    length = np.linalg.norm(quat, axis=1)
    wrong = np.flatnonzero(np.abs(length - 1.0) > 0.05)
    if len(wrong):
        raise SourceError(
            table.path,
            f"the quaternion has length {length[wrong[0]]:.3g}; a rotation has length 1.",
            row=table.row_of(int(wrong[0])),
            column="quat_w … quat_z",
        )
    return np.asarray(quat / length[:, None])


def _sensor(placement: Placement, block: ImuBlock) -> SensorInfo:
    step_s = np.diff(block.t_s)
    return SensorInfo(
        sensor=SensorId(str(placement)),
        placement=placement,
        name=file_name(placement),
        protocol="",
        rate_hz=1.0 / float(np.median(step_s)) if len(step_s) else 0.0,
    )


def _dropped(table: Table, placement: Placement) -> list[Flag]:
    if table.dropped_row is None:
        return []
    return [
        Flag(
            "torn_last_row",
            f"{table.path.name} ends in row {table.dropped_row} without a line break; that row was"
            " left out because its last number may be cut.",
            placement,
        )
    ]


def _check_one_clock(folder: Path, blocks: dict[Placement, ImuBlock]) -> None:
    pelvis = blocks[Placement.PELVIS]
    for placement, block in blocks.items():
        if block.t_s[0] > pelvis.t_s[-1] or block.t_s[-1] < pelvis.t_s[0]:
            raise SourceError(
                folder / file_name(placement),
                f"covers {block.t_s[0]:.6g} to {block.t_s[-1]:.6g} s and pelvis.csv"
                f" {pelvis.t_s[0]:.6g} to {pelvis.t_s[-1]:.6g} s; all sensors need one clock.",
                column="time_s",
            )
