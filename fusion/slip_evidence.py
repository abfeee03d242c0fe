"""How likely it is that a sensor slipped, and not that its wearer sits otherwise or turned.

Two places in which a wearer kept still differ by a small rotation of each joint of the chain. That
rotation is explained in several ways, each a normal distribution that is wide where its cause moves
joints and as narrow as returns scatter where it does not. A slip of one sensor turns the joint
below it one way and the joint above it the other, by the same rotation about any axis; a posture
leans and bends mostly forwards; a hold turns all joints about the spine line, each by its part. The
likelihoods of these, integrated over how far, are compared.

Joints' rotations are vectors (n, 3) in degrees along spine line, transverse and sagittal axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fusion.frames import UP_E
from fusion.quaternions import cross, normalize, wrap_deg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray

SCATTER_DEG = np.array([[1.0, 0.8, 0.6], [0.7, 0.6, 0.6], [2.0, 1.2, 1.2]])
"""SD of a return: pelvis, lumbar, thoracic; axial, forwards, sideways."""

TOGETHER = 0.5
"""Correlation of lumbar and thoracic misses about the spine line, as in :mod:`fusion.heading`."""

WANDER_DEG = np.array([[0.7, 0.8, 0.6], [0.5, 0.6, 0.5], [1.2, 1.0, 1.0]])
"""What returns change by and by, however many are averaged."""

POSTURE_DEG = np.array([[2.0, 8.0, 3.0], [1.5, 6.0, 3.0], [3.0, 4.0, 3.0]])
COUNTERED = -0.5
"""Who tips the pelvis bends the lumbar spine the other way, to look ahead: their correlation."""

HOLD_DEG = 15.0
HOLD_PARTS = np.array([0.10, 0.22, 0.68])
HOLD_PARTS_SD = 0.08
HOLD_COUPLED = 0.15
"""A hold, or a pause on the way: how far, by which parts, with how much bending."""

SLIP_DEG = 8.0
TURNED_DEG = 60.0
DRIFT_DPS = 0.08
"""How fast joints' headings may drift before anything is known of it."""

DRIFT_SCATTER_DEG = 1.5
BENT = 0.05
"""Rotations in a row are not quite their sum: by about such a part of them."""

LEVEL_AT_MOST = 0.5
"""Vertical part of a spine line that lies level."""

LOG_STAYED, LOG_HELD, LOG_SAT, LOG_SLIPPED = 0.0, -1.0, -2.0, -4.0
LOG_TURNED = -1.5
"""How likely these are beforehand, and that the wearer turned round meanwhile."""

LOG_HELD_AGAIN = -1.0
"""The same for a hold that is found again, and neutral not between."""

LOG_HELD_MIDWAY = -2.0
"""The same for a hold that lies midway between the ends of range."""


class _Way(NamedTuple):
    """An explanation: how likely it makes the change (log), which has this covariance by it."""

    log: float
    covariance: FloatArray


@dataclass(frozen=True, slots=True)
class Explained:
    """The best explanation of a change by a slip.

    Attributes
    ----------
    sensor
        Which one slipped, counted from the pelvis.
    log_odds
        Of that slip against everything else together.
    slip_deg
        (3,) rotation vector of that slip, in the axes that the sensor's neutral had.
    """

    sensor: int
    log_odds: float
    slip_deg: FloatArray


