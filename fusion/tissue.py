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
    from collections.abc import Sequence

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
        self._tail = np.empty((columns, 0))
        self._sum, self._n = USUAL_FOR * USUAL_DEG**2, USUAL_FOR

    @property
    def loose_deg(self) -> float:
        """RMS of the last angle since the start."""
        return float(np.sqrt(self._sum / self._n))

    def update(self, angles_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Ringing of the angles (m, k) over the second before each time, and looseness.

        Returns
        -------
        ringing_deg, loose_deg
            (m, k) RMS of each angle over the last second, and (m,) of the last one since the start.
        """
        angles = angles_deg.T  # each in a row of its own: sums go along it
        if not self._tail.shape[1]:
            self._tail = np.repeat(angles[:, :1], _TAIL, axis=1)  # as if it had stood still before
        x = np.concatenate([self._tail, angles], axis=1)
        self._tail = x[:, -_TAIL:].copy()
        third = x[:, LAG : -2 * LAG] - x[:, 2 * LAG : -LAG]
        third *= 3.0
        third += x[:, 3 * LAG :]
        third -= x[:, : -3 * LAG]
        third *= 1.0 / GAIN
        third *= third
        square = np.minimum(third, MOST_DEG**2, out=third)
        total = np.cumsum(square, axis=1)
        recent = (total[:, WINDOW:] - total[:, :-WINDOW]) / WINDOW
        since = self._sum + np.cumsum(square[-1, WINDOW:])
        count = self._n + np.arange(1, len(angles_deg) + 1)
        if len(since):
            self._sum, self._n = float(since[-1]), float(count[-1])
        return np.sqrt(np.maximum(recent, 0.0)).T, np.sqrt(since / count)


def rings_of(angles_deg: Sequence[FloatArray]) -> tuple[list[FloatArray], float]:
    """The same of a whole drill in parts (m, k): over the second around each time, and over all.

    The last part is not empty, unless there is nothing at all.
    """
    half, ringing = (WINDOW + 3 * LAG) // 2, Ringing(angles_deg[0].shape[1])
    rings = [ringing.update(part)[0] for part in angles_deg]
    loose_deg = ringing.loose_deg
    after = np.repeat(angles_deg[-1][-1:], half, axis=0)  # as if it stood still then
    centred = np.concatenate([*rings, ringing.update(after)[0]])[half:]
    ends = np.cumsum([len(part) for part in angles_deg])
    return np.split(centred, ends[:-1]), loose_deg
