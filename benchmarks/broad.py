"""Recorded sensors against optical truth: trials of the BROAD benchmark, alone and in pairs.

BROAD (Laidig, Caruso, Cereatti & Seel 2021, doi:10.3390/data6070072, CC BY 4.0) has one sensor and
optics. Two trials played as pelvis and upper back give a relative rotation with real noise and a
truth. Nobody in them returns to a neutral or does a drill, so the heading model finds nothing to
hold on to: these tables compare orientation, not separation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from benchmarks.filters import PEERS, Samples, torso_live, torso_offline
from fusion.pipeline import analyze_session
from fusion.results import ANGLES
from fusion.setup import Mounting, Setup
from sensors.samples import Activity, Event, ImuBlock, Placement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "broad"
REST_S = (2.0, 10.0)
FIRST_S = 11.0
"""Before this nobody moves, in any trial."""

MOST_SWING_DEG = 90.0
"""Beyond it, rotation about a line that was upright at neutral means little."""

MOUNTED = Mounting("x", "z")
FILTERS: dict[str, Callable[[Samples], FloatArray]] = {
    "torso, offline": torso_offline,
    "torso, live": torso_live,
    **PEERS,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One recorded trial: samples, optical orientation (NaN where not seen), what counts."""

    name: str
    samples: Samples
    optical: FloatArray
    counts: npt.NDArray[np.bool_]

    @property
    def t_s(self) -> FloatArray:
        """(n,) seconds."""
        return np.arange(len(self.optical)) / self.samples.rate_hz


@dataclass(frozen=True, slots=True)
class TrialScore:
    """Errors of one filter on one trial: RMS in °, heading zeroed before, and its drift."""

    inclination_deg: float
    heading_deg: float
    drift: float


@dataclass(frozen=True, slots=True)
class PairScore:
    """Errors of the relative axial rotation of one pair; ``covered`` where intervals are given."""

    rms_deg: float
    drift: float
    covered: float | None = None


def trials(folder: Path = FOLDER) -> list[Trial]:
    """All trials of a folder.

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    found = [_load(path) for path in sorted(folder.glob("*.npz"))]
    if not found:
        raise FileNotFoundError(
            f"no BROAD trials in {folder}: name the folder that holds them (*.npz with gyr, acc, "
            "opt_quat, movement, fs)"
        )
    return found


def score_trial(trial: Trial, q_es: FloatArray) -> TrialScore:
    """Orientations (n, 4) of one trial against the optics, by BROAD's definitions."""
    error = _rotation(q_es) * _rotation(trial.optical).inv()
    z, w = error.as_quat()[:, 2:].T
    counts = trial.counts & np.isfinite(trial.optical).all(axis=1)
    heading = np.degrees(np.unwrap(2.0 * np.arctan2(z, w), period=2.0 * np.pi))
    inclination = np.degrees(2.0 * np.arccos(np.clip(np.hypot(w, z), 0.0, 1.0)))
    start = int(np.argmax(trial.counts))
    before = heading[start - int(trial.samples.rate_hz) : start]
    heading = heading - np.mean(before)
    slope = np.polynomial.polynomial.polyfit(trial.t_s[counts] / 60.0, heading[counts], 1)[1]
    return TrialScore(_rms(inclination[counts]), _rms(heading[counts]), abs(float(slope)))


def score_pair(
    pelvis: Trial, upper: Trial, q_es: dict[str, tuple[FloatArray, FloatArray]]
) -> dict[str, PairScore]:
    """The whole of torso, and every filter's orientations, on two trials played as two sensors."""
    n = min(len(pelvis.optical), len(upper.optical)) - int(0.1 * pelvis.samples.rate_hz)
    t_s = pelvis.t_s[:n]
    truth, swing = relative_deg([_rotation(t.optical)[:n] for t in (pelvis, upper)], t_s)
    seen = [np.isfinite(t.optical[:n]).all(axis=1) for t in (pelvis, upper)]
    used = seen[0] & seen[1] & (swing < MOST_SWING_DEG) & (t_s > FIRST_S)
    out = {"torso, offline": _ours(pelvis, upper, t_s, truth, used, live=False)}
    out["torso, live"] = _ours(pelvis, upper, t_s, truth, used, live=True)
    for name, both in q_es.items():
        if name in out:
            continue
        found = [_rotation(q)[:n] for q in both]
        error = _wrapped(relative_deg(found, t_s)[0] - truth)
        out[name] = PairScore(_rms(error[used]), _drift(t_s[used], error[used]))
    return out


