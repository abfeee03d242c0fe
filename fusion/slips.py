"""Slips: a sensor that moved on the body, told from a body that moved.

A sensor that slips changes its inclination, its heading or both, alone and for good; a posture
changes several sensors, and a hold at the end of range passes. The places in which the wearer keeps
still are remembered, and a new one that is found again and again while the old one is not is
weighed (:mod:`fusion.slip_evidence`), with the scatter that this person's returns really have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fusion.quaternions import from_rotation_vector, multiply, normalize, rotate, wrap_deg
from fusion.results import Flag
from fusion.slip_evidence import (
    DRIFT_DPS,
    DRIFT_SCATTER_DEG,
    SlipEvidence,
    inclination_deg,
    rotation_deg,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.dwells import Dwell
    from fusion.slip_evidence import Explained
    from sensors.samples import FloatArray, Placement

LEAST_DEG = 4.5
"""A slip that turns a sensor by less is left to the heading filter."""

LEAST_SEEN = 2
SURE, VERY_SURE = 1.0, 4.0
"""Log odds from which on a slip is told; the latter where a place was found just twice."""

SAME = 2.0
"""Returns whose mean square of differences, in variances, is less are to one place."""

FAR_DEG = 25.0
"""Further from home nobody has their neutral, unless midway between the ends of range."""

MOVED_DEG = 20.0
"""A place counts again only once the wearer has moved away and come back to it."""

RANGE_DEG = 25.0
MIDWAY = 0.2
"""Ends of range are so far apart, and neutral no further from their middle than by this part."""

SAME_DEG = 3.0
AVERAGED = 4
"""A place is the mean of so many of the latest dwells there."""

PLACES = 8
"""So many places away from home are remembered, those where the wearer was last."""

POSTURE_SEEN = 6
"""A place that was found so often, while the old one was not, is the wearer's posture."""

