"""How sure the angles of the spine are: a standard deviation for each of them at each time.

It puts together what is known of the drift of the headings, of inclination and neutral, of skin and
muscle under the sensors, and of the gyroscopes' scale.

An error ε of heading changes a rotation about u by ``ε·[ẑ·u + tan(β/2)·ẑ·(a×u)]`` with swing β
about axis a: in full when seated, hardly on all fours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fusion.spine import Reference, SegmentTurns, SpineAngles
    from sensors.samples import FloatArray

SCALE_SD = 0.004
"""Scale and axis errors of the gyroscopes, as a part of the angle."""

USUAL_LOOSE_DEG = 0.3
SKIN_SD, SKIN_SD_DEG = 0.028, 0.14
"""What the skin may not follow, as a part of the angle and in °, of sensors that ring by the usual.

Assumed to be in proportion for looser ones; simulated, like the rest of these figures.
"""

TIPPED_TURN, TIPPED_NEUTRAL = 0.8, 0.35
"""Which part of the tilt by an accelerometer's bias is in an angle; the filter follows slowly."""

_JOINTS = {
    2: np.array([[1.0, 0.0], [0.0, 1.0]]),
    3: np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]),
}
"""Which joints of a chain of two or three make up each axial angle."""

_SENSORS2 = {n: np.diff(joints, append=0.0) ** 2 for n, joints in _JOINTS.items()}
_PRODUCTS = {n: np.array([np.outer(w, w).ravel() for w in j]) for n, j in _JOINTS.items()}


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known of pelvis, lumbar, thoracic and thoracolumbar angles (simulator).

    Attributes
    ----------
    neutral_sd_deg
        Standard deviation of inclination and neutral.
    drift_part
        Real variance of the drift as a part of what the heading model says: its figures are
        estimates too.
    tipped_part
        By which part of the ringing the inclination is off: what rings is accelerated, and an
        accelerated sensor mistakes which way is up.
    """

    neutral_sd_deg: tuple[float, float, float, float]
    drift_part: tuple[float, float, float, float]
    tipped_part: tuple[float, float, float, float]


SMOOTHED = Unknown((0.05, 0.07, 0.11, 0.11), (1.3, 1.1, 1.1, 1.1), (0.3, 0.4, 0.6, 0.6))
"""Of filters that ran forwards and backwards."""

LIVE = Unknown((0.16, 0.22, 0.11, 0.11), (1.3, 0.7, 0.7, 0.7), (0.8, 1.1, 1.6, 1.6))
"""Of filters that ran forwards alone."""


def axial_sd_deg(
    seen: SegmentTurns,
    angles: SpineAngles,
    rings_deg: FloatArray,
    loose_deg: FloatArray | float,
    unknown: Unknown = SMOOTHED,
) -> dict[str, FloatArray]:
    """Standard deviation (m,) of each axial angle.

    Parameters
    ----------
    seen, angles
        What was measured.
    rings_deg, loose_deg
        How much each of the angles rings (m, k), and how loosely the sensors sit, see
        :mod:`fusion.tissue`.
    unknown
        What is not known of the angles.
    """
    n, axial = seen.turn.shape[1], angles.columns.T
    neutral_sd_deg, drift_part, tipped_part = _figures(unknown, n)
    slack = loose_deg / USUAL_LOOSE_DEG
    drift = np.maximum(_PRODUCTS[n] @ seen.heading.variance_deg2.reshape(-1, n * n).T, 0.0)
    var = drift_part * drift * _lever2(seen.reference, angles.swing)
    var += neutral_sd_deg**2 + (tipped_part * loose_deg) ** 2 + (SKIN_SD_DEG * slack) ** 2
    var += rings_deg.T**2 + (SCALE_SD**2 + (SKIN_SD * slack) ** 2) * axial**2
    var += _SENSORS2[n] @ _tipped2_deg2(seen.reference, seen.turn).T
    return dict(zip(angles.axial, np.sqrt(var), strict=True))


@cache
def _figures(unknown: Unknown, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Its figures (k, 1) of the angles that ``n`` sensors measure."""
    measured = [0, 3] if n == 2 else [0, 1, 2, 3]
    figures = (unknown.neutral_sd_deg, unknown.drift_part, unknown.tipped_part)
    neutral, drift, tipped = (np.array(values)[measured, None] for values in figures)
    return neutral, drift, tipped


def _tipped2_deg2(reference: Reference, turn: FloatArray) -> FloatArray:
    """Variance (m, n) of each sensor's turn about a level spine line by its accelerometer's bias.

    What of the bias points along the turn changes with it; at neutral something is left of where
    the sensor was inclined before.
    """
    tilt2 = 4.0 * (turn[..., 1] ** 2 + turn[..., 2] ** 2)
    level2 = (1.0 - reference.vertical**2) * reference.gravity_sd_deg**2
    return np.asarray(level2 * (TIPPED_TURN**2 * tilt2 + TIPPED_NEUTRAL**2))


def _lever2(reference: Reference, swing_deg: FloatArray) -> FloatArray:
    """Square (m,) of the part of a heading error that turns the spine about its line."""
    vertical2 = reference.vertical**2
    tilted = np.tan(np.radians(swing_deg) / 2) ** 2
    return np.asarray(vertical2 + tilted * (1.0 - vertical2))
