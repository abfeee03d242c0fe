"""Dwells: moments at which the wearer stands still, told from turning by the rates alone.

A dwell ends when the wearer moves on; a long one is handed out in pieces, the later of which say
how fast the headings drift. Whether a dwell was a return to neutral is decided where the drift is
known (:mod:`fusion.heading`): a hold at the end of range is still too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.grid import GRID_HZ
from fusion.quaternions import normalize
from fusion.spine import heading_deg, up_n

if TYPE_CHECKING:
    from sensors.samples import FloatArray

SMOOTH = int(0.25 * GRID_HZ)
MIN_DWELL = int(0.4 * GRID_HZ)
PIECE = int(2.0 * GRID_HZ)
STAY_DEG = 10.0
"""Who pushes or bounces at the end of range turns by less."""

MAX_AXIAL_DPS = 2.5
MAX_SWING_DPS = 7.0


@dataclass(frozen=True, slots=True)
class Dwell:
    """A still stretch, or a piece of one.

    Attributes
    ----------
    t_s
        Its middle.
    known
        Grid index from which on it is known: its end.
    joint_deg
        (n,) mean heading of each joint of the chain against neutral, drift included, wrapped.
    up
        (n, 3) mean direction of up as each sensor sees it, in the axes that its neutral had.
    continues
        Whether it continues the piece before.
    path_deg
        How far the uppermost sensor turned, all in all, since the dwell before.
    """

    t_s: float
    known: int
    joint_deg: FloatArray
    up: FloatArray
    continues: bool
    path_deg: float

    @property
    def stays(self) -> bool:
        """Whether the wearer hardly moved since the dwell before: it is the same stay."""
        return self.continues or self.path_deg < STAY_DEG

    @property
    def tilt_deg(self) -> float:
        """Largest inclination of a sensor against its neutral."""
        return float(np.degrees(np.arccos(np.clip(self.up[:, 2].min(), -1.0, 1.0))))


class StillnessFilter:
    """Which grid times belong to stillness, block by block.

    Parameters
    ----------
    axes_s
        (n, 3) spine line at neutral in each sensor's axes.
    rate_sd_dps
        (n,) standard deviation of the residual bias: an unknown bias must not pass for motion.
    """

    def __init__(self, axes_s: FloatArray, rate_sd_dps: FloatArray) -> None:
        n = len(axes_s)
        slack = 2.0 * float(np.max(rate_sd_dps))
        self._max_axial_dps = MAX_AXIAL_DPS + slack
        self._max_swing_dps = MAX_SWING_DPS + slack
        # All sensors' rates in one row: sums over the axes of each are products with a matrix.
        each = np.kron(np.eye(n), np.ones(3))
        self._along_axes_deg = np.degrees(each * np.ravel(axes_s))
        self._each_sensor_deg2 = np.degrees(np.degrees(each))
        self._tail = np.zeros((SMOOTH, 3 * n))

    def update(self, gyr: FloatArray) -> npt.NDArray[np.bool_]:
        """Stillness at ``gyr`` (m, n, 3) rad/s, averaged over the quarter second up to each."""
        rows = np.concatenate([self._tail, gyr.reshape(len(gyr), -1)])
        self._tail = rows[-SMOOTH:]
        total = np.cumsum(rows, axis=0)
        smooth = (total[SMOOTH:] - total[:-SMOOTH]).T / SMOOTH
        axial = self._along_axes_deg @ smooth
        swing2 = self._each_sensor_deg2 @ (smooth * smooth) - axial * axial
        axial[1:] -= axial[:-1].copy()  # of joints from here on
        turning = np.abs(axial).max(axis=0) >= self._max_axial_dps
        return np.asarray(~turning & (swing2.max(axis=0) < self._max_swing_dps**2))


class DwellFinder:
    """Collects stillness into dwells, block by block; any blocking gives the same dwells."""

    def __init__(self) -> None:
        self._start: int | None = None
        self._pieces = 0
        self._turn = np.empty((0, 0, 4))
        self._path_deg = 0.0

    def update(
        self,
        first: int,
        still: npt.NDArray[np.bool_],
        turn: FloatArray,
        speed_dps: FloatArray,
    ) -> list[Dwell]:
        """Dwells that became known with grid times ``first`` … ``first + m``.

        Parameters
        ----------
        first
            Grid index of the first row.
        still
            (m,) from :class:`StillnessFilter`.
        turn
            (m, n, 4) turn of each sensor since its neutral, see :func:`fusion.spine.turns`.
        speed_dps
            (m,) magnitude of the uppermost sensor's rate.
        """
        found: list[Dwell] = []
        n, bounds = len(still), self._bounds(still)
        travelled_deg = (
            np.cumsum(np.concatenate([[0.0], np.where(still, 0.0, speed_dps)])) / GRID_HZ
        )
        done_deg = 0.0
        for start, end in zip(bounds[::2], bounds[1::2], strict=False):
            if self._start is None:
                if end - start < MIN_DWELL and end < n:
                    continue
                self._start, self._pieces = first + start, 0
                self._turn = np.empty((0, *turn.shape[1:]))
            self._path_deg += float(travelled_deg[end]) - done_deg
            done_deg = float(travelled_deg[end])
            self._turn = np.concatenate([self._turn, turn[start:end]])
            found += self._cut(first + end)
            if end < n:
                found += self._close(first + end)
        self._path_deg += float(travelled_deg[n]) - done_deg
        return found

    def _bounds(self, still: npt.NDArray[np.bool_]) -> list[int]:
        """Start and end of each stretch of stillness in turns; an end where it goes on."""
        inside = self._start is not None
        edges = np.flatnonzero(np.diff(still, prepend=inside)).tolist()
        return [*([0] if inside else []), *edges, len(still)]

    def _cut(self, end: int) -> list[Dwell]:
        """Pieces of full length out of what was collected up to ``end``."""
        found = []
        while len(self._turn) >= PIECE:
            found.append(self._dwell(end - len(self._turn), PIECE))
            self._turn = self._turn[PIECE:]
        return found

    def _close(self, end: int) -> list[Dwell]:
        self._start = None
        n = len(self._turn)
        long_enough = n >= (PIECE // 2 if self._pieces else MIN_DWELL)
        return [self._dwell(end - n, n)] if long_enough else []

    def _dwell(self, start: int, n: int) -> Dwell:
        # So nearly the same all the time that the components can be averaged, but for their sign.
        turn = self._turn[:n]
        sign = np.sign(np.einsum("tsq,sq->ts", turn, turn[0]))
        mean = normalize(np.einsum("ts,tsq->sq", sign, turn))
        joint = np.diff(heading_deg(mean), prepend=0.0)
        continues = self._pieces > 0
        self._pieces += 1
        middle = start + 0.5 * (n - 1)
        path_deg, self._path_deg = self._path_deg, 0.0
        return Dwell(middle / GRID_HZ, start + n, joint, up_n(mean), continues, path_deg)