class SlipEvidence:
    """Weighs explanations for a chain of ``n`` sensors.

    Parameters
    ----------
    axes_e
        (3, 3) rows: spine line, transverse and sagittal axis at neutral, in the room.
    ml
        Whether transverse and sagittal axis are known. If not, each sensor's inclinations have
        directions of their own, and all that is known of postures is that they incline more than
        one.
    n
        Number of sensors.
    """

    def __init__(self, axes_e: FloatArray, ml: bool, n: int) -> None:
        self._n = n
        # On all fours gravity tells which way is forwards.
        level = abs(axes_e[0] @ UP_E) < LEVEL_AT_MOST
        self._axes = _level_axes(axes_e[0]) if level else axes_e
        self._ml = ml or level
        up = self._axes @ UP_E
        vertical = np.outer(up, up)
        joints = np.eye(n) - np.eye(n, k=-1)
        scatter = _independent(SCATTER_DEG)
        axial = TOGETHER * SCATTER_DEG[1, 0] * SCATTER_DEG[2, 0]
        scatter[3, 6] = scatter[6, 3] = axial
        posture = _independent(POSTURE_DEG)
        posture[1, 4] = posture[4, 1] = COUNTERED * POSTURE_DEG[0, 1] * POSTURE_DEG[1, 1]
        parts = HOLD_DEG * HOLD_PARTS[:, None] * [1.0, HOLD_COUPLED, HOLD_COUPLED]
        parts[:, 0] = HOLD_DEG * HOLD_PARTS_SD
        along = HOLD_DEG * np.kron(HOLD_PARTS, [1.0, 0.0, 0.0])
        held = _independent(parts) + np.outer(along, along)
        self._scatter, self._wander = self._worn(scatter), self._worn(_independent(WANDER_DEG))
        self._drift = np.kron(joints @ joints.T, vertical)
        self._turned = np.zeros((3 * n, 3 * n))
        self._turned[:3, :3] = TURNED_DEG**2 * vertical
        self._held, self._posture = self._worn(held), self._worn(posture)
        self._slips = [np.asarray(np.kron(j[:, None], np.eye(3)), float) for j in joints.T]

    def change(self, before: FloatArray, after: FloatArray) -> FloatArray:
        """Joints' rotations (3n,) between two rows (n, 3) of :func:`rotation_deg`."""
        joints = np.diff(after - before, axis=0, prepend=0.0)
        joints[:, 2] = wrap_deg(joints[:, 2])
        return np.asarray((joints @ self._axes.T).ravel())

    def distance2(
        self, change: FloatArray, averaged: float, drift_deg2: float, scale2: float
    ) -> float:
        """Mean square of ``change`` in variances of what returns differ by, 1 for returns alike.

        Where the whole person faces does not matter. The rest as for :meth:`explain`.
        """
        unsure = scale2 * averaged * self._scatter + drift_deg2 * self._drift + self._turned
        return float(change @ np.linalg.solve(unsure, change)) / (len(change) - 1)

    def explain(
        self,
        change: FloatArray,
        averaged: float,
        drift_deg2: float,
        scale2: float,
        seen: int = 1,
        *,
        midway: bool = False,
    ) -> Explained:
        """The likeliest slip.

        Parameters
        ----------
        change
            (3n,) joints' rotations from one place to another.
        averaged
            Sum of 1/m over both places, each the mean of m returns.
        drift_deg2
            Variance of what a sensor's heading may have drifted between them.
        scale2
            By how much this person's returns scatter more than usual (variance).
        seen
            How often the new place was found, and the old one not.
        midway
            Whether the new place lies midway between the ends of range.
        """
        unsure = self._unsure(change, averaged, drift_deg2, scale2)
        held = unsure + self._held
        log_held = LOG_HELD + LOG_HELD_AGAIN * (seen - 1) + LOG_HELD_MIDWAY * midway
        others = [
            *self._seated(change, unsure, LOG_STAYED),
            *self._seated(change, held, log_held),
        ]
        slips = self._slipped(change, unsure)
        logs = [_sum_of_logs(ways) for ways in slips]
        best = int(np.argmax(logs))
        rest = _sum_of_logs([*others, *(w for i, s in enumerate(slips) if i != best for w in s)])
        likeliest = max(slips[best], key=lambda way: way.log)
        mean = SLIP_DEG**2 * self._slips[best].T @ np.linalg.solve(likeliest.covariance, change)
        return Explained(best, logs[best] - rest, mean @ self._axes)

    def log_neutral(
        self, change: FloatArray, averaged: float, drift_deg2: float, scale2: float
    ) -> float:
        """How likely (log) neutral is found changed so, whether a sensor slipped or not.

        Arguments as for :meth:`explain`.
        """
        unsure = self._unsure(change, averaged, drift_deg2, scale2)
        slips = self._slipped(change, unsure)
        return _sum_of_logs(
            [*self._seated(change, unsure, LOG_STAYED), *(way for ways in slips for way in ways)]
        )

    def _unsure(
        self, change: FloatArray, averaged: float, drift_deg2: float, scale2: float
    ) -> FloatArray:
        """Covariance (3n, 3n) of what differs between two places without any cause."""
        unsure = scale2 * (averaged * self._scatter + self._wander) + drift_deg2 * self._drift
        here = change - self._turned @ np.linalg.solve(self._turned + unsure, change)
        return np.asarray(unsure + (BENT * np.linalg.norm(here)) ** 2 * np.eye(len(change)))

    def _slipped(self, change: FloatArray, unsure: FloatArray) -> list[list[_Way]]:
        """For each sensor the ways in which it slipped."""
        return [
            self._seated(change, unsure + SLIP_DEG**2 * joints @ joints.T, LOG_SLIPPED)
            for joints in self._slips
        ]

    def _seated(self, change: FloatArray, covariance: FloatArray, log: float) -> list[_Way]:
        """One explanation, where the wearer sits as before and where they sit otherwise."""
        return [
            *self._ways(change, covariance, log),
            *self._ways(change, covariance + self._posture, log + LOG_SAT),
        ]

    def _ways(self, change: FloatArray, covariance: FloatArray, log: float) -> tuple[_Way, _Way]:
        """One explanation, where the wearer did not turn round meanwhile and where they did."""
        turned = covariance + self._turned
        return (
            _Way(_log_normal(change, covariance) + log, covariance),
            _Way(_log_normal(change, turned) + log + LOG_TURNED, turned),
        )

    def _worn(self, covariance: FloatArray) -> FloatArray:
        """Covariance (3n, 3n) between sensors that are worn, from that of all three joints."""
        if self._n == 2:
            both = np.kron([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]], np.eye(3))
            covariance = both @ covariance @ both.T
        if self._ml:
            return covariance
        # Inclinations of different sensors have nothing to do with each other.
        n = self._n
        sums = np.kron(np.tril(np.ones((n, n))), np.eye(3))
        sensors = (sums @ covariance @ sums.T).reshape(n, 3, n, 3)
        aside = sensors[np.arange(n), 1:, np.arange(n), 1:].trace(axis1=1, axis2=2) / 2.0
        sensors[:, 1:, :, 1:] = 0.0
        for k in range(n):
            sensors[k, 1:, k, 1:] = aside[k] * np.eye(2)
        back = np.linalg.inv(sums)
        return np.asarray(back @ sensors.reshape(3 * n, 3 * n) @ back.T)


