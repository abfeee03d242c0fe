"""Text files of the WitMotion apps: all sensors in one table, each row with the sensor's name.

The phone app separates cells by tabs and the one for Windows by commas; headers are English or
Chinese; specific force is in g and rates in °/s. The time is the phone's when a packet of several
samples came, so it repeats and jitters: samples are counted and the count is put on the phone's
clock (:mod:`sensors.counting`), as it is live. The sensor's own angles and quaternions are not
used; its yaw is magnetic.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.counting import CountClock
from sensors.samples import GRAVITY_MPS2
from sessions.errors import SourceError
from sessions.imports.day_times import day_times_s
from sessions.imports.samples import Names, Samples, checked
from sessions.imports.streams import MISSING, Stream, gather, parts, usable_rows
from sessions.imports.table import Layout, read_head, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from sensors.samples import FloatArray
    from sessions.imports.session import ImportedSession
    from sessions.imports.table import Table

TIME: Final = ("time", "时间")
DEVICE: Final = ("devicename", "设备名称", "address")
ACC: Final = ("acc", "acceleration", "a", "加速度")
GYR: Final = ("as", "angularvelocity", "gyro", "w", "角速度")

_UNIT = re.compile(r"[(（][^)）]*[)）]|[\s_]")
_IN_G = re.compile(r"[(（]\s*[gG]\s*[)）]")
_MOST_LINES = 10
_BELIEVED_REPEATS = 0.25
_RATE_OVER = 200
"""Samples over which the rate is first guessed; more than any packet holds."""


@dataclass(frozen=True, slots=True)
class _Header:
    """Where a file says what; ``device`` is empty where all rows are of one sensor."""

    layout: Layout
    time: str
    device: str
    acc: tuple[str, ...]
    gyr: tuple[str, ...]


def is_witmotion(head: bytes) -> bool:
    """Whether a file begins as the apps' files do."""
    return find_header(head) is not None


def find_header(head: bytes) -> _Header | None:
    """Find the row of column names among the first rows, and what they are called."""
    for row, line in enumerate(head.splitlines()[:_MOST_LINES], start=1):
        text = line.decode("utf-8", "replace")
        for delimiter in ("\t", ","):
            names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
            plain = {_UNIT.sub("", name).lower(): name for name in reversed(names)}
            time = next((plain[t] for t in TIME if t in plain), "")
            acc, gyr = _axes(plain, ACC), _axes(plain, GYR)
            if time and acc and gyr and _IN_G.search(acc[0]):
                device = next((plain[d] for d in DEVICE if d in plain), "")
                layout = Layout(delimiter, row, MISSING, any_text=True)
                return _Header(layout, time, device, acc, gyr)
    return None


def read_witmotion(source: Path, folder: Path, files: Sequence[Path]) -> ImportedSession:
    """Read text files of the app.

    Raises
    ------
    SourceError
        Naming file, row, column and cause.
    """
    streams = [stream for path in files for stream in _streams(path)]
    for n, stream in enumerate(streams):
        if stream.name in (other.name for other in streams[:n]):
            raise SourceError(
                stream.path,
                f"the sensor {stream.name!r} stands in two files; give one of them.",
            )
    return gather(source, folder, "witmotion", streams, files=files)


def _axes(plain: dict[str, str], words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        found = tuple(plain[word + axis] for axis in "xyz" if word + axis in plain)
        if len(found) == 3:
            return found
    return ()


def _streams(path: Path) -> list[Stream]:
    header = find_header(read_head(path))
    assert header is not None
    numbers = (*header.acc, *header.gyr)
    words = (header.time, header.device) if header.device else (header.time,)
    table = read_table(
        path, wanted=numbers, may_be_empty=numbers, words=words, layout=header.layout
    )
    stamps_s = day_times_s(table, header.time)
    devices = table.words.get(header.device) or [path.stem] * len(stamps_s)
    numbered = {name: n for n, name in enumerate(dict.fromkeys(devices))}
    codes = np.fromiter((numbered[name] for name in devices), np.intp, len(devices))
    names = Names(header.time, header.acc, header.gyr)
    streams = []
    for name, code in numbered.items():
        rows, flags = usable_rows(
            table,
            {header.time: stamps_s} | table.columns,
            np.flatnonzero(codes == code),
            repeats=_BELIEVED_REPEATS,
        )
        t_s, loss = _counted_times(table, header.time, stamps_s[rows], rows)
        acc, gyr = parts(table, names.acc, rows), parts(table, names.gyr, rows)
        assert acc is not None
        assert gyr is not None
        samples = Samples(
            path=path,
            names=names,
            row_of=partial(_row, table, rows),
            t_s=t_s,
            acc=acc * GRAVITY_MPS2,
            gyr=np.radians(gyr),
        )
        streams.append(Stream(name, path, checked(samples), flags, loss, model="WitMotion"))
    return streams


def _row(table: Table, rows: npt.NDArray[np.intp], n: int) -> int:
    return table.row_of(int(rows[n]))


def _counted_times(
    table: Table, column: str, stamps_s: FloatArray, rows: npt.NDArray[np.intp]
) -> tuple[FloatArray, float]:
    """Times of samples (n,) that came in packets at ``stamps_s`` (n,), and the part lost."""
    step_s = np.diff(stamps_s)
    if (step_s < 0).any():
        n = int(np.flatnonzero(step_s < 0)[0]) + 1
        raise SourceError(table.path, "runs backwards.", row=_row(table, rows, n), column=column)
    over = min(_RATE_OVER, len(stamps_s) - 1)
    if over < 1 or stamps_s[-1] == stamps_s[0]:
        return stamps_s, 0.0
    clock = CountClock(float(np.median(stamps_s[over:] - stamps_s[:-over])) / over)
    ends = [*(np.flatnonzero(step_s > 0) + 1).tolist(), len(stamps_s)]
    t_s = np.empty(len(stamps_s))
    first = missing = 0
    for end in ends:
        last_s, period_s, lost = clock.observe(end - first, float(stamps_s[first]))
        t_s[first:end] = last_s - period_s * np.arange(end - first - 1, -1, -1)
        first, missing = end, missing + lost
    return _increasing(t_s), missing / (missing + len(t_s))


def _increasing(t_s: FloatArray) -> FloatArray:
    """Where the count was set right by a hair, samples keep their order."""
    least_s = 1e-6 * np.arange(len(t_s))
    return np.asarray(np.maximum.accumulate(t_s - least_s) + least_s)
