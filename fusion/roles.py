"""Which of several worn sensors is where, from a bow and a turn to each side.

Turning on a chair, the pelvis hardly moves and each level above it turns further; bowing, the upper
back tilts at least as far as what is below it. So the order of how far the sensors turned about the
vertical is their order on the spine, whatever way each is mounted. Where two turned almost equally
far, nothing is proposed: a wrong role is worse than a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion import quaternions as qt
from fusion.errors import RolesUnclearError
from fusion.orientation import make_filter
from sensors.samples import Placement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sensors.samples import FloatArray, ImuBlock, SensorId

GRID_HZ: Final = 100.0
MIN_TURN_DEG: Final = 15.0
"""The sensor that turned most must have turned this far, or there was no turn."""

MIN_STEP_DEG: Final = 3.0
"""Between two neighbours on the spine; less is within heading drift and skin movement."""

BOW_TOLERANCE_DEG: Final = 15.0
"""How much less than the pelvis the upper back may seem to tilt."""

_UPRIGHT_DEG: Final = 20.0
_STILL_S: Final = 1.0

PLACES: Final = {
    2: (Placement.PELVIS, Placement.UPPER_BACK),
    3: (Placement.PELVIS, Placement.THORACOLUMBAR, Placement.UPPER_BACK),
}


@dataclass(frozen=True, slots=True)
class RoleProposal:
    """Who is where, and what shows it.

    Attributes
    ----------
    roles
        A sensor for each place.
    turn_deg
        From its leftmost to its rightmost, about the vertical (°).
    bow_deg
        How far each tilted (°).
    """

    roles: dict[Placement, SensorId]
    turn_deg: dict[SensorId, float]
    bow_deg: dict[SensorId, float]


def propose_roles(blocks: Mapping[SensorId, ImuBlock]) -> RoleProposal:
    """Tell which sensor is where.

    Parameters
    ----------
    blocks
        For each of two or three sensors its samples of one gesture, about 20 s: sit still, bow, sit
        up, turn left and right.

    Raises
    ------
    RolesUnclearError
        The gesture does not show it; the sentence says what to do.
    ValueError
        Not two or three sensors.
    """
    places = PLACES.get(len(blocks))
    if places is None:
        raise ValueError(f"{len(blocks)} sensors: roles are for two or three")
    motions = {sensor: _motion(block) for sensor, block in blocks.items()}
    turn_deg = {sensor: turn for sensor, (turn, _) in motions.items()}
    bow_deg = {sensor: bow for sensor, (_, bow) in motions.items()}
    order = sorted(turn_deg, key=lambda sensor: turn_deg[sensor])
    turns = [turn_deg[sensor] for sensor in order]
    if turns[-1] < MIN_TURN_DEG:
        raise RolesUnclearError(
            f"The most that a sensor turned is {turns[-1]:.0f}°: turn as far as is comfortable to "
            "both sides, and keep the pelvis on the chair."
        )
    step = min(np.diff(turns))
    if step < MIN_STEP_DEG:
        raise RolesUnclearError(
            f"Two sensors turned almost equally far ({step:.1f}° apart): keep the pelvis on the "
            "chair and turn further, or say yourself which is which."
        )
    if bow_deg[order[0]] > bow_deg[order[-1]] + BOW_TOLERANCE_DEG:
        raise RolesUnclearError(
            "The bow and the turn disagree about which sensor is lowest: do both again, slowly."
        )
    return RoleProposal(dict(zip(places, order, strict=True)), turn_deg, bow_deg)


def _motion(block: ImuBlock) -> tuple[float, float]:
    """How far one sensor turned about the vertical while upright, and how far it tilted (°)."""
    grid = np.arange(block.t_s[0], block.t_s[-1], 1.0 / GRID_HZ)
    if len(grid) < 4 * _STILL_S * GRID_HZ:
        raise RolesUnclearError("This was too short: take about 20 seconds.")
    gyr, acc = (_on_grid(grid, block.t_s, values) for values in (block.gyr, block.acc))
    still = _stillest(gyr)
    q_es = make_filter("vqf", GRID_HZ).update(gyr - gyr[still].mean(axis=0), acc)
    since = qt.multiply(q_es, qt.conjugate(qt.mean(q_es[still])))
    heading_deg = np.degrees(np.unwrap(2.0 * np.arctan2(since[:, 3], since[:, 0])))
    tilt_deg = np.degrees(2.0 * np.arcsin(np.clip(np.hypot(since[:, 1], since[:, 2]), 0.0, 1.0)))
    upright = tilt_deg < _UPRIGHT_DEG
    low, high = np.percentile(heading_deg[upright], (2.0, 98.0))
    return float(high - low), float(np.percentile(tilt_deg, 98.0))


def _on_grid(grid: FloatArray, t_s: FloatArray, values: FloatArray) -> FloatArray:
    return np.column_stack([np.interp(grid, t_s, column) for column in values.T])


def _stillest(gyr: FloatArray) -> slice:
    """The second with the least rotation in it."""
    n = round(_STILL_S * GRID_HZ)
    sums = np.cumsum(np.sum((gyr - np.median(gyr, axis=0)) ** 2, axis=1))
    start = int(np.argmin(sums[n:] - sums[:-n]))
    return slice(start, start + n)
