"""One sensor's way from samples to orientations: grid, bias, filter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.frames import UP_E
from fusion.grid import GRID_HZ, Grid
from fusion.orientation import level, make_filter
from fusion.track import Rows, Track, Window
from sensors.samples import FloatArray, ImuBlock

RESTART = int(1.0 * GRID_HZ)
"""After a gap this long the filter starts anew: it cannot know how the sensor moved."""

Orient = Callable[[FloatArray, FloatArray], FloatArray]


class Lane:
    """Samples of one sensor in, orientations out, block by block.

    Parameters
    ----------
    filter_name
        One of :data:`fusion.orientation.FILTERS`.
    """

    def __init__(self, filter_name: str = "vqf") -> None:
        self._grid = Grid()
        self._filter_name = filter_name
        self._stitch = Stitch(self._fresh)
        self._q = Rows(4)
        self.track = Track()
        self.bias = np.zeros(3)

    def _fresh(self) -> Orient:
        return make_filter(self._filter_name, GRID_HZ).update

    def push(self, block: ImuBlock) -> None:
        """Take in the samples that follow."""
        if not len(block):
            return
        on_grid = self._grid.push(_own_orientation(block))
        if on_grid is None or not len(on_grid):
            return
        self.track.append(on_grid)
        window = Window(on_grid.first, on_grid.first + len(on_grid))
        rate = self.rate(window)
        if on_grid.quat is not None:
            q = on_grid.quat
        else:
            q = self._stitch.update(rate, on_grid.acc, on_grid.gap)
        self._q.append(on_grid.first, q)

    def set_bias(self, bias_rad_s: FloatArray) -> None:
        """Take this bias (3,) out of all samples to come."""
        self.bias = np.asarray(bias_rad_s)

    def rate(self, window: Window) -> FloatArray:
        """Angular rate (n, 3) in rad/s without the bias."""
        return self.track.rate(window) - self.bias

    def q_es(self, window: Window) -> FloatArray:
        """Orientation (n, 4) over ``window``."""
        return self._q[window]

    def forget_before(self, index: int) -> None:
        """Drop what lies before grid ``index``."""
        self.track.forget_before(index)
        self._q.forget_before(index)


class Stitch:
    """Runs an orientation filter, starting it anew after long gaps and keeping the heading.

    Parameters
    ----------
    fresh
        Makes a filter that starts now.
    """

    def __init__(self, fresh: Callable[[], Orient]) -> None:
        self._fresh = fresh
        self._run = fresh()
        self._turn = qt.IDENTITY
        self._last: FloatArray | None = None

    def update(self, gyr: FloatArray, acc: FloatArray, gap: npt.NDArray[np.bool_]) -> FloatArray:
        """Orientations (n, 4) of the samples that follow; held over gaps that need a restart."""
        out = np.empty((len(gyr), 4))
        at = 0
        for start, end in runs(gap):
            if end - start < RESTART or (self._last is None and start == 0):
                continue
            self._oriented(out, gyr, acc, at, start)
            out[start:end] = self._last
            self._restart(acc[end] if end < len(acc) else acc[-1])
            at = end
        self._oriented(out, gyr, acc, at, len(gyr))
        return out

    def _oriented(
        self, out: FloatArray, gyr: FloatArray, acc: FloatArray, start: int, end: int
    ) -> None:
        if end > start:
            out[start:end] = qt.multiply(self._turn, self._run(gyr[start:end], acc[start:end]))
            self._last = out[end - 1]

    def _restart(self, acc: FloatArray) -> None:
        self._run = self._fresh()
        if self._last is not None:
            change = qt.multiply(self._last, qt.conjugate(level(acc)))
            self._turn = qt.about_vertical(qt.twist_rad(change, UP_E))


def _own_orientation(block: ImuBlock) -> ImuBlock:
    """A block without rates is taken by its own orientation, one with rates by its rates."""
    if block.quat is not None and not np.isnan(block.gyr).any():
        return ImuBlock(block.t_s, block.acc, block.gyr)
    return block


def runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges in which ``mask`` is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
