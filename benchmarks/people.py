"""People as they are: 50 Hz, bends between the turns, slips, bad starts, losses, missed returns.

Each person is drawn with a mixture of what goes wrong. Counted are repetitions missed and added,
slips and bad starts that were told, and false alarms; measured is the angle that is left over when
the person keeps still at the end of the drill.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.errors import FusionError
from fusion.pipeline import analyze_session
from fusion.results import ANGLES
from fusion.setup import Setup
from sensors.samples import Activity
from sensors.simulation.drills import Distractor
from sensors.simulation.session import THREE_SENSORS, TWO_SENSORS, simulate_session
from sensors.simulation.severity import SEVERITIES
from sensors.simulation.unit import Slip

if TYPE_CHECKING:
    from fusion.results import DrillResult, SessionResult
    from sensors.samples import Placement
    from sensors.simulation.session import SimulatedSession
    from sensors.simulation.truth import DrillTruth

FIRST_SEED = 20_000
RATE_HZ = 50.0
CLOSING_S = 1.0
START_CODES = {
    "neutral_in_motion",
    "neutral_not_still",
    "start_in_motion",
    "neutral_from_drill",
    "no_still_second",
}
_TURN = ANGLES.index("thoracolumbar")


@dataclass(frozen=True, slots=True)
class Person:
    """What one person does, drawn from a seed."""

    seed: int
    drill: Activity
    sensors: int
    severity: str
    loss: float
    distractors: tuple[Distractor, ...]
    slip: Slip | None
    start_in_motion: bool
    announced: bool

    @classmethod
    def draw(cls, seed: int) -> Person:
        """The person with this seed."""
        rng = np.random.default_rng(seed)
        many = int(rng.integers(1, 5))
        slips = rng.random() < 0.3
        angle = rng.uniform(8.0, 15.0)
        direction = rng.normal(size=3)
        x, y, z = (angle * direction / np.linalg.norm(direction)).tolist()
        slip = Slip(THREE_SENSORS[rng.integers(3)], float(rng.uniform(60.0, 100.0)), (x, y, z))
        return cls(
            seed=seed,
            drill=(Activity.SEATED, Activity.QUADRUPED)[seed % 2],
            sensors=2 if rng.random() < 0.3 else 3,
            severity=("mild", "main", "harsh")[rng.choice(3, p=[0.3, 0.5, 0.2])],
            loss=float(rng.choice([0.0, 0.01, 0.05])),
            distractors=tuple(rng.choice(list(Distractor), many).tolist()),
            slip=slip if slips else None,
            start_in_motion=bool(rng.random() < 0.3),
            announced=bool(rng.random() < 0.7),
        )

    @property
    def worn(self) -> tuple[Placement, ...]:
        """Placements that this person wears."""
        return THREE_SENSORS if self.sensors == 3 else TWO_SENSORS

    def simulate(self, minutes: float) -> SimulatedSession:
        """What their sensors sent."""
        severity = replace(SEVERITIES[self.severity], loss=self.loss)
        return simulate_session(
            seed=self.seed,
            drills=(self.drill,),
            placements=self.worn,
            minutes_per_drill=minutes,
            rate_hz=RATE_HZ,
            severity=severity,
            distractors=tuple(Distractor(d) for d in self.distractors),
            slips=(self.slip,) if self.slip else (),
            start_in_motion=self.start_in_motion,
            # On all fours something must have shown which way is up the spine.
            with_neutral=self.announced or self.drill is Activity.QUADRUPED,
            with_bow=self.announced,
            with_turn=self.announced,
            with_drill_neutral=self.announced,
        )

    def __str__(self) -> str:
        """One line that says what was drawn."""
        what = [d.replace("_", " ") for d in self.distractors]
        if self.slip:
            what.append(f"slip {self.slip.placement} at {self.slip.t_s:.0f} s")
        if self.start_in_motion:
            what.append("starts in motion")
        if not self.announced:
            what.append("nothing announced")
        drill = "seated" if self.drill is Activity.SEATED else "all fours"
        head = f"{self.seed} {drill}, {self.sensors} sensors, {self.severity}"
        return f"{head}, {self.loss:.0%} lost: {', '.join(what)}"


@dataclass(frozen=True, slots=True)
class Found:
    """How one person's session came out; ``refused`` says why it did not."""

    missed: int = 0
    added: int = 0
    true: int = 0
    left_over_deg: float = 0.0
    slip: bool = False
    start: bool = False
    refused: str = ""


