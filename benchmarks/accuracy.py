"""Accuracy on simulated sessions that were not used for tuning, beside other filters."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from benchmarks.peers import prepare, ways
from benchmarks.scoring import SHOWN, Score, drift_deg_per_min, rms, score
from fusion.pipeline import analyze_session
from fusion.setup import Setup
from sensors.samples import Activity
from sensors.simulation.session import THREE_SENSORS, TWO_SENSORS, simulate_session
from sensors.simulation.severity import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sensors.samples import FloatArray
    from sensors.simulation.session import SimulatedSession

FIRST_SEED = 2000
CONDITIONS = (("main", 1.0), ("mild", 1.0), ("harsh", 1.0), ("main", 0.25))
DRILLS = {"seated": Activity.SEATED, "all fours": Activity.QUADRUPED}


def run(
    count: int,
    minutes: float,
    jobs: int = 1,
    *,
    drills: Sequence[str] = tuple(DRILLS),
    conditions: Sequence[tuple[str, float]] = CONDITIONS,
    alone: bool = False,
) -> None:
    """Print all tables over ``count`` sessions per line, each of ``minutes`` per drill.

    ``conditions`` are severities, each with the pace of the drill (1 = usual). ``alone`` leaves out
    the other filters, which take nine tenths of the time.
    """
    print(f"{count} sessions a line, {minutes:g} min each, seeds from {FIRST_SEED}.")
    print("Mean RMS error in degrees; in brackets the worst session.\n")
    print_head("severity, sensors, mode")
    peers: dict[str, list[Measured]] = {}
    with _mapped(jobs) as mapped:
        for drill in drills:
            for severity, pace in conditions:
                wanted = [
                    Wanted(drill, severity, pace, FIRST_SEED + i, minutes, alone=alone)
                    for i in range(count)
                ]
                measured = mapped(measure, wanted)
                for label in measured[0].scores:
                    print_line(drill, label, [m.scores[label] for m in measured])
                if measured[0].peers:
                    peers[drill] = measured
    if not peers:
        return
    print("\nThe same sessions (main, three sensors) without the drift model:\n")
    print_head("orientation by")
    for drill, measured in peers.items():
        for name in measured[0].peers:
            drift = np.mean([m.peers[name].drift for m in measured], axis=0)
            notes = "  drift °/min " + "/".join(f"{x:.2f}" for x in drift)
            _row(drill, name, np.array([m.peers[name].rms_deg for m in measured]), notes)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One simulated session of one drill."""

    drill: str
    severity: str
    pace: float
    seed: int
    minutes: float
    alone: bool = False

    def simulate(self) -> SimulatedSession:
        """The session, with three sensors."""
        return simulate_session(
            seed=self.seed,
            drills=(DRILLS[self.drill],),
            placements=THREE_SENSORS,
            minutes_per_drill=self.minutes,
            severity=SEVERITIES[self.severity],
            pace=self.pace,
        )


@dataclass(frozen=True, slots=True)
class PeerScore:
    """RMS error (4,) of :data:`SHOWN` in °, and size (4,) of its drift in °/min."""

    rms_deg: FloatArray
    drift: FloatArray


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out for one session, by what is printed in front of it."""

    scores: dict[str, Score]
    peers: dict[str, PeerScore]


def measure(wanted: Wanted) -> Measured:
    """Analyse one session with three sensors and without the one at T12, offline and live."""
    return measured_of(wanted, wanted.simulate())


def measured_of(wanted: Wanted, session: SimulatedSession) -> Measured:
    """The same for a session that is there already."""
    usual = wanted.severity == "main" and wanted.pace == 1.0
    scores = {}
    for placements in (THREE_SENSORS, TWO_SENSORS):
        for live in (False, True) if usual else (False,):
            mode = "live" if live else "offline"
            pace = "" if wanted.pace == 1.0 else f", pace {wanted.pace:g}"
            worn = replace(session, blocks={p: session.blocks[p] for p in placements})
            label = f"{wanted.severity}, {len(placements)}, {mode}{pace}"
            scores[label] = _score(worn, live=live)
    return Measured(scores, peer_scores(session) if usual and not wanted.alone else {})


def peer_scores(session: SimulatedSession) -> dict[str, PeerScore]:
    """Every peer on one session."""
    prepared = prepare(session)
    scores = {}
    for name, way in ways().items():
        error = way(prepared)
        scores[name] = PeerScore(rms(error), drift_deg_per_min(prepared.t_s, error))
    return scores


def _score(session: SimulatedSession, *, live: bool) -> Score:
    setup = Setup(tuple(session.blocks))
    result = analyze_session(setup, session.blocks, session.events, live=live)
    return score(result.drills[0], session.truth.drills[0])


Map: TypeAlias = "Callable[[Callable[[Wanted], Measured], list[Wanted]], list[Measured]]"


@contextmanager
def _mapped(
    jobs: int,
) -> Iterator[Callable[[Callable[[Wanted], Measured], list[Wanted]], list[Measured]]]:
    """A map that works on ``jobs`` processors."""
    if jobs == 1:
        yield lambda work, items: [work(item) for item in items]
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield lambda work, items: list(pool.map(work, items))


def print_head(what: str) -> None:
    """Print what stands above the lines."""
    columns = " ".join(f"{name:>15}" for name in SHOWN)
    print(f"{'drill':10} {what:28} {columns}")


def print_line(drill: str, label: str, scores: Sequence[Score], more: str = "") -> None:
    """Print what some sessions came to, together, with ``more`` to say behind it."""
    true, found = np.sum([s.reps for s in scores], axis=0)
    exact = sum(s.exact for s in scores)
    peaks = np.concatenate([s.peak_s for s in scores])
    shares = [e for s in scores for e in s.share_error]
    covered = np.mean([s.covered for s in scores], axis=0)
    sd = np.mean([s.sd_deg for s in scores], axis=0)
    rms = np.array([s.rms_deg for s in scores])
    worst = (rms.max(axis=0) / rms.mean(axis=0)).max()
    notes = (
        f"  worst {worst:.1f} × mean, reps {found}/{true}, exact {exact}/{len(scores)}, peak p95 "
        f"{np.percentile(peaks, 95):.2f} s, shares ±{np.mean(shares):.3f}, interval holds "
        + "/".join(f"{c:.0%}" for c in covered)
        + ", sd "
        + "/".join(f"{x:.2f}" for x in sd)
    )
    _row(drill, label, rms, notes + more)


def _row(drill: str, label: str, errors: np.ndarray, notes: str) -> None:
    cells = " ".join(
        f"{mean:7.2f} ({worst:5.2f})"
        for mean, worst in zip(errors.mean(axis=0), errors.max(axis=0), strict=True)
    )
    print(f"{drill:10} {label:28} {cells}{notes}", flush=True)