USUAL_RETURNS = 8.0
LEAST_SCATTER, MOST_SCATTER = 0.7, 5.0
"""Of a person's scatter (variance, as a part of the usual): it counts as so many returns."""

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
    slip_deg
        (3,) by about how much: a rotation vector in the axes that its neutral had.
    """

    sensor: int
    after: int
    before: int
    known: int
    slip_deg: FloatArray

    @property
    def deg(self) -> float:
        """Its size."""
        return float(np.linalg.norm(self.slip_deg))

    @property
    def turned_deg(self) -> float:
        """By how much about the vertical."""
        return float(self.slip_deg[2])

    @property
    def undone(self) -> FloatArray:
        """Quaternion (4,) that takes out the inclination, multiplied from the right."""
        x, y, _ = -np.radians(self.slip_deg)
        return from_rotation_vector(np.array([x, y, 0.0]))

    def seen(self, up: FloatArray) -> FloatArray:
        """What was seen as ``up`` (3,) before, as the sensor sees it since."""
        return rotate(self.undone, up)

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


class _Seen(NamedTuple):
    """A dwell as seen from a place: what :meth:`SlipEvidence.distance2` is told of it."""

    change: FloatArray
    averaged: float
    drift_deg2: float


class SlipFinder:
    """Looks for slips among the dwells as they come.

    The place that the wearer comes back to is remembered, and beside it the other places in which
    they kept still of late. One that is found again and again, while the old place is not, is the
    place from then on: a slip if that is the likeliest by far, else another posture.

    Parameters
    ----------
    axes_e, ml
        As for :class:`fusion.slip_evidence.SlipEvidence`.
    mended
        Slips that are known, and whose inclination is taken out of the dwells already.
    """

    def __init__(self, axes_e: FloatArray, ml: bool = True, *, mended: Sequence[Slip] = ()) -> None:
        self._axes_e, self._ml, self._mended = axes_e, ml, mended
        self.found: list[Slip] = []
        self._evidence: SlipEvidence | None = None
        self._home: _Place | None = None
        self._neutral_up: FloatArray = np.empty((0, 3))
        self._elsewhere: list[_Place] = []
        self._path_deg = 0.0
        self._adrift = False
        self._spread, self._returns = USUAL_RETURNS, USUAL_RETURNS

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
        dwell = self._as_mounted(dwell)
        if self._home is None:
            self._neutral_up = np.tile([0.0, 0.0, 1.0], (len(dwell.up), 1))
            self._home = _Place(_neutral_like(dwell))
        self._path_deg += dwell.path_deg
        home = self._home
        if self._adrift:
            self._find_home(dwell, home)
            return None
        at_home = self._seen_from(home, dwell)
        if not _far(dwell, home) and self._is_there(at_home):
            self._come_home(dwell, home, at_home)
            return None
        place = self._place_of(dwell)
        return None if place is None else self._weighed(place, home, dwell)

    def measure_anew(self, axes_e: FloatArray, ml: bool) -> None:
        """Forget what was seen so far: there is a new neutral."""
        self._axes_e, self._ml, self._evidence = axes_e, ml, None
        self._home = None
        self._elsewhere.clear()
        self._adrift = False

    def lose_heading(self) -> None:
        """Headings are not what they were: a sensor may have turned anyhow while it was silent."""
        self._elsewhere.clear()
        self._adrift = self._home is not None

    def _as_mounted(self, dwell: Dwell) -> Dwell:
        """The dwell with headings as if nothing that is known had slipped."""
        joint_deg = dwell.joint_deg.copy()
        for slip in self._mended:
            if slip.middle < dwell.known:
                joint_deg[slip.sensor] -= slip.turned_deg
                joint_deg[slip.sensor + 1 : slip.sensor + 2] += slip.turned_deg
        return replace(dwell, joint_deg=joint_deg)

    def _find_home(self, dwell: Dwell, home: _Place) -> None:
        """Home is where the wearer is inclined as at home; a hold there makes no false alarm."""
        if np.all(_tilts_deg(home.up, dwell.up) < SAME_DEG):
            self._home, self._adrift = _Place(dwell, self._path_deg), False

    def _come_home(self, dwell: Dwell, home: _Place, seen: _Seen) -> None:
        if home.add(dwell, self._path_deg):
            self._spread += self._weigh(dwell).distance2(*seen, 1.0)
            self._returns += 1.0
        self._elsewhere.clear()

    def _weighed(self, place: _Place, home: _Place, dwell: Dwell) -> Slip | None:
        """The slip, if one led to ``place``; else it is home once it was found often enough."""
        if place.seen < LEAST_SEEN or not self._is_neutral(place, home):
            return None
        seldom = place.seen == LEAST_SEEN
        # Who has just sat down otherwise may lose a sensor's place before that is home.
        known = [
            p
            for p in self._elsewhere
            if p.seen > 1 and p.known[-1] <= place.known[0] and not _far(p, home)
        ]
        for since in (home, *known):
            explained = self._explain(since, place)
            # Who never came back to the first neutral may have taken it otherwise than the drill.
            sure = VERY_SURE if seldom or since.seen == 1 else SURE
            if explained.log_odds > sure and np.linalg.norm(explained.slip_deg) > LEAST_DEG:
                return self._tell(explained, since, place, dwell)
        if place.seen >= POSTURE_SEEN:
            self._move_to(place)
        return None

    def _is_neutral(self, place: _Place, home: _Place) -> bool:
        """Whether of all places where the wearer goes to and fro this may be neutral.

        Neutral lies midway between the ends of range. Where just one end is seen, it is the place
        that slips and postures explain better.
        """
        if self._is_midway(place):
            return True
        if _far(place, home):
            return False
        likely = self._log_neutral(home, place)
        return not any(
            self._log_neutral(home, p) > likely
            for p in self._elsewhere
            if 2 * p.seen_since(place) >= place.seen
        )

    def _is_midway(self, place: _Place) -> bool:
        """Whether the places where the wearer was since lie to both sides of this one."""
        away = [place.to_deg(p) for p in self._elsewhere if p.seen_since(place)]
        apart, middle = max(
            ((float(np.linalg.norm(a - b)), 0.5 * (a + b)) for a, b in combinations(away, 2)),
            default=(0.0, np.zeros(3)),
            key=lambda ends: ends[0],
        )
        return apart > RANGE_DEG and float(np.linalg.norm(middle)) < MIDWAY * apart

    def _tell(self, told: Explained, since: _Place, place: _Place, dwell: Dwell) -> Slip:
        slip = Slip(
            sensor=told.sensor,
            after=since.known[-1],
            before=place.known[0],
            known=dwell.known,
            slip_deg=told.slip_deg,
        )
        self.found.append(slip)
        self._neutral_up[slip.sensor] = slip.seen(self._neutral_up[slip.sensor])
        self._move_to(place)
        return slip

    def _move_to(self, place: _Place) -> None:
        self._home = place
        self._elsewhere.clear()

    def _place_of(self, dwell: Dwell) -> _Place | None:
        """The place away from home where the dwell is, if the wearer moved and came there anew."""
        for place in self._elsewhere:
            if self._is_there(self._seen_from(place, dwell)):
                self._elsewhere = [*(p for p in self._elsewhere if p is not place), place]
                return place if place.add(dwell, self._path_deg) else None
        place = _Place(dwell, self._path_deg)
        self._elsewhere = [*self._elsewhere, place][-PLACES:]
        return place

    def _weigh(self, dwell: Dwell) -> SlipEvidence:
        if self._evidence is None:
            self._evidence = SlipEvidence(self._axes_e, self._ml, len(dwell.up))
        return self._evidence

    @property
    def _scatter2(self) -> float:
        """By how much this person's returns scatter more than usual (variance)."""
        return min(max(self._spread / self._returns, LEAST_SCATTER), MOST_SCATTER)

    def _is_there(self, seen: _Seen) -> bool:
        """Whether a dwell is at the place. Where the whole person faces does not matter."""
        assert self._evidence is not None
        return self._evidence.distance2(*seen, self._scatter2) < SAME

    def _seen_from(self, place: _Place, dwell: Dwell) -> _Seen:
        at, drift_deg2 = place.predicted(dwell.t_s)
        there = rotation_deg(inclination_deg(dwell.up), dwell.joint_deg)
        return _Seen(self._weigh(dwell).change(at, there), 1.0 + 1.0 / place.count, drift_deg2)

    def _between(self, since: _Place, place: _Place) -> tuple[FloatArray, float]:
        assert self._evidence is not None
        before, drift_deg2 = since.predicted(place.t_s)
        after, _ = place.predicted(place.t_s)
        return self._evidence.change(before, after), drift_deg2

    def _log_neutral(self, since: _Place, place: _Place) -> float:
        assert self._evidence is not None
        change, drift_deg2 = self._between(since, place)
        return self._evidence.log_neutral(change, 1.0, drift_deg2, self._scatter2)

    def _explain(self, since: _Place, place: _Place) -> Explained:
        assert self._evidence is not None
        change, drift_deg2 = self._between(since, place)
        averaged = 1.0 / since.count + 1.0 / place.count
        return self._evidence.explain(
            change,
            averaged,
            drift_deg2,
            self._scatter2,
            place.seen,
            midway=self._is_midway(place),
        )


