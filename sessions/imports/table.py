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

from sensors.bounded import MOST_JSON_BYTES, open_plain, read_bounded
from sessions.columns import to_numpy
from sessions.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sensors.samples import FloatArray

LINE_LIMIT = 65536
"""No row of a table of ours is longer (bytes); garbage is."""

MOST_PREAMBLE_BYTES = 4 * LINE_LIMIT

MOST_TABLE_BYTES = 2 << 30
"""One sensor at 1000 samples a second for five hours."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WORDS = {"nan", "inf", "infinity"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written.

    Attributes
    ----------
    delimiter
        Between cells.
    header_row
        Row of the column names; what stands above it is not read. 0 if there is none: columns are
        then called by their number, from 1.
    missing
        What a cell holds, beside nothing, where there is no value.
    any_text
        Whether letters may be in an encoding we do not know; numbers are ASCII in all of them.
    """

    delimiter: str = ","
    header_row: int = 1
    missing: tuple[str, ...] = ()
    any_text: bool = False


PLAIN = Layout()


@dataclass(frozen=True, slots=True)
class Table:
    """The wanted columns of one file.

    Attributes
    ----------
    path
        The file.
    columns
        Each wanted column that the file has, (n,) float64, NaN only where a cell is empty.
    words
        Each wanted column of words, (n,) texts.
    dropped_row
        The row left out because the file ends in it without a line break, or ``None``.
    """

    path: Path
    columns: dict[str, FloatArray]
    words: dict[str, list[str]]
    dropped_row: int | None
    _data: bytes
    _layout: Layout

    def row_of(self, index: int) -> int:
        """Row, as a spreadsheet numbers it, of sample ``index`` (blank lines count there)."""
        for n, (row, _) in enumerate(text_lines(self._data, self._layout.header_row)):
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


def read_head(path: Path) -> bytes:
    """Return the beginning of a file, to see what it is; nothing if it cannot be opened."""
    try:
        with open_plain(path) as file:
            return file.read(LINE_LIMIT).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return b""


def read_header(path: Path, data: bytes, layout: Layout = PLAIN) -> list[str]:
    """Column names.

    Raises
    ------
    SourceError
        The row is no header: not text, too long, a name twice, another delimiter.
    """
    delimiter, row = layout.delimiter, layout.header_row
    if row == 0:
        return header_names(data[:LINE_LIMIT], layout)
    lines = data[: row * LINE_LIMIT].splitlines()
    if len(lines) < row:
        raise SourceError(path, f"ends before row {row}, where its header should be.")
    first = lines[row - 1]
    if len(first) >= LINE_LIMIT:
        raise SourceError(path, "is no table: the first line does not end.", row=row)
    try:
        text = first.decode("utf-8", "replace" if layout.any_text else "strict")
    except UnicodeDecodeError:
        raise SourceError(path, "is no text file; expected a header in UTF-8.", row=row) from None
    names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
    for other, word in ((";", "semicolons"), ("\t", "tabs"), (",", "commas")):
        if len(names) == 1 and other != delimiter and other in text:
            wanted = {",": "commas", "\t": "tabs", ";": "semicolons"}[delimiter]
            raise SourceError(
                path, f"columns are separated by {word}; separate them by {wanted}.", row=row
            )
    for name in names:
        if name and names.count(name) > 1:
            raise SourceError(path, "stands in the header twice.", row=row, column=name)
    return names


def header_names(head: bytes, layout: Layout) -> list[str]:
    """Column names in the beginning of a file, whatever else is wrong with it."""
    lines = head.splitlines()[max(layout.header_row - 1, 0) :]
    names = _cells(lines[0].decode("utf-8", "replace"), layout.delimiter) if lines else []
    return names if layout.header_row else [str(n) for n in range(1, len(names) + 1)]


def read_table(
    path: Path,
    *,
    wanted: Sequence[str],
    may_be_empty: Sequence[str] = (),
    words: Sequence[str] = (),
    layout: Layout = PLAIN,
) -> Table:
    """Read the ``wanted`` columns that the file has; every cell in them must be a finite number.

    Parameters
    ----------
    path
        A table in UTF-8 with a header row and a point as decimal sign.
    wanted
        Names of columns; those the file lacks are left out, others it has are not read.
    may_be_empty
        Those of them whose cells may be empty.
    words
        Names of columns that are read as text.
    layout
        How it is written.

    Raises
    ------
    SourceError
        Naming file, row and column.
    """
    data = read_bytes(path, MOST_TABLE_BYTES)
    header = read_header(path, data, layout)
    header += _nameless(data, len(header), layout)
    reader = _Reader(path, header, [name for name in wanted if name in header],
                     [name for name in words if name in header], layout)  # fmt: skip
    body, dropped_row = reader.without_torn_line(data)
    try:
        columns, texts = reader.parse_fast(body)
    except pa.ArrowInvalid:
        columns, texts = reader.parse_carefully(body)
    for name, values in columns.items():
        unusable = np.isinf(values) if "nan" in layout.missing else ~np.isfinite(values)
        if unusable.any():
            reader.check_cells(body, name, empty_is_fine=name in may_be_empty)
    return Table(path, columns, texts, dropped_row, body, layout)


