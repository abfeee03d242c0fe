"""What a recording needs from before it began, so that it can be analysed by itself.

A drill is worth nothing without the calibration done minutes ago. So the raw entries of the last
calibration are kept in memory, with what came after it, and are written first when a recording
begins:

* the last calibration that had a bow, and the newest one, each whole;
* what followed them in the last :data:`AFTER_S` (older stretches are left out: a gap, as after a
  lost connection); with no calibration at all, the last :data:`LEAD_S`: whoever pressed start late
  has lost nothing. A person may choose that neither is kept;
* of everything left out, the last value of every characteristic, link and report, so that a
  decoder knows the scale of each sensor.

A named step that is done again takes the place of what was done before: its data are kept, but
announced as nothing.

When a recording ends, only the calibrations themselves are kept for the next one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboard.service.steps import CALIBRATION_STEPS, Entry, Step, StepKind
from sensors.drivers.base import LinkChange, Notification, SensorReport
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAD_S = 60.0
"""Of three sensors, some megabytes."""

AFTER_S = 600.0
SAME_CALIBRATION_S = 60.0
"""A step this soon after the last one belongs to the same calibration."""


@dataclass(slots=True, eq=False)
class _Calibration:
    steps: set[Activity]
    entries: list[Entry]
    ended_s: float | None = None
    closed: bool = False
    named: bool = False
    after: deque[Entry] = field(default_factory=deque)

    def takes(self, step: Step) -> bool:
        """Whether a step that begins belongs to this calibration."""
        if self.closed or self.ended_s is None or step.fresh:
            return False
        if step.name:
            return self.named
        return (
            step.activity not in self.steps and step.arrival_s - self.ended_s < SAME_CALIBRATION_S
        )

    def resume(self, step: Step) -> None:
        """Go on with another step, or one again; what lay between belongs to it."""
        self.steps.add(step.activity)
        self.entries.extend(self.after)
        self.after.clear()
        if step.name:
            self.entries = [e for e in self.entries if not _announces(e, step.name)]
        self.ended_s = None


def _announces(entry: Entry, name: str) -> bool:
    return isinstance(entry, Step) and entry.name == name


class Prelude:
    """Keeps the raw entries that the next recording has to begin with."""

    def __init__(self) -> None:
        self._calibrations: list[_Calibration] = []
        self._idle: deque[Entry] = deque()
        self._left_out: dict[tuple[str, str], Entry] = {}

    def keep(self, entry: Entry) -> None:
        """Take in the next entry of the session."""
        newest = self._calibrations[-1] if self._calibrations else None
        if isinstance(entry, Step) and entry.kind is StepKind.BEGIN:
            newest = self._begin(entry, newest)
        if newest is None:
            self._idle.append(entry)
            self._trim(self._idle, entry.arrival_s - LEAD_S)
        elif newest.ended_s is None:
            newest.entries.append(entry)
            if isinstance(entry, Step) and entry.kind is StepKind.END:
                newest.ended_s = entry.arrival_s
        else:
            newest.after.append(entry)
            self._trim(newest.after, entry.arrival_s - AFTER_S)

    def entries(self, *, before: bool = True) -> list[Entry]:
        """Return everything the recording has to begin with, in order.

        Parameters
        ----------
        before
            Whether what was neither a calibration nor asked for belongs to it.
        """
        kept: list[Entry] = []
        unasked: list[Entry] = []
        for calibration in self._calibrations:
            kept += calibration.entries
            (kept if before else unasked).extend(calibration.after)
        (kept if before else unasked).extend(self._idle)
        left_out = self._left_out | _last_values(unasked)
        if not left_out:
            return kept
        return sorted([*left_out.values(), *kept], key=lambda entry: entry.arrival_s)

    def end_recording(self) -> None:
        """Keep only the calibrations: the rest is in the recording that just ended."""
        for calibration in self._calibrations:
            calibration.closed = True
            self._leave_out(calibration.after)
            calibration.after.clear()
        self._leave_out(self._idle)
        self._idle.clear()

    def _begin(self, step: Step, newest: _Calibration | None) -> _Calibration | None:
        if step.activity not in CALIBRATION_STEPS:
            if newest is not None:
                newest.closed = True
            return newest
        if newest is not None and newest.takes(step):
            newest.resume(step)
        else:
            newest = _Calibration({step.activity}, list(self._idle), named=step.name != "")
            self._idle.clear()
            self._calibrations.append(newest)
        self._forget_outdated()
        return newest

    def _forget_outdated(self) -> None:
        """Keep the last calibration with a bow, and the newest."""
        bows = [c for c in self._calibrations if Activity.CALIBRATION_BOW in c.steps]
        keep = {id(calibration) for calibration in (*bows[-1:], self._calibrations[-1])}
        for calibration in self._calibrations:
            if id(calibration) not in keep:
                self._leave_out([*calibration.entries, *calibration.after])
        self._calibrations = [c for c in self._calibrations if id(c) in keep]

    def _trim(self, entries: deque[Entry], before_s: float) -> None:
        while entries and entries[0].arrival_s < before_s:
            self._leave_out((entries.popleft(),))

    def _leave_out(self, entries: Iterable[Entry]) -> None:
        self._left_out |= _last_values(entries)


def _last_values(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """Return the last value of every characteristic, link and report."""
    last: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if isinstance(entry, Notification):
            last[entry.sensor, entry.characteristic] = entry
        elif isinstance(entry, LinkChange | SensorReport):
            last[entry.sensor, type(entry).__name__] = entry
    return last
