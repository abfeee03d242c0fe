"""What a wearer was told to do: poses joined by minimum-jerk moves, laid end to end in time."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sensors.samples import FloatArray


class Phase(IntEnum):
    """Where in a repetition a move belongs; what is no repetition is neutral."""

    NEUTRAL = 0
    OUT = 1
    HOLD = 2
    RETURN = 3


@dataclass(frozen=True, slots=True)
class Pose:
    """Where every part of the body is to go.

    Degrees; axial and heading left +, lateral right +, pitch and flexion forward +. ``pitch_deg``
    is 0 upright and 90 on all fours. ``forward_m`` and ``up_m`` place the pelvis; ``arms`` is 1 in
    drill position, ``worn`` 1 with the sensors on, ``effort`` 1 at the end of range.
    """

    heading_deg: float = 0.0
    pitch_deg: float = 0.0
    pelvis_axial_deg: float = 0.0
    pelvis_lateral_deg: float = 0.0
    lumbar_axial_deg: float = 0.0
    lumbar_lateral_deg: float = 0.0
    lumbar_flexion_deg: float = 0.0
    thoracic_axial_deg: float = 0.0
    thoracic_lateral_deg: float = 0.0
    thoracic_flexion_deg: float = 0.0
    forward_m: float = 0.0
    up_m: float = 0.45
    arms: float = 0.0
    worn: float = 1.0
    effort: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """One minimum-jerk move to ``pose``; staying where one is is a move too.

    ``rep`` counts the repetitions of a drill from 1, 0 between them; ``side`` is +1 left, −1
    right, 0 neither.
    """

    pose: Pose
    duration_s: float
    phase: Phase = Phase.NEUTRAL
    rep: int = 0
    set: int = 0
    side: int = 0


class Track:
    """Moves laid end to end from a starting pose."""

    def __init__(self, pose: Pose, start_s: float = 0.0) -> None:
        self.moves: list[Move] = [Move(pose, 1.0)]
        self.onsets_s: list[float] = [start_s - 1.0]
        self._poses: list[tuple[float, ...]] = [astuple(pose), astuple(pose)]
        self._table: tuple[FloatArray, FloatArray, FloatArray] | None = None

    @property
    def pose(self) -> Pose:
        """The pose after the last move."""
        return self.moves[-1].pose

    @property
    def end_s(self) -> float:
        """Time at which the last move ends."""
        return self.onsets_s[-1] + self.moves[-1].duration_s

    def append(self, move: Move) -> None:
        """Add a move after the last one."""
        self.onsets_s.append(self.end_s)
        self.moves.append(move)
        self._poses.append(astuple(move.pose))
        self._table = None

    def forget_before(self, t_s: float) -> None:
        """Drop moves that ended before ``t_s``."""
        gone = int(np.searchsorted(self.onsets_s, t_s, side="right")) - 1
        if gone > 0:
            del self.moves[:gone], self.onsets_s[:gone], self._poses[:gone]
            self._table = None

    def still_since_s(self, t_s: float) -> float:
        """When the stillness in which ``t_s`` lies began; ``t_s`` itself where there is none."""
        since_s = t_s
        for index in range(self.index(np.array([t_s]))[0], -1, -1):
            if self._poses[index] != self._poses[index + 1]:
                break
            since_s = self.onsets_s[index]
        return since_s

    def still_from_s(self, t_s: float) -> float:
        """When the first move that stays where it is begins, at or after ``t_s``."""
        for index, onset_s in enumerate(self.onsets_s):
            if onset_s >= t_s - 1e-9 and self._poses[index] == self._poses[index + 1]:
                return onset_s
        return t_s

    def index(self, t_s: FloatArray) -> npt.NDArray[np.intp]:
        """Index (n,) of the move that is under way at each time (n,)."""
        found = np.searchsorted(self.onsets_s, t_s, side="right") - 1
        return np.clip(found, 0, len(self.moves) - 1)

    def evaluate(self, t_s: FloatArray) -> FloatArray:
        """Pose values (n, fields of :class:`Pose`) at times (n,)."""
        if self._table is None:
            durations = [move.duration_s for move in self.moves]
            self._table = np.array(self.onsets_s), np.array(durations), np.array(self._poses)
        onset, duration, poses = self._table
        k = self.index(t_s)
        s = np.clip((t_s - onset[k]) / duration[k], 0.0, 1.0)
        weight = s**3 * (10.0 + s * (6.0 * s - 15.0))
        return poses[k] + weight[:, None] * (poses[k + 1] - poses[k])