def examine(person: Person, minutes: float = 2.0, *, live: bool = False) -> Found:
    """Simulate a person, analyse the session and compare."""
    session = person.simulate(minutes)
    truth = session.truth.drills[0]
    try:
        result = analyze_session(
            Setup(tuple(session.blocks)), session.blocks, session.events, live=live
        )
    except FusionError as error:
        return Found(true=len(truth.reps), missed=len(truth.reps), refused=str(error))
    drill = result.drills[0]
    codes = _codes(result)
    return Found(
        *_counts(drill, truth),
        true=len(truth.reps),
        left_over_deg=_left_over_deg(drill, truth),
        slip="slip" in codes,
        start=bool(codes & START_CODES),
    )


def run(count: int, minutes: float, *, live: bool = False, every: bool = False) -> bool:
    """Print what came of ``count`` people; false where repetitions were miscounted too often."""
    people = [Person.draw(FIRST_SEED + i) for i in range(count)]
    found = []
    for person in people:
        found.append(examine(person, minutes, live=live))
        bad = found[-1].missed or found[-1].added or found[-1].left_over_deg > 3.0
        if every or bad or found[-1].refused:
            print(f"{person}\n    {_line(found[-1])}", flush=True)
    true = sum(f.true for f in found)
    missed, added = (sum(getattr(f, name) for f in found) for name in ("missed", "added"))
    slipped = [f for p, f in zip(people, found, strict=True) if p.slip and _worn(p)]
    steady = [f for p, f in zip(people, found, strict=True) if not p.slip]
    moving = [f for p, f in zip(people, found, strict=True) if p.start_in_motion]
    left = [f.left_over_deg for f in found if not f.refused]
    print(f"\n{count} people, {true} repetitions: {missed} missed, {added} added")
    print(f"slips told {sum(f.slip for f in slipped)}/{len(slipped)}, ", end="")
    print(f"told without one {sum(f.slip for f in steady)}/{len(steady)}")
    print(f"bad starts told {sum(f.start or bool(f.refused) for f in moving)}/{len(moving)}")
    print(f"refused {sum(bool(f.refused) for f in found)}")
    print(f"left over at the end: median {np.median(left):.1f}°, worst {max(left):.1f}°")
    return bool(missed + added <= 0.02 * true)


def _worn(person: Person) -> bool:
    assert person.slip is not None
    return person.slip.placement in person.worn


def _codes(result: SessionResult) -> set[str]:
    flags = (*result.flags, *result.calibration.flags, *(f for d in result.drills for f in d.flags))
    return {flag.code for flag in flags}


def _counts(drill: DrillResult, truth: DrillTruth) -> tuple[int, int]:
    """Repetitions missed and added; one found must peak within a true one to the same side.

    Not near its peak: a hold of seconds is flat.
    """
    left = [(r.side.value, r.peak_s) for r in drill.reps]
    missed = 0
    for rep in truth.reps:
        near = [f for f in left if f[0] == rep.side and rep.start_s <= f[1] <= rep.end_s]
        if near:
            left.remove(min(near, key=lambda f: abs(f[1] - rep.peak_s)))
        else:
            missed += 1
    return missed, len(left)


def _left_over_deg(drill: DrillResult, truth: DrillTruth) -> float:
    """Error of the thoracolumbar angle over the last still second, °."""
    found = drill.frames.t_s > drill.end_s - CLOSING_S
    true = truth.t_s > drill.end_s - CLOSING_S
    at_end = float(np.nanmedian(drill.frames.angles_deg[found, _TURN]))
    return abs(at_end - float(np.median(truth.angles_deg[true, _TURN])))


def _line(found: Found) -> str:
    if found.refused:
        return f"refused: {found.refused}"
    text = f"{found.true} repetitions, {found.missed} missed, {found.added} added; "
    text += f"{found.left_over_deg:.1f}° left over"
    told = [name for name in ("slip", "start") if getattr(found, name)]
    return text + (f"; told: {', '.join(told)}" if told else "")
