"""Slips: a sensor that moved on the body, told from a body that moved.

A sensor that slips changes its inclination, its heading or both, alone and for good; a posture
changes several sensors, and a hold at the end of range passes. A slip is therefore a step seen in
one sensor only, at two still moments (more, where gravity does not show it), while all joints that
the sensor has no part in stayed where they were.
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
OTHERS_PART = 0.3
LEAST_OTHERS_DEG = 1.5
"""Who changes posture inclines all of the spine: the others have to stay where they were."""

OTHER_TURN_DEG = 5.0
"""On all fours an upper back that does not quite come back inclines, by less than this."""

OTHER_JOINTS_DEG = np.array([3.0, 3.0, 5.0])
"""The same of headings, pelvis to thoracic: the thoracic one misses neutral most."""

HEADING_STEP_DEG = 8.0
MOST_HEADING_DEG = 16.0
MOST_TILT_DEG = 18.0
MOVED_DEG = 20.0
"""A step counts again only once the wearer has moved away and come back to it."""

SAME_DEG = 3.0
AVERAGED = 4
"""A place is the mean of so many of the latest dwells there."""

PLACES = 4
"""So many places away from home are remembered."""

BESIDE_POSTURE_SEEN = 4
POSTURE_SEEN = 6
"""A place that was found so often, while the old one was not, is the wearer's posture."""

TURN_SEEN = 5
"""What could as well be a hold has to be found so often without the old place between."""

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
    known
        Grid index from which on it is known.
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
    known: int
    deg: float
    turned_deg: float
    up_before: FloatArray
    up_after: FloatArray

    @property
    def middle(self) -> int:
        """Grid index at which it may best be taken to have happened."""
        return (self.after + self.before) // 2

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
    """What one sensor alone did, and how many still moments it takes to believe it."""

    sensor: int
    needed: int
    deg: float
    turned_deg: float


