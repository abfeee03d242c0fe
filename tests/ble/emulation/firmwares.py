"""Devices of no family."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sensors.conformance.makers import BATTERY
from sensors.drivers.link import BATTERY_LEVEL

if TYPE_CHECKING:
    from sensors.conformance.device import Produced, Value


class BatteryOnly:
    """A device that is something else."""

    services: ClassVar = BATTERY
    data = BATTERY_LEVEL

    def __init__(self, *_: float) -> None:
        pass

    def read(self, characteristic: str) -> bytes:
        raise KeyError(characteristic)

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        return []

    def produce(self, now_s: float) -> Produced:
        return []

    def link_closed(self) -> None:
        pass
