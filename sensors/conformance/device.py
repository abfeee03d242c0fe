"""A device as its radio sees it: what a conformance sheet plays a family's driver against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value: TypeAlias = tuple[str, bytes]
"""A characteristic (128-bit UUID, lower case) and what it says."""

Produced: TypeAlias = list[tuple[int, Value]]
"""Notifications in order, each with the number of samples that are complete with it."""

READ, WRITE, COMMAND, NOTIFY = "read", "write", "write-without-response", "notify"
"""What a characteristic can do; ``COMMAND`` is writing without an answer."""

NUMBERS = 20_000
"""Samples are numbered modulo this, in the x axis of the accelerometer."""


Services: TypeAlias = "Mapping[str, Mapping[str, tuple[str, ...]]]"
"""Services by UUID, their characteristics, and what each of them can do."""


class Device(Protocol):
    """What runs on a device; a reboot makes a new one."""

    @property
    def services(self) -> Services:
        """What it offers."""
        ...

    @property
    def data(self) -> str:
        """The characteristic its samples come on."""
        ...

    def acc_x(self, number: int) -> float:
        """What x of the accelerometer reads in sample ``number`` since boot (m/s²)."""
        ...

    def read(self, characteristic: str) -> bytes:
        """Return a characteristic's value; :class:`KeyError` if it has none."""
        ...

    def write(self, characteristic: str, value: bytes, now_s: float) -> list[Value]:
        """Take in what the host writes at host time ``now_s``; return what it answers."""
        ...

    def produce(self, now_s: float) -> Produced:
        """Return what became ready to be sent until host time ``now_s``."""
        ...

    def link_closed(self) -> None:
        """Do what the firmware does when the host is gone."""
        ...


DeviceMaker: TypeAlias = "Callable[[int, float, float, float], Device]"
"""Boots a device: ``(seed, rate_hz, now_s, uptime_s)``.

Its clock shows ``uptime_s`` at host time ``now_s``; where that is large, its packets' numbers, if
it has any, are near their end.
"""


class SampleClock:
    """When samples are taken since boot, and when by the device's own clock.

    Parameters
    ----------
    rate_hz
        The true sampling rate.
    now_s
        Host time of sample 0.
    """

    def __init__(self, rate_hz: float, now_s: float) -> None:
        self.boot_s = now_s
        self.rate_hz = rate_hz
        self._next = 0

    def start(self, now_s: float) -> None:
        """Begin with the first sample after ``now_s``."""
        self._next = int((now_s - self.boot_s) * self.rate_hz) + 1

    def due(self, now_s: float) -> range:
        """Return the numbers of the samples taken since the last call."""
        first, self._next = self._next, int((now_s - self.boot_s) * self.rate_hz) + 1
        return range(first, max(self._next, first))
