"""Sensors as a vendor's files tell of them, and who wore which of them where.

Such files know nothing of spines or drills. ``session.json`` beside them says which sensor was
where, unless a sensor's own name does, and ``events.tsv`` says when each drill was, in seconds from
the first sample.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.results import Flag
from sensors.samples import Activity, ImuBlock, Placement
from sessions.errors import SourceError
from sessions.imports.description import read_description, read_events
from sessions.imports.raw_folder import DESCRIPTION, EVENTS
from sessions.imports.samples import check_one_clock, sensor_info, stack, torn_row
from sessions.imports.session import ImportedSession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sensors.samples import Event, FloatArray
    from sessions.imports.table import Table

MISSING = ("-", "--", "null", "NULL", "None", "nan", "NaN", "n/a", "N/A")
"""What loggers write where they have no value."""

NEEDED = (Placement.PELVIS, Placement.UPPER_BACK)


@dataclass(frozen=True, slots=True)
class Stream:
    """Samples of one sensor, on a clock that all streams of a session share.

    ``name`` is what the files call the sensor and ``path`` where it stands; ``loss`` is the
    fraction of samples lost, ``None`` if nothing tells.
    """

    name: str
    path: Path
    block: ImuBlock
    flags: tuple[Flag, ...] = ()
    loss: float | None = None
    model: str = ""
    firmware: str = ""


def usable_rows(
    table: Table,
    needed: Mapping[str, FloatArray],
    rows: npt.NDArray[np.intp] | None = None,
    *,
    repeats: float = 0.0,
) -> tuple[npt.NDArray[np.intp], tuple[Flag, ...]]:
    """Rows that hold every value and are not the row before once more, and what is left out.

    Parameters
    ----------
    table
        The file.
    needed
        Columns (n,) by name, time among them; NaN where a cell holds no value.
    rows
        Those that belong to the sensor, all if ``None``.
    repeats
        Fraction of rows up to which equal neighbours are believed: where times are coarse, a sensor
        at rest says the same twice.

    Raises
    ------
    SourceError
        No row holds every value.
    """
    values = np.stack(list(needed.values()), axis=1)
    used = np.arange(len(values)) if rows is None else rows
    whole = ~np.isnan(values[used]).any(axis=1)
    if len(used) and not whole.any():
        empty = next(n for n, x in zip(needed, values[used].T, strict=True) if np.isnan(x).any())
        raise SourceError(table.path, "no row holds a value in every column.", column=empty)
    flags = [] if table.dropped_row is None else [torn_row(table)]
    if not whole.all():
        what = "hold no value in some column and are left out"
        flags.append(Flag("missing_values", _words(table, used[~whole], what)))
    used = used[whole]
    again = np.zeros(len(used), bool)
    again[1:] = (values[used[1:]] == values[used[:-1]]).all(axis=1)
    if again.sum() <= repeats * len(used):
        return used, tuple(flags)
    what = "are the row before once more and are left out"
    flags.append(Flag("duplicated_rows", _words(table, used[again], what)))
    return used[~again], tuple(flags)


def parts(table: Table, names: tuple[str, ...], rows: npt.NDArray[np.intp]) -> FloatArray | None:
    """Columns of some rows side by side, (n, k); ``None`` if the file lacks them."""
    found = stack(table.columns, names)
    return None if found is None else found[rows]


def gather(
    source: Path,
    folder: Path,
    kind: str,
    streams: Sequence[Stream],
    *,
    files: Sequence[Path],
    time: str = "time",
) -> ImportedSession:
    """Make a session of the streams that somebody wore.

    Parameters
    ----------
    source
        What the person pointed at.
    folder
        Where ``session.json`` and ``events.tsv`` lie.
    kind
        Name of the format.
    streams
        All sensors found, each name once.
    files
        What was read for them.
    time
        What the format calls its column of time.

    Raises
    ------
    SourceError
        Nobody said which sensor was where, or when the drills were; says what to write.
    """
    description = read_description(folder / DESCRIPTION)
    worn = _worn(folder, streams, description.worn)
    _from_zero(worn)
    blocks = {place: stream.block for place, stream in worn.items()}
    check_one_clock(blocks, {place: stream.path for place, stream in worn.items()}, time)
    events = _events(folder, max(float(block.t_s[-1]) for block in blocks.values()))
    beside = [folder / name for name in (EVENTS, DESCRIPTION) if (folder / name).is_file()]
    flags = [replace(flag, placement=p) for p, stream in worn.items() for flag in stream.flags]
    return ImportedSession(
        path=source,
        kind=kind,
        setup=description.setup(tuple(worn)),
        blocks=blocks,
        events=events,
        sensors={
            place: sensor_info(place, s.block, s.name, model=s.model, firmware=s.firmware)
            for place, s in worn.items()
        },
        subject=description.subject,
        loss={place: s.loss for place, s in worn.items() if s.loss is not None},
        flags=(*flags, *_unused(streams, worn)),
        files=(*files, *beside),
    )


def said_worn(streams: Sequence[Stream]) -> dict[Placement, Stream]:
    """Sensors that are called after a place on the body, such as ``upper_back 01``."""
    found: dict[Placement, Stream] = {}
    for stream in streams:
        word = re.sub(r"[^a-z0-9]+", "_", stream.name.lower())
        for place in Placement:
            if word == place or word.startswith(f"{place}_"):
                if place in found:
                    return {}
                found[place] = stream
    return found


def _worn(
    folder: Path, streams: Sequence[Stream], said: dict[Placement, str]
) -> dict[Placement, Stream]:
    by_name = {stream.name: stream for stream in streams}
    path = folder / DESCRIPTION
    for name in said.values():
        if name not in by_name:
            found = ", ".join(repr(n[:40]) for n in by_name)
            raise SourceError(path, f"there is no sensor {name!r}; found: {found}.", column="worn")
    worn = {place: by_name[name] for place, name in said.items()} or said_worn(streams)
    if all(place in worn for place in NEEDED):
        return {place: worn[place] for place in Placement if place in worn}
    if len(streams) < len(NEEDED):
        raise SourceError(
            folder,
            f"holds one sensor, {streams[0].name!r}; spine rotation needs at least two, on pelvis"
            " and upper back.",
        )
    places = (Placement.PELVIS, Placement.UPPER_BACK, Placement.THORACOLUMBAR)
    example = dict(zip((str(p) for p in places), by_name, strict=False))
    raise SourceError(
        path,
        "does not say which sensor was where. Write, with your own places:"
        f' {{"worn": {json.dumps(example, ensure_ascii=False)}}}'
        f" (found: {', '.join(by_name)}; places: {', '.join(Placement)}).",
        column="worn",
    )


def _from_zero(worn: dict[Placement, Stream]) -> None:
    """Let time count from the first sample of the sensor that began first."""
    first_s = min(float(stream.block.t_s[0]) for stream in worn.values())
    for place, stream in worn.items():
        block = replace(stream.block, t_s=stream.block.t_s - first_s)
        worn[place] = replace(stream, block=block)


def _events(folder: Path, last_s: float) -> tuple[Event, ...]:
    path = folder / EVENTS
    if path.exists():
        return read_events(path)
    drill = f"0\\t{last_s:.1f}\\t{Activity.SEATED}"
    raise SourceError(
        path,
        "is missing. It says when each drill was, in seconds from the first sample. If all of it"
        f" is one seated drill, write (\\t is a tab, \\n a new line):"
        f" onset\\tduration\\ttrial_type\\n{drill}\\n"
        f" (other trial types: {', '.join(a for a in Activity if a is not Activity.SEATED)}).",
    )


def _words(table: Table, rows: npt.NDArray[np.intp], what: str) -> str:
    first = table.row_of(int(rows[0]))
    return f"{len(rows)} rows of {table.path.name} {what}; the first is row {first}."


def _unused(streams: Sequence[Stream], worn: dict[Placement, Stream]) -> list[Flag]:
    names = {stream.name for stream in worn.values()}
    rest = [stream.name for stream in streams if stream.name not in names]
    if not rest:
        return []
    words = f"{', '.join(rest)}: not said to be worn in {DESCRIPTION}, and not used."
    return [Flag("sensor_unused", words)]