class SlipFinder:
    """Looks for slips among the dwells as they come.

    The place that the wearer comes back to is remembered, and beside it the other places in which
    they kept still of late. One that is found again and again, while the old place is not, is the
    place from then on: a slip if a single sensor makes the difference, else another posture.

    Parameters
    ----------
    u
        (3,) spine line at neutral, earth.
    """

    def __init__(self, u: FloatArray) -> None:
        # On all fours a turn is an inclination too: it takes more to tell a slip.
        self._level = abs(u[2]) < 0.5
        self._turn_axis = normalize(np.cross(u, UP_E)) if self._level else UP_E
        self.found: list[Slip] = []
        self._home: _Place | None = None
        self._neutral_up: FloatArray = np.empty((0, 3))
        self._elsewhere: list[_Place] = []
        self._path_deg = 0.0
        self._adrift = False

    def tilt_deg(self, dwell: Dwell) -> float:
        """Largest inclination of a sensor against neutral, slips and posture allowed for (°)."""
        if self._home is None:
            return dwell.tilt_deg
        neutral = _tilts_deg(self._neutral_up, dwell.up).max()
        return float(min(neutral, _tilts_deg(self._home.up, dwell.up).max()))

    def update(self, dwell: Dwell) -> Slip | None:
        """The slip that this dwell confirms, if it does."""
        if dwell.continues:
            return None
        if self._home is None:
            self._neutral_up = np.tile([0.0, 0.0, 1.0], (len(dwell.up), 1))
            self._home = _Place(_neutral_like(dwell))
        self._path_deg += dwell.path_deg
        if self._adrift:
            self._find_home(dwell, self._home)
            return None
        if self._home.holds(dwell):
            self._home.add(dwell, self._path_deg)
            self._elsewhere.clear()
            return None
        place = self._place_of(dwell)
        if place is None:
            return None
        # Who has just sat down otherwise may lose a sensor's place before that is home.
        known = [p for p in self._elsewhere if p.seen > 1 and p.last_known <= place.first_known]
        steps = [(p, step) for p in (self._home, *known) if (step := self._step(p, place))]
        if not steps and place.seen >= POSTURE_SEEN:
            self._move_to(place)
        if not steps or place.seen < steps[0][1].needed:
            return None
        since, step = steps[0]
        slip = Slip(
            sensor=step.sensor,
            after=since.last_known,
            before=place.first_known,
            known=dwell.known,
            deg=step.deg,
            turned_deg=step.turned_deg,
            up_before=since.up[step.sensor],
            up_after=place.up[step.sensor],
        )
        self.found.append(slip)
        self._neutral_up[slip.sensor] = slip.up_after
        self._move_to(place)
        return slip

    def measure_anew(self) -> None:
        """Forget what was seen so far: there is a new neutral."""
        self._home = None
        self._elsewhere.clear()
        self._adrift = False

    def lose_heading(self) -> None:
        """Headings are not what they were: a sensor may have turned anyhow while it was silent."""
        self._elsewhere.clear()
        self._adrift = self._home is not None

    def _find_home(self, dwell: Dwell, home: _Place) -> None:
        """Home is where the wearer is inclined as at home; a hold there makes no false alarm."""
        if np.all(_tilts_deg(home.up, dwell.up) < SAME_DEG):
            self._home, self._adrift = _Place(dwell, self._path_deg), False

    def _move_to(self, place: _Place) -> None:
        self._home = place
        self._elsewhere.clear()

    def _place_of(self, dwell: Dwell) -> _Place | None:
        """The place away from home where the dwell is, if the wearer moved and came there anew."""
        assert self._home is not None
        for place in self._elsewhere:
            if place.holds(dwell):
                return place if place.add(dwell, self._path_deg) else None
        spine = np.abs(wrap_deg(dwell.joint_deg - self._home.joint_deg))[1:]
        if (
            spine.max() > MOST_HEADING_DEG
            or _tilts_deg(self._home.up, dwell.up).max() > MOST_TILT_DEG
        ):
            # Nobody's neutral: a hold at the end of range.
            return None
        place = _Place(dwell, self._path_deg)
        self._elsewhere = [*self._elsewhere, place][-PLACES:]
        return place

    def _step(self, since: _Place, place: _Place) -> _Step | None:
        step = _step(since, place, self._turn_axis if self._level else None)
        if step is not None and self._level and self._is_turn(step, since, place):
            return replace(step, needed=TURN_SEEN)
        return step

    def _is_turn(self, step: _Step, since: _Place, place: _Place) -> bool:
        """Whether a step on all fours could be a hold: an inclination about the spine line.

        The upper back turns alone; what is below it does not turn and leave the upper back behind.
        """
        uppermost = step.sensor == len(place.up) - 1
        if not uppermost or abs(step.turned_deg) >= HEADING_STEP_DEG:
            return False
        change = place.up[step.sensor] - since.up[step.sensor]
        across = change - (change @ self._turn_axis) * self._turn_axis
        return bool(np.linalg.norm(across) < np.radians(TILT_STEP_DEG))


class _Place:
    """Where the wearer keeps still time after time: the mean of the latest dwells there."""

    def __init__(self, dwell: Dwell, path_deg: float = 0.0) -> None:
        self.seen = 1
        self.first_known = self.last_known = dwell.known
        self._path_deg = path_deg
        self._dwells = [dwell]
        self._average()

    def holds(self, dwell: Dwell) -> bool:
        """Whether the dwell is here. Where the whole person faces does not matter."""
        turned = np.abs(wrap_deg(dwell.joint_deg[1:] - self.joint_deg[1:]))
        return bool(
            turned.max() < HEADING_STEP_DEG and _tilts_deg(self.up, dwell.up).max() < SAME_DEG
        )

    def add(self, dwell: Dwell, path_deg: float) -> bool:
        """Take in a dwell that is here; false unless the wearer moved away since the last one."""
        self.last_known = dwell.known
        if path_deg - self._path_deg < MOVED_DEG:
            return False
        self.seen += 1
        self._path_deg = path_deg
        self._dwells = [*self._dwells, dwell][-AVERAGED:]
        self._average()
        return True

    def _average(self) -> None:
        first = self._dwells[0].joint_deg
        # Headings drift: of them only the last two say where they are now.
        joints = [first + wrap_deg(d.joint_deg - first) for d in self._dwells[-2:]]
        self.joint_deg: FloatArray = np.mean(joints, axis=0)
        self.joint_deg[0] = joints[-1][0]
        self.up: FloatArray = normalize(np.mean([d.up for d in self._dwells], axis=0))


