"""Exact angles, phases and repetitions of a simulated session, by their definition.

With the drill's still neutral N, ``D_B(t) = q_B(t) ⊗ q_B(N)*`` for each segment B, ``u`` the spine
line at N (mean direction of the long axes of pelvis and upper back, world): pelvis = twist of
``D_P`` about u, lumbar and thoracolumbar = twist of ``D_P* ⊗ D_M`` and ``D_P* ⊗ D_U``, thoracic =
thoracolumbar − lumbar, total = pelvis + thoracolumbar; lateral and flexion = swing of
``D_P* ⊗ D_U``. Degrees, left +, right bend +, forward +. Biomechanics reference §3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sensors.samples import Activity, Event, FloatArray, Placement
from sensors.simulation import rotations
from sensors.simulation.track import Phase

if TYPE_CHECKING:
    from sensors.simulation.motion import Body
    from sensors.simulation.unit import SensorTruth

ANGLES = ("pelvis", "lumbar", "thoracic", "thoracolumbar", "total", "lateral", "flexion")
"""Columns of :attr:`DrillTruth.angles_deg`."""

TRUTH_HZ = 100.0
_OPENING_S = 1.0


@dataclass(frozen=True, slots=True)
class RepTruth:
    """One repetition as it was scripted, with its true angles.

    ``side`` is ``"left"`` or ``"right"``; times are seconds on the session clock: start of the
    move out, start and end of the hold, largest total turn, end of the move back. Angles (°) are
    those at ``peak_s``. Shares of pelvis, lumbar and thoracic are the slopes through the origin of
    each angle on the total turn over move out and hold (reference §6.4 without its prior); they
    sum to 1. ``lumbar_of_spine`` is the same slope of lumbar on thoracolumbar (λ).
    """

    drill: Activity
    set: int
    rep: int
    side: str
    start_s: float
    hold_start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    pelvis_deg: float
    lumbar_deg: float
    thoracic_deg: float
    thoracolumbar_deg: float
    total_deg: float
    shares: tuple[float, float, float]
    lumbar_of_spine: float


@dataclass(frozen=True, slots=True)
class DrillTruth:
    """One drill, on multiples of 10 ms.

    Attributes
    ----------
    drill, start_s, end_s
        Which, and when.
    neutral_s
        Start and end of the stillness that is its neutral.
    axis
        (3,) the spine line u at neutral, world.
    t_s
        (n,) seconds on the session clock.
    angles_deg
        (n, 7) columns :data:`ANGLES`.
    phase
        (n,) :class:`Phase` as uint8.
    rep
        (n,) number of the repetition from 1, 0 between them.
    reps
        Each repetition.
    """

    drill: Activity
    start_s: float
    end_s: float
    neutral_s: tuple[float, float]
    axis: FloatArray
    t_s: FloatArray
    angles_deg: FloatArray
    phase: npt.NDArray[np.uint8]
    rep: npt.NDArray[np.int64]
    reps: tuple[RepTruth, ...]

    def shares(self, side: str | None = None) -> FloatArray:
        """Pooled shares (3,) of pelvis, lumbar and thoracic over all repetitions of a side."""
        wanted = [rep.rep for rep in self.reps if side in (None, rep.side)]
        used = np.isin(self.rep, wanted) & np.isin(self.phase, (Phase.OUT, Phase.HOLD))
        length = np.bincount(self.rep, minlength=self.rep.max() + 1)
        return _slopes(self.angles_deg[used], 1.0 / length[self.rep[used]])


@dataclass(frozen=True, slots=True)
class Truth:
    """What an analysis of a simulated session should find."""

    drills: tuple[DrillTruth, ...]
    sensors: dict[Placement, SensorTruth]
    upper_back_level: str


def drill_truth(body: Body, drill: Event, neutrals: tuple[Event, ...]) -> DrillTruth:
    """Compute the true angles of one drill.

    Parameters
    ----------
    body
        The wearer's motion.
    drill
        The drill's event.
    neutrals
        All announced still neutrals of the session; the last before the drill is its neutral,
        less what of it was not still. Without one, the first still second of the drill is.
    """
    neutral_s = _neutral_s(body, drill, neutrals)
    first, last = np.ceil(drill.onset_s * TRUTH_HZ), np.floor(drill.end_s * TRUTH_HZ)
    t_s = np.arange(first, last + 1.0) / TRUTH_HZ
    axis, angles_deg = _angles(body, t_s, neutral_s)
    moves = [body.track.moves[index] for index in body.track.index(t_s)]
    phase = np.array([move.phase for move in moves], dtype=np.uint8)
    rep = np.array([move.rep for move in moves])
    return DrillTruth(
        drill=drill.activity,
        start_s=drill.onset_s,
        end_s=drill.end_s,
        neutral_s=neutral_s,
        axis=axis,
        t_s=t_s,
        angles_deg=angles_deg,
        phase=phase,
        rep=rep,
        reps=tuple(
            _rep_truth(body, drill, number, (t_s, angles_deg, phase, rep))
            for number in range(1, int(rep.max(initial=0)) + 1)
        ),
    )


def _neutral_s(body: Body, drill: Event, neutrals: tuple[Event, ...]) -> tuple[float, float]:
    before = [event for event in neutrals if event.end_s <= drill.onset_s + 1e-6]
    if not before:
        start_s = body.track.still_from_s(drill.onset_s)
        return start_s, start_s + _OPENING_S
    event = before[-1]
    return max(event.onset_s, body.track.still_since_s(event.end_s - 1e-6)), event.end_s


def _angles(
    body: Body, t_s: FloatArray, neutral_s: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Spine line (3,) at neutral and angles (n, 7) in degrees."""
    still = body.segments(np.arange(neutral_s[0], neutral_s[1], 1.0 / TRUTH_HZ))
    moving = body.segments(t_s)
    zero = {placement: rotations.mean(segment.q) for placement, segment in still.items()}
    change = {
        placement: rotations.multiply(segment.q, rotations.conjugate(zero[placement]))
        for placement, segment in moving.items()
    }
    axis, sagittal, transverse = _axes(zero)
    pelvis_back = rotations.conjugate(change[Placement.PELVIS])
    on_pelvis = rotations.multiply(pelvis_back, change[Placement.UPPER_BACK])
    lumbar = rotations.multiply(pelvis_back, change[Placement.THORACOLUMBAR])
    pelvis_rad = _twist_rad(change[Placement.PELVIS], axis)
    lumbar_rad = _twist_rad(lumbar, axis)
    spine_rad = _twist_rad(on_pelvis, axis)
    swing = rotations.swing_rotvec(on_pelvis, axis)
    columns = (
        pelvis_rad,
        lumbar_rad,
        spine_rad - lumbar_rad,
        spine_rad,
        pelvis_rad + spine_rad,
        swing @ sagittal,
        -swing @ transverse,
    )
    return axis, np.rad2deg(np.column_stack(columns))