def inclination_deg(up: FloatArray) -> FloatArray:
    """Rotation vectors about level axes (n, 2) that incline sensors to directions of up (n, 3)."""
    level = np.hypot(up[:, 0], up[:, 1])
    stretch = np.degrees(np.arctan2(level, up[:, 2])) / np.maximum(level, 1e-9)
    return np.array([up[:, 1] * stretch, -up[:, 0] * stretch]).T


def rotation_deg(inclined_deg: FloatArray, joint_deg: FloatArray) -> FloatArray:
    """Rotation vectors (n, 3) of the sensors from their inclinations (n, 2) and headings (n,)."""
    return np.concatenate([inclined_deg, joint_deg.cumsum()[:, None]], axis=1)


def _level_axes(u: FloatArray) -> FloatArray:
    across = normalize(cross(u, UP_E))
    return np.array([u, across, cross(u, across)])


def _independent(sd_deg: FloatArray) -> FloatArray:
    return np.diag(np.ravel(sd_deg) ** 2)


def _sum_of_logs(ways: Sequence[_Way]) -> float:
    return float(np.logaddexp.reduce([way.log for way in ways]))


def _log_normal(x: FloatArray, covariance: FloatArray) -> float:
    """Logarithm of a normal density around 0, but for the constant."""
    root = np.linalg.cholesky(covariance)
    z = np.linalg.solve(root, x)
    return float(-0.5 * z @ z - np.log(root.diagonal()).sum())
