"""One sensor's way from samples to orientations: grid, bias, filter."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.frames import UP_E
from fusion.grid import GRID_HZ, Grid
from fusion.orientation import level, make_filter
from fusion.track import Rows, Track, Window
from sensors.samples import FloatArray, ImuBlock

Orient = Callable[[FloatArray, FloatArray], FloatArray]


class Lane:
    """Samples of one sensor in, orientations out, block by block.

    Parameters
    ----------
    filter_name
        One of :data:`fusion.filter_names.FILTERS`.
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
        for on_grid in self._grid.push(block):
            self.track.append(on_grid)

    def orient_to(self, end: int) -> None:
        """Run the filter up to grid index ``end``, with the bias as it is known now."""
        done = self._q.extent.end if len(self._q.extent) else self.track.extent.first
        window = Window(done, end).clip(self.track.extent)
        if not len(window):
            return
        if self.track.has_quat:
            q = self.track.quat(window)
        else:
            lost = self.track.lost(window)
            q = self._stitch.update(self.rate(window), self.track.acc(window), lost)
        self._q.append(window.first, q)

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
        self._last = qt.IDENTITY
        self._holding = False

    def update(self, gyr: FloatArray, acc: FloatArray, lost: npt.NDArray[np.bool_]) -> FloatArray:
        """Orientations (n, 4) of the n ≥ 1 samples that follow; held where ``lost``."""
        if self._turn is qt.IDENTITY and not self._holding and not lost.any():
            q = self._run(gyr, acc)  # as nearly always
            self._last = q[-1]
            return q
        out = np.empty((len(gyr), 4))
        edges = [0, *(np.flatnonzero(lost[1:] != lost[:-1]) + 1).tolist(), len(lost)]
        for start, end in pairwise(edges):
            if start == end:
                continue
            if lost[start]:
                out[start:end] = self._last
                self._holding = True
                continue
            if self._holding:
                self._restart(acc[start])
            q = self._run(gyr[start:end], acc[start:end])
            out[start:end] = q if self._turn is qt.IDENTITY else qt.multiply(self._turn, q)
            self._last = out[end - 1]
        return out

    def _restart(self, acc: FloatArray) -> None:
        self._run = self._fresh()
        self._holding = False
        change = qt.multiply(self._last, qt.conjugate(level(acc)))
        self._turn = qt.about_vertical(qt.twist_rad(change, UP_E))
