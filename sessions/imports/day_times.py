"""Times of day as loggers write them, as seconds that count on over midnight.

Dates come in every order, so they are not read: the clock alone says when a day is over. What a
fraction of a second means depends on the file: ``8:18:9.94`` is 94 ms where other rows have one or
three digits there, and 940 ms where all have two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from sessions.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray
    from sessions.imports.table import Table

_DAY_S = 86400.0
_CLOCK = re.compile(
    r"(?P<date>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]+)?"
    r"(?P<h>\d{1,2}):(?P<m>\d{1,2}):(?P<s>\d{1,2})(?:(?P<mark>[.:,])(?P<part>\d{1,9}))?"
    r"\s*(?P<half>[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?"
)


def day_times_s(table: Table, column: str) -> FloatArray:
    """Seconds from the midnight before the first row, (n,).

    Raises
    ------
    SourceError
        A cell is no time of day, or the date changes while the clock goes on.
    """
    cells = table.words[column]
    found = {cell: _CLOCK.fullmatch(cell) for cell in dict.fromkeys(cells)}
    whole = not _counts_ms([match["part"] for match in found.values() if match and match["part"]])
    times: dict[str, float] = {}
    for cell, match in found.items():
        if match is None:
            raise SourceError(
                table.path,
                f"'{cell[:40]}' is no time of day such as 14:03:59.120.",
                row=table.row_of(cells.index(cell)),
                column=column,
            )
        times[cell] = _seconds(match, decimal=whole)
    seconds = np.fromiter((times[cell] for cell in cells), np.float64, len(cells))
    new_day = np.diff(seconds, prepend=seconds[:1]) < -_DAY_S / 2
    dates = {cell: match["date"] for cell, match in found.items() if match is not None}
    _check_dates(table, column, [dates[cell] for cell in cells], new_day.tolist())
    return np.asarray(seconds + _DAY_S * np.cumsum(new_day))


def _counts_ms(fractions: Sequence[str]) -> bool:
    """Whether fractions are numbers of milliseconds without leading zeros."""
    lengths = {len(part) for part in fractions}
    return len(lengths) > 1 and max(lengths) <= 3


def _seconds(match: re.Match[str], *, decimal: bool) -> float:
    hours = int(match["h"])
    if match["half"]:
        hours = hours % 12 + (12 if match["half"].lower() == "pm" else 0)
    part = match["part"] or "0"
    counted = not decimal or (match["mark"] == ":" and len(part) <= 3)
    fraction = int(part) / 1000 if counted else float(f"0.{part}")
    return 3600.0 * hours + 60.0 * int(match["m"]) + int(match["s"]) + fraction


def _check_dates(
    table: Table, column: str, dates: Sequence[str | None], new_day: Sequence[bool]
) -> None:
    for n in range(1, len(dates)):
        if dates[n] != dates[n - 1] and not new_day[n]:
            raise SourceError(
                table.path,
                f"the date jumps to {(dates[n] or 'none').strip()}; cut the file there, it holds"
                " more than one recording.",
                row=table.row_of(n),
                column=column,
            )
