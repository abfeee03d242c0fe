"""CSV files of the Movella (Xsens) DOT app and recordings: a folder with one file per sensor.

Lines of ``key:,value`` come first, then a table. Time is the sensor's clock in µs, which wraps
every 71.6 minutes and is the same for all sensors that were synchronised. Angles are in degrees,
rates in °/s, specific force in m/s². Which columns there are depends on the measurement mode: raw
samples are taken where they are; increments of orientation and velocity (``dq``, ``dv``) become
rates; otherwise the sensor's own orientation is used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion import quaternions as qt
from sessions.errors import SourceError
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

COUNTER: Final = "PacketCounter"
TIME: Final = "SampleTimeFine"
ACC: Final = ("Acc_X", "Acc_Y", "Acc_Z")
GYR: Final = ("Gyr_X", "Gyr_Y", "Gyr_Z")
MAG: Final = ("Mag_X", "Mag_Y", "Mag_Z")
QUAT: Final = ("Quat_W", "Quat_X", "Quat_Y", "Quat_Z")
EULER: Final = ("Euler_X", "Euler_Y", "Euler_Z")
TURN: Final = ("dq_W", "dq_X", "dq_Y", "dq_Z")
PUSH: Final = ("dv[1]", "dv[2]", "dv[3]")

WRAP_US: Final = float(1 << 32)
_MOST_LINES = 40


def is_movella_dot(head: bytes) -> bool:
    """Whether a file begins as one of the DOT does."""
    return header_row(head) is not None


def header_row(head: bytes) -> int | None:
    """Row of the column names, ``None`` if there is none."""
    for row, line in enumerate(head.splitlines()[:_MOST_LINES], start=1):
        if TIME.encode() in (cell.strip() for cell in line.split(b",")):
            return row
    return None


def read_movella_dot(folder: Path, files: Sequence[Path]) -> ImportedSession:
    """Read a folder of DOT files.

    Raises
    ------
    SourceError
        Naming file, row, column and cause.
    """
    streams = [_stream(path) for path in files]
    for n, stream in enumerate(streams):
        if stream.name in (other.name for other in streams[:n]):
            raise SourceError(
                stream.path,
                f"the tag {stream.name!r} stands in two files; keep one recording in a folder.",
                column="DeviceTag",
            )
    return gather(folder, folder, "movella_dot", _same_turn(streams), files=files, time=TIME)


def _stream(path: Path) -> Stream:
    head = read_head(path)
    row = header_row(head) or 1
    about = _about(head, row)
    _check_synchronised(path, about)
    every = (COUNTER, TIME, *ACC, *GYR, *MAG, *QUAT, *EULER, *TURN, *PUSH)
    layout = Layout(header_row=row, missing=MISSING, any_text=True)
    table = read_table(path, wanted=every, may_be_empty=every, layout=layout)
    names = _names(table, row)
    rows, flags = usable_rows(table, {n: table.columns[n] for n in (TIME, *names.numbers)})
    t_s = _unwrapped_s(table.columns[TIME][rows])
    samples = Samples(
        path=path,
        names=names,
        row_of=lambda n: table.row_of(int(rows[n])),
        t_s=t_s,
        acc=_acc(table, names, rows, t_s),
        gyr=_gyr(table, names, rows, t_s),
        quat=_quat(table, names, rows),
    )
    return Stream(
        name=about.get("DeviceTag") or path.stem,
        path=path,
        block=checked(samples),
        flags=flags,
        loss=_loss(table, rows),
        model="Movella DOT",
        firmware=about.get("FirmwareVersion", ""),
    )


def _about(head: bytes, row: int) -> dict[str, str]:
    lines = (line.decode("utf-8", "replace").split(",") for line in head.splitlines()[: row - 1])
    return {cells[0].strip(" :"): cells[1].strip() for cells in lines if len(cells) > 1}


def _check_synchronised(path: Path, about: dict[str, str]) -> None:
    if about.get("SyncStatus", "Synced").lower() not in ("synced", ""):
        raise SourceError(
            path,
            f"is {about['SyncStatus']!r}: the clocks of the sensors have nothing in common."
            " Synchronise the sensors in the app before recording.",
            column="SyncStatus",
        )


def _names(table: Table, row: int) -> Names:
    """Columns to use: raw samples, or increments, or else the sensor's own orientation."""
    have = table.columns
    force = next((names for names in (ACC, PUSH) if set(names) <= have.keys()), ())
    rate = next((names for names in (GYR, TURN) if set(names) <= have.keys()), ())
    quat = next((names for names in (QUAT, EULER) if set(names) <= have.keys()), ())
    if TIME in have and force and rate:
        return Names(TIME, force, rate, quat=quat)
    if TIME in have and quat:
        return Names(TIME, quat=quat)
    raise SourceError(
        table.path,
        "holds neither acceleration and rate (Acc, Gyr or dq, dv) nor orientation (Quat, Euler);"
        " choose another measurement mode in the app.",
        row=row,
    )


def _acc(
    table: Table, names: Names, rows: npt.NDArray[np.intp], t_s: FloatArray
) -> FloatArray | None:
    acc = parts(table, names.acc, rows)
    return acc / _period_s(t_s) if acc is not None and names.acc == PUSH else acc


def _gyr(
    table: Table, names: Names, rows: npt.NDArray[np.intp], t_s: FloatArray
) -> FloatArray | None:
    gyr = parts(table, names.gyr, rows)
    if gyr is None:
        return None
    return qt.rotation_vector(gyr) / _period_s(t_s) if names.gyr == TURN else np.radians(gyr)


def _quat(table: Table, names: Names, rows: npt.NDArray[np.intp]) -> FloatArray | None:
    quat = parts(table, names.quat, rows)
    return from_euler_deg(quat) if quat is not None and names.quat == EULER else quat


def from_euler_deg(angles_deg: FloatArray) -> FloatArray:
    """Orientations (n, 4) of roll, pitch and yaw (n, 3), turned about the earth's x, y and z."""
    roll, pitch, yaw = (
        qt.from_rotation_vector(angle[:, None] * axis)
        for angle, axis in zip(np.radians(angles_deg).T, np.eye(3), strict=True)
    )
    return qt.multiply(yaw, qt.multiply(pitch, roll))


def _period_s(t_s: FloatArray) -> float:
    return float(np.median(np.diff(t_s))) if len(t_s) > 1 else 1.0


def _unwrapped_s(time_us: FloatArray) -> FloatArray:
    """Seconds of a counter of µs that begins anew after 2³²."""
    again = np.diff(time_us, prepend=time_us[:1]) < -WRAP_US / 2
    return (time_us + np.cumsum(again) * WRAP_US) * 1e-6


def _same_turn(streams: Sequence[Stream]) -> list[Stream]:
    """Put sensors that began before and after their counters wrapped onto the same turn."""
    turn_s = WRAP_US * 1e-6
    first_s = float(streams[0].block.t_s[0])
    moved = []
    for stream in streams:
        t_s = stream.block.t_s
        block = replace(stream.block, t_s=t_s - turn_s * np.round((t_s[0] - first_s) / turn_s))
        moved.append(replace(stream, block=block))
    return moved


def _loss(table: Table, rows: npt.NDArray[np.intp]) -> float | None:
    """Fraction of packets that the counter misses; it begins anew after 2¹⁶ or 2³²."""
    count = table.columns.get(COUNTER)
    if count is None or len(rows) < 2 or np.isnan(count[rows]).any():
        return None
    step = np.diff(count[rows])
    step = step[step > 0]
    return float(1.0 - len(step) / step.sum()) if len(step) else None
