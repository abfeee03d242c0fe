"""The two small files beside the samples of a raw folder: ``events.tsv`` and ``session.json``."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fusion.setup import UPPER_BACK_LEVELS, Mounting, PersonalSplit, Setup, check_gyr_matrix
from sensors.samples import Activity, Event, FloatArray, Placement
from sessions.errors import SourceError
from sessions.imports.table import LINE_LIMIT, Layout, read_bytes, read_header, text_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EVENT_COLUMNS = ("onset", "duration", "trial_type")
_MISSING = ("", "n/a")


@dataclass(frozen=True, slots=True)
class Description:
    """Content of ``session.json``; the defaults hold where it says nothing."""

    subject: str | None = None
    upper_back_level: str = "T2"
    mounting: dict[Placement, Mounting] = field(default_factory=dict)
    gyr_matrix: dict[Placement, FloatArray] = field(default_factory=dict)
    personal_split: PersonalSplit | None = None
    worn: dict[Placement, str] = field(default_factory=dict)
    """Which sensor was where, by the name that a vendor's files give it."""

    def setup(self, placements: tuple[Placement, ...]) -> Setup:
        """What the pipeline has to know of sensors worn there."""
        return Setup(
            placements=placements,
            upper_back_level=self.upper_back_level,
            mounting=self.mounting,
            gyr_matrix=self.gyr_matrix,
            personal_split=self.personal_split,
        )


def read_events(path: Path) -> tuple[Event, ...]:
    """Read ``events.tsv``: tab-separated ``onset``, ``duration`` (s) and ``trial_type``.

    Other columns are allowed and not read. A ``mark`` may have no duration.

    Returns
    -------
    tuple of Event
        In order of their onset.

    Raises
    ------
    SourceError
        Naming file, row and column.
    """
    data = read_bytes(path)
    header = read_header(path, data, Layout(delimiter="\t"))
    for column in EVENT_COLUMNS:
        if column not in header:
            found = ", ".join(header)[:120]
            raise SourceError(path, f"is missing; row 1 has: {found}.", row=1, column=column)
    rows = [
        (row, dict(zip(header, _cells(path, row, line, len(header)), strict=True)))
        for row, line in text_lines(data)
        if line.strip()
    ]
    events = [_event(path, row, cells) for row, cells in rows]
    if rows and not data.endswith((b"\n", b"\r")) and header[-1] != "trial_type":
        raise SourceError(
            path,
            "the file ends without a line break, so its last number may be cut;"
            " check it and add a line break.",
            row=rows[-1][0],
        )
    return tuple(sorted(events, key=lambda e: e.onset_s))


def read_description(path: Path) -> Description:
    """Read ``session.json``, which may be absent.

    Raises
    ------
    SourceError
        Naming the file and the entry.
    """
    if not path.exists():
        return Description()
    try:
        content = json.loads(read_bytes(path))
    except json.JSONDecodeError as error:
        raise SourceError(path, f"is no JSON ({error.msg}).", row=error.lineno) from None
    except (ValueError, RecursionError):  # not UTF-8, too deep, or a number without end
        raise SourceError(path, "is no JSON in UTF-8.") from None
    if not isinstance(content, dict):
        raise SourceError(path, "must hold one JSON object, { … }.")
    return parse_description(path, content)


def parse_description(path: Path, content: Mapping[str, object]) -> Description:
    """Check what a file says about a session; entries we do not know are left alone.

    Raises
    ------
    SourceError
        Naming the file and the entry.
    """
    return Description(
        subject=_subject(path, content.get("subject")),
        upper_back_level=_level(path, content.get("upper_back_level", "T2")),
        mounting=_mountings(path, content.get("mounting", {})),
        gyr_matrix=_gyr_matrices(path, content.get("gyr_matrix", {})),
        personal_split=_personal_split(path, content.get("personal_split")),
        worn=_worn(path, content.get("worn", {})),
    )


def _cells(path: Path, row: int, line: str, count: int) -> list[str]:
    if len(line) > LINE_LIMIT:
        raise SourceError(path, "is too long for an event.", row=row)
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter="\t"))]
    if len(cells) != count:
        reason = f"has {len(cells)} cells where the header has {count}; separate them by tabs."
        raise SourceError(path, reason, row=row)
    return cells