def relative_deg(turned: list[Rotation], t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Twist of ``D_P* ⊗ D_U`` about the spine line at rest, and the size of its swing, in °."""
    rest_rows = (t_s > REST_S[0]) & (t_s < REST_S[1])
    rest = [turn[rest_rows].mean() for turn in turned]
    forward = [r.apply([1.0, 0.0, 0.0]) for r in rest]
    heading = [np.arctan2(f[1], f[0]) for f in forward]
    same = Rotation.from_rotvec([0.0, 0.0, heading[0] - heading[1]])
    change = [turned[0] * rest[0].inv(), same * turned[1] * rest[1].inv() * same.inv()]
    axis = rest[0].apply([0.0, 0.0, 1.0]) + same.apply(rest[1].apply([0.0, 0.0, 1.0]))
    axis /= np.linalg.norm(axis)
    quat = (change[0].inv() * change[1]).as_quat()
    along = quat[:, :3] @ axis
    twist = 2.0 * np.arctan2(along, quat[:, 3])
    swing = 2.0 * np.arccos(np.clip(np.hypot(along, quat[:, 3]), 0.0, 1.0))
    return _wrapped(np.degrees(twist)), np.degrees(swing)


def _ours(
    pelvis: Trial,
    upper: Trial,
    t_s: FloatArray,
    truth: FloatArray,
    used: npt.NDArray[np.bool_],
    *,
    live: bool,
) -> PairScore:
    placements = (Placement.PELVIS, Placement.UPPER_BACK)
    both = dict(zip(placements, (pelvis, upper), strict=True))
    blocks = {p: ImuBlock(t.t_s, t.samples.acc, t.samples.gyr) for p, t in both.items()}
    events = (
        Event(REST_S[0], REST_S[1] - REST_S[0], Activity.CALIBRATION_NEUTRAL),
        Event(FIRST_S, float(t_s[-1]) - FIRST_S, Activity.SEATED),
    )
    setup = Setup(placements, mounting=dict.fromkeys(placements, MOUNTED))
    frames = analyze_session(setup, blocks, events, live=live).drills[0].frames
    column = ANGLES.index("thoracolumbar")
    at = np.clip(np.searchsorted(t_s, frames.t_s), 0, len(t_s) - 1)
    error = _wrapped(frames.angles_deg[:, column] - truth[at])
    keep = used[at] & np.isfinite(error)
    covered = np.abs(error[keep]) < 1.96 * frames.sd_deg[keep, 3]
    return PairScore(
        _rms(error[keep]), _drift(frames.t_s[keep], error[keep]), float(covered.mean())
    )


@dataclass(frozen=True, slots=True)
class Scores:
    """By filter: its scores on every trial, and on every pair of them."""

    alone: dict[str, list[TrialScore]]
    pairs: dict[str, list[PairScore]]


def measure(found: list[Trial]) -> Scores:
    """Every filter on every trial and on every pair of trials, the whole of torso on the pairs."""
    q_es = {n: [orient(t.samples) for t in found] for n, orient in FILTERS.items()}
    alone = {
        name: [score_trial(t, q) for t, q in zip(found, all_q, strict=True)]
        for name, all_q in q_es.items()
    }
    scored = [
        score_pair(found[i], found[j], {name: (q[i], q[j]) for name, q in q_es.items()})
        for i, j in combinations(range(len(found)), 2)
    ]
    return Scores(alone, {name: [pair[name] for pair in scored] for name in scored[0]})


def run(folder: Path = FOLDER) -> None:
    """Print both tables."""
    try:
        found = trials(folder)
    except FileNotFoundError as error:
        print(error)
        return
    scores = measure(found)
    print(f"{len(found)} BROAD trials, mean (worst): inclination °, heading °, drift °/min")
    for name, alone in scores.alone.items():
        columns = zip(*[(s.inclination_deg, s.heading_deg, s.drift) for s in alone], strict=True)
        cells = [f"{np.mean(values):7.2f} ({np.max(values):6.2f})" for values in columns]
        print(f"{name:28}", *cells)
    count = len(next(iter(scores.pairs.values())))
    print(f"\n{count} pairs of them, mean (worst): axial RMS °, drift °/min, interval holds")
    for name, pairs in scores.pairs.items():
        rms = [s.rms_deg for s in pairs]
        held = [s.covered for s in pairs if s.covered is not None]
        drift = np.mean([s.drift for s in pairs])
        interval = f"{np.mean(held):.0%}" if held else "none given"
        print(f"{name:28} {np.mean(rms):7.2f} ({np.max(rms):6.2f}) {drift:7.2f} {interval}")


def _load(path: Path) -> Trial:
    data = np.load(path)
    rate_hz = float(data["fs"])
    gyr, acc = (np.ascontiguousarray(data[key], dtype=float) for key in ("gyr", "acc"))
    rest = slice(int(REST_S[0] * rate_hz), int(REST_S[1] * rate_hz))
    samples = Samples(gyr, acc, gyr[rest].mean(axis=0), rate_hz)
    return Trial(path.stem, samples, data["opt_quat"].astype(float), data["movement"].astype(bool))


def _rotation(q: FloatArray) -> Rotation:
    """Orientations (n, 4) wxyz; the last one seen is held where there is none."""
    seen = np.isfinite(q).all(axis=1)
    rows = np.where(seen, np.arange(len(q)), int(np.argmax(seen)))
    return Rotation.from_quat(np.roll(q[np.maximum.accumulate(rows)], -1, axis=1))


def _wrapped(angle_deg: FloatArray) -> FloatArray:
    return (angle_deg + 180.0) % 360.0 - 180.0


def _drift(t_s: FloatArray, error_deg: FloatArray) -> float:
    return abs(float(np.polynomial.polynomial.polyfit(t_s / 60.0, error_deg, 1)[1]))


def _rms(x: FloatArray) -> float:
    return float(np.sqrt(np.mean(x**2)))