def text_lines(data: bytes, header_row: int = 1) -> Iterator[tuple[int, str]]:
    """Yield the lines after the header that are not blank, each with its row."""
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace", newline=None)
    for row, line in enumerate(stream, start=1):
        if row > header_row and line.strip("\n"):
            yield row, line.rstrip("\n")


def _nameless(data: bytes, count: int, layout: Layout) -> list[str]:
    """Columns without a name at the end of every row: some programs end rows in a delimiter."""
    _, line = next(text_lines(data[:MOST_PREAMBLE_BYTES], layout.header_row), (0, ""))
    extra = _cells(line[:LINE_LIMIT], layout.delimiter)[count:]
    return [] if any(extra) else extra


def _cells(line: str, delimiter: str = ",") -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


@dataclass(frozen=True, slots=True)
class _Reader:
    """One file's way from bytes to columns."""

    path: Path
    header: list[str]
    numbers: list[str]
    words: list[str]
    layout: Layout

    def parse_fast(self, data: bytes) -> tuple[dict[str, FloatArray], dict[str, list[str]]]:
        columns = [f"{n}:{name}" for n, name in enumerate(self.header)]  # blanks may stand twice
        picked = {name: columns[self.header.index(name)] for name in self.numbers}
        spoken = {name: columns[self.header.index(name)] for name in self.words}
        kinds = dict.fromkeys(picked.values(), pa.float64())
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(
                column_names=columns, skip_rows=self.layout.header_row
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=self.layout.delimiter),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=[*picked.values(), *spoken.values()],
                column_types=kinds | dict.fromkeys(spoken.values(), pa.string()),
                null_values=["", *self.layout.missing],
            ),
        )
        texts = {name: [x.strip() for x in table[c].to_pylist()] for name, c in spoken.items()}
        return {name: to_numpy(table[c]) for name, c in picked.items()}, texts

    def parse_carefully(self, data: bytes) -> tuple[dict[str, FloatArray], dict[str, list[str]]]:
        """Do what :meth:`parse_fast` does, slowly, and name the first fault."""
        rows = [self.row_cells(row, line) for row, line in self.lines(data)]
        columns = {}
        for name in self.numbers:
            place = self.header.index(name)
            values = (self.to_number(row, name, cells[place]) for row, cells in rows)
            columns[name] = np.fromiter(values, np.float64, len(rows))
        places = {name: self.header.index(name) for name in self.words}
        return columns, {name: [cells[n] for _, cells in rows] for name, n in places.items()}

    def lines(self, data: bytes) -> Iterator[tuple[int, str]]:
        return text_lines(data, self.layout.header_row)

    def row_cells(self, row: int, line: str) -> tuple[int, list[str]]:
        if len(line) > LINE_LIMIT:
            raise SourceError(self.path, "is too long for a row of numbers.", row=row)
        cells = _cells(line, self.layout.delimiter)
        if len(cells) != len(self.header):
            raise SourceError(
                self.path,
                f"has {len(cells)} cells where the header has {len(self.header)}.",
                row=row,
            )
        return row, cells

    def to_number(self, row: int, column: str, cell: str) -> float:
        if cell == "" or cell in self.layout.missing:
            return float("nan")
        if _NUMBER.fullmatch(cell) or cell.lstrip("+-").lower() in _WORDS:
            return float(cell)
        decimal = _NUMBER.fullmatch(cell.replace(",", "."))
        hint = " Write a point as the decimal sign." if decimal else ""
        raise SourceError(
            self.path, f"'{cell[:40]}' is not a number.{hint}", row=row, column=column
        )

    def check_cells(self, data: bytes, name: str, *, empty_is_fine: bool) -> None:
        place = self.header.index(name)
        for row, line in self.lines(data):
            cell = _cells(line, self.layout.delimiter)[place]
            if cell == "" or cell in self.layout.missing:
                if empty_is_fine:
                    continue
                raise SourceError(
                    self.path, "is empty; a number is needed here.", row=row, column=name
                )
            if not np.isfinite(float(cell)):
                raise SourceError(
                    self.path, f"'{cell[:40]}' is not a finite number.", row=row, column=name
                )

    def without_torn_line(self, data: bytes) -> tuple[bytes, int | None]:
        """Leave out a last line that has no line break: its last number may be cut."""
        if data.endswith((b"\n", b"\r")):
            return data, None
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        row = len(data[:end].splitlines()) + 1
        if row == max(self.layout.header_row, 1):
            return data + b"\n", None
        try:
            _, cells = self.row_cells(row, data[end:].decode("utf-8", "replace"))
            for name in self.numbers:
                self.to_number(row, name, cells[self.header.index(name)])
        except SourceError as error:
            _raise_torn(self.path, row, error)
        return data[:end], row


def _raise_torn(path: Path, row: int, error: SourceError) -> NoReturn:
    raise SourceError(
        path,
        f"the file ends in the middle of this row ({error.reason.rstrip('.')});"
        " it was cut while being written or copied. Copy it again, or delete this row.",
        row=row,
        column=error.column,
    ) from error
