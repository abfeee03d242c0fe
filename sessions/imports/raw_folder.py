"""A raw folder: one CSV per sensor, ``events.tsv`` and perhaps ``session.json``.

Any logger or spreadsheet can write one; ``docs/user_guide.md`` describes it for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensors.samples import ImuBlock, Placement, SensorInfo
from sessions.errors import SourceError
from sessions.imports.description import read_description, read_events
from sessions.imports.samples import (
    Names,
    Samples,
    check_one_clock,
    checked,
    sensor_info,
    stack,
    torn_row,
)
from sessions.imports.session import ImportedSession
from sessions.imports.table import Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from fusion.results import Flag

EVENTS = "events.tsv"
DESCRIPTION = "session.json"
TIME = ("time_s",)
ACC = ("acc_x", "acc_y", "acc_z")
GYR = ("gyr_x", "gyr_y", "gyr_z")
MAG = ("mag_x", "mag_y", "mag_z")
QUAT = ("quat_w", "quat_x", "quat_y", "quat_z")
NAMES = Names(TIME[0], ACC, GYR, MAG, QUAT)

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
        sensors[placement] = sensor_info(placement, blocks[placement], file_name(placement))
        flags.extend(_dropped(table, placement))
    paths = {p: folder / file_name(p) for p in placements}
    check_one_clock(blocks, paths, NAMES.time)
    return ImportedSession(
        path=folder,
        kind="raw_folder",
        setup=description.setup(tuple(placements)),
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
    columns = table.columns
    samples = Samples(
        path=table.path,
        names=NAMES,
        row_of=table.row_of,
        t_s=columns[NAMES.time],
        acc=stack(columns, ACC),
        gyr=stack(columns, GYR),
        mag=stack(columns, MAG),
        quat=stack(columns, QUAT),
    )
    return checked(samples)


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


def _dropped(table: Table, placement: Placement) -> list[Flag]:
    return [] if table.dropped_row is None else [torn_row(table, placement)]
