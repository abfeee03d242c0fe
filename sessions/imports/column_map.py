"""``columns.toml`` (or ``.json``): which columns of somebody's files hold what.

Everything at the top holds for all sensors; what stands under a sensor holds for that one.
``docs/user_guide.md`` describes it for people.
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sensors.samples import GRAVITY_MPS2, Placement
from sessions.errors import SourceError
from sessions.imports.table import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAMES: Final = ("columns.toml", "columns.json")

CLOCK: Final = "clock"
"""The unit of times of day, such as 14:03:59.120."""

UNITS: Final[dict[str, dict[str, float]]] = {
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, CLOCK: 1.0},
    "acc": {"m/s2": 1.0, "g": GRAVITY_MPS2, "mg": GRAVITY_MPS2 / 1000},
    "gyr": {"rad/s": 1.0, "deg/s": math.pi / 180, "mdeg/s": math.pi / 180_000},
    "quat": {"": 1.0},
}
"""Factor to our unit, by quantity and name."""

_COUNTS: Final = {"time": 1, "acc": 3, "gyr": 3, "quat": 4}
_SPELT: Final = {"m/s²": "m/s2", "m/s^2": "m/s2", "°/s": "deg/s", "dps": "deg/s", "µs": "us",
                 "μs": "us"}  # fmt: skip
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Columns of one quantity and their unit; ``None`` if it is not said."""

    columns: tuple[str, ...]
    unit: str | None


@dataclass(frozen=True, slots=True)
class SensorColumns:
    """Where the samples of one sensor stand.

    Attributes
    ----------
    file
        Name in the folder; empty for the file that the person pointed at.
    time, acc, gyr, quat
        Columns; those that are not said are ``None``.
    rows
        Column and value that pick this sensor's rows out of a file of several.
    header_row
        Row of the column names; 0 if there is none and columns are called by number from 1.
    delimiter
        Between cells; ``None`` if it is not said.
    missing
        Further words for no value.
    """

    file: str
    time: Quantity
    acc: Quantity | None
    gyr: Quantity | None
    quat: Quantity | None
    rows: tuple[str, str] | None
    header_row: int
    delimiter: str | None
    missing: tuple[str, ...]


def read_column_map(path: Path) -> dict[Placement, SensorColumns]:
    """Read which columns hold what.

    Raises
    ------
    SourceError
        Naming the file and the entry.
    """
    content = _parsed(path)
    sensors = content.pop("sensors", None)
    if not isinstance(sensors, dict) or not sensors:
        raise SourceError(path, 'must say what each sensor is, such as: [sensors.pelvis] file = "a'
                          '.csv"', column="sensors")  # fmt: skip
    found = {}
    for name, own in sensors.items():
        if name not in list(Placement):
            known = ", ".join(Placement)
            raise SourceError(path, f"'{name[:40]}' is no placement; known are {known}.",
                              column="sensors")  # fmt: skip
        entry = f"sensors.{name}"
        if not isinstance(own, dict):
            raise SourceError(path, 'must be like {file = "a.csv"}.', column=entry)
        found[Placement(name)] = _sensor(path, entry, {**content, **own})
    return found


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = read_bytes(path).decode("utf-8")
        content = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(path, f"is no JSON ({error.msg}).", row=error.lineno) from None
    except tomllib.TOMLDecodeError as error:
        raise SourceError(path, f"is no TOML: {error}.") from None
    except (ValueError, RecursionError):
        raise SourceError(path, "is no text in UTF-8.") from None
    if not isinstance(content, dict):
        raise SourceError(path, "must hold one JSON object, { … }.")
    return content


def _sensor(path: Path, entry: str, said: Mapping[str, Any]) -> SensorColumns:
    known = {"file", "rows", "header_row", "delimiter", "missing", *UNITS}
    for key in said:
        if key not in known:
            reason = f"'{key[:40]}' is unknown; known are {', '.join(sorted(known))}."
            raise SourceError(path, reason, column=entry)
    time = _quantity(path, "time", said)
    if time is None:
        raise SourceError(path, 'is missing. Write: time = {column = "…", unit = "s"}',
                          column="time")  # fmt: skip
    acc, gyr, quat = (_quantity(path, name, said) for name in ("acc", "gyr", "quat"))
    if quat is None and (acc is None or gyr is None):
        raise SourceError(
            path,
            'needs acc and gyr, or quat. Write: acc = {columns = ["x", "y", "z"], unit = "g"}'
            ' and gyr = {columns = ["x", "y", "z"], unit = "deg/s"}, with your columns.',
            column=entry,
        )
    return SensorColumns(
        file=_word(path, f"{entry}.file", said.get("file", "")),
        time=time,
        acc=acc,
        gyr=gyr,
        quat=quat,
        rows=_rows(path, entry, said.get("rows")),
        header_row=_header_row(path, said.get("header_row", 1)),
        delimiter=_delimiter(path, said.get("delimiter")),
        missing=_words(path, "missing", said.get("missing", [])),
    )


def _quantity(path: Path, name: str, said: Mapping[str, Any]) -> Quantity | None:
    if name not in said:
        return None
    value, count = said[name], _COUNTS[name]
    if not isinstance(value, dict) or not {"column", "columns"} & value.keys():
        raise SourceError(path, f'must be like {{columns = […], unit = "…"}}, with {count} names.',
                          column=name)  # fmt: skip
    columns = value.get("columns", [value.get("column")])
    names = tuple(str(c) if isinstance(c, int) else c for c in columns)
    if len(names) != count or not all(isinstance(c, str) and c for c in names):
        raise SourceError(path, f"needs the names of {count} columns.", column=name)
    return Quantity(names, _unit(path, name, value.get("unit")))


def _unit(path: Path, name: str, said: object) -> str | None:
    if said is None:
        return "" if name == "quat" else None
    unit = _SPELT.get(str(said), str(said))
    if unit in UNITS[name]:
        return unit
    known = ", ".join(u for u in UNITS[name] if u) or "none"
    raise SourceError(path, f"'{unit[:40]}' is no unit of {name}; known: {known}.", column=name)


def _rows(path: Path, entry: str, value: object) -> tuple[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"column", "is"}:
        raise SourceError(path, 'must be like {column = "device", is = "A"}.',
                          column=f"{entry}.rows")  # fmt: skip
    return str(value["column"]), str(value["is"])


def _header_row(path: Path, value: object) -> int:
    if isinstance(value, int) and 0 <= value <= 1000:
        return value
    raise SourceError(path, "must be a row, or 0 if there is no header.", column="header_row")


def _delimiter(path: Path, value: object) -> str | None:
    if value is None or value in _DELIMITERS:
        return None if value is None else str(value)
    raise SourceError(path, 'must be ",", ";" or "\\t".', column="delimiter")


def _word(path: Path, entry: str, value: object) -> str:
    if isinstance(value, str) and "\0" not in value:
        return value
    raise SourceError(path, "must be a text.", column=entry)


def _words(path: Path, entry: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise SourceError(path, 'must be like ["-", "none"].', column=entry)
