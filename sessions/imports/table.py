"""A CSV of numbers read fast, and every fault in it found and named by row and column.

The fast path is Arrow's parser. Whatever it refuses, or lets through without being a finite
number, is looked up again cell by cell, so that the person is told the row a spreadsheet shows.
A file cut in the middle of its last line can still have the right number of cells there (4 of 9
cuts of a plain table do), so a last line without a line break is never believed.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from sensors.bounded import MOST_JSON_BYTES, read_bounded
from sessions.columns import to_numpy
from sessions.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sensors.samples import FloatArray

LINE_LIMIT = 65536
"""No row of a table of ours is longer (bytes); garbage is."""

MOST_TABLE_BYTES = 2 << 30
"""One sensor at 1000 samples a second for five hours."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WORDS = {"nan", "inf", "infinity"}


@dataclass(frozen=True, slots=True)
class Table:
    """The wanted columns of one file.

    Attributes
    ----------
    path
        The file.
    columns
        Each wanted column that the file has, (n,) float64, NaN only where a cell is empty.
    dropped_row
        The row left out because the file ends in it without a line break, or ``None``.
    """

    path: Path
    columns: dict[str, FloatArray]
    dropped_row: int | None
    _data: bytes

    def row_of(self, index: int) -> int:
        """Row, as a spreadsheet numbers it, of sample ``index`` (blank lines count there)."""
        for n, (row, _) in enumerate(text_lines(self._data)):
            if n == index:
                return row
        raise IndexError(index)


def read_bytes(path: Path, most_bytes: int = MOST_JSON_BYTES) -> bytes:
    """Content of a text file.

    Raises
    ------
    SourceError
        It is missing, empty, too large, cannot be opened, or is no UTF-8 text.
    """
    try:
        data = read_bounded(path, most_bytes)
    except FileNotFoundError:
        raise SourceError(path, "is missing.") from None
    except OSError as error:
        raise SourceError(path, f"cannot be opened ({error.strerror}).") from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise SourceError(path, "is empty.")
    if b"\0" in data:
        raise SourceError(path, "is no text file; expected a table of numbers in plain UTF-8.")
    return data


def read_header(path: Path, data: bytes, delimiter: str = ",") -> list[str]:
    """Column names in row 1.

    Raises
    ------
    SourceError
        Row 1 is no header: not text, too long, a name twice, another delimiter.
    """
    first = data[:LINE_LIMIT].splitlines()[0]
    if len(first) == LINE_LIMIT:
        raise SourceError(path, "is no table: the first line does not end.", row=1)
    try:
        text = first.decode("utf-8")
    except UnicodeDecodeError:
        raise SourceError(path, "is no text file; expected a header in UTF-8.", row=1) from None
    names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
    for other, word in ((";", "semicolons"), ("\t", "tabs"), (",", "commas")):
        if len(names) == 1 and other != delimiter and other in text:
            wanted = {",": "commas", "\t": "tabs"}[delimiter]
            raise SourceError(
                path, f"columns are separated by {word}; separate them by {wanted}.", row=1
            )
    for name in names:
        if name and names.count(name) > 1:
            raise SourceError(path, "stands in the header twice.", row=1, column=name)
    return names


def read_table(path: Path, *, wanted: Sequence[str], may_be_empty: Sequence[str] = ()) -> Table:
    """Read the ``wanted`` columns that the file has; every cell in them must be a finite number.

    Parameters
    ----------
    path
        A CSV: UTF-8, header row, comma between cells, point as decimal sign.
    wanted
        Names of columns; those the file lacks are left out, others it has are not read.
    may_be_empty
        Those of them whose cells may be empty.

    Raises
    ------
    SourceError
        Naming file, row and column.
    """
    data = read_bytes(path, MOST_TABLE_BYTES)
    header = read_header(path, data)
    names = [name for name in wanted if name in header]
    body, dropped_row = _without_torn_line(path, data, header, names)
    try:
        columns = _parse_fast(body, header, names)
    except pa.ArrowInvalid:
        columns = _parse_carefully(path, body, header, names)
    for name in names:
        unusable = np.flatnonzero(~np.isfinite(columns[name]))
        if len(unusable):
            _check_cells(path, body, header.index(name), name, empty_is_fine=name in may_be_empty)
    return Table(path, columns, dropped_row, body)


