"""The service's loop on a fast wearer, without processes or sockets."""

import asyncio
import json

import pytest

from dashboard.service.http import CommandError
from dashboard.service.live import Service, session_place
from dashboard.service.replayed import changes_of
from sensors.drivers.base import ActivityChange
from sensors.drivers.replay import ReplaySource
from sensors.drivers.simulated import SimulatedSource
from sensors.errors import ConnectionLostError
from sensors.samples import Activity, Event
from sessions.library import Library


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "sessions")


def published(service):
    return json.loads(service.hub.snapshot)


async def test_what_the_service_adds_to_the_snapshot(library):
    async with SimulatedSource(script=()) as source:
        service = Service(source, library)
        snapshot = service.snapshot()
    assert snapshot["source"] == {"kind": "simulated", "name": "simulated wearer"}
    assert (snapshot["viewers"], snapshot["analysis"], snapshot["failure"]) == (0, None, None)
    assert service.health().keys() == {"version", "state", "sensors", "recording"}


async def test_a_snapshot_is_sent_when_something_changed(library):
    async with SimulatedSource(script=()) as source:
        service = Service(source, library)
        service.publish_snapshot()
        first = service.hub.snapshot
        await asyncio.sleep(0.12)
        service.publish_snapshot()
        assert service.hub.snapshot is first
        service.command("record", {})
        assert published(service)["recording"]["error"] is None
        with pytest.raises(CommandError, match="already"):
            service.command("record", {})
        service.command("stop", {})
        assert published(service)["state"] == "ended"


async def test_a_source_that_fails_ends_the_recording_and_says_why(library):
    class Failing(SimulatedSource):
        async def __aiter__(self):
            async for item in super().__aiter__():
                if item.arrival_s - self.origin_s > 2:
                    raise ConnectionLostError("s1", "went away")
                yield item

    async with Failing(script=(), speed=None) as source:
        service = Service(source, library)
        service.command("record", {})
        await service.read()
    assert service.snapshot()["state"] == "failed"
    assert "went away" in service.snapshot()["failure"]
    (session,) = library.list()
    assert session.recording is not None


async def test_a_recording_is_played_with_what_the_person_did(demo, library):
    async with ReplaySource(demo / "recording.mcap", speed=None) as source:
        service = Service(source, library)
        reading = asyncio.create_task(service.read())
        while not reading.done():
            service.engine.advance(source.now_s())
            await asyncio.sleep(0)
        service.engine.advance(source.now_s())
    snapshot = service.snapshot()
    assert snapshot["state"] == "ended"
    assert snapshot["failure"] is None
    assert len(snapshot["reps"]) >= 2
    assert library.list() == ()


def test_events_become_changes_in_order():
    events = [
        Event(1.0, 2.0, Activity.SEATED),
        Event(3.0, None, Activity.QUADRUPED),
        Event(2.0, 0.0, Activity.MARK),
    ]
    assert changes_of(events, 100.0) == [
        ActivityChange(101.0, Activity.SEATED, True),
        ActivityChange(102.0, Activity.MARK, True),
        ActivityChange(103.0, Activity.SEATED, False),
        ActivityChange(103.0, Activity.QUADRUPED, True),
    ]


def test_sessions_are_named_after_time_and_drill(library):
    place = session_place(library, dict, lambda: "")
    for drill, name in ((Activity.SEATED, "seated"), (None, "recording")):
        path = place.new_recording(drill)
        assert path.parent.name.endswith(f"_{name}")
        assert path.parent.parent == library.root
        assert path.name == "recording.mcap"
