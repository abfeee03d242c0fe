import asyncio
import os

import pytest

from dashboard.service.analysis import NOT_ANALYSED, Analyst, main
from sensors.recording import RecordingWriter, pack_recording, read_recording
from sessions.library import Library


@pytest.fixture(scope="module")
def recording(demo):
    """A recording, as bytes."""
    return (demo / "recording.mcap").read_bytes()


def session(library, name, content):
    folder = library.create(name)
    (folder / "recording.mcap").write_bytes(content)
    return folder / "recording.mcap"


def write_as_left_by_a_crash(whole, path):
    """Write a recording again, not packed, and cut a tenth off."""
    with RecordingWriter(
        path,
        whole.sensors,
        origin_s=whole.origin_s,
        started_unix_s=whole.started_unix_s,
        meta=whole.meta,
    ) as writer:
        for event in whole.events:
            writer.write_event(event)
        for item in whole:
            writer.add(item)
    os.truncate(path, path.stat().st_size * 9 // 10)


async def work(analyst):
    working = asyncio.create_task(analyst.run())
    await analyst.idle()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_finished_recording_is_analysed_beside_it(tmp_path, recording):
    library = Library(tmp_path)
    analyst = Analyst(library)
    analyst.add(session(library, "new", recording))
    assert analyst.news["state"] == "running"
    await work(analyst)
    assert (analyst.news["session"], analyst.news["state"]) == ("new", "done")
    assert library.open("new").repetitions >= 1


async def test_what_a_crash_left_is_found_and_analysed(tmp_path, demo):
    library = Library(tmp_path)
    crashed = library.create("crashed") / "recording.mcap"
    write_as_left_by_a_crash(read_recording(demo / "recording.mcap"), crashed)
    analyst = Analyst(library)
    assert analyst.left_over() == [crashed]
    assert await analyst._analyse(crashed) is None
    assert not pack_recording(crashed), "it was salvaged, and packed at that"
    assert not read_recording(crashed).complete, "which it remembers"
    assert library.open("crashed").analysed
    assert analyst.left_over() == []


async def test_what_cannot_be_analysed_says_why_and_is_not_tried_again(tmp_path):
    library = Library(tmp_path)
    recording = session(library, "garbage", b"garbage")
    analyst = Analyst(library)
    analyst.add(recording)
    await work(analyst)
    assert analyst.news["state"] == "failed"
    assert "recording.mcap" in analyst.news["words"]
    assert (recording.parent / NOT_ANALYSED).read_text("utf-8").strip() == analyst.news["words"]
    assert analyst.left_over() == []


def test_the_exit_status_says_whether_there_are_results(tmp_path, recording, capsys, monkeypatch):
    monkeypatch.setattr("os.nice", lambda _: 0, raising=False)
    good = session(Library(tmp_path), "good", recording)
    assert main([str(good), str(good.parent)]) == 0
    bad = session(Library(tmp_path), "bad", b"")
    assert main([str(bad), str(bad.parent)]) == 3
    assert capsys.readouterr().err.count("\n") == 1
