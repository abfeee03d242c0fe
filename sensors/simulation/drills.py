"""The two drills as a wearer does them, with what goes wrong between repetitions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from sensors.samples import Activity
from sensors.simulation.activities import (
    Marker,
    Script,
    fidget,
    go_to,
    neutral,
    neutral_pose,
    put_on,
)
from sensors.simulation.track import Move, Phase, Pose

if TYPE_CHECKING:
    from collections.abc import Generator

    from sensors.simulation.activities import Scene
    from sensors.simulation.wearer import SideStyle


class Distractor(StrEnum):
    """What a wearer may do in a drill that is no repetition."""

    SIDE_BEND = "side_bend"
    FORWARD_BEND = "forward_bend"
    PAUSE_AWAY = "pause_away"
    MISSED_RETURN = "missed_return"
    POSTURE_CHANGE = "posture_change"
    BODY_TURN = "body_turn"


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """How a drill is to go.

    Attributes
    ----------
    drill
        Seated or quadruped rotation.
    duration_s
        After this the wearer stops at the next neutral; infinite = until told.
    pace
        Speed of everything: 0.25 = four times as slow.
    reps_per_set
        Repetitions to one side before the other's turn, on all fours.
    neutral_s
        Length of the still neutral announced before the drill; 0 = none, the drill opens with
        2 s of stillness instead.
    moving_s
        How long into that neutral the wearer still moves about.
    distractors
        Things done between repetitions, in this order, spread over the drill.
    """

    drill: Activity
    duration_s: float = float("inf")
    pace: float = 1.0
    reps_per_set: int = 8
    neutral_s: float = 4.0
    moving_s: float = 0.0
    distractors: tuple[Distractor, ...] = ()


def drill(scene: Scene, plan: DrillPlan) -> Script:
    """Take the posture of the drill, keep still, repeat until time is up or told to stop."""
    yield from put_on(scene)
    home = neutral_pose(scene, plan.drill)
    yield from go_to(scene, home)
    if plan.neutral_s > 0.0:
        yield from neutral(scene, plan.neutral_s, home, plan.moving_s)
    yield Marker(plan.drill, begins=True)
    until_s = scene.now_s + plan.duration_s - _CLOSING_S
    if plan.neutral_s <= 0.0:
        yield from fidget(scene, home, plan.moving_s)
        yield Move(home, 2.0)
    yield from _repetitions(scene, plan, home, until_s)
    yield Move(scene.pose, _CLOSING_S)
    yield Marker(plan.drill, begins=False)


_CLOSING_S = 2.0


def _repetitions(scene: Scene, plan: DrillPlan, home: Pose, until_s: float) -> Script:
    due = _due(plan, scene)
    rep = 0
    while scene.now_s < until_s and not scene.stopping:
        rep += 1
        number, side = _set_and_side(plan, rep)
        if plan.drill is Activity.QUADRUPED and number > 1 and (rep - 1) % plan.reps_per_set == 0:
            yield Move(scene.pose, 4.0)
        distractor = due.pop(rep, None)
        missed = distractor is Distractor.MISSED_RETURN
        yield from _repetition(scene, plan, home, rep, number, side, missed)
        if distractor is not None and not missed:
            home = yield from _distract(scene, home, distractor)


def _set_and_side(plan: DrillPlan, rep: int) -> tuple[int, int]:
    """Set number and side (+1 left): alternating when seated, set by set on all fours."""
    if plan.drill is Activity.QUADRUPED:
        number = 1 + (rep - 1) // plan.reps_per_set
        return number, -1 if number % 2 else 1
    return 1, -1 if rep % 2 else 1


def _due(plan: DrillPlan, scene: Scene) -> dict[int, Distractor]:
    """After which repetition each distractor comes."""
    style = scene.wearer.style(plan.drill)
    rep_s = (style.out_s + style.hold_s + style.return_s + style.rest_s) / plan.pace
    count = len(plan.distractors)
    spacing = 4.0 if np.isinf(plan.duration_s) else plan.duration_s / rep_s / (count + 1)
    return {
        max(round((place + 1) * spacing), place + 1): distractor
        for place, distractor in enumerate(plan.distractors)
    }


def _repetition(
    scene: Scene, plan: DrillPlan, home: Pose, rep: int, number: int, side: int, missed: bool
) -> Script:
    wearer, rng = scene.wearer, scene.rng
    style = wearer.style(plan.drill)
    out_s, hold_s, return_s, rest_s = (
        seconds * float(np.exp(rng.normal(0.0, wearer.tempo_scatter))) / plan.pace
        for seconds in (style.out_s, style.hold_s, style.return_s, style.rest_s)
    )
    turned = _turned(scene, style.left if side > 0 else style.right, home, rep, side)
    back = _missed_neutral(scene, home)
    if missed:
        back = _between(home, turned, 0.35)

    def move(pose: Pose, seconds: float, phase: Phase) -> Move:
        return Move(pose, seconds, phase, rep, number, side)

    yield move(turned, out_s, Phase.OUT)
    for pose, seconds in _hold(scene, home, turned, hold_s):
        yield move(pose, seconds, Phase.HOLD)
    yield move(back, return_s, Phase.RETURN)
    yield Move(back, rest_s)


def _turned(scene: Scene, style: SideStyle, home: Pose, rep: int, side: int) -> Pose:
    """Pose at the end of range of one repetition."""
    wearer, rng = scene.wearer, scene.rng
    weaker = max(1.0 - wearer.fatigue * (rep - 1), 0.6)
    scatter = float(np.clip(rng.normal(1.0, wearer.amplitude_scatter), 0.8, 1.2))
    spine_deg = side * style.thoracolumbar_deg * weaker * scatter
    share = float(np.clip(style.lumbar_share + rng.normal(0.0, wearer.share_scatter), 0.03, 0.6))
    pelvis = style.pelvis_share * float(np.exp(rng.normal(0.0, wearer.pelvis_scatter)))
    pelvis = min(pelvis, 0.5)
    lumbar_deg, thoracic_deg = share * spine_deg, (1.0 - share) * spine_deg
    return replace(
        home,
        pelvis_axial_deg=home.pelvis_axial_deg + spine_deg * pelvis / (1.0 - pelvis),
        lumbar_axial_deg=home.lumbar_axial_deg + lumbar_deg,
        lumbar_lateral_deg=home.lumbar_lateral_deg - style.lumbar_lateral * lumbar_deg,
        lumbar_flexion_deg=home.lumbar_flexion_deg + style.lumbar_flexion * abs(lumbar_deg),
        thoracic_axial_deg=home.thoracic_axial_deg + thoracic_deg,
        thoracic_lateral_deg=home.thoracic_lateral_deg - style.thoracic_lateral * thoracic_deg,
        thoracic_flexion_deg=home.thoracic_flexion_deg + style.thoracic_flexion * abs(thoracic_deg),
        effort=1.0,
    )


def _missed_neutral(scene: Scene, home: Pose) -> Pose:
    """Where the wearer takes neutral to be after a repetition."""
    wearer = scene.wearer
    spine_deg, lateral_deg, flexion_deg = wearer.neutral_sd_deg * scene.rng.normal(size=3)
    pelvis_deg = wearer.pelvis_neutral_sd_deg * scene.rng.normal()
    share = wearer.seated.left.lumbar_share
    return replace(
        home,
        pelvis_axial_deg=home.pelvis_axial_deg + pelvis_deg,
        lumbar_axial_deg=home.lumbar_axial_deg + share * spine_deg,
        thoracic_axial_deg=home.thoracic_axial_deg + (1.0 - share) * spine_deg,
        thoracic_lateral_deg=home.thoracic_lateral_deg + 0.4 * lateral_deg,
        thoracic_flexion_deg=home.thoracic_flexion_deg + 0.4 * flexion_deg,
    )


def _hold(scene: Scene, home: Pose, turned: Pose, hold_s: float) -> list[tuple[Pose, float]]:
    """Stay at the end of range; now and then push once more, or bounce there."""
    rng = scene.rng
    chance, further, bounce_deg = rng.random(), rng.uniform(0.04, 0.08), rng.uniform(1.0, 3.0)
    half_s = rng.uniform(0.25, 0.5)
    if chance < scene.wearer.second_push:
        pushed = _between(home, turned, 1.0 + further)
        return [(turned, 0.4 * hold_s), (pushed, 0.5), (pushed, 0.4 * hold_s)]
    if chance < scene.wearer.second_push + scene.wearer.bounce:
        reach_deg = max(abs(turned.thoracic_axial_deg - home.thoracic_axial_deg), 1.0)
        eased = _between(home, turned, 1.0 - bounce_deg / reach_deg)
        return [(eased, half_s), (turned, half_s)] * 2 + [(turned, 0.5 * hold_s)]
    return [(turned, hold_s)]


def _between(home: Pose, turned: Pose, weight: float) -> Pose:
    """Pose on the way from ``home`` (weight 0) through ``turned`` (weight 1)."""
    names = Pose.__dataclass_fields__
    mixed = {
        name: getattr(home, name) + weight * (getattr(turned, name) - getattr(home, name))
        for name in names
    }
    return Pose(**mixed)


def _distract(
    scene: Scene, home: Pose, distractor: Distractor
) -> Generator[Move | Marker, None, Pose]:
    """Do something that is no repetition; returns the neutral from then on."""
    rng, side = scene.rng, float(scene.rng.choice((-1.0, 1.0)))
    here = scene.pose
    if distractor is Distractor.POSTURE_CHANGE:
        lean_deg = side * rng.uniform(5.0, 10.0)
        home = replace(
            home,
            pitch_deg=home.pitch_deg + lean_deg,
            lumbar_flexion_deg=home.lumbar_flexion_deg - 0.5 * lean_deg,
        )
        yield Move(home, 1.5)
    elif distractor is Distractor.BODY_TURN:
        home = replace(home, heading_deg=home.heading_deg + side * rng.uniform(40.0, 90.0))
        yield Move(home, 3.0)
    else:
        away = _away(scene, here, distractor, side)
        yield Move(away, 1.5)
        yield Move(away, 3.0 if distractor is Distractor.PAUSE_AWAY else 0.6)
        yield Move(home, 1.5)
    yield Move(home, 1.0)
    return home


def _away(scene: Scene, here: Pose, distractor: Distractor, side: float) -> Pose:
    rng = scene.rng
    if distractor is Distractor.SIDE_BEND:
        bend_deg = side * rng.uniform(15.0, 25.0)
        return replace(
            here,
            pelvis_lateral_deg=0.1 * bend_deg,
            lumbar_lateral_deg=here.lumbar_lateral_deg + 0.5 * bend_deg,
            thoracic_lateral_deg=here.thoracic_lateral_deg + 0.5 * bend_deg,
        )
    if distractor is Distractor.FORWARD_BEND:
        return replace(
            here,
            pitch_deg=here.pitch_deg + rng.uniform(15.0, 25.0),
            lumbar_flexion_deg=here.lumbar_flexion_deg + rng.uniform(8.0, 15.0),
        )
    return replace(here, thoracic_axial_deg=here.thoracic_axial_deg + side * rng.uniform(8.0, 11.0))
