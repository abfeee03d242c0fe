"""Soft tissue, as far as a session shows it: how much the angles ring.

A sensor sits on skin and muscle that swing at 6–10 Hz; trunks do not turn that fast. What rings is
therefore error, and can be measured as it comes. How far the skin lags behind a slow turn cannot
be seen at all; it is *assumed* to go with how loosely the sensors ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    from sensors.samples import FloatArray

LAG = int(0.04 * GRID_HZ)
GAIN = 3.6
"""Third differences over 40 ms enlarge 7 Hz by this, and shrink 1 Hz to a sixtieth."""

WINDOW = int(1.0 * GRID_HZ)
MOST_DEG = 1.0
"""What swings by more is a knock or a filter that starts anew, not tissue."""

USUAL_DEG = 0.15
USUAL_FOR = 20.0 * GRID_HZ
_TAIL = WINDOW + 3 * LAG


class Ringing:
    """Follows how much angles ring, block by block; any blocking gives the same.

    Parameters
    ----------
    columns
        How many angles; the last is the one that tells how loosely the sensors sit.
    """

    def __init__(self, columns: int) -> None:
        self._tail = np.empty((0, columns))
        self._sum, self._n = USUAL_FOR * USUAL_DEG**2, USUAL_FOR

    def update(self, angles_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Ringing of the angles (m, k) over the second before each time, and looseness.

        Returns
        -------
        ringing_deg, loose_deg
            (m, k) RMS of each angle over the last second, and (m,) of the last one since the start.
        """
        if not len(self._tail):
            self._tail = np.tile(angles_deg[:1], (_TAIL, 1))  # as if it had stood still before
        rows = np.concatenate([self._tail, angles_deg])
        self._tail = rows[-_TAIL:]
        third = (
            rows[3 * LAG :] - rows[: -3 * LAG] + 3.0 * (rows[LAG : -2 * LAG] - rows[2 * LAG : -LAG])
        )
        third *= 1.0 / GAIN
        square = np.minimum(third * third, MOST_DEG**2)
        total = np.cumsum(square, axis=0)
        recent = (total[WINDOW:] - total[:-WINDOW]) / WINDOW
        since = self._sum + np.cumsum(square[WINDOW:, -1])
        count = self._n + np.arange(1, len(angles_deg) + 1)
        if len(since):
            self._sum, self._n = float(since[-1]), float(count[-1])
        return np.sqrt(np.maximum(recent, 0.0)), np.sqrt(since / count)


def rings_of(angles_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The same of a whole drill (m, k): over the second around each time, and over all of it."""
    m, half = len(angles_deg), (WINDOW + 3 * LAG) // 2
    after = np.repeat(angles_deg[-1:], half, axis=0)  # as if it stood still then
    ringing, loose = Ringing(angles_deg.shape[1]).update(np.concatenate([angles_deg, after]))
    return ringing[half:], np.full(m, loose[m - 1] if m else 0.0)