def _event(path: Path, row: int, cells: dict[str, str]) -> Event:
    try:
        activity = Activity(cells["trial_type"])
    except ValueError:
        known = ", ".join(Activity)
        reason = f"'{cells['trial_type'][:40]}' is unknown; known are {known}."
        raise SourceError(path, reason, row=row, column="trial_type") from None
    onset_s = _seconds(path, row, "onset", cells["onset"])
    if activity is Activity.MARK and cells["duration"] in _MISSING:
        return Event(onset_s, 0.0, activity)
    duration_s = _seconds(path, row, "duration", cells["duration"])
    if duration_s < 0:
        raise SourceError(path, f"{duration_s:g} s is negative.", row=row, column="duration")
    return Event(onset_s, duration_s, activity)


def _seconds(path: Path, row: int, column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        reason = f"'{cell[:40]}' is not a number of seconds."
        raise SourceError(path, reason, row=row, column=column) from None
    if not math.isfinite(value):
        raise SourceError(path, f"'{cell}' is not a finite number.", row=row, column=column)
    return value


def _subject(path: Path, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise SourceError(path, "must be a text.", column="subject")


def _level(path: Path, value: object) -> str:
    if isinstance(value, str) and value in UPPER_BACK_LEVELS:
        return value
    known = ", ".join(UPPER_BACK_LEVELS)
    raise SourceError(path, f"must be one of {known}.", column="upper_back_level")


def _mountings(path: Path, value: object) -> dict[Placement, Mounting]:
    if not isinstance(value, dict):
        raise SourceError(path, "must be an object by placement.", column="mounting")
    return {
        _placement(path, "mounting", name): _mounting(path, name, axes)
        for name, axes in value.items()
    }


def _placement(path: Path, entry: str, name: str) -> Placement:
    try:
        return Placement(name)
    except ValueError:
        known = ", ".join(Placement)
        reason = f"'{name[:40]}' is no placement; known are {known}."
        raise SourceError(path, reason, column=entry) from None


def _worn(path: Path, value: object) -> dict[Placement, str]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        reason = 'must be like {"pelvis": "sensor 1", "upper_back": "sensor 2"}.'
        raise SourceError(path, reason, column="worn")
    worn = {_placement(path, "worn", place): name for place, name in value.items()}
    for name in worn.values():
        if list(worn.values()).count(name) > 1:
            raise SourceError(path, f"'{name[:40]}' is named twice.", column="worn")
    return worn


def _gyr_matrices(path: Path, value: object) -> dict[Placement, FloatArray]:
    if not isinstance(value, dict):
        raise SourceError(path, "must be an object by placement.", column="gyr_matrix")
    return {
        _placement(path, "gyr_matrix", name): _gyr_matrix(path, name, rows)
        for name, rows in value.items()
    }


def _personal_split(path: Path, value: object) -> PersonalSplit | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not {"mean", "sd"} <= value.keys():
        reason = 'must be like {"mean": 0.27, "sd": 0.06, "age_days": 12}.'
        raise SourceError(path, reason, column="personal_split")
    numbers = [value["mean"], value["sd"], value.get("age_days", 0.0)]
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in numbers):
        raise SourceError(path, "mean, sd and age_days are numbers.", column="personal_split")
    try:
        return PersonalSplit(*map(float, numbers))
    except ValueError as error:
        raise SourceError(path, f"{error}.", column="personal_split") from None


def _gyr_matrix(path: Path, name: str, rows: object) -> FloatArray:
    place = f"gyr_matrix.{name}"
    try:
        matrix = np.array(rows, dtype=float)
    except (TypeError, ValueError):
        raise SourceError(path, "must be three lists of three numbers.", column=place) from None
    try:
        check_gyr_matrix(matrix)
    except ValueError as error:
        raise SourceError(path, f"{error}.", column=place) from None
    return matrix


def _mounting(path: Path, name: str, axes: object) -> Mounting:
    place = f"mounting.{name}"
    if not isinstance(axes, dict) or not {"anterior", "cranial"} <= axes.keys():
        reason = 'must be like {"anterior": "-z", "cranial": "-x"}.'
        raise SourceError(path, reason, column=place)
    try:
        return Mounting(anterior=str(axes["anterior"]), cranial=str(axes["cranial"]))
    except ValueError as error:
        raise SourceError(path, f"{error}.", column=place) from None
