"""The sensors that a person wears, together: samples in, the motion of the whole chain out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion.drill_run import Motion, jumps
from fusion.grid import GRID_HZ
from fusion.lane import Lane
from fusion.live_record import LossCount
from fusion.sample_watch import SampleWatch
from fusion.track import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fusion.results import Flag
    from fusion.setup import Setup
    from fusion.track import Track
    from sensors.samples import FloatArray, ImuBlock, Placement

MAX_LAG_S = 1.0
"""A sensor further behind the newest sample than this is not waited for."""


class Chain:
    """One lane for each sensor, from the pelvis upwards.

    Parameters
    ----------
    setup
        Sensors worn.
    filter_name
        Orientation filter, one of :data:`fusion.filter_names.FILTERS`.
    """

    def __init__(self, setup: Setup, filter_name: str) -> None:
        self._setup = setup
        self._lanes = {p: Lane(filter_name) for p in setup.chain}
        self._lost = {p: LossCount() for p in setup.chain}
        self.watches: Mapping[Placement, SampleWatch] = {p: SampleWatch() for p in setup.chain}
        self.tracks: Mapping[Placement, Track] = {p: lane.track for p, lane in self._lanes.items()}

    @property
    def loss(self) -> dict[Placement, float]:
        """Fraction of each sensor's samples that is missing."""
        return {p: count.fraction for p, count in self._lost.items()}

    @property
    def flags(self) -> list[Flag]:
        """What the samples themselves speak against."""
        loss = self.loss
        return [flag for p, watch in self.watches.items() for flag in watch.flags(p, loss[p])]

    @property
    def first(self) -> int:
        """Grid index from which on all sensors have samples."""
        return max(track.extent.first for track in self.tracks.values())

    @property
    def ready(self) -> int | None:
        """Grid index up to which everything that is worth waiting for has come."""
        extents = [track.extent for track in self.tracks.values()]
        if not all(len(extent) for extent in extents):
            return None
        ends = [extent.end for extent in extents]
        return max(min(ends), max(ends) - int(MAX_LAG_S * GRID_HZ))

    def known(self, window: Window) -> Window:
        """The part of ``window`` that all sensors have covered."""
        for track in self.tracks.values():
            window = window.clip(track.extent)
        return window

    def push(self, placement: Placement, block: ImuBlock) -> None:
        """Take in samples of one sensor, later than all it gave before."""
        self._lost[placement].update(block.t_s)
        self.watches[placement].update(block)
        self._lanes[placement].push(self._setup.corrected(placement, block))

    def set_bias(self, placement: Placement, bias_rad_s: FloatArray) -> None:
        """Take this bias (3,) out of all samples of a sensor that are not oriented yet."""
        self._lanes[placement].set_bias(bias_rad_s)

    def orient_to(self, end: int) -> None:
        """Run all orientation filters up to grid index ``end``."""
        for lane in self._lanes.values():
            lane.orient_to(end)

    def q_es(self, window: Window) -> dict[Placement, FloatArray]:
        """Orientations (n, 4) of each sensor over ``window``, to keep."""
        return {p: lane.q_es(window).copy() for p, lane in self._lanes.items()}

    def motion(self, window: Window) -> Motion:
        """What happened; a sensor that lags is held where it was and counts as silent."""
        n, m = len(self._lanes), len(window)
        q, gyr, gap = np.empty((m, n, 4)), np.empty((m, n, 3)), np.zeros(m, dtype=bool)
        for i, lane in enumerate(self._lanes.values()):
            extent = lane.track.extent
            known = window.clip(extent)
            if len(known) == m:
                q[:, i], gyr[:, i] = lane.q_es(known), lane.rate(known)
                gap |= lane.track.gap(known)
                continue
            if not len(known):
                known = Window(extent.end - 1, extent.end)
            fill = np.minimum(np.arange(m), len(known) - 1)
            silent = window.first + np.arange(m) >= extent.end
            q[:, i], gyr[:, i] = lane.q_es(known)[fill], lane.rate(known)[fill]
            gap |= lane.track.gap(known)[fill] | silent
        return Motion(window, q, gyr, gap, jumps(list(self.tracks.values()), window))

    def forget_before(self, index: int, slack: int) -> None:
        """Drop what lies before grid ``index``, once that is more than ``slack`` grid times."""
        for lane in self._lanes.values():
            if lane.track.extent.first < index - slack:
                lane.forget_before(index)
