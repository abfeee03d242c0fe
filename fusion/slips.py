"""Slips: a sensor that moved on the body, told from a body that moved.

A sensor that slips changes its inclination, its heading or both, alone and for good; a posture
changes several sensors, and a hold at the end of range passes. A slip is therefore a step seen in
one sensor only, at two still moments in a row (three, where only the heading stepped), while all
joints that the sensor has no part in stayed where they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.frames import UP_E
from fusion.quaternions import from_rotation_vector, multiply, normalize, wrap_deg
from fusion.results import Flag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.dwells import Dwell
    from sensors.samples import FloatArray, Placement

TILT_STEP_DEG = 5.0
LEVEL_TILT_STEP_DEG = 7.0
OTHERS_DEG = 3.0
HEADING_STEP_DEG = 8.0
MOST_HEADING_DEG = 12.0
MOST_TILT_DEG = 18.0
MOVED_DEG = 20.0
"""A step counts again only once the wearer has moved away and come back to it."""

SAME_DEG = 3.0
SLIP_SD_DEG = 5.0


@dataclass(frozen=True, slots=True)
class Slip:
    """A sensor of the chain slipped on the body.

    Attributes
    ----------
    sensor
        Which one, counted from the pelvis.
    after, before
        Grid indices between which it slipped.
    deg
        By about how much.
    turned_deg
        By how much about the vertical.
    up_before, up_after
        (3,) direction of up at neutral before and after, in the axes that its neutral had.
    """

    sensor: int
    after: int
    before: int
    deg: float
    turned_deg: float
    up_before: FloatArray
    up_after: FloatArray

    def flag(self, chain: Sequence[Placement], grid_hz: float) -> Flag:
        """What to say of it."""
        placement = chain[self.sensor]
        words = (
            f"The {placement.value.replace('_', ' ')} sensor slipped by about {self.deg:.0f}° at "
            f"{self.before / grid_hz:.0f} s: angles after that are less certain. Fix it and "
            "calibrate again."
        )
        return Flag("slip", words, placement)


@dataclass(frozen=True, slots=True)
class _Step:
    sensor: int
    first: Dwell
    seen: int
    needed: int
    deg: float
    turned_deg: float


class SlipFinder:
    """Looks for slips among the dwells as they come.

    Parameters
    ----------
    u
        (3,) spine line at neutral, earth.
    """

    def __init__(self, u: FloatArray) -> None:
        # On all fours a turn is an inclination too: it takes more to tell a slip.
        self._level = abs(u[2]) < 0.5
        self._turn_axis = normalize(np.cross(u, UP_E)) if self._level else UP_E
        self._base: Dwell | None = None
        self._step: _Step | None = None
        self._path_deg = 0.0
        self._up: FloatArray | None = None
        self.found: list[Slip] = []

    def tilt_deg(self, dwell: Dwell) -> float:
        """Largest inclination of a sensor against neutral, slips allowed for (°)."""
        up = np.array([0.0, 0.0, 1.0]) if self._up is None else self._up
        return float(np.degrees(np.arccos(np.clip((dwell.up * up).sum(axis=1), -1.0, 1.0))).max())

    def update(self, dwell: Dwell) -> Slip | None:
        """The slip that this dwell confirms, if it does."""
        slip = self._confirmed(dwell)
        if slip is not None:
            self.found.append(slip)
            up = np.tile([0.0, 0.0, 1.0], (len(dwell.up), 1)) if self._up is None else self._up
            up[slip.sensor] = dwell.up[slip.sensor]
            self._up = up
        return slip

    def measure_anew(self) -> None:
        """Forget what was seen so far: there is a new neutral."""
        self._base = self._step = self._up = None

    def _is_turn(self, step: _Step) -> bool:
        """Whether a step on all fours could be a hold: an inclination about the spine line.

        The upper back turns alone; what is below it does not turn and leave the upper back behind.
        """
        assert self._base is not None
        uppermost = step.sensor == len(step.first.up) - 1
        if not uppermost or abs(step.turned_deg) >= HEADING_STEP_DEG:
            return False
        change = step.first.up[step.sensor] - self._base.up[step.sensor]
        across = change - (change @ self._turn_axis) * self._turn_axis
        return bool(np.linalg.norm(across) < np.radians(TILT_STEP_DEG))

    def _confirmed(self, dwell: Dwell) -> Slip | None:
        if dwell.continues:
            return None
        self._path_deg += dwell.path_deg
        if self._base is None:
            self._base = _neutral_like(dwell)
        step = _step(self._base, dwell, level=self._level)
        if step is not None and self._level and self._is_turn(step):
            step = None
        if step is None:
            if _unchanged(self._base, dwell):
                self._base, self._step = dwell, None
            return None
        known = self._step
        if known is None or known.sensor != step.sensor or not _unchanged(known.first, dwell):
            self._step, self._path_deg = step, 0.0
            return None
        if self._path_deg < MOVED_DEG:
            return None
        self._path_deg = 0.0
        if known.seen + 1 < known.needed:
            self._step = replace(known, seen=known.seen + 1)
            return None
        found = Slip(
            sensor=known.sensor,
            after=self._base.known,
            before=known.first.known,
            deg=known.deg,
            turned_deg=known.turned_deg,
            up_before=self._base.up[known.sensor],
            up_after=normalize(known.first.up[known.sensor] + dwell.up[known.sensor]),
        )
        self._base, self._step = dwell, None
        return found


def _neutral_like(dwell: Dwell) -> Dwell:
    """The neutral that all is measured from, as if it had been seen at ``dwell``.

    Steps are looked for from there on, so that the ends of range that a person holds time after
    time are never taken for where a sensor sits.
    """
    up = np.tile([0.0, 0.0, 1.0], (len(dwell.up), 1))
    return replace(dwell, joint_deg=np.zeros_like(dwell.joint_deg), up=up)


def _tilts_deg(a: Dwell, b: Dwell) -> FloatArray:
    """Change of each sensor's inclination (n,)."""
    return np.asarray(np.degrees(np.arccos(np.clip(np.sum(a.up * b.up, axis=1), -1.0, 1.0))))


