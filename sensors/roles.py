"""Which sensor is worn where: remembered from one session to the next, or told by its name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from sensors.bounded import read_bounded
from sensors.errors import RoleError
from sensors.private import make_folder, replace_file
from sensors.samples import Placement, SensorId, SensorInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE: Final = "sensors.json"
"""Name of the file in the data folder."""

_NOBODY: Final = "nobody:"

_WORDS: Final = (
    (Placement.UPPER_BACK, r"upper|thorax|\bt ?[1-4]\b"),
    (Placement.THORACOLUMBAR, r"thoracolumbar|\bt ?12\b"),
    (Placement.PELVIS, r"pelvis|sacrum|hip"),
)


class RoleStore:
    """The sensors of this computer and their places.

    Parameters
    ----------
    path
        The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self) -> tuple[SensorInfo, ...]:
        """Return the sensors that have a place, from the pelvis upwards.

        Raises
        ------
        RoleError
            There is a file, but it cannot be read.
        """
        try:
            text = read_bounded(self.path).decode()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise RoleError(self.path, f"cannot be read ({error})") from error
        try:
            sensors = [_read(entry) for entry in json.loads(text)["sensors"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RoleError(self.path, f"does not say which sensor is worn where ({error})") from (
                error
            )
        return in_order(sensors)

    def put(self, sensors: Iterable[SensorInfo]) -> None:
        """Remember these sensors in place of those before.

        Raises
        ------
        ValueError
            Two sensors at one place, or one sensor at two.
        RoleError
            They cannot be written; those before are still there.
        """
        ordered = in_order(sensors)
        if len({info.sensor for info in ordered}) < len(ordered):
            raise ValueError("one sensor cannot be worn at two places")
        content = {"sensors": [_write(info) for info in ordered]}
        try:
            make_folder(self.path.parent)
            replace_file(self.path, (json.dumps(content, indent=2) + "\n").encode())
        except OSError as error:
            raise RoleError(self.path, f"cannot be written ({error.strerror})") from error


def in_order(sensors: Iterable[SensorInfo]) -> tuple[SensorInfo, ...]:
    """Sort by place, from the pelvis upwards.

    Raises
    ------
    ValueError
        Two sensors at one place.
    """
    places = list(Placement)
    ordered = tuple(sorted(sensors, key=lambda info: places.index(info.placement)))
    if len({info.placement for info in ordered}) < len(ordered):
        raise ValueError("two sensors cannot be worn at one place")
    return ordered


def filled(sensors: Iterable[SensorInfo]) -> tuple[SensorInfo, ...]:
    """Fill the places that every session needs with stand-ins for sensors not chosen yet."""
    given = list(sensors)
    taken = {info.placement for info in given}
    needed = (Placement.PELVIS, Placement.UPPER_BACK)
    return in_order([*given, *(_stand_in(p) for p in needed if p not in taken)])


def is_stand_in(info: SensorInfo) -> bool:
    """Whether this only keeps a place for a sensor."""
    return info.sensor.startswith(_NOBODY)


def _stand_in(placement: Placement) -> SensorInfo:
    sensor = SensorId(f"{_NOBODY}{placement}")
    return SensorInfo(sensor, placement, "not chosen yet", "open_profile", 100.0)


def placement_in_name(name: str | None) -> Placement | None:
    """Return the place that a sensor's name or tag tells ("PELVIS", "IMU T12"), if it does."""
    for placement, words in _WORDS:
        if re.search(words, (name or "").lower().replace("_", " ")):
            return placement
    return None


def _write(info: SensorInfo) -> dict[str, Any]:
    return {
        "sensor": info.sensor,
        "placement": info.placement,
        "name": info.name,
        "protocol": info.protocol,
        "rate_hz": info.rate_hz,
    }


def _read(entry: dict[str, Any]) -> SensorInfo:
    return SensorInfo(
        sensor=SensorId(str(entry["sensor"])),
        placement=Placement(entry["placement"]),
        name=str(entry["name"]),
        protocol=str(entry["protocol"]),
        rate_hz=float(entry["rate_hz"]),
    )
