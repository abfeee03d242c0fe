"""The true motion of a wearer's segments, from the poses of a track.

Segments are pelvis, T12 and upper back, each with functional, ISB-oriented axes (x anterior,
y cranial, z right) that stand upright when the person sits perfectly tall; the world has z up.
Everything is a function of absolute time: evaluating in one piece or in many gives the same.

Chain and base frames: biomechanics reference §8.1; minimum jerk, sway, breathing, tremor: §8.3.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from sensors.samples import FloatArray, Placement
from sensors.simulation import rotations
from sensors.simulation.track import Pose

if TYPE_CHECKING:
    from sensors.simulation.track import Track
    from sensors.simulation.wearer import Wearer

_UPRIGHT: FloatArray = rotations.from_rotvec(np.array([np.pi / 2.0, 0.0, 0.0]))
"""Body → world of a person who sits tall and faces world x: y (cranial) up, z (right) to −y."""

_SEGMENT_M = (0.10, 0.10, 0.14, 0.14)
"""Half lengths: pelvis to mid lumbar, on to T12, to mid thorax, on to the upper sensor (§8.3)."""

_DORSAL_M = {
    Placement.PELVIS: 0.09,
    Placement.THORACOLUMBAR: 0.095,
    Placement.UPPER_BACK: 0.10,
}


_NAMES = tuple(field.name for field in fields(Pose))
_PELVIS_COLUMNS = [_NAMES.index("pelvis_axial_deg"), _NAMES.index("pelvis_lateral_deg")]

Columns = dict[str, FloatArray]
"""One (n,) array per field of :class:`Pose`."""

_SWAY = {
    "pitch_deg": (1.0, 0.0),
    "pelvis_lateral_deg": (1.0, 0.0),
    "pelvis_axial_deg": (0.6, 0.0),
    "lumbar_lateral_deg": (0.0, 1.0),
    "lumbar_flexion_deg": (0.0, 1.0),
    "lumbar_axial_deg": (0.0, 0.6),
    "thoracic_lateral_deg": (0.0, 1.0),
    "thoracic_flexion_deg": (0.0, 1.0),
    "thoracic_axial_deg": (0.0, 0.6),
}
"""Weights of the wearer's pelvis and joint sway in each angle that sways."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment's true motion at n times.

    Attributes
    ----------
    q
        (n, 4) orientation wxyz, body → world.
    site_m
        (n, 3) position of the sensor on it, world.
    axial_rad
        (n,) axial rotation of the segment in its joints, which the skin may follow in part only.
    arms, worn
        (n,) see :class:`Pose`.
    """

    q: FloatArray
    site_m: FloatArray
    axial_rad: FloatArray
    arms: FloatArray
    worn: FloatArray


class Body:
    """A wearer's segments over time: the track's poses plus sway, breathing and tremor."""

    def __init__(self, wearer: Wearer, track: Track) -> None:
        self.track = track
        self._wearer = wearer
        rng = np.random.default_rng(wearer.noise_seed)
        self._sway_rad_s = 2.0 * np.pi * rng.uniform(0.03, 0.3, (len(_SWAY), 4, 1))
        self._sway_phase = rng.uniform(0.0, 2.0 * np.pi, (len(_SWAY), 4, 1))
        self._breathing_phase, self._tremor_phase = rng.uniform(0.0, 2.0 * np.pi, 2)

        # Sensors that sample together ask for the same times one after another.
        self._last: tuple[FloatArray, dict[Placement, Segment]] | None = None

    def segments(self, t_s: FloatArray) -> dict[Placement, Segment]:
        """Give the true motion of all three segments at times (n,); not to be written to."""
        if self._last is None or not np.array_equal(self._last[0], t_s):
            self._last = t_s, self._evaluate(t_s)
        return self._last[1]

    def _evaluate(self, t_s: FloatArray) -> dict[Placement, Segment]:
        pose = self._pose(t_s)
        pelvis = _pelvis(pose)
        t12 = rotations.multiply(
            pelvis, _joint(pose, "lumbar", np.deg2rad(self._wearer.lumbar_axis_tilt_deg))
        )
        upper = rotations.multiply(
            t12, _joint(pose, "thoracic", np.deg2rad(self._wearer.thoracic_axis_tilt_deg))
        )
        return _placed(pose, pelvis, t12, upper)

    def _pose(self, t_s: FloatArray) -> Columns:
        lag_s = self._wearer.pelvis_lag_s
        values = self.track.evaluate(t_s - max(-lag_s, 0.0))
        late = self.track.evaluate(t_s - max(lag_s, 0.0))
        values[:, _PELVIS_COLUMNS] = late[:, _PELVIS_COLUMNS]
        pose = dict(zip(_NAMES, values.T, strict=True))
        self._add_sway(pose, t_s)
        self._add_breathing(pose, t_s)
        self._add_tremor(pose, t_s)
        return pose

    def _add_sway(self, pose: Columns, t_s: FloatArray) -> None:
        wearer = self._wearer
        for row, (name, (of_pelvis, of_joint)) in enumerate(_SWAY.items()):
            sd_deg = of_pelvis * wearer.sway_pelvis_deg + of_joint * wearer.sway_joint_deg
            waves = np.sin(self._sway_rad_s[row] * t_s + self._sway_phase[row])
            pose[name] += sd_deg / np.sqrt(2.0) * waves.sum(axis=0)

    def _add_breathing(self, pose: Columns, t_s: FloatArray) -> None:
        wearer = self._wearer
        breath = np.sin(2.0 * np.pi * wearer.breathing_hz * t_s + self._breathing_phase)
        pose["thoracic_flexion_deg"] -= wearer.breathing_thorax_deg * breath
        pose["lumbar_flexion_deg"] += wearer.breathing_lumbar_deg * breath
        pose["pitch_deg"] -= 0.5 * wearer.breathing_lumbar_deg * breath

    def _add_tremor(self, pose: Columns, t_s: FloatArray) -> None:
        wearer = self._wearer
        shake = np.sin(2.0 * np.pi * wearer.tremor_hz * t_s + self._tremor_phase)
        pose["thoracic_axial_deg"] += wearer.tremor_deg * pose["effort"] ** 2 * shake


def _pelvis(pose: Columns) -> FloatArray:
    """Pelvis → world (n, 4): heading about the vertical, pitch, then swing and twist."""
    heading = rotations.about_z(np.deg2rad(pose["heading_deg"]))
    pitch = rotations.about_z(-np.deg2rad(pose["pitch_deg"]))
    level = rotations.multiply(heading, np.broadcast_to(_UPRIGHT, heading.shape))
    zero = np.zeros_like(pose["pitch_deg"])
    tilt = rotations.from_rotvec(np.deg2rad(np.stack([pose["pelvis_lateral_deg"], zero, zero], -1)))
    turn = rotations.about_y(np.deg2rad(pose["pelvis_axial_deg"]))
    return rotations.multiply(rotations.multiply(level, pitch), rotations.multiply(tilt, turn))


def _joint(pose: Columns, name: str, axis_tilt_rad: float) -> FloatArray:
    """Upper segment → lower segment (n, 4): swing, then twist about the joint's own axis."""
    lateral, flexion = pose[f"{name}_lateral_deg"], pose[f"{name}_flexion_deg"]
    swing = np.deg2rad(np.stack([lateral, np.zeros_like(lateral), -flexion], axis=-1))
    axis = np.array([np.sin(axis_tilt_rad), np.cos(axis_tilt_rad), 0.0])
    twist = np.deg2rad(pose[f"{name}_axial_deg"])[:, None] * axis
    return rotations.multiply(rotations.from_rotvec(swing), rotations.from_rotvec(twist))


