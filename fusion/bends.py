"""Bends of the whole trunk: one turn, seen by every sensor, shows how far their headings differ.

Who bows, leans back or stands up turns pelvis and back together about one level axis. Each sensor
says in which direction that axis lies by its own heading; the difference is drift, whether or not
the person ever keeps still. Upright only: on all fours heading hardly matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.frames import UP_E
from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    from fusion.spine import Reference
    from sensors.samples import FloatArray

MOVING_DPS = 8.0
SHORTEST = int(0.3 * GRID_HZ)
LEAST_DEG = 8.0
"""A bend takes every sensor at least so far."""

LEVEL = 0.35
"""It turns about the vertical by no more than this part of what it turns about level axes."""

TOGETHER = 0.9
"""Least correlation of what neighbouring sensors turn about level axes."""


@dataclass(frozen=True, slots=True)
class Bend:
    """One bend.

    Attributes
    ----------
    t_s
        Its middle.
    known
        Grid index from which on it is known: its end.
    joint_deg
        (n − 1,) heading of the axis of each joint of the spine, upper against lower sensor.
    """

    t_s: float
    known: int
    joint_deg: FloatArray


class BendFinder:
    """Finds bends, block by block; any blocking gives the same bends.

    Parameters
    ----------
    reference
        The neutral at which all headings were made equal.
    """

    def __init__(self, reference: Reference) -> None:
        self._looks = reference.upright
        self._align = np.exp(1j * qt.twist_rad(reference.turn_e, UP_E))
        self._start: int | None = None
        self._rates: list[FloatArray] = []

    def update(
        self, first: int, q_es: FloatArray, gyr: FloatArray, gap: npt.NDArray[np.bool_]
    ) -> list[Bend]:
        """Bends that became known with grid times ``first`` … ``first + m``.

        Parameters
        ----------
        first
            Grid index of the first row.
        q_es, gyr
            (m, n, 4) orientations and (m, n, 3) rates in rad/s, from the pelvis upwards.
        gap
            (m,) where a sensor was silent.
        """
        if not self._looks or not len(gap):
            return []
        pelvis = gyr[:, 0]
        moving = (pelvis * pelvis).sum(axis=1) > np.radians(MOVING_DPS) ** 2
        moving &= ~gap
        if self._start is None and not moving.any():
            return []
        edges = np.flatnonzero(np.diff(moving, prepend=self._start is not None)).tolist()
        found: list[Bend] = []
        for start, end in zip([0, *edges], [*edges, len(moving)], strict=True):
            if start < end and moving[start]:
                if self._start is None:
                    self._start = first + start
                self._rates.append(qt.rotate(q_es[start:end], np.degrees(gyr[start:end])))
            if end < len(moving) and self._start is not None and not moving[end]:
                found += self._close(first + end)
        return found

    def _close(self, end: int) -> list[Bend]:
        start, rates = self._start or 0, self._rates
        self._start, self._rates = None, []
        if end - start < SHORTEST:
            return []
        rate = np.concatenate(rates)
        level = (rate[..., 0] + 1j * rate[..., 1]) * self._align
        size2 = (np.abs(level) ** 2).sum(axis=0)
        both = (level[:, :-1].conj() * level[:, 1:]).sum(axis=0)
        if (
            np.abs(level).sum(axis=0).min() < LEAST_DEG * GRID_HZ
            or np.any((rate[..., 2] ** 2).sum(axis=0) > LEVEL**2 * size2)
            or np.any(np.abs(both) < TOGETHER * np.sqrt(size2[:-1] * size2[1:]))
        ):
            return []
        return [Bend(0.5 * (start + end - 1) / GRID_HZ, end, np.degrees(np.angle(both)))]