def _neutral_like(dwell: Dwell) -> Dwell:
    """The neutral that all is measured from, as if it had been seen at ``dwell``.

    Steps are looked for from there on, so that the ends of range that a person holds time after
    time are never taken for where a sensor sits.
    """
    up = np.tile([0.0, 0.0, 1.0], (len(dwell.up), 1))
    return replace(dwell, joint_deg=np.zeros_like(dwell.joint_deg), up=up)


def _tilts_deg(a: FloatArray, b: FloatArray) -> FloatArray:
    """Angle (n,) between the directions of up (n, 3) of each sensor."""
    cosine = (a * b).sum(axis=1)
    return np.asarray(np.degrees(np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))))


def _step(home: _Place, place: _Place, turn_axis: FloatArray | None) -> _Step | None:
    """The step of a single sensor between two places, if that is all that changed.

    ``turn_axis`` (3,) is where up goes as the upper back turns, on all fours.
    """
    level = turn_axis is not None
    tilt = _tilts_deg(home.up, place.up)
    beside = _beside_turns(home, place, tilt, turn_axis)
    joint = wrap_deg(place.joint_deg - home.joint_deg)
    n = len(tilt)
    if level and n == 2:
        # One other sensor cannot vouch that an inclination of this one was no turn.
        return None
    for sensor in range(n):
        others = np.delete(beside, sensor).max()
        # A turn of one sensor alone turns its own joint one way and the joint above the other.
        turned = float(joint[sensor])
        expected = np.zeros(n)
        expected[sensor] = turned
        if sensor + 1 < n:
            expected[sensor + 1] = -turned
        if np.any(np.abs(joint - expected) > OTHER_JOINTS_DEG[:n]) or tilt[sensor] > MOST_TILT_DEG:
            continue
        if abs(turned) > MOST_HEADING_DEG:
            continue
        deg = float(np.hypot(tilt[sensor], turned))
        if others < min(OTHERS_DEG, max(LEAST_OTHERS_DEG, OTHERS_PART * tilt[sensor])):
            turns_alone = level and sensor == n - 1
            if tilt[sensor] >= (LEVEL_TILT_STEP_DEG if turns_alone else TILT_STEP_DEG):
                return _Step(sensor, 3 if level else 2, deg, turned)
            if n > 2 and deg >= HEADING_STEP_DEG:
                return _Step(sensor, 3, deg, turned)
        elif n > 2 and not level and abs(turned) >= HEADING_STEP_DEG:
            # The wearer sits otherwise too, which turns nothing.
            return _Step(sensor, BESIDE_POSTURE_SEEN, deg, turned)
    return None


def _beside_turns(
    home: _Place, place: _Place, tilt_deg: FloatArray, turn_axis: FloatArray | None
) -> FloatArray:
    """Inclinations (n,) that are not an upper back a little further turned than before."""
    if turn_axis is None:
        return tilt_deg
    change = place.up[-1] - home.up[-1]
    turned = float(change @ turn_axis)
    beside = tilt_deg.copy()
    if abs(turned) < np.radians(OTHER_TURN_DEG):
        beside[-1] = np.degrees(np.linalg.norm(change - turned * turn_axis))
    return beside


def mended(turn: FloatArray, slip: Slip, since: int) -> FloatArray:
    """Turns (m, n, 4) with the inclination that a slip added taken out from row ``since`` on.

    The slip turned the sensor by S in its own axes, so it shows as ``D ⊗ S``; S is taken as the
    smallest rotation between the two directions of up. What it turned about the vertical is left
    to the heading filter.
    """
    axis = np.cross(slip.up_after, slip.up_before)
    angle = np.arctan2(np.linalg.norm(axis), slip.up_after @ slip.up_before)
    undo = from_rotation_vector(-normalize(axis) * angle)
    out = turn.copy()
    out[since:, slip.sensor] = multiply(turn[since:, slip.sensor], undo)
    return out
