"""The calibration step by step: what is judged, repeated, remembered, and when it is too old."""

import json

import numpy as np
import pytest

from dashboard.forward import nameless
from dashboard.service.remembered import (
    OTHERWISE_DEG,
    Remembered,
    remembered,
    sits_otherwise,
    usual_turns,
)
from dashboard.service.steps import RefusedError
from dashboard.service.validity import AWAY_S, OLD_S, Validity
from dashboard.service.wizard import (
    FUSED_S,
    NO_VERDICT,
    PATIENCE_S,
    CalibrationStep,
    StepState,
    Wizard,
)
from fusion.calibration_steps import StepVerdict
from fusion.results import CalibrationResult, Flag, PlacementCalibration, Verdict
from sensors.drivers.base import LinkChange, LinkState
from sensors.drivers.simulated import SimulatedSource
from sensors.samples import Activity, Placement, SensorId
from sessions.library import open_library
from tests.dashboard.test_engine import Played, at_rest

GOOD = StepVerdict(0.0, ())
CROOKED = StepVerdict(0.0, (Flag("bow_oblique", "Crooked."), Flag("bow_oblique", "Again.")))
UPPER_BACK = Placement.UPPER_BACK


def test_what_went_well_is_kept_and_only_what_failed_waits():
    wizard = Wizard("quick")
    for verdict in (GOOD, CROOKED):
        wizard.begin()
        wizard.check(10.0)
        assert not wizard.judge(None, 10.1, 10.1)
        wizard.judge(verdict, 10.2, 10.2)
    assert wizard.states == [StepState.GOOD, StepState.FAILED]
    assert [flag.sentence for flag in wizard.reasons[1]] == ["Crooked."]
    assert wizard.step is CalibrationStep.BOW
    wizard.begin()
    wizard.check(20.0)
    assert wizard.judge(GOOD, 20.1, 20.1)
    assert wizard.finished


@pytest.mark.parametrize("times", [(0.1, FUSED_S + 0.1), (PATIENCE_S + 0.1, 0.0)])
def test_a_verdict_that_never_comes_is_a_failure(times):
    wizard = Wizard("quick")
    wizard.begin()
    wizard.check(0.0)
    assert not wizard.judge(None, *times)
    assert wizard.state is StepState.FAILED
    assert wizard.reasons[0] == (NO_VERDICT,)


def test_steps_left_out_and_steps_given_up():
    wizard = Wizard("whole")
    wizard.skip()
    wizard.begin()
    wizard.stop()
    assert wizard.states[:2] == [StepState.SKIPPED, StepState.FAILED]
    wizard.skip()
    wizard.pass_over()
    assert wizard.step is CalibrationStep.TURN


def test_a_demonstration_goes_on_whatever_the_verdict():
    wizard = Wizard("quick", (Activity.SEATED,))
    wizard.begin()
    wizard.check(0.0)
    assert wizard.judge(CROOKED, 0.1, 0.1)
    assert wizard.states[0] is StepState.FAILED


@pytest.fixture
async def clumsy(tmp_path):
    played = Played(tmp_path)
    bow = (Activity.CALIBRATION_BOW,)
    played.source = SimulatedSource(seed=1, script=(), speed=None, origin_s=500.0, clumsy=bow)
    async with played:
        yield played


async def test_a_crooked_bow_is_told_on_the_way_and_mended_by_itself(clumsy):
    await clumsy.play(1.0)
    clumsy.obey("calibrate", path="quick")
    await clumsy.play(60, until=lambda engine: engine.tutor.wizard.state is StepState.FAILED)
    wizard = clumsy.snapshot()["wizard"]
    assert [step["state"] for step in wizard["steps"]] == ["good", "failed"]
    assert wizard["steps"][1]["reasons"][0]["code"] == "bow_not_planar"
    assert wizard["progress"]["hint"]["code"] == "bow_not_planar"
    assert clumsy.snapshot()["state"] == "idle"
    with pytest.raises(RefusedError, match="from the start"):
        clumsy.obey("repeat", step="turn")

    clumsy.obey("repeat", step="bow")
    await clumsy.play(60, until=lambda engine: engine.tutor.wizard.finished)
    snapshot = clumsy.snapshot()
    assert snapshot["calibration"]["verdict"] == "good"
    assert snapshot["calibration_doubts"] == []
    clumsy.obey("record")
    clumsy.obey("stop")
    # What is kept announces one neutral and one bow, the straight one.
    from sensors.recording import read_recording

    events = read_recording(clumsy.engine.closed[0]).events
    assert [e.activity for e in events] == [Activity.CALIBRATION_NEUTRAL, Activity.CALIBRATION_BOW]
    clumsy.obey("begin", activity=Activity.SEATED)
    await clumsy.play(30, until=lambda engine: engine.activity is Activity.SEATED)
    clumsy.obey("stop")
    await clumsy.play(1, until=at_rest)
    with pytest.raises(RefusedError, match="from the start"):
        clumsy.obey("repeat", step="bow")


