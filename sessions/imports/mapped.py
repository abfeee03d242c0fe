"""Any tables of numbers, read as ``columns.toml`` says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Flag
from sessions.errors import SourceError
from sessions.imports.column_map import CLOCK, UNITS, Quantity, SensorColumns, read_column_map
from sessions.imports.day_times import day_times_s
from sessions.imports.samples import Names, Samples, checked
from sessions.imports.streams import MISSING, Stream, gather, parts, usable_rows
from sessions.imports.table import Layout, header_names, read_head, read_table
from sessions.imports.units import unit_of_acc, unit_of_gyr, unit_of_time

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from sensors.samples import Placement
    from sessions.imports.session import ImportedSession
    from sessions.imports.table import Table

_FIND = {"time": "the step of the times", "acc": "gravity", "gyr": "the tilt that acc shows"}


def read_mapped(source: Path, column_map: Path) -> ImportedSession:
    """Read the tables that a column map describes.

    Parameters
    ----------
    source
        A folder of tables, or one table of all sensors.
    column_map
        ``columns.toml`` or ``.json``, wherever it lies.

    Raises
    ------
    SourceError
        Naming file, row, column and cause, or what to write where a unit is not told.
    """
    folder = source if source.is_dir() else source.parent
    sensors = read_column_map(column_map)
    streams, files = [], []
    for place, said in sensors.items():
        path = source if not said.file and source.is_file() else folder / said.file
        if not _is_inside(folder, path):
            raise SourceError(
                column_map,
                f"names no file in {folder}: {said.file[:80] or 'nothing'}. Write:"
                f' [sensors.{place}] file = "…"',
                column=f"sensors.{place}.file",
            )
        streams.append(_stream(place, path, column_map, said))
        files.append(path)
    used = dict.fromkeys([column_map, *files])
    return gather(source, folder, "column_map", streams, files=tuple(used))


def _is_inside(folder: Path, path: Path) -> bool:
    """Whether there is such a file, and in the folder: the map may be a stranger's."""
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):  # no name that a file can have
        return False


def _stream(place: Placement, path: Path, column_map: Path, said: SensorColumns) -> Stream:
    table = _table(path, said)
    time = said.time.columns[0]
    times = day_times_s(table, time) if said.time.unit == CLOCK else table.columns[time]
    names = Names(
        time,
        acc=said.acc.columns if said.acc else (),
        gyr=said.gyr.columns if said.gyr else (),
        quat=said.quat.columns if said.quat else (),
    )
    needed = {time: times} | {name: table.columns[name] for name in names.numbers}
    rows, flags = usable_rows(table, needed, _own_rows(table, said))
    asked = _Units(column_map, path)
    t_s = times[rows] * asked.factor("time", said.time, unit_of_time(times[rows]))
    acc, gyr = parts(table, names.acc, rows), parts(table, names.gyr, rows)
    if acc is not None and said.acc is not None:
        acc = acc * asked.factor("acc", said.acc, unit_of_acc(acc))
    if gyr is not None and said.gyr is not None:
        gyr = gyr * asked.factor("gyr", said.gyr, unit_of_gyr(t_s, acc, gyr))
    samples = Samples(
        path=path,
        names=names,
        row_of=partial(_row, table, rows),
        t_s=t_s,
        acc=acc,
        gyr=gyr,
        quat=parts(table, names.quat, rows),
    )
    return Stream(str(place), path, checked(samples), (*flags, *asked.found))


class _Units:
    """Units as they are said, or else as they are found, with a note of what was found."""

    def __init__(self, column_map: Path, path: Path) -> None:
        self.found: list[Flag] = []
        self._column_map = column_map
        self._path = path

    def factor(self, name: str, said: Quantity, found: str | None) -> float:
        unit = said.unit or found
        if unit is None:
            known = " or ".join(f'unit = "{u}"' for u in UNITS[name])
            raise SourceError(
                self._column_map,
                f"nothing in {self._path.name} tells the unit of {name}: {_FIND[name]} decides"
                f" nothing here. Write {known} with its columns.",
                column=name,
            )
        if said.unit is None:
            words = f"The unit of {name} in {self._path.name} was not said; {_FIND[name]}: {unit}."
            self.found.append(Flag("unit_found", words))
        return UNITS[name][unit]


def _table(path: Path, said: SensorColumns) -> Table:
    quantities = [q for q in (said.acc, said.gyr, said.quat) if q is not None]
    numbers = [name for q in quantities for name in q.columns]
    words = [] if said.rows is None else [said.rows[0]]
    (words if said.time.unit == CLOCK else numbers).append(said.time.columns[0])
    layout = Layout(
        said.delimiter or ",", said.header_row, (*MISSING, *said.missing), any_text=True
    )
    if said.delimiter is None:
        layout = _found_delimiter(path, layout, said.time.columns[0])
    table = read_table(path, wanted=numbers, may_be_empty=numbers, words=words, layout=layout)
    for name in (*numbers, *words):
        if name not in table.columns and name not in table.words:
            there = ", ".join(header_names(read_head(path), layout))[:120]
            raise SourceError(
                path, f"is missing; found: {there}.", row=said.header_row or None, column=name
            )
    return table


def _found_delimiter(path: Path, layout: Layout, time: str) -> Layout:
    head = read_head(path)
    for delimiter in (",", ";", "\t"):
        tried = replace(layout, delimiter=delimiter)
        names = header_names(head, tried)
        if time in names and len(names) > 1:
            return tried
    return layout


def _own_rows(table: Table, said: SensorColumns) -> npt.NDArray[np.intp] | None:
    if said.rows is None:
        return None
    column, value = said.rows
    mine = np.array([cell == value for cell in table.words[column]], dtype=bool)
    if not mine.any():
        there = ", ".join(dict.fromkeys(table.words[column]))[:120]
        raise SourceError(table.path, f"no row says '{value}'; found: {there}.", column=column)
    return np.flatnonzero(mine)


def _row(table: Table, rows: npt.NDArray[np.intp], n: int) -> int:
    return table.row_of(int(rows[n]))
