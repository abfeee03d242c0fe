"""Segment orientations to rotations of the spine, with what is not known of them.

For a still neutral N, ``D_B(t) = q_B(t) ⊗ q_B(N)*`` is the turn of segment B since N, seen in the
room. With headings made equal at N and u the spine line at N::

    pelvis         tw(D_P, u)
    lumbar         tw(D_P* ⊗ D_M, u)
    thoracolumbar  tw(D_P* ⊗ D_U, u)
    lateral        swing of D_P* ⊗ D_U about the sagittal axis (right +)
    flexion        swing of D_P* ⊗ D_U about the transverse axis (forward +)

``tw(q, u) = 2·atan2(q_v·u, q_w)``. How the sensors sit on the body enters only through u, through
the headings at N and through the axes of the swing, so an imperfect calibration costs little.

An error ε of heading changes a rotation about u by ``ε·[ẑ·u + tan(β/2)·ẑ·(a×u)]`` with swing β
about axis a: in full when seated, hardly on all fours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.frames import UP_E
from fusion.tissue import rings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fusion.calibration import Calibration
    from fusion.heading import HeadingEstimate
    from fusion.tissue import Ringing
    from sensors.samples import FloatArray, Placement

UPRIGHT_AT_LEAST = 0.7
"""Least vertical part of an upright spine line."""

SCALE_SD = 0.004
"""Scale and axis errors of the gyroscopes, as a part of the angle."""

USUAL_LOOSE_DEG = 0.3
SKIN_SD, SKIN_SD_DEG = 0.028, 0.14
"""What the skin may not follow, as a part of the angle and in °, of sensors that ring by the usual.

Assumed to be in proportion for looser ones; simulated, like the rest of these figures.
"""


TIPPED_TURN, TIPPED_NEUTRAL = 0.8, 0.35
"""Which part of the tilt by an accelerometer's bias is in an angle; the filter follows slowly."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known of the angles, pelvis, lumbar, thoracic and thoracolumbar (simulator).

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

    neutral_sd_deg: Mapping[str, float]
    drift_part: Mapping[str, float]
    tipped_part: Mapping[str, float]


SMOOTHED = Unknown(
    {"pelvis": 0.05, "lumbar": 0.07, "thoracic": 0.11, "thoracolumbar": 0.11},
    {"pelvis": 1.3, "lumbar": 1.1, "thoracic": 1.1, "thoracolumbar": 1.1},
    {"pelvis": 0.3, "lumbar": 0.4, "thoracic": 0.6, "thoracolumbar": 0.6},
)
"""Of filters that ran forwards and backwards."""

LIVE = Unknown(
    {"pelvis": 0.16, "lumbar": 0.22, "thoracic": 0.11, "thoracolumbar": 0.11},
    {"pelvis": 1.3, "lumbar": 0.7, "thoracic": 0.7, "thoracolumbar": 0.7},
    {"pelvis": 0.8, "lumbar": 1.1, "thoracic": 1.6, "thoracolumbar": 1.6},
)
"""Of filters that ran forwards alone."""


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
        sagittal=np.cross(u, transverse),
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
class SpineAngles:
    """Axial and swing angles of the chain in degrees, each (m,), with standard deviations.

    ``lumbar`` is NaN with two sensors; ``lateral`` and ``flexion`` are NaN where the medio-lateral
    axes are not known. ``swing`` is the whole inclination of the upper back against the pelvis.
    """

    pelvis: FloatArray
    lumbar: FloatArray
    thoracolumbar: FloatArray
    lateral: FloatArray
    flexion: FloatArray
    swing: FloatArray
    pelvis_sd: FloatArray
    lumbar_sd: FloatArray
    thoracic_sd: FloatArray
    thoracolumbar_sd: FloatArray


def spine_angles(
    reference: Reference,
    turn: FloatArray,
    heading: HeadingEstimate,
    ringing: Ringing | None = None,
    unknown: Unknown = SMOOTHED,
) -> SpineAngles:
    """Angles from the turns (m, n, 4) of the segments and the drift of their headings.

    ``ringing`` follows the soft tissue from one block to the next; without it, this is
    all there is.
    """
    n = turn.shape[1]
    d = qt.turned(-np.radians(heading.sensor_deg), turn)
    back = qt.conjugate(d[:, 0])
    d_pu = qt.multiply(back, d[:, -1])
    pelvis = np.degrees(qt.twist_rad(d[:, 0], reference.u))
    thoracolumbar, forward, sideways = np.degrees(qt.swing_twist(d_pu, reference.axes_e))
    missing = np.full(len(turn), np.nan)
    lumbar = np.degrees(qt.twist_rad(qt.multiply(back, d[:, 1]), reference.u)) if n > 2 else missing
    size = np.sqrt(forward**2 + sideways**2)
    axial = {"pelvis": pelvis, "lumbar": lumbar, "thoracolumbar": thoracolumbar}
    weights = _joint_weights(n)
    angles = {name: axial.get(name, thoracolumbar - lumbar) for name in weights}
    columns = np.column_stack(list(angles.values()))
    rings, loose = rings_of(columns) if ringing is None else ringing.update(columns)
    slack = loose / USUAL_LOOSE_DEG
    part2 = SCALE_SD**2 + (SKIN_SD * slack) ** 2
    fixed2 = (SKIN_SD_DEG * slack) ** 2
    lever2 = _lever2(reference, size)
    joints = np.array([np.outer(w, w).ravel() for w in weights.values()])
    tipped2 = _tipped2_deg2(reference, turn)
    drift_var = heading.variance_deg2.reshape(-1, n * n) @ joints.T
    sd = {
        name: np.sqrt(
            unknown.drift_part[name] * lever2 * np.maximum(drift_var[:, i], 0.0)
            + unknown.neutral_sd_deg[name] ** 2
            + (unknown.tipped_part[name] * loose) ** 2
            + rings[:, i] ** 2
            + tipped2 @ np.diff(weights[name], append=0.0) ** 2
            + fixed2
            + part2 * angles[name] ** 2
        )
        for i, name in enumerate(weights)
    }
    return SpineAngles(
        **axial,
        lateral=sideways if reference.ml else missing,
        flexion=-forward if reference.ml else missing,
        swing=size,
        pelvis_sd=sd["pelvis"],
        lumbar_sd=sd.get("lumbar", missing),
        thoracic_sd=sd.get("thoracic", missing),
        thoracolumbar_sd=sd["thoracolumbar"],
    )


def _joint_weights(n: int) -> dict[str, FloatArray]:
    """Which joints of the chain make up each angle."""
    if n == 2:
        return {"pelvis": np.array([1.0, 0.0]), "thoracolumbar": np.array([0.0, 1.0])}
    return {
        "pelvis": np.array([1.0, 0.0, 0.0]),
        "lumbar": np.array([0.0, 1.0, 0.0]),
        "thoracic": np.array([0.0, 0.0, 1.0]),
        "thoracolumbar": np.array([0.0, 1.0, 1.0]),
    }


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
