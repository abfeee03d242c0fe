"""A simulated device's notifications as a host gets them: late, bunched, and worse if asked for."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sensors.drivers.base import Notification
from sensors.drivers.dialogue import Read, Write
from sensors.samples import Placement, SensorId, SensorInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sensors.conformance.device import Device, Value
    from sensors.drivers.dialogue import Opening
    from sensors.drivers.plugins import Driver

SENSOR = SensorId("conformance")
ORIGIN_S = 5000.0
INTERVAL_S = 0.015
_EVENT_S = 0.005
_TRY_S = 1.0


class Sent(NamedTuple):
    """A notification, the samples complete with it, and whether it is data."""

    samples: int
    notification: Notification
    is_data: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """What is to happen.

    Attributes
    ----------
    seconds
        How long.
    uptime_s
        What the device's clock shows at the start.
    stalls
        When nothing gets through, ``(start_s, end_s)``; it comes in a burst afterwards.
    reboot_s
        When the device reboots, to be connected again half a second later; ``None`` = never.
    """

    seconds: float = 40.0
    uptime_s: float = 100.0
    stalls: tuple[tuple[float, float], ...] = ()
    reboot_s: float | None = None


def info_of(driver: Driver) -> SensorInfo:
    """Describe the sensor that is played."""
    family = driver.family
    return SensorInfo(SENSOR, Placement.PELVIS, family.title, family.protocol, family.rate_hz)


def play(driver: Driver, setting: Setting) -> Iterator[Sent]:
    """Yield what the device sends, with times of arrival, from its first answer on."""
    rng = random.Random(1)
    rate_hz = driver.family.rate_hz
    end_s = ORIGIN_S + setting.seconds
    reboot_s = math.inf if setting.reboot_s is None else ORIGIN_S + setting.reboot_s
    device = driver.device(1, rate_hz, ORIGIN_S, setting.uptime_s)
    arrival_s = now_s = ORIGIN_S
    openings = iter(driver.dialogue(rate_hz).openings)
    silent_s = ORIGIN_S
    yield from _say(device, next(openings), now_s)
    while now_s < end_s:
        now_s += _EVENT_S
        if now_s >= reboot_s:
            reboot_s = math.inf
            now_s += 0.5
            silent_s = now_s
            device = driver.device(2, rate_hz, now_s, 1.0)
            openings = iter(driver.dialogue(rate_hz).openings)
            yield from _say(device, next(openings), now_s)
        for samples, (characteristic, data) in device.produce(now_s):
            event_s = math.ceil((_after(setting, now_s) + 0.001) / INTERVAL_S) * INTERVAL_S
            arrival_s = max(event_s + rng.expovariate(2000.0), arrival_s)
            silent_s = now_s
            notification = Notification(SENSOR, characteristic, arrival_s, data)
            yield Sent(samples, notification, characteristic == device.data)
        if now_s - silent_s > _TRY_S and (opening := next(openings, None)) is not None:
            silent_s = now_s
            yield from _say(device, opening, now_s)


def _after(setting: Setting, now_s: float) -> float:
    """When the link lets through what is ready now."""
    for start_s, end_s in setting.stalls:
        if ORIGIN_S + start_s <= now_s < ORIGIN_S + end_s:
            return ORIGIN_S + end_s
    return now_s


def _say(device: Device, opening: Opening, now_s: float) -> Iterator[Sent]:
    """Say an opening; what is read and answered arrives at once."""
    for characteristic, data in answers(device, opening, now_s):
        yield Sent(0, Notification(SENSOR, characteristic, now_s, data), is_data=False)


def answers(device: Device, opening: Opening, now_s: float) -> Iterator[Value]:
    """Carry out an opening on a device; yield what is read and answered."""
    for command in (*opening.prepare, *opening.start):
        match command:
            case Read(characteristic):
                yield characteristic, device.read(characteristic)
            case Write(characteristic, data, _):
                yield from device.write(characteristic, data, now_s)
