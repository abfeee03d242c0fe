"""Other people's programs read what we wrote: run as a process of its own by :mod:`.checks`.

``python -m sessions.exports.readers NAME FOLDER FILE…`` ends with 0 if the program ``NAME`` reads
everything, and otherwise says why not in its last line. A reader of compiled code that crashes
takes nothing else with it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Reader = Callable[[Path, Sequence[Path]], None]


class UnreadableError(Exception):
    """The program read something else than what was written."""


def _polars(_: Path, files: Sequence[Path]) -> None:
    import polars

    for path in files:
        if path.suffix == ".parquet":
            table = polars.read_parquet(path)
        elif path.suffix == ".csv":
            table = polars.read_csv(path, infer_schema_length=None)
        else:
            continue
        kinds = {name: kind.is_numeric() for name, kind in table.schema.items()}
        _check(path, len(table), kinds)


def _duckdb(_: Path, files: Sequence[Path]) -> None:
    import duckdb

    for path in files:
        if path.suffix not in (".csv", ".parquet"):
            continue
        read = duckdb.read_parquet if path.suffix == ".parquet" else duckdb.read_csv
        table = read(str(path), sample_size=-1) if path.suffix == ".csv" else read(str(path))
        kinds = {n: str(k) in ("DOUBLE", "BIGINT") for n, k in zip(table.columns, table.types,
                                                                  strict=True)}  # fmt: skip
        _check(path, len(table), kinds)


def _pandas(_: Path, files: Sequence[Path]) -> None:
    import pandas as pd

    for path in files:
        if path.suffix not in (".csv", ".parquet"):
            continue
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        kinds = {str(n): pd.api.types.is_numeric_dtype(kind) for n, kind in table.dtypes.items()}
        _check(path, len(table), kinds)


def _opensim(_: Path, files: Sequence[Path]) -> None:
    import opensim

    opensim.Logger.removeFileSink()
    for path in files:
        table = opensim.TimeSeriesTableQuaternion(str(path))
        if not table.getNumRows() or "pelvis_imu" not in table.getColumnLabels():
            raise UnreadableError(f"{path.name}: no orientation of the pelvis")


def _ezc3d(_: Path, files: Sequence[Path]) -> None:
    import ezc3d

    for path in files:
        file = ezc3d.c3d(str(path))
        labels = file["parameters"]["ROTATION"]["LABELS"]["value"]
        if file["data"]["rotations"].shape[2] != len(labels) or "pelvis" not in labels:
            raise UnreadableError(f"{path.name}: no rotation of the pelvis")


def _ximu3csv(folder: Path, files: Sequence[Path]) -> None:
    import ximu3csv

    wanted = {path.parent.name for path in files if path.parent != folder}
    devices = ximu3csv.read(str(folder.resolve()))
    if {device.device_name for device in devices} < wanted:
        raise UnreadableError("a sensor is missing")


def _torso(folder: Path, _: Sequence[Path]) -> None:
    from sessions.imports.source import read_source

    read_source(folder)


READERS: Final[dict[str, Reader]] = {
    "polars": _polars,
    "duckdb": _duckdb,
    "pandas": _pandas,
    "opensim": _opensim,
    "ezc3d": _ezc3d,
    "ximu3csv": _ximu3csv,
    "torso": _torso,
}


def _check(path: Path, rows: int, numeric: dict[str, bool]) -> None:
    """Whether what :mod:`.definitions` calls a number was read as one."""
    from sessions.exports.definitions import definition, unit

    if path.stem == "angles" and not rows:
        raise UnreadableError(f"{path.name}: no rows")
    for name, is_number in numeric.items():
        definition(name)
        if rows and unit(name) and not is_number:
            raise UnreadableError(f"{path.name}, column {name}: read as text")


def main(arguments: Sequence[str]) -> int:
    """Read; returns the exit status."""
    name, folder, *files = arguments
    try:
        READERS[name](Path(folder), [Path(file) for file in files])
    except Exception as error:  # noqa: BLE001  # whatever their code raises, they cannot read it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201  # it is a program
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