def _unchanged(a: Dwell, b: Dwell) -> bool:
    turned = np.abs(wrap_deg(b.joint_deg - a.joint_deg))
    return bool(np.all(_tilts_deg(a, b) < SAME_DEG) and np.all(turned < HEADING_STEP_DEG))


def _step(base: Dwell, dwell: Dwell, *, level: bool) -> _Step | None:
    """The step of a single sensor between two dwells, if that is all that changed."""
    tilt = _tilts_deg(base, dwell)
    joint = wrap_deg(dwell.joint_deg - base.joint_deg)
    n = len(tilt)
    if tilt.max() < TILT_STEP_DEG and np.abs(joint).max() < HEADING_STEP_DEG:
        return None
    if level and n == 2:
        # One other sensor cannot vouch that an inclination of this one was no turn.
        return None
    for sensor in range(n):
        others = [s for s in range(n) if s != sensor]
        if np.any(tilt[others] >= OTHERS_DEG):
            continue
        # A turn of one sensor alone turns its own joint one way and the joint above the other.
        turned = float(joint[sensor])
        expected = np.zeros(n)
        expected[sensor] = turned
        if sensor + 1 < n:
            expected[sensor + 1] = -turned
        if np.any(np.abs(joint - expected) > OTHERS_DEG) or tilt[sensor] > MOST_TILT_DEG:
            continue
        if abs(turned) > MOST_HEADING_DEG:
            continue
        turns_alone = level and sensor == n - 1
        if tilt[sensor] >= (LEVEL_TILT_STEP_DEG if turns_alone else TILT_STEP_DEG):
            needed = 3 if level else 2
            return _Step(sensor, dwell, 1, needed, float(np.hypot(tilt[sensor], turned)), turned)
        if n > 2 and abs(turned) >= HEADING_STEP_DEG:
            return _Step(sensor, dwell, 1, 3, abs(turned), turned)
    return None


def mended(turn: FloatArray, slip: Slip, first: int) -> FloatArray:
    """Turns (m, n, 4) with the inclination that a slip added taken out from its middle on.

    The slip turned the sensor by S in its own axes, so it shows as ``D ⊗ S``; S is taken as the
    smallest rotation between the two directions of up. What it turned about the vertical is left
    to the heading filter.
    """
    axis = np.cross(slip.up_after, slip.up_before)
    angle = np.arctan2(np.linalg.norm(axis), slip.up_after @ slip.up_before)
    undo = from_rotation_vector(-normalize(axis) * angle)
    out = turn.copy()
    since = (slip.after + slip.before) // 2 - first
    out[since:, slip.sensor] = multiply(turn[since:, slip.sensor], undo)
    return out
