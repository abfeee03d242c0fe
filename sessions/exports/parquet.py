"""``angles.parquet`` and ``reps.parquet``: the tables of the CSV export, typed and unrounded.

Each column carries its ``unit`` and its ``definition`` as metadata of its field, so that a table
that has lost its documentation still says what it is. Columns are those of ``angles.csv`` and
``reps.csv``, and behind the latter more of each repetition; pandas, polars and DuckDB read them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from fusion.results import Phase
from sessions import columns
from sessions.exports.csv import rep_numbers
from sessions.exports.definitions import definition, unit
from sessions.receipts import software_version
from sessions.tables import (
    ANGLE_COLUMNS,
    REP_ANGLES,
    REP_COLUMNS,
    REP_METRICS,
    REP_TIMES,
    SHARES,
)

if TYPE_CHECKING:
    from fusion.results import DrillResult, Rep, SessionResult
    from sessions.imports.session import ImportedSession

ANGLES_FILE = "angles.parquet"
REPS_FILE = "reps.parquet"
REP_FIELDS = (*REP_COLUMNS, *REP_METRICS)
"""Columns of ``reps.parquet``."""

_PHASES = tuple(phase.name.lower() for phase in Phase)
_COUNTED = ("set", "rep", "quality")
_SPOKEN = ("drill", "phase", "side", "split_source", "verdict", "reasons")


def parquet_files(session: ImportedSession, result: SessionResult) -> dict[str, bytes]:
    """Contents of both files by name."""
    about = {"software": f"torso {software_version()}", "subject": session.subject or ""}
    return {
        ANGLES_FILE: _file(ANGLE_COLUMNS, [_frames(drill) for drill in result.drills], about),
        REPS_FILE: _file(
            REP_FIELDS, [_reps([r for drill in result.drills for r in drill.reps])], about
        ),
    }


def _file(names: tuple[str, ...], parts: list[list[Any]], about: dict[str, str]) -> bytes:
    schema = pa.schema([field(name) for name in names], metadata=about)
    table = pa.concat_tables([pa.Table.from_arrays(part, schema=schema) for part in parts])
    out = io.BytesIO()
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def field(name: str) -> pa.Field:
    """One of our columns as Arrow has it: its type, its unit and its definition."""
    return pa.field(
        name, _kind(name), metadata={"unit": unit(name), "definition": definition(name)}
    )


def _kind(name: str) -> pa.DataType:
    if name in _SPOKEN:
        return pa.string()
    return pa.int64() if name in _COUNTED else pa.float64()


def _frames(drill: DrillResult) -> list[Any]:
    frames, rep = drill.frames, rep_numbers(drill)
    everywhere = np.ones(len(frames), dtype=np.bool_)
    return [
        columns.numbers(frames.t_s),
        columns.words(np.zeros(len(frames), np.int32), [str(drill.drill)]),
        columns.integers(rep, rep > 0),
        columns.words(drill.phase, _PHASES),
        *(columns.numbers(column) for column in frames.angles_deg.T),
        *(columns.numbers(column) for column in frames.sd_deg.T),
        columns.integers(frames.quality, everywhere),
    ]


def _reps(reps: list[Rep]) -> list[Any]:
    rows = [rep_row(rep) for rep in reps]
    made = []
    for name in REP_FIELDS:
        values = [row[name] for row in rows]
        if name in _SPOKEN:
            made.append(pa.array(values, pa.string()))
        elif name in _COUNTED:
            made.append(columns.integers(np.array(values, np.int64), np.ones(len(rows), np.bool_)))
        else:
            made.append(columns.numbers(np.array(values, np.float64)))
    return made


def rep_row(rep: Rep) -> dict[str, Any]:
    """Values of one repetition by column; NaN where nothing is known."""
    row: dict[str, Any] = {
        "drill": str(rep.drill), "set": rep.set, "rep": rep.rep, "side": str(rep.side),
        "split_source": str(rep.split_source), "peak_rate_dps": rep.peak_rate_dps,
        "hold_s": rep.hold_s, "verdict": str(rep.verdict), "reasons": ";".join(rep.reasons),
    }  # fmt: skip
    row |= {name: getattr(rep, name) for name in REP_TIMES}
    row |= {f"{name}_deg": getattr(rep, f"{name}_deg") for name in REP_ANGLES}
    for name in SHARES:
        share = getattr(rep.shares, name)
        row |= {f"{name}_share": share.value, f"{name}_share_lo": share.lo}
        row[f"{name}_share_hi"] = share.hi
    row |= {name: getattr(rep.metrics, name) for name in REP_METRICS}
    return row
