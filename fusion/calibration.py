"""Sensor-to-segment calibration: how each sensor sits on the body, with a verdict.

Procedure and gates follow the functional methods reviewed by Pacher et al. 2020: gravity in tall
neutral gives the long axis y, slow forward bows give the medio-lateral axis z (principal axis of
the angular rate; forward is where gravity tilted), x = y × z. Without bows the known mounting
gives the forward direction; without that gravity alone gives y, which is enough for axial rotation
in sitting. The gyroscope bias comes from the table rest, or else from the worn still, and is taken
out before the orientation filter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.errors import CalibrationError
from fusion.frames import UP_E
from fusion.gates import gate_flags
from fusion.grid import GRID_HZ
from fusion.results import CalibrationResult, Flag, PlacementCalibration, Verdict
from fusion.stillness import still_runs
from sensors.samples import GRAVITY_MPS2, Activity, FloatArray, Placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fusion.setup import Mounting, Setup
    from fusion.track import Track, Window

MIN_BOW_RATE_DPS = 10.0
MIN_BOW_TILT_DEG = 12.0
MIN_BOW_EIGEN_RATIO = 0.85
MAX_BOW_OBLIQUITY_DEG = 15.0
UPRIGHT_DEG = 45.0
MOUNTING_OFF_DEG = 45.0
UPSIDE_DOWN_DEG = 135.0

BOW_SD_DEG = 4.0
MOUNTING_SD_DEG = 8.0
GRAVITY_SD_DEG = 3.0

AFTER_BOW_S = 120.0
"""A neutral after the bow counts as that much further away from it."""

RATE_SD_REST_DPS = 0.04
RATE_SD_UNKNOWN_DPS = 1.0
SWAY_DEG = 0.5
"""How far a quiet body turns between the ends of a still window: it passes for bias."""

USUAL_GRAVITY_SD_DEG, GRAVITY_WEIGHT = 0.3, 3.0
"""Of consumers' accelerometers (0.05 m/s² of bias); it counts as so many still sensors."""

UNASKED_TURN_DPS = 1.5
"""How fast (SD) somebody may turn on the seat whom nobody asked to keep still (simulator)."""


@dataclass(frozen=True, slots=True)
class GyroBias:
    """Gyroscope bias (3,) in rad/s with the standard deviation of what is left (°/s)."""

    bias_rad_s: FloatArray
    sd_dps: float
    source: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a session, with the samples of all sensors that cover it."""

    tracks: Mapping[Placement, Track]
    window: Window

    def rate(self, placement: Placement) -> FloatArray:
        """Angular rate (n, 3) of one sensor in rad/s."""
        return self.tracks[placement].rate(self.window)

    def up_s(self, placement: Placement) -> FloatArray:
        """Mean direction of up in the sensor's axes, unit (3,)."""
        return up_s(self.tracks[placement], self.window)

    def off_gravity(self, placement: Placement) -> float:
        """By which part the mean specific force differs from gravity; NaN without accelerations."""
        force = self.tracks[placement].acc(self.window).mean(axis=0)
        return float(np.linalg.norm(force)) / GRAVITY_MPS2 - 1.0


def gyro_bias(placement: Placement, rest: Sequence[Stretch], worn: Sequence[Stretch]) -> GyroBias:
    """Bias of one sensor from still stretches, on the table if there are any.

    Parameters
    ----------
    placement
        Which sensor.
    rest, worn
        Verified still stretches on a table and on the body.
    """
    for stretches, source in ((rest, "table"), (worn, "worn")):
        if not stretches:
            continue
        if stretches[0].tracks[placement].has_quat:
            return GyroBias(np.zeros(3), RATE_SD_REST_DPS, "sensor")
        samples = np.vstack([s.rate(placement) for s in stretches])
        seconds = sum(s.window.end_s - s.window.start_s for s in stretches)
        sd = RATE_SD_REST_DPS if source == "table" else SWAY_DEG / max(seconds, 1.0)
        return GyroBias(samples.mean(axis=0), max(sd, RATE_SD_REST_DPS), source)
    return GyroBias(np.zeros(3), RATE_SD_UNKNOWN_DPS, "none")


def up_s(track: Track, window: Window) -> FloatArray:
    """Mean direction of up in the sensor's axes over a still ``window``, unit (3,)."""
    acc = track.acc(window)
    if np.isnan(acc).all():
        return qt.normalize(qt.rotate(qt.conjugate(track.quat(window)), UP_E).mean(axis=0))
    return qt.normalize(acc.mean(axis=0))