def _far(here: Dwell | _Place, home: _Place) -> bool:
    """Whether this is so far away that a hold at the end of range is likelier."""
    spine = np.abs(wrap_deg(here.joint_deg - home.joint_deg))[1:]
    return bool(max(spine.max(), _tilts_deg(home.up, here.up).max()) > FAR_DEG)


class _Place:
    """Where the wearer keeps still time after time: the mean of the latest dwells there."""

    def __init__(self, dwell: Dwell, path_deg: float = 0.0) -> None:
        self.known = [dwell.known]
        self._path_deg = path_deg
        self._dwells = [dwell]
        self._average()

    @property
    def count(self) -> int:
        """Of how many dwells it is the mean."""
        return len(self._dwells)

    @property
    def seen(self) -> int:
        """How often the wearer came here."""
        return len(self.known)

    def to_deg(self, other: _Place) -> FloatArray:
        """Rotations (n, 3) of the sensors from here to there, but for where the pelvis heads."""
        joint_deg = wrap_deg(other.joint_deg - self.joint_deg)
        joint_deg[0] = 0.0
        turned = rotation_deg(other.inclination_deg, joint_deg)
        turned[:, :2] -= self.inclination_deg
        return turned

    def seen_since(self, other: _Place) -> int:
        """How often since the other place was found first."""
        return 0 if other is self else sum(known > other.known[0] for known in self.known)

    def add(self, dwell: Dwell, path_deg: float) -> bool:
        """Take in a dwell that is here; false unless the wearer moved away since the last one."""
        if path_deg - self._path_deg < MOVED_DEG:
            self.known[-1] = dwell.known
            return False
        self.known.append(dwell.known)
        self._path_deg = path_deg
        self._dwells = [*self._dwells, dwell][-AVERAGED:]
        self._average()
        return True

    def predicted(self, t_s: float) -> tuple[FloatArray, float]:
        """Rotation vectors (n, 3) here at a time, and the variance of their drift until then.

        Headings drift; how fast is told by the dwells, as far as they do.
        """
        since_s = t_s - self.t_s
        at = rotation_deg(self.inclination_deg, self.joint_deg + since_s * self._rate_dps)
        return at, DRIFT_SCATTER_DEG**2 / self._known * since_s**2

    def _average(self) -> None:
        last, t_s = self._dwells[-1].joint_deg, np.array([d.t_s for d in self._dwells])
        joints = last + wrap_deg(np.array([d.joint_deg for d in self._dwells]) - last)
        self.t_s = float(t_s.mean())
        self.joint_deg: FloatArray = joints.mean(axis=0)
        since_s = t_s - self.t_s
        self._known = float(since_s @ since_s) + (DRIFT_SCATTER_DEG / DRIFT_DPS) ** 2
        self._rate_dps: FloatArray = since_s @ joints / self._known
        self._rate_dps[0] = 0.0  # the whole person turns anyhow
        self.joint_deg[0] = last[0]
        self.up: FloatArray = normalize(np.mean([d.up for d in self._dwells], axis=0))
        self.inclination_deg: FloatArray = inclination_deg(self.up)


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


def mended(turn: FloatArray, first: int, slip: Slip, since: int) -> FloatArray:
    """Turns (m, n, 4) from grid index ``first`` on without the inclination that a slip added.

    Since grid index ``since`` the sensor is turned by S in its own axes, which shows as ``D ⊗ S``.
    What it turned about the vertical is left to the heading filter.
    """
    at = max(since - first, 0)
    if at >= len(turn):
        return turn
    out = turn.copy()
    out[at:, slip.sensor] = multiply(turn[at:, slip.sensor], slip.undone)
    return out
