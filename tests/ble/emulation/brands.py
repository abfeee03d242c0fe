"""Which sensors can be had."""

from __future__ import annotations

from tests.ble.emulation import firmwares
from tests.ble.emulation.sensor import Air, Sensor, Weather


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
    kind, advertised = BRANDS[brand]
    return Sensor(
        name=name,
        address=address,
        brand=lambda boot: kind(seed + boot, rate_hz),
        advertised=advertised,
        air=air,
        weather=Weather(**weather or {}),
        seed=seed,
    )


BRANDS = {
    "open": (firmwares.OpenProfile, (firmwares.SERVICE,)),
    "battery": (firmwares.BatteryOnly, ()),
}