@dataclass(frozen=True, slots=True)
class CalibrationStretches:
    """Verified stretches of the session that calibrate."""

    rest: tuple[Stretch, ...] = ()
    neutral: tuple[Stretch, ...] = ()
    bow: tuple[Stretch, ...] = ()
    turn: tuple[Stretch, ...] = ()


def verified(announced: Sequence[tuple[Activity, Stretch]]) -> CalibrationStretches:
    """The announced calibration stretches, rest and neutral cut down to what was really still.

    A stretch that holds no still second is left out.
    """

    def of(activity: Activity) -> list[Stretch]:
        return [s for a, s in announced if a is activity and len(s.window)]

    rest = [s for s in map(_still_part, of(Activity.CALIBRATION_REST)) if s is not None]
    neutral = []
    for stretch in of(Activity.CALIBRATION_NEUTRAL):
        bias = {p: gyro_bias(p, rest, ()).bias_rad_s for p in stretch.tracks} if rest else None
        still = _still_part(stretch, bias)
        neutral += [still] if still is not None else []
    return CalibrationStretches(
        rest=tuple(rest),
        neutral=tuple(neutral),
        bow=tuple(of(Activity.CALIBRATION_BOW)),
        turn=tuple(of(Activity.CALIBRATION_TURN)),
    )


