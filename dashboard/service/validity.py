"""How long a calibration holds: until it is old, a sensor has moved, or another wears them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard import messages
from fusion.results import Flag
from sensors.drivers.base import LinkChange, LinkState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sensors.drivers.base import SourceItem
    from sensors.samples import Placement

OLD_S: Final = 3600.0
"""Tape gives way, and people sit down differently; an hour is a rule of thumb."""

AWAY_S: Final = 30.0
"""A sensor that was away for longer may have been taken off."""

MOVED: Final = frozenset({"slip"})


class Validity:
    """What has happened since the last calibration that speaks against it."""

    def __init__(self) -> None:
        self.calibrated_s: float | None = None
        self.wearer = ""
        self._calibrated_as = ""
        self._known: frozenset[Flag] = frozenset()
        self._left_s: dict[Placement, float] = {}
        self._away: set[Placement] = set()

    def note(self, item: SourceItem, placement: Placement) -> None:
        """Note how long the sensor at ``placement`` is away."""
        if not isinstance(item, LinkChange):
            return
        if item.state is not LinkState.STREAMING:
            self._left_s.setdefault(placement, item.arrival_s)
        elif item.arrival_s - self._left_s.pop(placement, item.arrival_s) > AWAY_S:
            self._away.add(placement)

    def calibrated(self, now_s: float, flags: Iterable[Flag]) -> None:
        """A calibration has ended; ``flags`` are known and say nothing against it later."""
        self.calibrated_s = now_s
        self._calibrated_as = self.wearer
        self._known = frozenset(flags)
        self._away.clear()

    def doubts(self, now_s: float, flags: Iterable[Flag]) -> list[Flag]:
        """What speaks against the calibration now.

        Parameters
        ----------
        now_s
            On the source's clock.
        flags
            What fusion says lowers trust.
        """
        if self.calibrated_s is None:
            return []
        found = []
        if self._calibrated_as != self.wearer:
            found.append(Flag("calibration_of_another", messages.CALIBRATED_BY_ANOTHER))
        if now_s - self.calibrated_s > OLD_S:
            minutes = round((now_s - self.calibrated_s) / 60)
            words = messages.CALIBRATION_OLD.replace("#", str(minutes))
            found.append(Flag("calibration_old", words))
        found += [Flag("sensor_away", messages.SENSOR_WAS_AWAY, p) for p in sorted(self._away)]
        moved = {f.placement for f in flags if f.code in MOVED and f not in self._known}
        return found + [Flag("sensor_moved", messages.SENSOR_MOVED, p) for p in moved]
