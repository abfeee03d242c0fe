"""What goes wrong with the samples of one sensor: clipped ranges, knocks, an unused magnetometer.

Blocks come in any size, live and offline alike; only times are kept, no samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.results import Flag
from sensors.samples import GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from sensors.samples import FloatArray, ImuBlock, Placement

MUCH_LOST = 0.05

KNOCK_MPS2 = 1.5 * GRAVITY_MPS2
"""A sensor that feels this much more than gravity was struck: nobody turns like that."""

SHAKE_MPS2 = 0.5 * GRAVITY_MPS2
"""What the other sensors feel when it was the body that was shaken, a cough or a jump."""

ALONE_S = 0.3
_APART_S = 0.5

MIN_RANGE = (np.radians(240.0), 1.9 * GRAVITY_MPS2)
"""The smallest ranges in use: ±250 °/s and ±2 g. A flat top below them is no end of a range."""

_FLAT = 3


class SampleWatch:
    """Follows the samples of one sensor as they come."""

    def __init__(self) -> None:
        self.clipped = 0
        self._gyr = self._acc = np.empty((0, 3))  # the last that may begin a flat top
        self.has_mag = False
        self.knocks_s: list[float] = []
        self.shakes_s: list[float] = []

    def update(self, block: ImuBlock) -> None:
        """Continue with the samples that follow."""
        force = qt.length(block.acc)
        # Turned round, for a maximum is no number where one of them is none.
        if not force.max(initial=0.0) <= GRAVITY_MPS2 + SHAKE_MPS2:
            _note(self.knocks_s, block.t_s[force > GRAVITY_MPS2 + KNOCK_MPS2])
            _note(self.shakes_s, block.t_s[force > GRAVITY_MPS2 + SHAKE_MPS2])
        clipped = self._flat_tops(block) if block.clipped is None else block.clipped
        self.clipped += int(np.count_nonzero(clipped))
        self.has_mag = self.has_mag or (
            block.mag is not None and bool(np.isfinite(block.mag).any())
        )

    def _flat_tops(self, block: ImuBlock) -> npt.NDArray[np.bool_]:
        """Flat tops (n,) of a block; one too short to show any goes on from the samples before."""
        gyr, acc = block.gyr, block.acc
        if len(block) < _FLAT:
            gyr, acc = np.concatenate([self._gyr, gyr]), np.concatenate([self._acc, acc])
        self._gyr, self._acc = gyr[1 - _FLAT :], acc[1 - _FLAT :]
        return flat_tops(gyr, acc)[len(gyr) - len(block) :]

    def flags(self, placement: Placement, loss: float) -> list[Flag]:
        """What has to be said of the samples, ``loss`` being the part of them that is missing."""
        name = placement.value.replace("_", " ")
        flags = []
        if loss > MUCH_LOST:
            words = f"The {name} sensor lost {loss:.0%} of its samples."
            flags.append(Flag("much_lost", words, placement))
        if self.clipped:
            words = (
                f"The {name} sensor reached the end of its range {self.clipped} times: angles "
                "after that may be off."
            )
            flags.append(Flag("saturated", words, placement))
        if self.has_mag:
            words = (
                f"The magnetometer of the {name} sensor was not used: indoors it would turn the "
                "angles. Nothing has to be done."
            )
            flags.append(Flag("magnetometer_unused", words, placement))
        return flags


def flat_tops(gyr: FloatArray, acc: FloatArray) -> npt.NDArray[np.bool_]:
    """Samples (n,) at which an axis stays at its extreme: the end of a range nobody told us of.

    ``gyr`` (n, 3) is in rad/s, ``acc`` (n, 3) in m/s².
    """
    out = np.zeros(len(gyr), dtype=bool)
    if len(gyr) < _FLAT:
        return out
    for values, least in zip((gyr, acc), MIN_RANGE, strict=True):
        if max(values.max(), -values.min()) < least:
            continue  # as nearly always; never where a number is none
        size = np.abs(values)
        top = np.nanmax(size, axis=0, initial=0.0)
        for axis in np.flatnonzero(top >= least):
            flat = size[:, axis] >= top[axis] * (1.0 - 1e-6)
            run = np.convolve(flat, np.ones(_FLAT), "valid") == _FLAT
            out |= np.convolve(run, np.ones(_FLAT), "full") > 0
    return out


def knocks(watches: Mapping[Placement, SampleWatch]) -> list[tuple[float, Placement]]:
    """Times (s) at which one sensor alone was struck, and which."""
    found = []
    for placement, watch in watches.items():
        others = [s for p, w in watches.items() if p is not placement for s in w.shakes_s]
        found += [
            (at_s, placement)
            for at_s in watch.knocks_s
            if not any(abs(at_s - other_s) < ALONE_S for other_s in others)
        ]
    return sorted(found)


def _note(kept_s: list[float], new_s: FloatArray) -> None:
    for at_s in new_s.tolist():
        if not kept_s or at_s - kept_s[-1] > _APART_S:
            kept_s.append(at_s)