def test_a_calibration_grows_old_and_belongs_to_one_person():
    validity = Validity()
    assert validity.doubts(1e6, ()) == []
    validity.calibrated(100.0, ())
    assert validity.doubts(100.0 + OLD_S, ()) == []
    (old,) = validity.doubts(102.0 + OLD_S, ())
    assert (old.code, "60 minutes" in old.sentence) == ("calibration_old", True)
    validity.wearer = "Grey Owl"
    assert [flag.code for flag in validity.doubts(101.0, ())] == ["calibration_of_another"]


def test_a_sensor_that_moved_or_was_away_is_named_until_it_is_calibrated_again():
    validity = Validity()
    slip = Flag("slip", "The upper back sensor slipped.", UPPER_BACK)
    validity.calibrated(0.0, ())
    for seconds in (AWAY_S - 1, AWAY_S + 1):
        assert validity.doubts(1.0, ()) == []
        validity.note(LinkChange(SensorId("s"), 10.0, LinkState.LOST), Placement.PELVIS)
        validity.note(LinkChange(SensorId("s"), 11.0, LinkState.CONNECTING), Placement.PELVIS)
        at_s = 10.0 + seconds
        validity.note(LinkChange(SensorId("s"), at_s, LinkState.STREAMING), Placement.PELVIS)
    found = [(flag.code, flag.placement) for flag in validity.doubts(50.0, (slip,))]
    assert found == [("sensor_away", Placement.PELVIS), ("sensor_moved", UPPER_BACK)]
    validity.calibrated(60.0, (slip,))
    assert validity.doubts(61.0, (slip,)) == []


def about_x(deg):
    half = np.radians(deg) / 2
    return np.array([np.cos(half), np.sin(half), 0.0, 0.0])


@pytest.mark.parametrize(("deg", "told"), [(OTHERWISE_DEG - 1, False), (OTHERWISE_DEG + 1, True)])
def test_a_sensor_that_sits_otherwise_than_last_time_is_told(deg, told):
    before = Remembered("2026-03-04", {UPPER_BACK: "s1"}, {UPPER_BACK: about_x(0)})
    fit = PlacementCalibration(UPPER_BACK, "bow", Verdict.GOOD, -about_x(deg), np.zeros(3), 4.0, ())
    now = CalibrationResult(Verdict.GOOD, {UPPER_BACK: fit}, ())
    assert bool(sits_otherwise(before, now, {UPPER_BACK: "s1"})) is told
    assert sits_otherwise(before, now, {UPPER_BACK: "another"}) == []


def test_the_library_remembers_a_persons_last_good_calibration(tmp_path, demo):
    library = open_library(tmp_path)
    folder = library.create("2026-03-04_10-20-30", person="Blue Heron")
    for path in demo.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    assert remembered(library, "Grey Owl") is None
    assert remembered(library, "") is None
    found = remembered(library, "Blue Heron")
    assert found.started == "2026-03-04"
    assert set(found.q_sb) == set(found.sensors) == set(Placement)
    usual = usual_turns(library, "Blue Heron")
    assert all(20 < deg < 80 for deg in usual[Activity.SEATED].values())
    assert usual[Activity.SEATED].keys() == {"left", "right"}
    assert usual_turns(library, "Grey Owl") == {}
    summary = json.loads((folder / "summary.json").read_bytes())
    summary["calibration"]["verdict"] = "doubtful"
    (folder / "summary.json").write_text(json.dumps(summary))
    library.refresh(folder.name)
    assert remembered(library, "Blue Heron") is None


def test_guests_are_told_no_names():
    snapshot = json.dumps({"type": "snapshot", "wearer": {"person": "Blue Heron"}, "reps": []})
    assert json.loads(nameless(snapshot)) == {"type": "snapshot", "reps": []}
