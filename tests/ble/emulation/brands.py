"""Which sensors can be had."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sensors.conformance import makers
from sensors.conformance.open_device import OpenProfileDevice
from sensors.protocols.open_profile import SERVICE
from tests.ble.emulation.firmwares import BatteryOnly
from tests.ble.emulation.sensor import Air, Sensor, Weather

if TYPE_CHECKING:
    from collections.abc import Callable

UPTIME_S = 100.0

Brand = tuple["Callable[..., Any]", tuple[str, ...], int | None]

BRANDS: dict[str, Brand] = {
    "open": (OpenProfileDevice, (SERVICE,), None),
    "battery": (BatteryOnly, (), None),
    "witmotion": (makers.WitMotion, (), None),
    "metamotion": (makers.MetaMotion, ("326a9000-85cb-9195-d9dd-464cfbbae75a",), None),
    "dot": (makers.MovellaDot, (), 0x0886),
    "old dot": (makers.OldMovellaDot, (), 0x0886),
    "thingy52": (makers.Thingy52, ("ef680100-9b35-4933-9b10-52ffa9740042",), None),
    "stubborn dot": (makers.StubbornMovellaDot, (), 0x0886),
    "movesense": (makers.Movesense, ("0000fdf3-0000-1000-8000-00805f9b34fb",), None),
}
"""What boots its firmware, the services it advertises, and its maker's number."""


def make_sensor(
    air: Air,
    name: str,
    brand: str,
    address: str,
    seed: int = 1,
    rate_hz: float = 100.0,
    weather: dict[str, float] | None = None,
) -> Sensor:
    """Make one sensor, switched on."""
    kind, advertised, company = BRANDS[brand]
    return Sensor(
        name=name,
        address=address,
        brand=lambda boot: kind(seed + boot, rate_hz, time.monotonic(), UPTIME_S),
        advertised=advertised,
        air=air,
        company=company,
        weather=Weather(**weather or {}),
        seed=seed,
    )
