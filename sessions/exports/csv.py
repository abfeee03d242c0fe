"""``angles.csv`` and ``reps.csv``: plain tables that any program opens.

UTF-8, LF, comma and point, one header row, no comments, empty where nothing is known.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.results import Phase
from sessions.exports import text
from sessions.tables import ANGLE_COLUMNS, REP_ANGLES, REP_COLUMNS, REP_TIMES

if TYPE_CHECKING:
    from fusion.results import DrillResult, Interval, Rep, SessionResult, Shares

_PHASES = tuple(phase.name.lower() for phase in Phase)


def angles_csv(result: SessionResult) -> bytes:
    """Content of ``angles.csv``: one row per frame, inside drills only."""
    parts = [_header(ANGLE_COLUMNS), *(_drill_rows(drill) for drill in result.drills)]
    return b"".join(parts)


def reps_csv(result: SessionResult) -> bytes:
    """Content of ``reps.csv``: one row per repetition, in order of time."""
    reps = (rep for drill in result.drills for rep in drill.reps)
    lines = (",".join(_rep_cells(rep)) + "\n" for rep in reps)
    return _header(REP_COLUMNS) + "".join(lines).encode()


def rep_numbers(drill: DrillResult) -> npt.NDArray[np.int64]:
    """Give each frame of a drill the number of its repetition, (n,); 0 between repetitions."""
    numbers = np.zeros(len(drill.frames), dtype=np.int64)
    for rep in drill.reps:
        first = np.searchsorted(drill.frames.t_s, rep.start_s - 1e-6, side="left")
        last = np.searchsorted(drill.frames.t_s, rep.end_s + 1e-6, side="right")
        numbers[first:last] = rep.rep
    return numbers


def _header(columns: tuple[str, ...]) -> bytes:
    return (",".join(columns) + "\n").encode()


def _drill_rows(drill: DrillResult) -> bytes:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    from sessions import columns

    frames = drill.frames
    rep = rep_numbers(drill)
    values = text.round_significant(np.hstack([frames.angles_deg, frames.sd_deg]))
    cells = [
        columns.numbers(text.round_times(frames.t_s)),
        columns.words(np.zeros(len(frames), np.int32), [str(drill.drill)]),
        columns.integers(rep, rep > 0),
        columns.words(drill.phase, _PHASES),
        *(columns.numbers(column) for column in values.T),
        columns.integers(frames.quality, np.ones(len(frames), np.bool_)),
    ]
    out = io.BytesIO()
    arrow_csv.write_csv(
        pa.table(cells, names=list(ANGLE_COLUMNS)),
        out,
        arrow_csv.WriteOptions(include_header=False, quoting_style="none"),
    )
    return out.getvalue()


def _rep_cells(rep: Rep) -> list[str]:
    cells = [text.word(rep.drill), str(rep.set), str(rep.rep), text.word(rep.side)]
    cells += [text.time(getattr(rep, name)) for name in REP_TIMES]
    cells += [text.number(getattr(rep, f"{name}_deg")) for name in REP_ANGLES]
    cells += _share_cells(rep.shares)
    cells += [text.word(rep.split_source), text.number(rep.peak_rate_dps), text.number(rep.hold_s)]
    return [*cells, text.word(rep.verdict), text.word(";".join(rep.reasons))]


def _share_cells(shares: Shares) -> list[str]:
    parts: tuple[Interval, ...] = (shares.pelvis, shares.lumbar, shares.thoracic)
    return [text.number(x) for part in parts for x in (part.value, part.lo, part.hi)]
