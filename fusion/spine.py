"""Segment orientations to rotations of the spine.

For a still neutral N, ``D_B(t) = q_B(t) ⊗ q_B(N)*`` is the turn of segment B since N, seen in the
room. With headings made equal at N and u the spine line at N::

    pelvis         tw(D_P, u)
    lumbar         tw(D_P* ⊗ D_M, u)
    thoracolumbar  tw(D_P* ⊗ D_U, u)
    lateral        swing of D_P* ⊗ D_U about the sagittal axis (right +)
    flexion        swing of D_P* ⊗ D_U about the transverse axis (forward +)

``tw(q, u) = 2·atan2(q_v·u, q_w)``. How the sensors sit on the body enters only through u, through
the headings at N and through the axes of the swing, so an imperfect calibration costs little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.frames import UP_E

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from fusion.calibration import Calibration
    from fusion.heading_estimate import HeadingEstimate
    from sensors.samples import FloatArray, Placement

UPRIGHT_AT_LEAST = 0.7
"""Least vertical part of an upright spine line."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A still neutral: what all angles of a drill are measured from.

    Attributes
    ----------
    chain
        Sensors from the pelvis upwards.
    neutral_s
        Start and end of the still window (s).
    q_n
        (n, 4) mean ``q_es`` of each sensor over the window.
    turn_e
        (n, 4) rotation about the vertical that takes each sensor's heading to the pelvis'.
    u, sagittal, transverse
        Spine line and the axes of side bend and of flexion at neutral, in the pelvis' earth frame.
    ml
        Whether sagittal and transverse are known.
    axes_s
        (n, 3) spine line in each sensor's own axes.
    to_turn
        (n, 4, 4) matrices that take ``q_es`` to the turn since neutral.
    gravity_sd_deg
        As in :class:`fusion.calibration.Calibration`.
    """

    chain: tuple[Placement, ...]
    neutral_s: tuple[float, float]
    q_n: FloatArray
    turn_e: FloatArray
    u: FloatArray
    sagittal: FloatArray
    transverse: FloatArray
    ml: bool
    axes_s: FloatArray
    to_turn: FloatArray
    gravity_sd_deg: float = 0.0

    @property
    def axes_e(self) -> FloatArray:
        """(3, 3) spine line, transverse and sagittal axis: right-handed rows."""
        return np.array([self.u, self.transverse, self.sagittal])

    @property
    def vertical(self) -> float:
        """Part of the spine line that is vertical, ``ẑ·u``: 1 seated, 0 on all fours."""
        return float(self.u @ UP_E)

    @property
    def upright(self) -> bool:
        """Whether the spine line is upright, not level."""
        return abs(self.vertical) >= UPRIGHT_AT_LEAST


def make_reference(
    q_es: Mapping[Placement, FloatArray],
    calibration: Calibration,
    chain: Sequence[Placement],
    neutral_s: tuple[float, float],
) -> Reference:
    """Reference from the orientations (n, 4) of each sensor over a still neutral window."""
    q_n = np.array([qt.mean(q_es[p]) for p in chain])
    axes = {p: qt.rotate(q_n[i], calibration.axes[p]) for i, p in enumerate(chain)}
    ml = all(calibration.ml[p] for p in chain)
    pelvis = axes[chain[0]]
    turn = np.zeros(len(chain))
    for i, placement in enumerate(chain):
        usable = slice(1, 3) if ml else slice(1, 2)
        turn[i] = _heading_between(axes[placement][usable], pelvis[usable])
    turn_e = qt.about_vertical(turn)
    upper = qt.rotate(turn_e[-1], axes[chain[-1]])
    u = qt.normalize(pelvis[1] + upper[1])
    transverse = qt.normalize(pelvis[2] - (pelvis[2] @ u) * u)
    in_sensor = qt.rotate(qt.conjugate(q_n), qt.rotate(qt.conjugate(turn_e), u))
    return Reference(
        chain=tuple(chain),
        neutral_s=neutral_s,
        q_n=q_n,
        turn_e=turn_e,
        u=u,
        sagittal=qt.cross(u, transverse),
        transverse=transverse,
        ml=ml,
        axes_s=in_sensor,
        to_turn=qt.sandwich_matrix(turn_e, qt.conjugate(qt.multiply(turn_e, q_n))),
        gravity_sd_deg=calibration.gravity_sd_deg,
    )


def _heading_between(axes: FloatArray, target: FloatArray) -> float:
    """Rotation (rad) about the vertical that best takes ``axes`` (k, 3) to ``target`` (k, 3).

    Each axis weighs by how far it is horizontal: y on all fours, z in both drills. Where nothing
    is horizontal (gravity alone, seated) no heading is needed either.
    """
    cross = np.sum(axes[:, 0] * target[:, 1] - axes[:, 1] * target[:, 0])
    dot = np.sum(axes[:, 0] * target[:, 0] + axes[:, 1] * target[:, 1])
    return float(np.arctan2(cross, dot)) if np.hypot(cross, dot) > 0.05 else 0.0


def turns(reference: Reference, q_es: FloatArray) -> FloatArray:
    """Turn of each segment since neutral, ``D_B`` (m, n, 4), from ``q_es`` (m, n, 4)."""
    out = np.empty(q_es.shape, order="F")
    for i, matrix in enumerate(reference.to_turn):
        np.matmul(q_es[:, i], matrix, out=out[:, i])
    return out


def heading_deg(turn: FloatArray) -> FloatArray:
    """Rotation of each segment about the vertical (m, n) in °, wrapped, from turns (m, n, 4)."""
    return np.degrees(qt.twist_rad(turn, UP_E))


def up_n(turn: FloatArray) -> FloatArray:
    """Direction of up (m, n, 3) in the axes that each sensor's neutral had; vertical at neutral."""
    w, x, y, z = (turn[..., i] for i in range(4))
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=-1)


