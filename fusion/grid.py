"""One uniform grid for all sensors, whatever their rates, gaps and clocks.

Gyroscope and accelerometer are averaged over each grid step by integrating the straight lines
between samples. The turn between any two grid times is therefore that of the samples, at any
sampling rate, and high rates are filtered before they are thinned out. Losses are bridged by
straight lines (filling beats ignoring, holding and stretching: a filter that is never told of 1 %
lost samples drifts three times as fast) and long ones are reported as gaps, so that what is written
out can stay silent there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt

if TYPE_CHECKING:
    from sensors.samples import FloatArray, ImuBlock

GRID_HZ = 100.0
GAP_S = 0.1
"""Inside a longer interval between two samples nothing is written out."""

MISSING_S = 0.03
EDGE_S = 0.1
"""A gap is bridged between the means of this long before and after it."""


@dataclass(frozen=True, slots=True)
class GridBlock:
    """Samples of one sensor on the grid.

    Attributes
    ----------
    first
        Index of the first grid time; grid time k is ``k / GRID_HZ``.
    gyr, acc
        (n, 3) mean rate (rad/s) and specific force (m/s²) over the step that ends at each time.
    quat
        (n, 4) the sensor's own orientation at each time, or ``None``.
    gap
        (n,) true inside a gap.
    """

    first: int
    gyr: FloatArray
    acc: FloatArray
    quat: FloatArray | None
    gap: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.gap)


class Grid:
    """Turns the blocks of one sensor, as they come, into grid blocks."""

    def __init__(self, rate_hz: float = GRID_HZ) -> None:
        self._rate_hz = rate_hz
        self._next: int | None = None
        self._t_s = np.empty(0)
        self._values = np.empty((0, 6))
        self._quat: FloatArray | None = None

    def push(self, block: ImuBlock) -> GridBlock | None:
        """Everything that became known with this block; ``None`` while there is nothing yet.

        ``block`` continues the earlier ones: its times are later than all before. Behind a gap
        nothing is known until :data:`EDGE_S` of samples after it have come.
        """
        self._append(block)
        if len(self._t_s) < 2:
            return None
        if self._next is None:
            self._next = int(np.ceil(self._t_s[0] * self._rate_hz - 1e-6)) + 1
        gaps = _gaps(self._t_s)
        last = int(np.floor(_known_until(self._t_s, gaps) * self._rate_hz + 1e-6))
        if last < self._next:
            return None
        grid_s = np.arange(self._next - 1, last + 1) / self._rate_hz
        mean = np.diff(_integral(*_bridged(self._t_s, self._values, gaps), grid_s), axis=0)
        mean *= self._rate_hz
        at = _intervals(self._t_s, grid_s[1:])
        out = GridBlock(
            first=self._next,
            gyr=np.ascontiguousarray(mean[:, :3]),
            acc=np.ascontiguousarray(mean[:, 3:]),
            quat=None if self._quat is None else _nlerp(self._t_s, self._quat, grid_s[1:], at),
            gap=np.diff(self._t_s)[at] > GAP_S,
        )
        self._next = last + 1
        self._forget(last / self._rate_hz)
        return out

    def _append(self, block: ImuBlock) -> None:
        self._t_s = np.concatenate([self._t_s, block.t_s])
        self._values = np.concatenate([self._values, np.hstack([block.gyr, block.acc])])
        if block.quat is not None:
            kept = np.empty((0, 4)) if self._quat is None else self._quat
            self._quat = np.concatenate([kept, block.quat])

    def _forget(self, done_s: float) -> None:
        """Forget what no later grid time and no edge of a gap can need."""
        keep = int(np.searchsorted(self._t_s, done_s - 2 * EDGE_S)) - 2
        if keep > 0:
            self._t_s, self._values = self._t_s[keep:], self._values[keep:]
            if self._quat is not None:
                self._quat = self._quat[keep:]


def _gaps(t_s: FloatArray) -> npt.NDArray[np.intp]:
    """Indices after which samples are missing: the interval stands out among its neighbours."""
    step = np.diff(t_s)
    usual = np.minimum(np.append(step[1:], np.inf), np.insert(step[:-1], 0, np.inf))
    return np.flatnonzero((step > MISSING_S) & (step > 2.5 * usual))


def _known_until(t_s: FloatArray, gaps: npt.NDArray[np.intp]) -> float:
    """Time up to which the polygon will not change any more."""
    open_gaps = gaps[t_s[gaps + 1] > t_s[-1] - EDGE_S]
    if len(open_gaps):
        return float(t_s[open_gaps[0]])
    # Whether the last interval is a gap shows only in the one that follows.
    return float(t_s[-1] if t_s[-1] - t_s[-2] <= MISSING_S else t_s[-2])


def _bridged(
    t_s: FloatArray, x: FloatArray, gaps: npt.NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """The polygon with two further corners inside each gap: the means of either side.

    A straight line between the two samples at the edges would take the wobble that they happen to
    carry for a turn that lasts as long as the gap: degrees of heading for a tenth of a second.
    """
    if not len(gaps):
        return t_s, x
    before = np.searchsorted(t_s, t_s[gaps] - EDGE_S)
    after = np.searchsorted(t_s, t_s[gaps + 1] + EDGE_S, side="right")
    total = np.vstack([np.zeros((1, x.shape[1])), np.cumsum(x, axis=0)])
    left = (total[gaps + 1] - total[before]) / (gaps + 1 - before)[:, None]
    right = (total[after] - total[gaps + 1]) / (after - gaps - 1)[:, None]
    inset = 0.1 * (t_s[gaps + 1] - t_s[gaps])
    corners_s = np.column_stack([t_s[gaps] + inset, t_s[gaps + 1] - inset]).ravel()
    corners = np.stack([left, right], axis=1).reshape(-1, x.shape[1])
    at = np.repeat(gaps + 1, 2)
    return np.insert(t_s, at, corners_s), np.insert(x, at, corners, axis=0)


def _integral(t_s: FloatArray, x: FloatArray, grid_s: FloatArray) -> FloatArray:
    """Integral of the polygon from its first corner to each grid time."""
    step = np.diff(t_s)[:, None]
    cumulative = np.zeros_like(x)
    np.cumsum(0.5 * step * (x[1:] + x[:-1]), axis=0, out=cumulative[1:])
    at = _intervals(t_s, grid_s)
    part = (grid_s - t_s[at])[:, None]
    slope = (x[at + 1] - x[at]) / step[at]
    return np.asarray(cumulative[at] + part * (x[at] + 0.5 * slope * part))


def _intervals(t_s: FloatArray, grid_s: FloatArray) -> npt.NDArray[np.intp]:
    return np.clip(np.searchsorted(t_s, grid_s, side="left") - 1, 0, len(t_s) - 2)


def _nlerp(
    t_s: FloatArray, quat: FloatArray, grid_s: FloatArray, at: npt.NDArray[np.intp]
) -> FloatArray:
    """Normalised linear interpolation between neighbouring samples (they are close)."""
    a, b = quat[at], quat[at + 1]
    b = np.where(np.sum(a * b, axis=1, keepdims=True) < 0, -b, b)
    part = ((grid_s - t_s[at]) / (t_s[at + 1] - t_s[at]))[:, None]
    return qt.normalize(a + part * (b - a))