def _placed(
    pose: Columns, pelvis: FloatArray, t12: FloatArray, upper: FloatArray
) -> dict[Placement, Segment]:
    heading_rad = np.deg2rad(pose["heading_deg"])
    forward = np.stack([np.cos(heading_rad), np.sin(heading_rad)], axis=-1)
    root_m = np.column_stack([pose["forward_m"][:, None] * forward, pose["up_m"]])
    long_axes = [rotations.rotate(q, np.array([0.0, 1.0, 0.0])) for q in (pelvis, t12, upper)]
    t12_m = root_m + _SEGMENT_M[0] * long_axes[0] + _SEGMENT_M[1] * long_axes[1]
    upper_m = t12_m + _SEGMENT_M[2] * long_axes[1] + _SEGMENT_M[3] * long_axes[2]
    lumbar_rad = np.deg2rad(pose["lumbar_axial_deg"])
    turned_rad = {
        Placement.PELVIS: np.deg2rad(pose["pelvis_axial_deg"]),
        Placement.THORACOLUMBAR: lumbar_rad,
        Placement.UPPER_BACK: lumbar_rad + np.deg2rad(pose["thoracic_axial_deg"]),
    }
    axes_m = {
        Placement.PELVIS: (pelvis, root_m),
        Placement.THORACOLUMBAR: (t12, t12_m),
        Placement.UPPER_BACK: (upper, upper_m),
    }
    return {
        placement: Segment(
            q=q,
            site_m=origin + rotations.rotate(q, np.array([-_DORSAL_M[placement], 0.0, 0.0])),
            axial_rad=turned_rad[placement],
            arms=pose["arms"],
            worn=pose["worn"],
        )
        for placement, (q, origin) in axes_m.items()
    }
