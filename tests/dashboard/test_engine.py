import errno
import os

import numpy as np
import pytest

from dashboard.service.commands import obey
from dashboard.service.engine import Engine, Place
from dashboard.service.hub import Hub, Viewer
from dashboard.service.snapshot import describe, state_of
from dashboard.service.steps import RefusedError
from dashboard.service.wire import decode_frames, encode_json
from dashboard.service.wizard import StepState
from fusion.setup import Setup
from sensors.drivers.simulated import SimulatedSource
from sensors.samples import Activity
from sessions.analyze import analyze

NEUTRAL, BOW, SEATED = (
    Activity.CALIBRATION_NEUTRAL,
    Activity.CALIBRATION_BOW,
    Activity.SEATED,
)


class Played:
    """An engine on a simulated wearer, played as fast as it goes."""

    def __init__(self, folder, seed=1):
        self.source = SimulatedSource(seed=seed, script=(), speed=None, origin_s=500.0)
        self.folder = folder
        self.recordings = 0
        self.frames = []

    async def __aenter__(self):
        await self.source.__aenter__()
        self.hub = Hub(self.source.now_s)
        setup = Setup(tuple(info.placement for info in self.source.sensors))
        place = Place(self.new_recording, lambda: {"software": "test"})
        self.engine = Engine(self.source, setup, self.hub, place, 1.7e9)
        self.items = aiter(self.source)
        self.viewer = Viewer(self.hub)
        return self

    async def __aexit__(self, *_):
        self.engine.close(self.now_s)
        await self.source.__aexit__(None, None, None)

    def new_recording(self, drill):
        self.recordings += 1
        folder = self.folder / f"{self.recordings}_{drill}"
        folder.mkdir()
        return folder / "recording.mcap"

    @property
    def now_s(self):
        return self.source.now_s()

    def obey(self, name, **fields):
        obey(self.engine, name, fields, self.now_s)

    async def play(self, seconds, until=lambda engine: False):
        """Play at most so many seconds of the wearer's time, or until something is so."""
        end_s = self.now_s + seconds
        next_s = self.now_s
        async for item in self.items:
            self.engine.take(item)
            if item.arrival_s >= next_s:
                next_s = item.arrival_s + 0.016
                self.engine.advance(item.arrival_s)
                self.look()
            if item.arrival_s >= end_s or until(self.engine):
                return

    def look(self):
        messages = [decode_frames(m) for m in self.viewer.take() if isinstance(m, bytes)]
        self.frames.extend(messages)

    @property
    def t_s(self):
        return np.concatenate([message.t_s for message in self.frames])

    def snapshot(self):
        return describe(self.engine, self.now_s)


def at_rest(engine):
    judged = engine.tutor.wizard is None or engine.tutor.wizard.state is not StepState.CHECKING
    return engine.guide is None and engine.activity is None and judged


@pytest.fixture
async def played(tmp_path):
    async with Played(tmp_path) as played:
        yield played


async def calibrate(played):
    played.obey("calibrate")
    await played.play(60, until=at_rest)


async def test_from_calibration_to_an_analysed_session(played):
    await played.play(1.0)
    assert state_of(played.engine) == "idle"
    played.obey("calibrate")
    assert played.snapshot()["guide"]["steps"] == [NEUTRAL, BOW]
    await played.play(8.0, until=lambda engine: engine.activity is NEUTRAL)
    assert played.snapshot()["state"] == "calibrating"
    await played.play(60, until=at_rest)
    await played.play(0.5)
    assert played.snapshot()["calibration"]["verdict"] == "good"

    played.obey("begin", activity=SEATED)
    await played.play(20, until=lambda engine: engine.activity is SEATED)
    await played.play(20)
    played.obey("mark")
    snapshot = played.snapshot()
    assert snapshot["state"] == "drill"
    assert snapshot["recording"]["error"] is None
    assert snapshot["recording"]["bytes"] > 100_000
    assert len(snapshot["reps"]) >= 2
    assert all(sensor["state"] == "streaming" for sensor in snapshot["sensors"])
    assert all(sensor["loss"] < 0.1 for sensor in snapshot["sensors"])
    encode_json(snapshot)

    played.obey("stop")
    assert played.snapshot()["state"] == "ended"
    assert played.snapshot()["recording"] is None
    (recording,) = played.engine.closed
    result = analyze(recording, recording.parent)
    assert result.calibration.sensors.keys() == {i.placement for i in played.source.sensors}
    live = [(rep["side"], rep["peak_s"]) for rep in snapshot["reps"]]
    found = [(rep.side, rep.peak_s) for rep in result.drills[0].reps]
    assert [side for side, _ in found[: len(live)]] == [side for side, _ in live]
    np.testing.assert_allclose(
        [at for _, at in found[: len(live)]], [at for _, at in live], atol=0.5
    )


