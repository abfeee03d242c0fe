"""Columns of one file as samples, once nothing in them contradicts the clock, physics or itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Flag
from sensors.samples import FloatArray, ImuBlock, Placement, SensorId, SensorInfo
from sessions.errors import SourceError
from sessions.imports.plausibility import doubt_acc, doubt_gyr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sessions.imports.table import Table

RATE_RANGE_HZ = (20.0, 1000.0)

MOST = 1e6
"""Beyond it lies no measurement in any unit, but a row that was damaged."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a file calls its columns; empty for what it cannot hold."""

    time: str
    acc: tuple[str, ...] = ()
    gyr: tuple[str, ...] = ()
    mag: tuple[str, ...] = ()
    quat: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """All columns of samples, without the time."""
        return self.acc + self.gyr + self.mag + self.quat


@dataclass(frozen=True, slots=True)
class Samples:
    """Columns of one sensor in our units, not yet checked; ``row_of`` names a sample's row."""

    path: Path
    names: Names
    row_of: Callable[[int], int]
    t_s: FloatArray
    acc: FloatArray | None = None
    gyr: FloatArray | None = None
    mag: FloatArray | None = None
    quat: FloatArray | None = None


def stack(columns: Mapping[str, FloatArray], names: tuple[str, ...]) -> FloatArray | None:
    """Columns side by side, (n, k); ``None`` if the file lacks them."""
    if not names or names[0] not in columns:
        return None
    return np.stack([columns[name] for name in names], axis=1)


def checked(samples: Samples) -> ImuBlock:
    """Check samples and make a block of them.

    Raises
    ------
    SourceError
        No samples, time that does not increase, an impossible rate, a unit or axes that cannot be,
        a quaternion that is none; names file, row and column.
    """
    t_s = samples.t_s
    if not len(t_s):
        raise SourceError(samples.path, "holds a header but no samples.")
    _check_time(samples)
    _check_size(samples)
    _check_units(samples)
    quat = None if samples.quat is None else _unit_quaternions(samples, samples.quat)
    nothing = np.full((len(t_s), 3), np.nan)
    return ImuBlock(
        t_s=t_s,
        acc=nothing if samples.acc is None else samples.acc,
        gyr=nothing if samples.gyr is None else samples.gyr,
        mag=samples.mag,
        quat=quat,
    )


def torn_row(table: Table, placement: Placement | None = None) -> Flag:
    """Say that the last row of a file was left out."""
    return Flag(
        "torn_last_row",
        f"{table.path.name} ends in row {table.dropped_row} without a line break; that row was"
        " left out because its last number may be cut.",
        placement,
    )


def sensor_info(
    placement: Placement, block: ImuBlock, name: str, *, model: str = "", firmware: str = ""
) -> SensorInfo:
    """What is known of a sensor that only its file tells of."""
    step_s = np.diff(block.t_s)
    return SensorInfo(
        sensor=SensorId(str(placement)),
        placement=placement,
        name=name,
        protocol="",
        rate_hz=1.0 / float(np.median(step_s)) if len(step_s) else 0.0,
        model=model,
        firmware=firmware,
    )


def check_one_clock(blocks: Mapping[Placement, ImuBlock], paths: Mapping[Placement, Path],
                    column: str) -> None:  # fmt: skip
    """Refuse sensors that were never measured at the same time."""
    pelvis = blocks[Placement.PELVIS]
    for placement, block in blocks.items():
        if block.t_s[0] > pelvis.t_s[-1] or block.t_s[-1] < pelvis.t_s[0]:
            raise SourceError(
                paths[placement],
                f"covers {block.t_s[0]:.6g} to {block.t_s[-1]:.6g} s and"
                f" {paths[Placement.PELVIS].name} {pelvis.t_s[0]:.6g} to {pelvis.t_s[-1]:.6g} s;"
                " all sensors need one clock.",
                column=column,
            )


def _check_time(samples: Samples) -> None:
    t_s, column = samples.t_s, samples.names.time
    step_s = np.diff(t_s)
    wrong = np.flatnonzero(step_s <= 0)
    if len(wrong):
        index = int(wrong[0]) + 1
        now, before = float(t_s[index]), float(t_s[index - 1])
        what = "repeats the time of the row before" if now == before else "runs backwards"
        raise SourceError(
            samples.path,
            f"{now!r} after {before!r} {what}; time must increase strictly.",
            row=samples.row_of(index),
            column=column,
        )
    if not len(step_s):
        return
    rate_hz = 1.0 / float(np.median(step_s))
    low, high = RATE_RANGE_HZ
    if not 0.99 * low <= rate_hz <= 1.01 * high:
        raise SourceError(
            samples.path,
            f"gives {rate_hz:.4g} samples a second; {low:g} to {high:g} can be used."
            " Is the time in seconds?",
            column=column,
        )


def _check_size(samples: Samples) -> None:
    names = samples.names
    for group, values in ((names.acc, samples.acc), (names.gyr, samples.gyr),
                          (names.mag, samples.mag), (names.quat, samples.quat)):  # fmt: skip
        if values is None:
            continue
        wrong = np.argwhere(np.abs(values) > MOST)
        if len(wrong):
            row, column = (int(n) for n in wrong[0])
            raise SourceError(
                samples.path,
                f"{values[row, column]:.3g} is more than any sensor measures.",
                row=samples.row_of(row),
                column=group[column],
            )


def _check_units(samples: Samples) -> None:
    acc, gyr = samples.acc, samples.gyr
    doubt = None if acc is None else doubt_acc(acc)
    if doubt is not None:
        raise SourceError(samples.path, doubt, column=_span(samples.names.acc))
    if acc is None or gyr is None:
        return
    doubt = doubt_gyr(samples.t_s, acc, gyr)
    if doubt is not None:
        raise SourceError(samples.path, doubt, column=_span(samples.names.gyr))


def _unit_quaternions(samples: Samples, quat: FloatArray) -> FloatArray:
    length = np.linalg.norm(quat, axis=1)
    wrong = np.flatnonzero(np.abs(length - 1.0) > 0.05)
    if len(wrong):
        raise SourceError(
            samples.path,
            f"the quaternion has length {length[wrong[0]]:.3g}; a rotation has length 1.",
            row=samples.row_of(int(wrong[0])),
            column=_span(samples.names.quat),
        )
    return np.asarray(quat / length[:, None])


def _span(names: tuple[str, ...]) -> str:
    return f"{names[0]} … {names[-1]}"