@dataclass(frozen=True, slots=True)
class SegmentTurns:
    """Turns of the segments at consecutive grid times, and all that is measured of them.

    Attributes
    ----------
    first
        Grid index of the first row.
    reference
        The neutral.
    turn
        (m, n, 4) since neutral, from :func:`turns`.
    heading
        Drift at the same times.
    gap
        (m,) where a sensor was silent.
    """

    first: int
    reference: Reference
    turn: FloatArray
    heading: HeadingEstimate
    gap: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SpineAngles:
    """Angles of the chain in degrees, each (m,).

    Attributes
    ----------
    axial
        Rotations about the spine line: pelvis, thoracolumbar, and between them lumbar and thoracic
        with three sensors.
    lateral, flexion
        NaN where the medio-lateral axes are not known.
    swing
        The whole inclination of the upper back against the pelvis.
    """

    axial: dict[str, FloatArray]
    lateral: FloatArray
    flexion: FloatArray
    swing: FloatArray

    @property
    def columns(self) -> FloatArray:
        """The axial angles as columns (m, k), each contiguous."""
        return np.array([*self.axial.values()]).T


def spine_angles(seen: SegmentTurns) -> SpineAngles:
    """Angles from the turns of the segments and the drift of their headings."""
    reference = seen.reference
    d = qt.turned(-np.radians(seen.heading.sensor_deg), seen.turn)
    on_pelvis = qt.multiply(qt.conjugate(d[:, :1]), d[:, 1:])
    thoracolumbar, forward, sideways = np.degrees(
        qt.swing_twist(on_pelvis[:, -1], reference.axes_e)
    )
    axial = {"pelvis": np.degrees(qt.twist_rad(d[:, 0], reference.u))}
    if d.shape[1] > 2:
        lumbar = np.degrees(qt.twist_rad(on_pelvis[:, 0], reference.u))
        axial |= {"lumbar": lumbar, "thoracic": thoracolumbar - lumbar}
    axial["thoracolumbar"] = thoracolumbar
    missing = np.full(len(forward), np.nan)
    return SpineAngles(
        axial=axial,
        lateral=sideways if reference.ml else missing,
        flexion=-forward if reference.ml else missing,
        swing=np.sqrt(forward * forward + sideways * sideways),
    )