def _axes(zero: dict[Placement, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spine line, and the sagittal (forward) and transverse (right) axes across it, world."""
    pelvis = zero[Placement.PELVIS]
    up = np.array([0.0, 1.0, 0.0])
    along = rotations.rotate(pelvis, up) + rotations.rotate(zero[Placement.UPPER_BACK], up)
    axis = along / np.linalg.norm(along)
    right = rotations.rotate(pelvis, np.array([0.0, 0.0, 1.0]))
    right = right - (right @ axis) * axis
    right /= np.linalg.norm(right)
    return axis, np.cross(axis, right), right


def _twist_rad(q: FloatArray, axis: FloatArray) -> FloatArray:
    unwrapped: FloatArray = np.unwrap(rotations.twist_rad(q, axis))
    return unwrapped


def _rep_truth(
    body: Body,
    drill: Event,
    number: int,
    frames: tuple[FloatArray, FloatArray, npt.NDArray[np.uint8], npt.NDArray[np.int64]],
) -> RepTruth:
    t_s, angles_deg, phase, rep = frames
    moves = [
        (onset_s, move)
        for onset_s, move in zip(body.track.onsets_s, body.track.moves, strict=True)
        if move.rep == number and drill.onset_s <= onset_s < drill.end_s
    ]
    holds = [(onset_s, move) for onset_s, move in moves if move.phase is Phase.HOLD]
    rows = np.flatnonzero(rep == number)
    peak = rows[np.argmax(np.abs(angles_deg[rows, ANGLES.index("total")]))]
    active = rows[np.isin(phase[rows], (Phase.OUT, Phase.HOLD))]
    shares = _slopes(angles_deg[active], np.ones(len(active)))
    lumbar, spine = angles_deg[active, 1], angles_deg[active, 3]
    first, (last_s, last) = moves[0][1], moves[-1]
    return RepTruth(
        drill=drill.activity,
        set=first.set,
        rep=number,
        side="left" if first.side > 0 else "right",
        start_s=moves[0][0],
        hold_start_s=holds[0][0],
        peak_s=float(t_s[peak]),
        hold_end_s=holds[-1][0] + holds[-1][1].duration_s,
        end_s=last_s + last.duration_s,
        **{
            f"{name}_deg": float(angles_deg[peak, column]) for column, name in enumerate(ANGLES[:5])
        },
        shares=(float(shares[0]), float(shares[1]), float(shares[2])),
        lumbar_of_spine=float((lumbar @ spine) / (spine @ spine)),
    )


def _slopes(angles_deg: FloatArray, weight: FloatArray) -> FloatArray:
    """Slopes (3,) through the origin of pelvis, lumbar, thoracic on the total turn."""
    total = weight * angles_deg[:, ANGLES.index("total")]
    slopes: FloatArray = (total @ angles_deg[:, :3]) / (
        total @ angles_deg[:, ANGLES.index("total")]
    )
    return slopes
