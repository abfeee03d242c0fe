"""How the body segments stood in the room during a drill, for programs that want orientations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

    from fusion.calibration import Calibration
    from fusion.spine import Reference
    from fusion.track import Window
    from sensors.samples import Activity, FloatArray, Placement

RIGHT_E = np.array([0.0, -1.0, 0.0])
"""Where the pelvis' right points at neutral: x of this earth frame is forward, z up."""


@dataclass(frozen=True, slots=True)
class SegmentMotion:
    """Orientations of the segments over one drill.

    Attributes
    ----------
    drill
        Which drill.
    placements
        Segments from the pelvis upwards, by the sensor that each carries.
    t_s
        (m,) session time on the grid.
    q_eb
        (m, n, 4) body → earth, wxyz, with the drift of the headings taken out. Earth: z up, x where
        the pelvis faced at neutral; body: x anterior, y cranial, z right.
    gap
        (m,) where a sensor was silent and the orientation is a guess.
    """

    drill: Activity
    placements: tuple[Placement, ...]
    t_s: FloatArray
    q_eb: FloatArray
    gap: npt.NDArray[np.bool_]


def segment_motion(
    drill: Activity,
    window: Window,
    reference: Reference,
    calibration: Calibration,
    turn: FloatArray,
    drift_deg: FloatArray,
    gap: npt.NDArray[np.bool_],
) -> SegmentMotion:
    """Put turns since neutral back on the neutral they started from.

    Parameters
    ----------
    drill
        Which drill.
    window
        The grid times.
    reference
        The neutral.
    calibration
        How the sensors sit on the body.
    turn
        (m, n, 4) from :func:`fusion.spine.turns`.
    drift_deg
        (m, n) drift of each sensor's heading.
    gap
        (m,) where a sensor was silent.
    """
    sensors = calibration.result.sensors
    q_sb = np.array([sensors[p].q_sb for p in reference.chain])
    neutral = qt.multiply(reference.turn_e, qt.multiply(reference.q_n, q_sb))
    if not reference.ml:
        neutral = _facing_alike(neutral)
    right = qt.rotate(neutral[0], np.array([0.0, 0.0, 1.0]))
    face = qt.about_vertical(np.arctan2(RIGHT_E[1], RIGHT_E[0]) - np.arctan2(right[1], right[0]))
    still = qt.turned(-np.radians(drift_deg), turn)
    return SegmentMotion(
        drill=drill,
        placements=reference.chain,
        t_s=np.arange(window.first, window.end) / GRID_HZ,
        q_eb=qt.normalize(qt.multiply(face, qt.multiply(still, neutral))),
        gap=gap,
    )


def _facing_alike(neutral: FloatArray) -> FloatArray:
    """Turn each segment (n, 4) about its long axis to face as the pelvis does.

    Without a bow nothing tells where a segment's front is; at neutral it is taken to be forward.
    """
    x, z = (qt.rotate(neutral, axis) for axis in np.eye(3)[[0, 2]])
    half = 0.5 * np.arctan2(x @ z[0], z @ z[0])
    about_y = np.zeros_like(neutral)
    about_y[:, 0], about_y[:, 2] = np.cos(half), np.sin(half)
    return qt.multiply(neutral, about_y)
