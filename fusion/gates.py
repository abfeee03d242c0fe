"""Plausibility of a calibration: what the bow and the turn must look like on a spine.

A bow goes straight forward, with all sensors about one axis, the upper back at least as far as the
pelvis. A turn goes about the long axis, further the higher a sensor sits. What does not lets the
calibration stand, but lowers its verdict and says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.grid import GRID_HZ
from fusion.results import Flag
from fusion.stillness import moving_mean
from sensors.samples import Placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fusion.calibration import CalibrationStretches, Stretch
    from sensors.samples import FloatArray

SMOOTH = int(0.2 * GRID_HZ)
"""Skin rings; a trunk does not turn to and fro within a fifth of a second."""

MOVING_DPS = 10.0
LEAKAGE = 0.20
MAX_BOW_APART_DEG = 10.0
MIN_TURN_DEG = 15.0
TURNED_DEG = 12.0
"""A sensor that turned less shows no axis."""

MAX_TURN_OBLIQUITY_DEG = {
    Placement.PELVIS: 20.0,
    Placement.THORACOLUMBAR: 20.0,
    Placement.UPPER_BACK: 30.0,
}
"""The upper back is inclined forward itself, by 20–30° in many people."""

SWAPPED_DEG = 8.0


def gate_flags(
    stretches: CalibrationStretches,
    axes: Mapping[Placement, FloatArray],
    ml: Mapping[Placement, bool],
    bias: Mapping[Placement, FloatArray],
) -> list[Flag]:
    """What speaks against a calibration.

    Parameters
    ----------
    stretches
        That it was made from.
    axes, ml
        Body axes (3, 3) in each sensor's own, and whether x and z are known.
    bias
        Gyroscope bias (3,) of each sensor in rad/s.
    """
    bows = {p: _body_rate(stretches.bow, p, axes[p], bias[p]) for p in axes if stretches.bow}
    turns = {p: _body_rate(stretches.turn, p, axes[p], bias[p]) for p in axes if stretches.turn}
    flags: list[Flag] = []
    if bows and all(ml.values()):
        flags += _bow_flags(bows)
    flags += _turn_flags(turns)
    return flags + _order_flags(stretches, tuple(axes), turns)


def _body_rate(
    stretches: Sequence[Stretch], placement: Placement, axes: FloatArray, bias: FloatArray
) -> FloatArray:
    """Smoothed rate (n, 3) in °/s about the body axes."""
    parts = [s.rate(placement) - bias for s in stretches if len(s.window) > SMOOTH]
    if not parts:
        return np.zeros((0, 3))
    smooth = np.vstack([moving_mean(part, SMOOTH) for part in parts])
    return np.asarray(np.degrees(smooth @ axes.T))


def _moving(rate: FloatArray) -> FloatArray:
    return np.asarray(rate[qt.length(rate) > MOVING_DPS])


def _bow_flags(bows: Mapping[Placement, FloatArray]) -> list[Flag]:
    flags = []
    for placement, rate in bows.items():
        moving = _moving(rate)
        if len(moving) < GRID_HZ / 2:
            continue
        leakage = np.sqrt(np.mean(moving[:, :2] ** 2) * 2 / np.mean(moving[:, 2] ** 2))
        if leakage > LEAKAGE:
            words = (
                f"In the bow the {_name(placement)} sensor leaned or turned by {leakage:.0%} of "
                "what it bowed: bow straight forward, slowly."
            )
            flags.append(Flag("bow_leaning", words, placement))
    pelvis = bows[Placement.PELVIS]
    for placement, rate in bows.items():
        n = min(len(pelvis), len(rate))
        a, b = pelvis[:n], rate[:n]
        together = (qt.length(a) > MOVING_DPS) & (qt.length(b) > MOVING_DPS)
        if together.sum() < GRID_HZ / 2:
            continue
        a, b = a[together], b[together]
        cross = np.sum(a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2])
        apart = abs(float(np.degrees(np.arctan2(cross, np.sum(a[:, [0, 2]] * b[:, [0, 2]])))))
        if apart > MAX_BOW_APART_DEG:
            words = (
                f"The bow went {apart:.0f}° apart at the pelvis and the {_name(placement)} sensor: "
                "bow with the trunk as one piece."
            )
            flags.append(Flag("bow_axes_apart", words, placement))
    return flags


def _turn_flags(turns: Mapping[Placement, FloatArray]) -> list[Flag]:
    flags = []
    upper = turns.get(Placement.UPPER_BACK)
    if upper is not None and len(upper) and _turned_deg(upper) < 2 * MIN_TURN_DEG:
        words = (
            f"In the turn the upper back went only {_turned_deg(upper):.0f}° from side to side: "
            "turn further, so that signs and axes can be checked."
        )
        flags.append(Flag("turn_too_small", words, Placement.UPPER_BACK))
    for placement, rate in turns.items():
        moving = _moving(rate)
        if len(moving) < GRID_HZ / 2 or _turned_deg(rate) < TURNED_DEG:
            continue
        main = np.linalg.eigh(moving.T @ moving)[1][:, -1]
        oblique = float(np.degrees(np.arccos(min(abs(main[1]), 1.0))))
        if oblique > MAX_TURN_OBLIQUITY_DEG[placement]:
            words = (
                f"In the turn the {_name(placement)} sensor turned about an axis {oblique:.0f}° "
                "off the spine's: sit tall, turn without bending, and look how the sensor sits."
            )
            flags.append(Flag("turn_oblique", words, placement))
    return flags


def _turned_deg(rate: FloatArray) -> float:
    """How far a sensor went about the long axis, from one end to the other (°)."""
    return float(np.ptp(np.cumsum(rate[:, 1]) / GRID_HZ)) if len(rate) else 0.0


def _order_flags(
    stretches: CalibrationStretches,
    chain: Sequence[Placement],
    turns: Mapping[Placement, FloatArray],
) -> list[Flag]:
    """Whether sensors may be swapped: what sits higher bows and turns at least as far."""
    if stretches.bow and stretches.neutral:
        lower, upper = chain[0], chain[-1]
        bowed = {
            p: max(_tilt_range_deg(bow.tracks[p].acc(bow.window)) for bow in stretches.bow)
            for p in (lower, upper)
        }
        if bowed[lower] > bowed[upper] + SWAPPED_DEG:
            words = (
                f"In the bow the pelvis sensor tilted by {bowed[lower]:.0f}° but the upper back "
                f"sensor by only {bowed[upper]:.0f}°: the two may be swapped."
            )
            return [Flag("sensors_swapped", words)]
    turned = {p: _turned_deg(rate) for p, rate in turns.items() if len(rate)}
    for i, lower in enumerate(chain):
        for upper in chain[i + 1 :]:
            if turned.get(lower, 0.0) > turned.get(upper, np.inf) + SWAPPED_DEG:
                words = (
                    f"In the turn the {_name(lower)} sensor went {turned[lower]:.0f}° but the "
                    f"{_name(upper)} sensor only {turned[upper]:.0f}°: the two may be swapped."
                )
                return [Flag("sensors_swapped", words)]
    return []


def _tilt_range_deg(acc: FloatArray) -> float:
    """Largest inclination (°) during a stretch against its beginning; 0 without accelerometer."""
    n = int(0.3 * GRID_HZ)
    if len(acc) <= n or np.isnan(acc).all():
        return 0.0
    up = moving_mean(acc, n)
    up = qt.normalize(up)
    return float(np.degrees(np.arccos(np.clip(up @ up[0], -1.0, 1.0))).max())


def _name(placement: Placement) -> str:
    return placement.value.replace("_", " ")