def _still_part(
    stretch: Stretch, bias: Mapping[Placement, FloatArray] | None = None
) -> Stretch | None:
    pairs = [(t, bias[p] if bias else None) for p, t in stretch.tracks.items()]
    runs = still_runs(pairs, stretch.window)
    return Stretch(stretch.tracks, runs[0]) if runs else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything the rest of fusion needs to know about how the sensors are worn.

    ``axes`` are the body axes x, y, z in each sensor's own axes, rows of a (3, 3) array; ``ml``
    tells whether x and z are known (gravity alone gives only y). ``common_sd_dps`` is how fast (SD)
    the wearer as a whole may have turned while the biases were taken: it is in all of them.
    ``gravity_sd_deg`` is by how much (SD) an accelerometer's own bias tips what it takes for up.
    """

    result: CalibrationResult
    bias: Mapping[Placement, GyroBias]
    axes: Mapping[Placement, FloatArray]
    ml: Mapping[Placement, bool]
    common_sd_dps: float = 0.0
    gravity_sd_deg: float = USUAL_GRAVITY_SD_DEG


def calibrate(
    stretches: CalibrationStretches, setup: Setup, fallback: Stretch | None = None
) -> Calibration:
    """Calibrate all sensors of a session.

    Parameters
    ----------
    stretches
        From :func:`verified`.
    setup
        Sensors worn and their known mounting, if any.
    fallback
        A still stretch for the long axis where no neutral was announced.

    Raises
    ------
    CalibrationError
        If nothing tells which way is up the spine.
    """
    neutral = stretches.neutral or ((fallback,) if fallback else ())
    bias = {p: gyro_bias(p, stretches.rest, neutral) for p in setup.chain}
    fits = {p: _fit(p, stretches.bow, neutral, setup.mounting.get(p), bias[p]) for p in setup.chain}
    flags = [flag for fit in fits.values() for flag in fit.flags]
    if not stretches.neutral:
        words = (
            "No still neutral was recorded before the drill; the first still second of the drill "
            "is taken as neutral."
        )
        flags.append(Flag("no_neutral", words))
    if any(fit.method == "gravity" for fit in fits.values()):
        words = (
            "Neither bows nor the sensors' mounting are known: axial rotation is measured from "
            "gravity alone, side bend and flexion are not."
        )
        flags.append(Flag("no_bow", words))
    axes = {p: fit.axes for p, fit in fits.items()}
    ml = {p: fit.method != "gravity" for p, fit in fits.items()}
    gates = gate_flags(stretches, axes, ml, {p: b.bias_rad_s for p, b in bias.items()})
    flags += gates
    reasons = {p: (*fits[p].flags, *(g for g in gates if g.placement is p)) for p in fits}
    sensors = {
        p: PlacementCalibration(
            placement=p,
            method=fit.method,
            verdict=Verdict.DOUBTFUL if reasons[p] else Verdict.GOOD,
            q_sb=qt.from_axes(*fit.axes),
            gyr_bias_rad_s=bias[p].bias_rad_s,
            sd_deg=fit.sd_deg,
            reasons=tuple(flag.code for flag in reasons[p]),
        )
        for p, fit in fits.items()
    }
    verdict = Verdict.DOUBTFUL if flags else Verdict.GOOD
    return Calibration(
        result=CalibrationResult(verdict, sensors, tuple(flags)),
        bias=bias,
        axes=axes,
        ml=ml,
        common_sd_dps=0.0 if stretches.rest or stretches.neutral else UNASKED_TURN_DPS,
        gravity_sd_deg=_gravity_sd_deg([*stretches.rest, *neutral], setup),
    )


def _gravity_sd_deg(still: Sequence[Stretch], setup: Setup) -> float:
    """Tilt (SD, °) by the accelerometers' biases, from how far they are off gravity when still.

    Each shows only the part of its bias that points up; together they tell its size.
    """
    off = [s.off_gravity(p) for s in still for p in setup.chain]
    known = [x for x in off if np.isfinite(x)]
    var = GRAVITY_WEIGHT * np.radians(USUAL_GRAVITY_SD_DEG) ** 2 + np.sum(np.square(known))
    return float(np.degrees(np.sqrt(var / (GRAVITY_WEIGHT + len(known)))))


@dataclass(frozen=True, slots=True)
class _Fit:
    method: str
    axes: FloatArray
    sd_deg: float
    flags: tuple[Flag, ...] = ()


def _fit(
    placement: Placement,
    bows: Sequence[Stretch],
    neutral: Sequence[Stretch],
    mounting: Mounting | None,
    bias: GyroBias,
) -> _Fit:
    """Body axes of one sensor by the best method that its data allow."""
    ups = [s.up_s(placement) for s in _nearest_first(neutral, bows)]
    doubts = _mounting_doubts(placement, ups, mounting)
    if doubts:
        mounting = None
    upright = _upright(ups, mounting)
    if not upright:
        if mounting is None:
            raise CalibrationError(
                "nobody kept still long enough to find which way is up the spine: record at least "
                "two still seconds, or give the sensors' mounting in session.json"
            )
        return _Fit("mounting", _axes(mounting.cranial_s, mounting.anterior_s), MOUNTING_SD_DEG)
    # The neutral next to the bows is the tall one; a drill's own may be slumped.
    y = upright[0]
    bow = _bow_forward(placement, bows, y, bias.bias_rad_s) if bows else None
    if bow is not None and not bow.problems:
        axes = _axes(y, bow.forward)
        if mounting is not None and _angle_deg(axes[0], mounting.anterior_s) > MOUNTING_OFF_DEG:
            doubts = (_mismatch(placement, "the bow went another way than forward"),)
        return _Fit("bow", axes, BOW_SD_DEG, doubts)
    problems = bow.problems if bow else ()
    flags = (*doubts, *(Flag(code, words, placement) for code, words in problems))
    if mounting is not None:
        return _Fit("mounting", _axes(y, mounting.anterior_s), MOUNTING_SD_DEG, flags)
    all_fours = [up for up in ups if _angle_deg(up, y) > UPRIGHT_DEG]
    if all_fours:
        return _Fit("all_fours", _axes(y, -np.mean(all_fours, axis=0)), BOW_SD_DEG, flags)
    if bow is not None and bow.usable:
        return _Fit("bow", _axes(y, bow.forward), 3 * BOW_SD_DEG, flags)
    return _Fit("gravity", _axes(y, _any_perpendicular(y)), GRAVITY_SD_DEG, flags)


def _mounting_doubts(
    placement: Placement, ups: Sequence[FloatArray], mounting: Mounting | None
) -> tuple[Flag, ...]:
    """Whether gravity contradicts the mounting: at no neutral was up where it says, nor dorsal."""
    if mounting is None or not ups:
        return ()
    off_deg = min(_angle_deg(up, mounting.cranial_s) for up in ups)
    dorsal_deg = min(_angle_deg(up, -mounting.anterior_s) for up in ups)
    if min(off_deg, dorsal_deg) < MOUNTING_OFF_DEG:
        return ()
    if off_deg > UPSIDE_DOWN_DEG:
        words = (
            f"The {_name(placement)} sensor sits upside down for its mounting in session.json: "
            "what gravity says is used instead."
        )
        return (Flag("sensor_upside_down", words, placement),)
    return (_mismatch(placement, f"at the neutral its upper edge was {off_deg:.0f}° off upright"),)


def _mismatch(placement: Placement, why: str) -> Flag:
    words = (
        f"The {_name(placement)} sensor does not sit as its mounting in session.json says ({why}): "
        "the mounting is not used."
    )
    return Flag("mounting_mismatch", words, placement)


def _name(placement: Placement) -> str:
    return placement.value.replace("_", " ")


def _nearest_first(neutral: Sequence[Stretch], bows: Sequence[Stretch]) -> list[Stretch]:
    """Neutrals in order of their distance in time from the first bow, or as they came.

    The tall neutral comes before the bow; one after it may be another posture's.
    """
    if not bows:
        return list(neutral)
    bow = bows[0].window

    def distance(still: Stretch) -> float:
        before, after = bow.first - still.window.end, still.window.first - bow.end
        return max(before, after + AFTER_BOW_S * GRID_HZ if after > 0 else 0)

    return sorted(neutral, key=distance)


def _upright(ups: Sequence[FloatArray], mounting: Mounting | None) -> list[FloatArray]:
    """The neutrals taken upright: those like the first, or like the known mounting."""
    if not ups:
        return []
    like = ups[0] if mounting is None else mounting.cranial_s
    return [up for up in ups if _angle_deg(up, like) < UPRIGHT_DEG]


@dataclass(frozen=True, slots=True)
class _Bow:
    """Forward direction (3,) in sensor axes as the bows show it, and what speaks against it."""

    forward: FloatArray
    usable: bool
    problems: tuple[tuple[str, str], ...]


def _bow_forward(
    placement: Placement, bows: Sequence[Stretch], y: FloatArray, bias: FloatArray
) -> _Bow:
    tilted = np.vstack([_tilted_up(s.tracks[placement], s.window, y) for s in bows])
    if len(tilted) < GRID_HZ / 2:
        words = (
            f"The bow was too small (less than {MIN_BOW_TILT_DEG:.0f}°): bow slowly to about 40°."
        )
        return _Bow(_any_perpendicular(y), False, (("bow_too_small", words),))
    # Gravity's tilt tells forward from backward; the principal axis of the rate is more exact.
    forward = -(tilted - (tilted @ y)[:, None] * y).mean(axis=0)
    rate = np.vstack([s.rate(placement) for s in bows]) - bias
    rate = rate[qt.length(rate) > np.radians(MIN_BOW_RATE_DPS)]
    if len(rate) < GRID_HZ / 2:
        return _Bow(forward, True, ())
    values, vectors = np.linalg.eigh(rate.T @ rate)
    z = vectors[:, -1]
    z = z if z @ qt.cross(forward, y) > 0 else -z
    problems = []
    ratio = values[-1] / values.sum()
    if ratio < MIN_BOW_EIGEN_RATIO:
        problems.append(
            (
                "bow_not_planar",
                f"The bow was not straight forward (only {ratio:.0%} of it about "
                "one axis): repeat it slowly, without turning or leaning.",
            )
        )
    oblique = abs(90.0 - _angle_deg(z, y))
    if oblique > MAX_BOW_OBLIQUITY_DEG:
        problems.append(
            (
                "bow_oblique",
                f"The bow's axis lies {oblique:.0f}° off level: sit tall for the "
                "neutral, then bow straight forward.",
            )
        )
    return _Bow(qt.cross(y, z), True, tuple(problems))


def _tilted_up(track: Track, window: Window, y: FloatArray) -> FloatArray:
    """Directions of up (m, 3) in sensor axes while the sensor was clearly tilted."""
    acc = track.acc(window)
    if np.isnan(acc).all():
        up = qt.rotate(qt.conjugate(track.quat(window)), UP_E)
    else:
        n = min(len(acc), int(GRID_HZ / 2))
        total = np.cumsum(np.vstack([np.zeros((1, 3)), acc]), axis=0)
        up = qt.normalize(total[n:] - total[:-n]) if n else acc
    return np.asarray(up[up @ y < np.cos(np.radians(MIN_BOW_TILT_DEG))])


def _axes(y: FloatArray, forward: FloatArray) -> FloatArray:
    """Rows x, y, z (3, 3): ``y`` as it is, x the part of ``forward`` across it."""
    x = qt.normalize(forward - (forward @ y) * y)
    return np.vstack([x, y, qt.cross(x, y)])


def _any_perpendicular(y: FloatArray) -> FloatArray:
    return np.asarray(np.eye(3)[int(np.argmin(np.abs(y)))])


def _angle_deg(a: FloatArray, b: FloatArray) -> float:
    return float(
        np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))
    )
