"""A recording played as a source: the same items, and the same samples, at any pace."""

import asyncio

import pytest

from sensors.drivers.base import LinkChange, LinkState, Notification
from sensors.drivers.replay import ReplaySource
from sensors.drivers.simulated import SimulatedSource
from sensors.errors import RecordingError, SourceEndedError
from sensors.recording import RecordingWriter
from sensors.samples import Activity, Placement, SensorId, SensorInfo

INFO = SensorInfo(SensorId("a"), Placement.PELVIS, "A", "open_profile", 100.0)
ITEMS = (
    LinkChange(INFO.sensor, 50.0, LinkState.STREAMING),
    Notification(INFO.sensor, "data", 50.25, b"1"),
    Notification(INFO.sensor, "data", 50.5, b"2"),
    Notification(INFO.sensor, "data", 52.5, b"3"),
)


def written(path, items, sensors, origin_s):
    with RecordingWriter(path, sensors, origin_s=origin_s, started_unix_s=0.0, meta={}) as writer:
        for item in items:
            writer.write(item)
    return path


@pytest.fixture
def recorded(tmp_path):
    return written(tmp_path / "a.mcap", ITEMS, (INFO,), origin_s=50.0)


async def test_a_live_session_is_replayed_item_for_item(tmp_path):
    async with SimulatedSource(speed=None, duration_s=3.0, origin_s=77.125) as live:
        items = [item async for item in live]
        path = written(tmp_path / "a.mcap", items, live.sensors, live.origin_s)
    async with ReplaySource(path, speed=None) as replay:
        assert [item async for item in replay] == items
        assert replay.sensors == live.sensors
        assert replay.origin_s == live.origin_s


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
async def test_items_keep_their_distances(recorded, monkeypatch, speed):
    now_s = [9.0]

    async def sleep(delay_s):
        now_s[0] += delay_s

    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    monkeypatch.setattr("sensors.drivers.pacing.asyncio.sleep", sleep)
    async with ReplaySource(recorded, speed=speed) as replay:
        heard = [(now_s[0], replay.now_s()) async for _ in replay]
    assert [real - 9.0 for real, _ in heard] == [
        pytest.approx((item.arrival_s - 50.0) / speed) for item in ITEMS
    ]
    assert [item_s for _, item_s in heard] == [pytest.approx(item.arrival_s) for item in ITEMS]


async def test_unpaced_time_is_that_of_the_items(recorded):
    async with ReplaySource(recorded, speed=None) as replay:
        assert [replay.now_s() async for _ in replay] == [item.arrival_s for item in ITEMS]


async def test_asking_for_something_changes_nothing(recorded):
    async with ReplaySource(recorded, speed=None) as replay:
        replay.perform(Activity.SEATED)
        assert tuple([item async for item in replay]) == ITEMS


async def test_a_replay_is_iterated_once(recorded):
    async with ReplaySource(recorded, speed=None) as replay:
        assert len([item async for item in replay]) == len(ITEMS)
        with pytest.raises(SourceEndedError, match="Start a new one"):
            await anext(aiter(replay))


async def test_a_missing_recording_is_told_on_entering(tmp_path):
    replay = ReplaySource(tmp_path / "none.mcap")
    with pytest.raises(RecordingError, match="cannot be opened"):
        await replay.__aenter__()


@pytest.mark.parametrize("speed", [0.0, -1.0])
async def test_a_speed_that_cannot_be(recorded, speed):
    with pytest.raises(ValueError, match="not above 0"):
        await ReplaySource(recorded, speed=speed).__aenter__()


async def test_it_stands_still_and_goes_on_from_there(recorded, monkeypatch):
    now_s = [9.0]
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    async with ReplaySource(recorded, speed=2.0, from_s=0.5) as replay:
        heard = aiter(replay)
        assert [(await anext(heard)).arrival_s for _ in range(3)] == [50.0, 50.25, 50.5]
        now_s[0] = 9.5
        replay.hold()
        now_s[0] = 99.0
        assert replay.held
        assert replay.now_s() == 51.5
        waiting = asyncio.ensure_future(anext(heard))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
        replay.go_on()
        assert replay.now_s() == 51.5
        now_s[0] = 99.5
        assert (await waiting).arrival_s == 52.5