async def test_the_demonstration_calibrates_and_records_by_itself(played):
    played.engine.tutor.calibrate(played.now_s, (SEATED,))
    await played.play(60, until=lambda engine: engine.activity is SEATED)
    assert played.engine.guide is None
    assert played.snapshot()["recording"]["name"] == "1_seated_thoracic_rotation"


async def test_what_was_stopped_before_it_began_does_not_begin(played):
    played.obey("begin", activity=SEATED)
    await played.play(1.0)
    played.obey("stop")
    await played.play(20)
    assert state_of(played.engine) == "ended"
    assert played.recordings == 1


async def test_frames_come_in_order_and_once(played):
    await calibrate(played)
    played.obey("begin", activity=SEATED)
    await played.play(20)
    assert np.all(np.diff(played.t_s) > 0)
    np.testing.assert_allclose(np.diff(played.t_s), 0.01, atol=1e-6)
    assert played.viewer.skipped == 0


async def test_a_second_session_carries_its_calibration(played):
    await calibrate(played)
    played.obey("begin", activity=SEATED)
    await played.play(15)
    played.obey("stop")
    await played.play(30)
    played.obey("begin", activity=SEATED)
    assert played.snapshot()["reps"] == []
    await played.play(25)
    reps = played.snapshot()["reps"]
    assert [rep["rep"] for rep in reps] == [*range(1, len(reps) + 1)]
    assert len(reps) >= 2
    assert all(sensor["loss"] < 0.1 for sensor in played.snapshot()["sensors"])
    played.obey("stop")
    second = played.engine.closed[-1]
    result = analyze(second, second.parent)
    assert len(result.drills) == 1
    assert {fit.method for fit in result.calibration.sensors.values()} == {"bow"}


async def test_a_full_disk_does_not_stop_the_session(played, monkeypatch):
    await played.play(1.0)
    played.obey("record")

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    await played.play(7.0)
    while played.snapshot()["recording"]["error"] is None:
        await played.play(0.1)  # as long as it takes: the recorder's clock is the world's
    frames = played.hub.count
    await played.play(2.0)
    assert "disk is full" in played.snapshot()["recording"]["error"]
    assert played.hub.count > frames + 100
    played.obey("stop")


async def test_a_folder_that_cannot_be_made_does_not_stop_the_session(played):
    played.folder = played.folder / "missing"
    await played.play(1.0)
    played.obey("begin", activity=SEATED)
    await played.play(10)
    snapshot = played.snapshot()
    assert "missing" in snapshot["recording"]["error"]
    assert snapshot["recording"]["name"] is None
    assert snapshot["state"] == "drill"
    played.obey("stop")
    assert not played.engine.closed


async def test_a_fault_in_fusion_does_not_stop_the_recording(played, monkeypatch, caplog):
    await played.play(1.0)
    played.obey("record")
    await played.play(1.0)

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("fusion.pipeline.Pipeline.push", broken)
    await played.play(2.0)
    size_bytes = played.snapshot()["recording"]["bytes"]
    await played.play(2.0)
    snapshot = played.snapshot()
    assert snapshot["recording"]["bytes"] > size_bytes
    assert snapshot["flags"][-1]["code"] == "fusion_failed"
    assert "fusion failed" in caplog.text
    monkeypatch.undo()
    played.obey("stop")
    played.obey("begin", activity=SEATED)
    await played.play(20)
    assert len(played.snapshot()["reps"]) >= 1


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("fly", {}),
        ("begin", {}),
        ("begin", {"activity": "mark"}),
        ("begin", {"activity": ["seated_thoracic_rotation"]}),
        ("end", {}),
        ("stop", {}),
        ("rezero", {}),
    ],
)
async def test_what_makes_no_sense_is_refused_in_a_sentence(played, name, fields):
    await played.play(0.5)
    with pytest.raises(RefusedError, match=r"\.$"):
        played.obey(name, **fields)
    assert state_of(played.engine) == "idle"


async def test_recording_twice_is_refused(played):
    played.obey("record")
    with pytest.raises(RefusedError, match="already"):
        played.obey("record")
