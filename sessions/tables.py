"""Our own result tables, read back: what ``angles.csv`` and ``reps.csv`` say."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fusion.results import ANGLES, SD_ANGLES, Quality, RepMetrics
from sessions.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sensors.samples import FloatArray

ANGLE_COLUMNS = (
    "time_s",
    "drill",
    "rep",
    "phase",
    *(f"{a}_deg" for a in ANGLES),
    *(f"{a}_sd_deg" for a in SD_ANGLES),
    "quality",
)
"""Columns of ``angles.csv``."""

REP_TIMES = ("start_s", "peak_s", "end_s")
REP_ANGLES = ANGLES[:5]
SHARES = ("pelvis", "lumbar", "thoracic")

REP_COLUMNS = (
    "drill",
    "set",
    "rep",
    "side",
    *REP_TIMES,
    *(f"{a}_deg" for a in REP_ANGLES),
    *(f"{s}_share{end}" for s in SHARES for end in ("", "_lo", "_hi")),
    "split_source",
    "peak_rate_dps",
    "hold_s",
    "verdict",
    "reasons",
)
"""Columns of ``reps.csv``."""

REP_METRICS = tuple(field.name for field in fields(RepMetrics))
"""More of each repetition: in ``summary.json`` and in the Parquet tables, not in ``reps.csv``."""

_LARGEST = 1e6
_REP_TEXT = ("drill", "side", "split_source", "verdict", "reasons")
_REP_NUMBERS = ("set", "rep")

RepRow = dict[str, str | float | int | None]
"""One row of ``reps.csv`` by column; ``None`` where the cell is empty."""


@dataclass(frozen=True, slots=True)
class AngleTable:
    """``angles.csv`` as arrays.

    Attributes
    ----------
    t_s
        (n,) seconds on the source's clock.
    drill, phase
        (n,) names.
    rep
        (n,) number of the repetition, 0 between repetitions.
    angles_deg
        (n, 7) columns :data:`fusion.results.ANGLES`; NaN where nothing is known.
    sd_deg
        (n, 4) columns :data:`fusion.results.SD_ANGLES`.
    quality
        (n,) :class:`fusion.results.Quality`.
    """

    t_s: FloatArray
    drill: npt.NDArray[np.str_]
    rep: npt.NDArray[np.int64]
    phase: npt.NDArray[np.str_]
    angles_deg: FloatArray
    sd_deg: FloatArray
    quality: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.t_s)


def read_angles(path: Path) -> AngleTable:
    """Read ``angles.csv``.

    Raises
    ------
    SourceError
        The file is missing, or is not a whole table of ours.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    from sessions.columns import to_numpy

    text = ("drill", "phase")
    types = {c: pa.string() if c in text else pa.float64() for c in ANGLE_COLUMNS}
    try:
        table = arrow_csv.read_csv(
            path,
            convert_options=arrow_csv.ConvertOptions(
                include_columns=ANGLE_COLUMNS, column_types=types, null_values=[""]
            ),
        )
    except FileNotFoundError:
        raise SourceError(path, "is missing; analyse the recording again.") from None
    except (OSError, pa.ArrowException) as error:
        raise SourceError(path, f"is damaged ({error}); analyse the recording again.") from error

    def numbers(names: tuple[str, ...]) -> FloatArray:
        return np.stack([to_numpy(table[name]) for name in names], axis=1)

    return AngleTable(
        t_s=numbers(("time_s",))[:, 0],
        drill=np.asarray(table["drill"].to_pylist(), dtype=np.str_),
        rep=np.nan_to_num(numbers(("rep",))[:, 0]).astype(np.int64),
        phase=np.asarray(table["phase"].to_pylist(), dtype=np.str_),
        angles_deg=numbers(tuple(f"{a}_deg" for a in ANGLES)),
        sd_deg=numbers(tuple(f"{a}_sd_deg" for a in SD_ANGLES)),
        quality=np.nan_to_num(numbers(("quality",))[:, 0], nan=Quality.UNUSABLE).astype(np.uint8),
    )


def read_reps(path: Path) -> tuple[RepRow, ...]:
    """Read ``reps.csv``.

    Raises
    ------
    SourceError
        The file is missing, or is not a whole table of ours.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError:
        raise SourceError(path, "is missing; analyse the recording again.") from None
    except (OSError, ValueError, csv.Error) as error:
        raise SourceError(path, f"is damaged ({error}); analyse the recording again.") from error
    if not rows or tuple(rows[0]) != REP_COLUMNS:
        raise SourceError(path, "has other columns than ours; analyse the recording again.", row=1)
    return tuple(_rep_row(path, number, cells) for number, cells in enumerate(rows[1:], start=2))


def rep_metrics(drill: Mapping[str, Any]) -> dict[int, dict[str, float]]:
    """What else is known of the repetitions of one drill.

    Parameters
    ----------
    drill
        An entry of ``drills`` in ``summary.json``; what was written by an older version has none.

    Returns
    -------
    dict
        By number of the repetition, then by name of :data:`REP_METRICS`; what is not known of a
        repetition is left out.
    """
    table = drill.get("rep_metrics")
    if not isinstance(table, dict):
        return {}
    lists = {name: values for name, values in table.items() if isinstance(values, list)}
    found: dict[int, dict[str, float]] = {n: {} for n in lists.get("rep", ()) if type(n) is int}
    for name in REP_METRICS:
        for number, value in zip(lists.get("rep", ()), lists.get(name, ()), strict=False):
            # No number that means something is larger; NaN is not smaller either.
            if type(number) is int and type(value) in (int, float) and abs(value) < _LARGEST:
                found[number][name] = float(value)
    return found


def _rep_row(path: Path, number: int, cells: list[str]) -> RepRow:
    if len(cells) != len(REP_COLUMNS):
        raise SourceError(path, f"has {len(cells)} of {len(REP_COLUMNS)} cells.", row=number)
    row: RepRow = {}
    for column, cell in zip(REP_COLUMNS, cells, strict=True):
        if column in _REP_TEXT:
            row[column] = cell
            continue
        try:
            row[column] = _number(column, cell)
        except ValueError:
            raise SourceError(
                path, f"'{cell[:40]}' is not a number.", row=number, column=column
            ) from None
    return row


def _number(column: str, cell: str) -> float | int | None:
    if cell == "":
        return None
    return int(cell) if column in _REP_NUMBERS else float(cell)