def _parse_fast(data: bytes, header: list[str], names: list[str]) -> dict[str, FloatArray]:
    columns = [f"{n}:{name}" for n, name in enumerate(header)]  # a header may hold blanks twice
    picked = {name: columns[header.index(name)] for name in names}
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=columns, skip_rows=1),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=list(picked.values()),
            column_types=dict.fromkeys(picked.values(), pa.float64()),
            null_values=[""],
        ),
    )
    return {name: to_numpy(table[column]) for name, column in picked.items()}


def text_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines after the header that are not blank, each with its row."""
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace", newline=None)
    for row, line in enumerate(stream, start=1):
        if row > 1 and line.strip("\n"):
            yield row, line.rstrip("\n")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line]), [])]


def _parse_carefully(
    path: Path, data: bytes, header: list[str], names: list[str]
) -> dict[str, FloatArray]:
    """Do what :func:`_parse_fast` does, slowly, and name the first fault."""
    places = [header.index(name) for name in names]
    rows = [_row_numbers(path, row, line, header, places) for row, line in text_lines(data)]
    values = np.array(rows, dtype=np.float64).reshape(-1, len(names))
    return {name: np.ascontiguousarray(values[:, n]) for n, name in enumerate(names)}


def _row_numbers(
    path: Path, row: int, line: str, header: list[str], places: list[int]
) -> list[float]:
    if len(line) > LINE_LIMIT:
        raise SourceError(path, "is too long for a row of numbers.", row=row)
    cells = _cells(line)
    if len(cells) != len(header):
        raise SourceError(
            path, f"has {len(cells)} cells where the header has {len(header)}.", row=row
        )
    return [_to_number(path, row, header[n], cells[n]) for n in places]


def _to_number(path: Path, row: int, column: str, cell: str) -> float:
    if cell == "":
        return float("nan")
    if _NUMBER.fullmatch(cell) or cell.lstrip("+-").lower() in _WORDS:
        return float(cell)
    hint = (
        " Write a point as the decimal sign." if _NUMBER.fullmatch(cell.replace(",", ".")) else ""
    )
    raise SourceError(path, f"'{cell[:40]}' is not a number.{hint}", row=row, column=column)


def _check_cells(path: Path, data: bytes, place: int, name: str, *, empty_is_fine: bool) -> None:
    for row, line in text_lines(data):
        cell = _cells(line)[place]
        if cell == "" and empty_is_fine:
            continue
        if cell == "":
            raise SourceError(path, "is empty; a number is needed here.", row=row, column=name)
        if not np.isfinite(float(cell)):
            raise SourceError(path, f"'{cell[:40]}' is not a finite number.", row=row, column=name)


def _without_torn_line(
    path: Path, data: bytes, header: list[str], names: list[str]
) -> tuple[bytes, int | None]:
    """Leave out a last line that has no line break: its last number may be cut."""
    if data.endswith((b"\n", b"\r")):
        return data, None
    end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    row = len(data[:end].splitlines()) + 1
    if row == 1:
        return data + b"\n", None
    try:
        _row_numbers(
            path,
            row,
            data[end:].decode("utf-8", "replace"),
            header,
            [header.index(n) for n in names],
        )
    except SourceError as error:
        _raise_torn(path, row, error)
    return data[:end], row


def _raise_torn(path: Path, row: int, error: SourceError) -> NoReturn:
    raise SourceError(
        path,
        f"the file ends in the middle of this row ({error.reason.rstrip('.')});"
        " it was cut while being written or copied. Copy it again, or delete this row.",
        row=row,
        column=error.column,
    ) from error
