"""One uniform grid for all sensors, whatever their rates, gaps and clocks.

Gyroscope and accelerometer are averaged over each grid step by integrating the straight lines
between samples. The turn between any two grid times is therefore that of the samples, at any
sampling rate, and high rates are filtered before they are thinned out. Losses are bridged by the
same straight lines (filling beats ignoring, holding and stretching: a filter that is never told of
1 % lost samples drifts three times as fast) and reported as gaps, so that what is written out can
stay silent there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from sensors.samples import FloatArray, ImuBlock

GRID_HZ = 100.0
GAP_S = 0.1
"""A longer interval between two samples is a gap: nothing is written out inside it."""


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
        self._carry = np.zeros(6)

    def push(self, block: ImuBlock) -> GridBlock | None:
        """Everything that became known with this block; ``None`` while there is nothing yet.

        ``block`` continues the earlier ones: its times are later than all before.
        """
        self._append(block)
        if len(self._t_s) < 2:
            return None
        t_s, values = self._t_s, self._values
        if self._next is None:
            self._next = int(np.ceil(t_s[0] * self._rate_hz - 1e-6)) + 1
            self._carry = self._integral_at(np.array([(self._next - 1) / self._rate_hz]))[0]
        last = int(np.floor(t_s[-1] * self._rate_hz + 1e-6))
        if last < self._next:
            return None
        k = np.arange(self._next, last + 1)
        grid_s = k / self._rate_hz
        integral = self._integral_at(grid_s)
        mean = np.diff(integral, axis=0, prepend=self._carry[None]) * self._rate_hz
        at = self._intervals(grid_s)
        out = GridBlock(
            first=self._next,
            gyr=np.ascontiguousarray(mean[:, :3]),
            acc=np.ascontiguousarray(mean[:, 3:]),
            quat=None if self._quat is None else _nlerp(t_s, self._quat, grid_s, at),
            gap=np.diff(t_s)[at] > GAP_S,
        )
        self._keep_last_sample(values, integral[-1])
        self._next = last + 1
        return out

    def _append(self, block: ImuBlock) -> None:
        self._t_s = np.concatenate([self._t_s, block.t_s])
        self._values = np.concatenate([self._values, np.hstack([block.gyr, block.acc])])
        if block.quat is not None:
            kept = np.empty((0, 4)) if self._quat is None else self._quat
            self._quat = np.concatenate([kept, block.quat])

    def _intervals(self, grid_s: FloatArray) -> npt.NDArray[np.intp]:
        at = np.searchsorted(self._t_s, grid_s, side="left") - 1
        return np.clip(at, 0, len(self._t_s) - 2)

    def _integral_at(self, grid_s: FloatArray) -> FloatArray:
        """Integral of the polygon through the samples, from the first kept sample."""
        t_s, x = self._t_s, self._values
        step = np.diff(t_s)[:, None]
        cumulative = np.zeros_like(x)
        np.cumsum(0.5 * step * (x[1:] + x[:-1]), axis=0, out=cumulative[1:])
        at = self._intervals(grid_s)
        part = (grid_s - t_s[at])[:, None]
        slope = (x[at + 1] - x[at]) / step[at]
        return np.asarray(cumulative[at] + part * (x[at] + 0.5 * slope * part))

    def _keep_last_sample(self, values: FloatArray, integral: FloatArray) -> None:
        """Forget all but the interval that the next grid time may still lie in."""
        t_s = self._t_s
        step = np.diff(t_s)[:, None]
        whole = np.sum(0.5 * step * (values[1:] + values[:-1]), axis=0)
        self._carry = integral - whole
        self._t_s = t_s[-1:]
        self._values = values[-1:]
        if self._quat is not None:
            self._quat = self._quat[-1:]


def _nlerp(
    t_s: FloatArray, quat: FloatArray, grid_s: FloatArray, at: npt.NDArray[np.intp]
) -> FloatArray:
    """Normalised linear interpolation between neighbouring samples (they are close)."""
    a, b = quat[at], quat[at + 1]
    b = np.where(np.sum(a * b, axis=1, keepdims=True) < 0, -b, b)
    part = ((grid_s - t_s[at]) / (t_s[at + 1] - t_s[at]))[:, None]
    return qt.normalize(a + part * (b - a))
