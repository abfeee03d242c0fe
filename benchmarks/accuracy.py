"""Accuracy on simulated sessions that were not used for tuning, beside other filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers import PEERS, peer_rms_deg
from benchmarks.scoring import SHOWN, Score, score
from fusion.pipeline import analyze_session
from fusion.setup import Setup
from sensors.samples import Activity
from sensors.simulation.session import THREE_SENSORS, TWO_SENSORS, simulate_session
from sensors.simulation.severity import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.simulation.session import SimulatedSession

FIRST_SEED = 1000
DRILLS = {"seated": Activity.SEATED, "all fours": Activity.QUADRUPED}


def run(count: int, minutes: float) -> None:
    """Print all tables over ``count`` sessions per line, each of ``minutes`` per drill."""
    print(f"{count} sessions a line, {minutes:g} min each, seeds from {FIRST_SEED}.")
    print("Mean RMS error in degrees; in brackets the worst session.\n")
    _head("severity, sensors, mode")
    for drill in DRILLS:
        for severity in ("main", "mild", "harsh"):
            for placements in (THREE_SENSORS, TWO_SENSORS):
                sessions = _sessions(drill, count, minutes, severity=severity, sensors=placements)
                modes = (False, True) if severity == "main" else (False,)
                for live in modes:
                    label = f"{severity}, {len(placements)}, {'live' if live else 'offline'}"
                    _line(drill, label, _scores(sessions, live=live))
        slow = _sessions(drill, count, minutes, pace=0.25)
        _line(drill, "main, 3, offline, pace 1/4", _scores(slow, live=False))
    print("\nThe same sessions (main, three sensors) without the drift model:\n")
    _head("orientation by")
    for drill in DRILLS:
        sessions = _sessions(drill, count, minutes)
        for name, orient in PEERS.items():
            errors = np.array([peer_rms_deg(session, orient) for session in sessions])
            _row(drill, name, errors, "")


def _sessions(
    drill: str,
    count: int,
    minutes: float,
    *,
    severity: str = "main",
    sensors: Sequence[object] = THREE_SENSORS,
    pace: float = 1.0,
) -> list[SimulatedSession]:
    return [
        simulate_session(
            seed=FIRST_SEED + i,
            drills=(DRILLS[drill],),
            placements=sensors,
            minutes_per_drill=minutes,
            severity=SEVERITIES[severity],
            pace=pace,
        )
        for i in range(count)
    ]


def _scores(sessions: Sequence[SimulatedSession], *, live: bool) -> list[Score]:
    scores = []
    for session in sessions:
        setup = Setup(tuple(session.blocks))
        result = analyze_session(setup, session.blocks, session.events, live=live)
        scores.append(score(result.drills[0], session.truth.drills[0]))
    return scores


def _head(what: str) -> None:
    columns = " ".join(f"{name:>15}" for name in SHOWN)
    print(f"{'drill':10} {what:28} {columns}")


def _line(drill: str, label: str, scores: Sequence[Score]) -> None:
    true, found = np.sum([s.reps for s in scores], axis=0)
    exact = sum(s.exact for s in scores)
    peaks = np.concatenate([s.peak_s for s in scores])
    shares = [e for s in scores for e in s.share_error]
    covered = np.mean([s.covered for s in scores], axis=0)
    sd = np.mean([s.sd_deg for s in scores], axis=0)
    notes = (
        f"  reps {found}/{true}, exact {exact}/{len(scores)}, peak p95 "
        f"{np.percentile(peaks, 95):.2f} s, shares ±{np.mean(shares):.3f}, interval holds "
        + "/".join(f"{c:.0%}" for c in covered)
        + ", sd "
        + "/".join(f"{x:.2f}" for x in sd)
    )
    _row(drill, label, np.array([s.rms_deg for s in scores]), notes)


def _row(drill: str, label: str, errors: np.ndarray, notes: str) -> None:
    cells = " ".join(
        f"{mean:7.2f} ({worst:5.2f})"
        for mean, worst in zip(errors.mean(axis=0), errors.max(axis=0), strict=True)
    )
    print(f"{drill:10} {label:28} {cells}{notes}", flush=True)
