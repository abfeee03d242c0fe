"""A simulated wearer who does what is asked, chunk by chunk and without end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sensors.samples import Activity, ImuBlock, Placement
from sensors.simulation import activities
from sensors.simulation.drills import DrillPlan, drill
from sensors.simulation.imu import draw_imu
from sensors.simulation.performer import Change, Performer
from sensors.simulation.severity import MAIN, Severity
from sensors.simulation.wearer import DrillStyle, SideStyle, Wearer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.simulation.activities import Script

_AHEAD_S = 0.05
_KEPT_S = 2.0
_NEUTRAL_S = 3.5
_ASKEW = 0.7
"""Part of a clumsy bow that goes aside."""

DEMO_WEARER = Wearer(
    seated=DrillStyle(
        left=SideStyle(44.0, 0.24, 0.08, -0.12, -0.08, 0.08, -0.04),
        right=SideStyle(39.0, 0.26, 0.11, -0.12, -0.08, 0.08, -0.04),
        pitch_deg=2.0,
        out_s=1.7,
        hold_s=1.1,
        return_s=1.7,
        rest_s=1.0,
    ),
    quadruped=DrillStyle(
        left=SideStyle(46.0, 0.22, 0.06, -0.12, 0.05, 0.08, -0.04),
        right=SideStyle(42.0, 0.24, 0.08, -0.12, 0.05, 0.08, -0.04),
        pitch_deg=-2.0,
        out_s=1.7,
        hold_s=1.0,
        return_s=1.7,
        rest_s=0.9,
    ),
    tall_pitch_deg=0.5,
    lumbar_axis_tilt_deg=-3.0,
    thoracic_axis_tilt_deg=4.0,
    pelvis_lag_s=0.05,
    sway_pelvis_deg=0.35,
    sway_joint_deg=0.2,
    breathing_hz=0.23,
    breathing_thorax_deg=0.7,
    breathing_lumbar_deg=0.2,
    tremor_hz=7.0,
    tremor_deg=0.05,
    neutral_sd_deg=1.2,
    pelvis_neutral_sd_deg=0.5,
    amplitude_scatter=0.04,
    share_scatter=0.02,
    pelvis_scatter=0.2,
    tempo_scatter=0.06,
    fatigue=0.001,
    second_push=0.06,
)
"""A person who moves well: 5–6 s per repetition, a little stiffer to the right."""

DEMO = (Activity.CALIBRATION_NEUTRAL, Activity.CALIBRATION_BOW, Activity.SEATED)
"""What the demonstration begins with on its own."""


@dataclass(frozen=True, slots=True)
class LiveChunk:
    """What the sensors measured in the next bit of time.

    Attributes
    ----------
    blocks
        Samples of each sensor, on one clock that began at 0 with the wearer.
    changes
        Activities that began or ended meanwhile, in order.
    """

    blocks: dict[Placement, ImuBlock]
    changes: tuple[Change, ...]


class LiveWearer:
    """A wearer with sensors who performs what is asked, endless, causal and without seams.

    The same seed and the same requests at the same times give the same samples, however long the
    chunks are. All sensors sample at multiples of ``1 / rate_hz``; nothing is lost on the way and
    clocks are true: that is for whoever sends the samples.

    Parameters
    ----------
    seed
        Of everything random.
    severity
        Magnitudes of sensor errors. Radio, clocks and missed neutrals in it are not used.
    placements
        Where sensors are worn.
    rate_hz
        Sampling rate.
    wearer
        Who.
    script
        Activities performed one after another from the start, until something is asked; a drill
        among them goes on without end.
    clumsy
        Steps of the calibration that are done badly the first time: restless, or askew.
    """

    def __init__(
        self,
        seed: int,
        severity: Severity = MAIN,
        placements: Sequence[Placement] = tuple(Placement),
        rate_hz: float = 100.0,
        *,
        wearer: Wearer = DEMO_WEARER,
        script: Sequence[Activity] = (),
        clumsy: Sequence[Activity] = (),
    ) -> None:
        motion, *sensors = np.random.SeedSequence(seed).spawn(1 + len(Placement))
        self._performer = Performer(wearer, np.random.default_rng(motion))
        self._rate_hz = rate_hz
        timed = replace(severity, unsynchronised=False, clock_skew_ppm=0.0)
        self._imus = {
            placement: draw_imu(self._performer.body, placement, timed, rate_hz, sensor)
            for placement, sensor in zip(Placement, sensors, strict=True)
            if placement in placements
        }
        self._clumsy = set(clumsy)
        self._taken = 0
        self._now_s = 0.0
        for activity in script:
            self._performer.add(self._script(activity))

    @property
    def now_s(self) -> float:
        """Time up to which samples were given (s)."""
        return self._now_s

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ask the wearer to do something else now; ``None`` = stop and stay there.

        A drill under way ends with its repetition, a calibration at once. A drill begins with
        taking its posture and keeping still. A neutral is taken in the posture of the drill
        ``posture``, else sitting tall, or on all fours where the wearer already is. A mark asks
        nothing of the wearer.
        """
        if activity is Activity.MARK:
            return
        self._performer.stop()
        if activity is not None:
            self._performer.add(self._script(activity, posture))

    def next_chunk(self, duration_s: float) -> LiveChunk:
        """Give the samples and changes of the next ``duration_s`` seconds (> 0)."""
        self._now_s += duration_s
        self._performer.plan_until(self._now_s + _AHEAD_S)
        until = int(np.floor(self._now_s * self._rate_hz + 1e-6)) + 1
        count, self._taken = until - self._taken, until
        blocks = {placement: imu.take(count) for placement, imu in self._imus.items()}
        self._performer.scene.track.forget_before(self._now_s - _KEPT_S)
        return LiveChunk(blocks, self._due_changes())

    def _script(self, activity: Activity, posture: Activity | None = None) -> Script:
        scene = self._performer.scene
        badly = activity in self._clumsy
        self._clumsy.discard(activity)
        if activity is Activity.CALIBRATION_REST:
            return activities.rest(scene)
        if activity is Activity.CALIBRATION_NEUTRAL:
            pose = None if posture is None else activities.neutral_pose(scene, posture)
            moving_s = _NEUTRAL_S if badly else 0.0
            return activities.neutral(scene, _NEUTRAL_S, pose, moving_s)
        if activity is Activity.CALIBRATION_BOW:
            return activities.bow(scene, askew=_ASKEW if badly else 0.0)
        if activity is Activity.CALIBRATION_TURN:
            return activities.turn(scene)
        return drill(scene, DrillPlan(activity, neutral_s=_NEUTRAL_S))

    def _due_changes(self) -> tuple[Change, ...]:
        changes = self._performer.changes
        due = tuple(change for change in changes if change.t_s <= self._now_s)
        del changes[: len(due)]
        return due
