"""Drift of the headings at any times: as an estimate, and between the states of a smoother."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sensors.samples import FloatArray


@dataclass(frozen=True, slots=True)
class HeadingEstimate:
    """Drift at given times.

    Attributes
    ----------
    joint_deg
        (m, n) drift of each joint.
    variance_deg2
        (m, n, n) covariance of the joints' drifts.
    """

    joint_deg: FloatArray
    variance_deg2: FloatArray

    @property
    def sensor_deg(self) -> FloatArray:
        """(m, n) drift of each sensor against the room, from the pelvis upwards."""
        return np.cumsum(self.joint_deg, axis=1)


class SmoothedHeading:
    """Drift over a whole drill, on straight lines between states.

    Parameters
    ----------
    t_s
        (k,) times of the states, in order. Two at one time are a jump.
    states
        What is known at these.
    rate_dps
        (k, n) drift rate of each joint at these.
    """

    def __init__(self, t_s: FloatArray, states: HeadingEstimate, rate_dps: FloatArray) -> None:
        self._t_s, self._n = t_s, states.joint_deg.shape[1]
        self._known = np.hstack([states.joint_deg, states.variance_deg2.reshape(len(t_s), -1)])
        self._rate_dps = rate_dps

    def at(self, t_s: FloatArray) -> HeadingEstimate:
        """Drift at times ``t_s`` (m,); that of the nearest state beyond the first and the last."""
        found, n = self._between(self._known, t_s), self._n
        return HeadingEstimate(found[:, :n], found[:, n:].reshape(-1, n, n))

    def rate_dps(self, t_s: FloatArray) -> FloatArray:
        """Drift rate (m, n) of each joint at times ``t_s`` (m,)."""
        return self._between(self._rate_dps, t_s)

    def _between(self, rows: FloatArray, t_s: FloatArray) -> FloatArray:
        """Rows (k, c) of the states, interpolated (m, c)."""
        last = len(rows) - 2
        if last < 0:
            return rows.repeat(len(t_s), axis=0)
        at = np.minimum(np.maximum(self._t_s.searchsorted(t_s, side="right") - 1, 0), last)
        used = slice(int(at.min(initial=last)), int(at.max(initial=0)) + 2)
        rows, times = rows[used], self._t_s[used]
        at -= used.start
        # The empty interval of a jump is met only at the very end.
        slopes = np.diff(rows, axis=0) / np.maximum(np.diff(times), 1e-9)[:, None]
        start_s, end_s = times.take(at), times.take(at + 1)
        found, change = rows.take(at, axis=0), slopes.take(at, axis=0)
        change *= (np.minimum(np.maximum(t_s, start_s), end_s) - start_s)[:, None]
        found += change
        return found
