"""What a wearer can be asked to do, as endless or finite sequences of moves.

Each activity is a generator of :class:`Move` and :class:`Marker`. It asks the :class:`Scene` for
the pose and time its moves have led to, and ends at the next repetition once it is told to stop,
so that the same code serves a written session and a wearer asked live.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sensors.samples import Activity
from sensors.simulation.track import Move, Pose, Track

if TYPE_CHECKING:
    import numpy as np

    from sensors.simulation.wearer import Wearer


@dataclass(frozen=True, slots=True)
class Marker:
    """An activity begins or ends here, as session events tell it."""

    activity: Activity
    begins: bool


Script = Iterator[Move | Marker]


@dataclass(slots=True)
class Scene:
    """Whom an activity moves, with what randomness, and whether it has been told to stop."""

    wearer: Wearer
    rng: np.random.Generator
    track: Track
    stopping: bool = False

    @property
    def pose(self) -> Pose:
        """Pose after all moves so far."""
        return self.track.pose

    @property
    def now_s(self) -> float:
        """Time at which all moves so far end."""
        return self.track.end_s


_ALL_FOURS_DEG = 60.0
"""Pitch of the pelvis beyond which a person is on hands and knees."""


def tall_pose(scene: Scene) -> Pose:
    """Return the pose of a person asked to sit tall, arms down, facing where they face."""
    return Pose(
        heading_deg=scene.pose.heading_deg,
        pitch_deg=scene.wearer.tall_pitch_deg,
        worn=scene.pose.worn,
    )


def neutral_pose(scene: Scene, drill: Activity) -> Pose:
    """Return the wearer's neutral of ``drill``, arms already in drill position."""
    style = scene.wearer.style(drill)
    if drill is Activity.QUADRUPED:
        return replace(
            tall_pose(scene), pitch_deg=90.0 + style.pitch_deg, forward_m=0.4, up_m=0.5, arms=1.0
        )
    return replace(
        tall_pose(scene),
        pitch_deg=style.pitch_deg,
        lumbar_flexion_deg=style.lumbar_slump_deg,
        thoracic_flexion_deg=style.thoracic_slump_deg,
        arms=1.0,
    )


def go_to(scene: Scene, pose: Pose) -> Script:
    """Get from any pose to ``pose``: at once where it is near, over a kneeling pose where not."""
    if pose == scene.pose:
        return
    if abs(pose.pitch_deg - scene.pose.pitch_deg) > _ALL_FOURS_DEG:
        kneeling = replace(
            tall_pose(scene), pitch_deg=45.0, lumbar_flexion_deg=15.0, forward_m=0.3, up_m=0.35
        )
        yield Move(kneeling, 2.0)
        yield Move(kneeling, 0.4)
        yield Move(pose, 2.2)
    else:
        yield Move(pose, 1.5)


def rest(scene: Scene, seconds: float = 6.0) -> Script:
    """Sensors lie still on a table, then are put on; taken off first where they are worn."""
    if scene.pose.worn > 0.0:
        yield Move(replace(scene.pose, worn=0.0), 4.0)
    yield Marker(Activity.CALIBRATION_REST, begins=True)
    yield Move(scene.pose, seconds)
    yield Marker(Activity.CALIBRATION_REST, begins=False)
    yield from put_on(scene)


def put_on(scene: Scene) -> Script:
    """Put the sensors on, where they are not."""
    if scene.pose.worn < 1.0:
        yield Move(replace(scene.pose, worn=1.0), 6.0)


def neutral(
    scene: Scene, seconds: float = 5.0, pose: Pose | None = None, moving_s: float = 0.0
) -> Script:
    """Go to ``pose`` and keep still, perhaps not from the start.

    Parameters
    ----------
    scene
        Who, and with what randomness.
    seconds
        Length of the announced calibration.
    pose
        Where to keep still; by default sitting tall, or on all fours where already there.
    moving_s
        How long into the announced calibration the wearer still moves about.
    """
    yield from put_on(scene)
    target = _where_to_keep_still(scene) if pose is None else pose
    yield from go_to(scene, target)
    yield Marker(Activity.CALIBRATION_NEUTRAL, begins=True)
    until_s = scene.now_s + seconds
    yield from fidget(scene, target, moving_s)
    yield Move(target, max(until_s - scene.now_s, 0.5))
    yield Marker(Activity.CALIBRATION_NEUTRAL, begins=False)


def _where_to_keep_still(scene: Scene) -> Pose:
    if scene.pose.pitch_deg > _ALL_FOURS_DEG:
        return neutral_pose(scene, Activity.QUADRUPED)
    return tall_pose(scene)


def fidget(scene: Scene, around: Pose, seconds: float) -> Script:
    """Move about restlessly, ending at ``around``; 0 s = not at all."""
    if seconds <= 0.0:
        return
    until_s = scene.now_s + seconds - 0.8
    while scene.now_s < until_s:
        turn, lean, bend, twist = scene.rng.normal(0.0, 8.0, 4)
        pose = replace(
            around,
            heading_deg=around.heading_deg + 2.0 * turn,
            pitch_deg=around.pitch_deg + lean,
            thoracic_lateral_deg=bend,
            thoracic_axial_deg=twist,
        )
        yield Move(pose, scene.rng.uniform(0.6, 1.0))
    yield Move(around, 0.8)


def bow(scene: Scene, count: int = 3, askew: float = 0.0) -> Script:
    """Bow slowly from the hips by about 40°, 5–10 % out of plane, and ``askew`` more."""
    yield from put_on(scene)
    upright = tall_pose(scene)
    yield from go_to(scene, upright)
    yield Marker(Activity.CALIBRATION_BOW, begins=True)
    yield Move(upright, 0.5)
    for _ in range(count):
        bent = _bent(scene, upright, 40.0 * scene.rng.normal(1.0, 0.08), askew)
        yield Move(bent, scene.rng.uniform(1.7, 2.1))
        yield Move(bent, 0.4)
        yield Move(upright, scene.rng.uniform(1.7, 2.1))
        yield Move(upright, 0.6)
    yield Marker(Activity.CALIBRATION_BOW, begins=False)


def _bent(scene: Scene, upright: Pose, angle_deg: float, askew: float) -> Pose:
    out_of_plane, side = scene.rng.uniform(0.05, 0.10), scene.rng.choice((-1.0, 1.0), 2)
    aside_deg = (out_of_plane + askew) * angle_deg * side
    return replace(
        upright,
        pitch_deg=upright.pitch_deg + 0.85 * angle_deg,
        lumbar_flexion_deg=0.10 * angle_deg,
        thoracic_flexion_deg=0.05 * angle_deg,
        pelvis_lateral_deg=0.7 * aside_deg[0],
        pelvis_axial_deg=0.7 * aside_deg[1],
    )


def turn(scene: Scene) -> Script:
    """Turn the trunk to the left, then to the right, by about 35°."""
    yield from put_on(scene)
    upright = tall_pose(scene)
    yield from go_to(scene, upright)
    yield Marker(Activity.CALIBRATION_TURN, begins=True)
    yield Move(upright, 0.5)
    for side in (1.0, -1.0):
        angle_deg = side * 35.0 * scene.rng.normal(1.0, 0.08)
        turned = replace(
            upright,
            pelvis_axial_deg=0.1 * angle_deg,
            lumbar_axial_deg=0.2 * angle_deg,
            thoracic_axial_deg=0.7 * angle_deg,
        )
        yield Move(turned, 1.6)
        yield Move(turned, 0.5)
        yield Move(upright, 1.6)
        yield Move(upright, 0.6)
    yield Marker(Activity.CALIBRATION_TURN, begins=False)
