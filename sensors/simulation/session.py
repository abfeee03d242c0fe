"""Whole simulated sessions: what the sensors sent, what was announced, what was true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sensors.samples import Activity, Event, ImuBlock, Placement
from sensors.simulation import activities
from sensors.simulation.drills import Distractor, DrillPlan, drill
from sensors.simulation.imu import draw_imu
from sensors.simulation.performer import Performer
from sensors.simulation.radio import received
from sensors.simulation.severity import MAIN, Severity
from sensors.simulation.truth import DrillTruth, Truth, drill_truth
from sensors.simulation.unit import Slip, draw_slips
from sensors.simulation.wearer import Wearer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.simulation.motion import Body

TWO_SENSORS = (Placement.PELVIS, Placement.UPPER_BACK)
THREE_SENSORS = (Placement.PELVIS, Placement.THORACOLUMBAR, Placement.UPPER_BACK)
BOTH_DRILLS = (Activity.SEATED, Activity.QUADRUPED)
_AFTER_S = 1.0
_NEUTRAL_S = 4.0
_MOVING_S = 3.0
"""Of the first announced neutral, 5 s long, when a session starts in motion."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What happens in a session.

    Attributes
    ----------
    drills
        In their order.
    minutes_per_drill
        Length of each.
    pace
        Speed of the drills: 0.25 = four times as slow.
    with_rest
        Whether the sensors lie on a table first.
    with_neutral, with_bow, with_turn
        Which calibrations are done before the first drill.
    with_drill_neutral
        Whether a still neutral is announced before each drill.
    start_in_motion
        Whether the wearer still moves for most of the first announced neutral, and, with none
        announced, before the first drill.
    distractors
        Things done between repetitions of each drill.
    reps_per_set
        Repetitions to one side before the other's turn, on all fours.
    """

    drills: tuple[Activity, ...] = BOTH_DRILLS
    minutes_per_drill: float = 4.0
    pace: float = 1.0
    with_rest: bool = True
    with_neutral: bool = True
    with_bow: bool = True
    with_turn: bool = True
    with_drill_neutral: bool = True
    start_in_motion: bool = False
    distractors: tuple[Distractor, ...] = ()
    reps_per_set: int = 8


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """A session as a logger would have kept it, and the truth beside it.

    Attributes
    ----------
    blocks
        One block per sensor: what arrived.
    events
        What was announced, in order.
    truth
        What an analysis should find.
    wearer, severity, plan
        Who, how bad, what.
    body
        The true motion of all segments at any time.
    rate_hz
        Sampling rate.
    """

    blocks: dict[Placement, ImuBlock]
    events: tuple[Event, ...]
    truth: Truth
    wearer: Wearer
    severity: Severity
    plan: SessionPlan
    body: Body
    rate_hz: float


def simulate_session(
    *,
    seed: int,
    drills: Sequence[Activity] = BOTH_DRILLS,
    placements: Sequence[Placement] = THREE_SENSORS,
    minutes_per_drill: float = 4.0,
    severity: Severity = MAIN,
    rate_hz: float = 100.0,
    pace: float = 1.0,
    with_rest: bool = True,
    with_neutral: bool = True,
    with_bow: bool = True,
    with_turn: bool = True,
    with_drill_neutral: bool = True,
    start_in_motion: bool = False,
    distractors: Sequence[Distractor] = (),
    slips: Sequence[Slip] = (),
    reps_per_set: int = 8,
    upper_back_level: str = "T2",
    wearer: Wearer | None = None,
) -> SimulatedSession:
    """Simulate one session of one wearer.

    The same arguments give the same session. The same seed gives the same person, movements and
    sensors whatever the placements, severity of sensors or rate: a session with two sensors is
    the one with three without the T12 sensor.

    Parameters
    ----------
    seed
        Of everything random.
    drills, minutes_per_drill, pace, with_rest, with_neutral, with_bow, with_turn
        See :class:`SessionPlan`.
    with_drill_neutral, start_in_motion, distractors, reps_per_set
        See :class:`SessionPlan`.
    placements
        Where sensors are worn.
    severity
        Magnitudes of all errors.
    rate_hz
        Sampling rate, 20 to 1000 Hz.
    slips
        Slips of sensors at given times, beside those the severity draws.
    upper_back_level
        Vertebra of the upper sensor, T1 to T4.
    wearer
        A given person instead of one drawn from the seed.
    """
    plan = SessionPlan(
        drills=tuple(drills),
        minutes_per_drill=minutes_per_drill,
        pace=pace,
        with_rest=with_rest,
        with_neutral=with_neutral,
        with_bow=with_bow,
        with_turn=with_turn,
        with_drill_neutral=with_drill_neutral,
        start_in_motion=start_in_motion,
        distractors=tuple(distractors),
        reps_per_set=reps_per_set,
    )
    person, motion, *units = np.random.SeedSequence(seed).spawn(2 + len(THREE_SENSORS))
    if wearer is None:
        wearer = Wearer.draw(
            np.random.default_rng(person),
            upper_back_level=upper_back_level,
            neutral_sd_deg=severity.neutral_sd_deg,
            pelvis_neutral_sd_deg=severity.pelvis_neutral_sd_deg,
        )
    performer = Performer(wearer, np.random.default_rng(motion), worn=not with_rest)
    perform(performer, plan)
    sensors = {
        placement: _Unit(performer, placement, severity, rate_hz, tuple(slips), unit)
        for placement, unit in zip(THREE_SENSORS, units, strict=True)
    }
    return SimulatedSession(
        blocks={placement: sensors[placement].record() for placement in placements},
        events=performer.events(),
        truth=Truth(
            drills=_drill_truths(performer),
            sensors={placement: unit.imu.truth for placement, unit in sensors.items()},
            upper_back_level=upper_back_level,
        ),
        wearer=wearer,
        severity=severity,
        plan=plan,
        body=performer.body,
        rate_hz=rate_hz,
    )


def perform(performer: Performer, plan: SessionPlan) -> None:
    """Let the wearer go through a whole session."""
    scene = performer.scene
    moving = plan.start_in_motion
    if plan.with_rest:
        performer.add(activities.rest(scene))
    if plan.with_neutral:
        performer.add(activities.neutral(scene, moving_s=_MOVING_S if moving else 0.0))
        moving = False
    if plan.with_bow:
        performer.add(activities.bow(scene))
    if plan.with_turn:
        performer.add(activities.turn(scene))
    for wanted in plan.drills:
        performer.add(drill(scene, _drill_plan(plan, wanted, moving=moving)))
        moving = False
    performer.run()
    performer.plan_until(scene.now_s + _AFTER_S)


def _drill_plan(plan: SessionPlan, wanted: Activity, *, moving: bool) -> DrillPlan:
    return DrillPlan(
        drill=wanted,
        duration_s=60.0 * plan.minutes_per_drill,
        pace=plan.pace,
        reps_per_set=plan.reps_per_set,
        neutral_s=_NEUTRAL_S if plan.with_drill_neutral else 0.0,
        moving_s=_MOVING_S - 1.0 if moving else 0.0,
        distractors=plan.distractors,
    )


def _drill_truths(performer: Performer) -> tuple[DrillTruth, ...]:
    events = performer.events()
    neutrals = tuple(e for e in events if e.activity is Activity.CALIBRATION_NEUTRAL)
    return tuple(
        drill_truth(performer.body, event, neutrals)
        for event in events
        if event.activity in BOTH_DRILLS
    )


class _Unit:
    """One sensor of a session with the radio between it and the logger."""

    def __init__(
        self,
        performer: Performer,
        placement: Placement,
        severity: Severity,
        rate_hz: float,
        slips: tuple[Slip, ...],
        seed: np.random.SeedSequence,
    ) -> None:
        sensor, radio, slipping = seed.spawn(3)
        self._end_s = performer.scene.now_s
        self._severity = severity
        self._rate_hz = rate_hz
        self._radio = np.random.default_rng(radio)
        drawn = draw_slips(np.random.default_rng(slipping), severity, placement, self._end_s)
        self.imu = draw_imu(performer.body, placement, severity, rate_hz, sensor, slips + drawn)

    def record(self) -> ImuBlock:
        """Everything that arrives from this sensor."""
        block = self.imu.take(int((self._end_s - self.imu.next_s) * self._rate_hz))
        loss, burst_s = self._severity.loss, self._severity.burst_s
        kept = received(self._radio, len(block), self._rate_hz, loss, burst_s)
        return ImuBlock(
            block.t_s[kept],
            block.acc[kept],
            block.gyr[kept],
            clipped=None if block.clipped is None else block.clipped[kept],
        )
