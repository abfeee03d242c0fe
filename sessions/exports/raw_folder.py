"""A raw folder written from samples and events: what :mod:`sessions.imports.raw_folder` reads."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np

from sessions.exports import text
from sessions.files import write_together
from sessions.imports.description import EVENT_COLUMNS
from sessions.imports.raw_folder import (
    ACC,
    DESCRIPTION,
    EVENTS,
    GYR,
    MAG,
    QUAT,
    TIME,
    file_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sensors.samples import Event, FloatArray, ImuBlock, Placement
    from sessions.imports.session import ImportedSession


def write_raw_folder(
    folder: Path,
    blocks: Mapping[Placement, ImuBlock],
    events: Sequence[Event],
    *,
    description: Mapping[str, object] | None = None,
    further: Mapping[str, bytes] | None = None,
) -> None:
    """Write a raw folder.

    Times keep microseconds and samples nine significant digits, more than any sensor has.

    Parameters
    ----------
    folder
        Where to; made if need be.
    blocks
        Samples by placement; all-NaN ``acc`` or ``gyr`` are left out.
    events
        What happened when; an event without an end is written up to the last sample.
    description
        Content of ``session.json``.
    further
        Further files by name, such as ``truth.csv``.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    last_s = max((float(b.t_s[-1]) for b in blocks.values() if len(b)), default=0.0)
    contents = {file_name(p): block_csv(block) for p, block in blocks.items()}
    if description is not None:
        contents[DESCRIPTION] = (json.dumps(description, indent=2) + "\n").encode()
    contents.update(further or {})
    contents[EVENTS] = _events_tsv(events, last_s)
    write_together(folder, contents)


def raw_files(session: ImportedSession) -> dict[str, bytes]:
    """Contents of the raw folder of a session that was read, on its own clock."""
    files = {file_name(p): block_csv(block) for p, block in session.blocks.items()}
    return files | beside(session, 0.0)


def beside(session: ImportedSession, from_s: float) -> dict[str, bytes]:
    """Contents of ``events.tsv``, in s from ``from_s`` on, and of ``session.json``."""
    last_s = max(float(block.t_s[-1]) for block in session.blocks.values())
    events = [replace(e, onset_s=e.onset_s - from_s) for e in session.events]
    description = _description(session)
    return {
        DESCRIPTION: (json.dumps(description, indent=2) + "\n").encode(),
        EVENTS: _events_tsv(events, last_s - from_s),
    }


def _description(session: ImportedSession) -> dict[str, object]:
    setup = session.setup
    said: dict[str, object] = {"upper_back_level": setup.upper_back_level}
    if session.subject is not None:
        said["subject"] = session.subject
    if setup.mounting:
        said["mounting"] = {p: asdict(mounting) for p, mounting in setup.mounting.items()}
    if setup.gyr_matrix:
        said["gyr_matrix"] = {p: matrix.tolist() for p, matrix in setup.gyr_matrix.items()}
    if setup.personal_split is not None:
        said["personal_split"] = asdict(setup.personal_split)
    return said


def block_csv(block: ImuBlock) -> bytes:
    """All samples of one sensor as a table with a header row."""
    columns = dict(zip(TIME, [np.round(block.t_s, 6)], strict=True))
    for names, values in ((ACC, block.acc), (GYR, block.gyr), (MAG, block.mag), (QUAT, block.quat)):
        if values is not None and not np.isnan(values).all():
            columns.update(zip(names, _nine_digits(values).T, strict=True))
    return table_csv(columns)


def table_csv(columns: Mapping[str, FloatArray]) -> bytes:
    """Columns of numbers, (n,) each, as a CSV with a header row; NaN becomes an empty cell."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    from sessions.columns import numbers

    arrays = [numbers(column) for column in columns.values()]
    out = io.BytesIO()
    out.write((",".join(columns) + "\n").encode())
    arrow_csv.write_csv(
        pa.table(arrays, names=list(columns)),
        out,
        arrow_csv.WriteOptions(include_header=False, quoting_style="none"),
    )
    return out.getvalue()


def _nine_digits(values: FloatArray) -> FloatArray:
    """Single precision shown exactly: nine significant digits."""
    return text.round_significant(values, digits=9)


def _events_tsv(events: Sequence[Event], last_s: float) -> bytes:
    lines = ["\t".join(EVENT_COLUMNS)]
    for event in events:
        duration_s = last_s - event.onset_s if event.duration_s is None else event.duration_s
        lines.append(f"{event.onset_s:.6f}\t{max(duration_s, 0.0):.6f}\t{event.activity}")
    return ("\n".join(lines) + "\n").encode()
