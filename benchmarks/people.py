"""People as they are: 50 Hz, bends between the turns, slips, bad starts, losses, missed returns.

Each person is drawn with a mixture of what goes wrong. Counted are repetitions missed and added,
slips told of the right sensor, bad starts told, and false alarms; measured is the angle that is
left over when the person keeps still at the end of the drill.
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
    from collections.abc import Sequence

    from fusion.results import DrillResult, SessionResult
    from sensors.samples import Placement
    from sensors.simulation.session import SimulatedSession
    from sensors.simulation.truth import DrillTruth

FIRST_SEED = 20_000
RATE_HZ = 50.0
CLOSING_S = 1.0
SLIP_DEG = (5.0, 20.0)
SLIDES_S = (1.0, 3.0)
BEFORE_S, AFTER_S = 10.0, 15.0
"""A slip is to be told if so much of the drill lies before and after it: two or three returns."""

SIZES_DEG = (8.0, 12.0)
"""Limits between small, middling and large slips."""

START_CODES = {
    "neutral_in_motion",
    "neutral_not_still",
    "start_in_motion",
    "neutral_from_drill",
    "no_still_second",
}
_WORDS = {Activity.SEATED: "seated", Activity.QUADRUPED: "all fours"}
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
    def draw(cls, seed: int, minutes: float = 2.0) -> Person:
        """The person with this seed, whose drill lasts ``minutes``."""
        rng = np.random.default_rng(seed)
        many = int(rng.integers(1, 6))
        sensors = 2 if rng.random() < 0.3 else 3
        return cls(
            seed=seed,
            drill=(Activity.SEATED, Activity.QUADRUPED)[seed % 2],
            sensors=sensors,
            severity=("mild", "main", "harsh")[rng.choice(3, p=[0.3, 0.5, 0.2])],
            loss=float(rng.choice([0.0, 0.01, 0.02, 0.05])),
            distractors=tuple(rng.choice(list(Distractor), many).tolist()),
            slip=_draw_slip(rng, sensors, minutes) if rng.random() < 0.4 else None,
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
            size = np.linalg.norm(self.slip.rotvec_deg)
            what.append(f"slip {self.slip.placement} by {size:.0f}° at {self.slip.t_s:.0f} s")
        if self.start_in_motion:
            what.append("starts in motion")
        if not self.announced:
            what.append("nothing announced")
        head = f"{self.seed} {_WORDS[self.drill]}, {self.sensors} sensors, {self.severity}"
        return f"{head}, {self.loss:.0%} lost: {', '.join(what)}"


@dataclass(frozen=True, slots=True)
class Found:
    """How one person's session came out; ``refused`` says why it did not.

    ``slipped`` are the sensors of which it was said; of a slip that is ``due`` it had to be.
    """

    missed: int = 0
    added: int = 0
    true: int = 0
    left_over_deg: float = 0.0
    slipped: frozenset[Placement] = frozenset()
    due: bool = False
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
    slip_s = person.slip.t_s if person.slip else -np.inf
    return Found(
        *_counts(drill, truth),
        true=len(truth.reps),
        left_over_deg=_left_over_deg(drill, truth),
        slipped=frozenset(f.placement for f in drill.flags if f.code == "slip" and f.placement),
        due=drill.start_s + BEFORE_S < slip_s < drill.end_s - AFTER_S,
        start=bool(_codes(result) & START_CODES),
    )


def run(
    count: int,
    minutes: float,
    *,
    live: bool = False,
    every: bool = False,
    first_seed: int = FIRST_SEED,
) -> bool:
    """Print what came of ``count`` people; false where repetitions were miscounted too often."""
    people = [Person.draw(first_seed + i, minutes) for i in range(count)]
    found = []
    for person in people:
        found.append(examine(person, minutes, live=live))
        bad = found[-1].missed or found[-1].added or found[-1].left_over_deg > 3.0
        if every or bad or found[-1].refused or _wrong(person, found[-1]):
            print(f"{person}\n    {_line(found[-1])}", flush=True)
    true = sum(f.true for f in found)
    missed, added = (sum(getattr(f, name) for f in found) for name in ("missed", "added"))
    moving = [f for p, f in zip(people, found, strict=True) if p.start_in_motion]
    left = [f.left_over_deg for f in found if not f.refused]
    print(f"\n{count} people, {true} repetitions: {missed} missed, {added} added")
    _print_slips(list(zip(people, found, strict=True)))
    print(f"bad starts told {sum(f.start or bool(f.refused) for f in moving)}/{len(moving)}")
    print(f"refused {sum(bool(f.refused) for f in found)}")
    print(f"left over at the end: median {np.median(left):.1f}°, worst {max(left):.1f}°")
    return bool(missed + added <= 0.02 * true)


def _print_slips(examined: Sequence[tuple[Person, Found]]) -> None:
    """How many slips were told (up to 8°, to 12°, above), and how many that were none."""
    steady = [f for p, f in examined if not p.slip]
    print(f"slips told without one {sum(bool(f.slipped) for f in steady)}/{len(steady)}")
    for drill in (Activity.SEATED, Activity.QUADRUPED):
        for sensors in (3, 2):
            slips = [
                (p.slip, f)
                for p, f in examined
                if p.slip and f.due and (p.drill, p.sensors) == (drill, sensors)
            ]
            by_size: list[list[bool]] = [[] for _ in range(len(SIZES_DEG) + 1)]
            for slip, f in slips:
                size = int(np.searchsorted(SIZES_DEG, np.linalg.norm(slip.rotvec_deg)))
                by_size[size].append(slip.placement in f.slipped)
            told = ", ".join(f"{sum(each)}/{len(each)}" for each in by_size)
            left = [f.left_over_deg for slip, f in slips if slip.placement in f.slipped]
            after = f"; left over after them {np.median(left):.1f}°" if left else ""
            print(f"slips told, {_WORDS[drill]}, {sensors} sensors: {told}{after}")


def _wrong(person: Person, found: Found) -> bool:
    slipped = {person.slip.placement} if person.slip else set()
    return bool(found.slipped - slipped) or (found.due and not found.slipped)


def _draw_slip(rng: np.random.Generator, sensors: int, minutes: float) -> Slip:
    """Of any sensor about any axis at any time, at once or over seconds."""
    worn = THREE_SENSORS if sensors == 3 else TWO_SENSORS
    direction = rng.normal(size=3)
    x, y, z = (rng.uniform(*SLIP_DEG) * direction / np.linalg.norm(direction)).tolist()
    slides = {"over_s": float(rng.uniform(*SLIDES_S))} if rng.random() < 0.5 else {}
    # The first half minute and more is preparation.
    t_s = float(rng.uniform(30.0, 30.0 + 60.0 * minutes))
    return Slip(worn[rng.integers(len(worn))], t_s, (x, y, z), **slides)


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
    told = [f"slip {placement}" for placement in sorted(found.slipped)]
    told += ["start"] if found.start else []
    return text + (f"; told: {', '.join(told)}" if told else "")
