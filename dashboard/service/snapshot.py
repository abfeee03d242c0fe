"""The snapshot: everything a viewer shows but the frames, as ``docs/live_stream.md`` lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.messages import ALL_FOURS_WORDS, FUSION_FAILED, guide_words
from dashboard.service.describe import (
    describe_calibration,
    describe_cue,
    describe_flags,
    describe_plainly,
    describe_rep,
    describe_shares,
    describe_wizard,
)
from dashboard.service.steps import CALIBRATION_STEPS, DRILLS
from dashboard.service.wizard import ACTIVITY_OF, CalibrationStep, StepState
from sensors.drivers.base import LinkState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.service.engine import Engine
    from fusion.results import Flag


def describe(engine: Engine, now_s: float, more_doubts: Sequence[Flag] = ()) -> dict[str, object]:
    """Describe the engine's session at ``now_s`` (the source's clock).

    ``more_doubts`` speak against the calibration beside the engine's own. What only the service
    knows (versions, viewers, analysis, failure) is for the service to add.
    """
    running = engine.activity is not None
    return {
        "type": "snapshot",
        "state": state_of(engine),
        "activity": engine.activity,
        "activity_s": round(now_s - engine.activity_since_s, 1) if running else 0.0,
        "session_s": round(now_s - engine.origin_s, 1),
        "recording": describe_recording(engine, now_s),
        "marks": list(engine.marks),
        "sensors": describe_sensors(engine, now_s),
        "guide": _guide(engine, now_s),
        "wizard": describe_wizard(engine.tutor.wizard) if engine.tutor.wizard is not None else None,
        "calibration_doubts": describe_plainly([*_doubts(engine, now_s), *more_doubts]),
        "reps": [describe_rep(rep) for rep in engine.fuser.reps],
        **_fused(engine),
    }


def state_of(engine: Engine) -> str:
    """Tell the state of the session in one word."""
    if engine.activity in DRILLS:
        return "drill"
    checking = engine.tutor.wizard is not None and engine.tutor.wizard.state is StepState.CHECKING
    if engine.activity in CALIBRATION_STEPS or engine.guide is not None or checking:
        return "calibrating"
    if engine.ended:
        return "ended"
    if all(link.state is LinkState.CONNECTING for link in engine.links.values()):
        return "connecting"
    return "idle"


def describe_recording(engine: Engine, now_s: float) -> dict[str, object] | None:
    """Describe the running recording; ``None`` if there is none."""
    recorder = engine.recorder
    if recorder is None:
        return None
    return {
        "name": recorder.path.parent.name if recorder.path else None,
        "seconds": round(now_s - engine.recording_since_s, 1),
        "bytes": recorder.size_bytes,
        "state": recorder.state,
        "error": recorder.error,
        "remark": recorder.remark,
    }


def describe_sensors(engine: Engine, now_s: float) -> list[object]:
    """Describe each sensor."""
    fuser = engine.fuser
    return [
        link.describe(now_s, fuser.statistics(sensor), fuser.loss(sensor))
        for sensor, link in engine.links.items()
    ]


def _guide(engine: Engine, now_s: float) -> dict[str, object] | None:
    """What the wearer is led through: a calibration's steps as one plan, others by themselves."""
    guide, wizard = engine.guide, engine.tutor.wizard
    led = wizard is not None and wizard.state in {StepState.RUNNING, StepState.CHECKING}
    if guide is None and not led:
        return None
    plan = {"steps": list(guide.steps), "step": guide.index} if guide is not None else {}
    if led and wizard is not None:
        steps = [ACTIVITY_OF[step] for step in wizard.steps]
        plan = {"steps": [*steps, *wizard.then], "step": wizard.index}
    if guide is None or guide.done:
        return plan | {"phase": "check", "remaining_s": None, "done": None, "words": ""}
    remaining_s = guide.remaining_s(now_s)
    words = guide_words(engine.activity or guide.activity)
    if led and wizard is not None and wizard.step is CalibrationStep.ALL_FOURS:
        words = ALL_FOURS_WORDS
    progress = wizard.progress if led and wizard is not None else None
    return plan | {
        "phase": guide.phase,
        "remaining_s": None if remaining_s is None else round(remaining_s, 1),
        "done": None if progress is None else round(progress.done, 2),
        "words": words,
    }


def _doubts(engine: Engine, now_s: float) -> list[Flag]:
    status = engine.fuser.status
    return engine.validity.doubts(now_s, status.flags if status is not None else ())


def _fused(engine: Engine) -> dict[str, object]:
    """Describe what fusion knows; with nothing known yet, say so field by field."""
    status = engine.fuser.status
    failed: list[object] = []
    if engine.fuser.failed:
        failed = [{"code": "fusion_failed", "words": FUSION_FAILED, "placement": None}]
    if status is None:
        return {
            "neutral_known": False,
            "calibration": None,
            "drill": None,
            "set": None,
            "split_source": None,
            "set_shares": None,
            "cue": None,
            "flags": failed,
        }
    return {
        "neutral_known": status.neutral_known,
        "calibration": describe_calibration(status.calibration) if status.calibration else None,
        "drill": status.drill,
        "set": status.set,
        "split_source": status.split_source,
        "set_shares": describe_shares(status.set_shares) if status.set_shares else None,
        "cue": describe_cue(status.cue) if status.cue else None,
        "flags": [*describe_flags(status.flags), *failed],
    }
