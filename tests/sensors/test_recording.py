"""Recordings come back to the last bit, cut off anywhere, and are never overwritten."""

import errno
import itertools
import json
import os
import shutil
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from sensors.drivers.base import (
    ActivityChange,
    LinkChange,
    LinkState,
    LinkTrouble,
    Notification,
    SensorReport,
)
from sensors.errors import (
    RecordingError,
    RecordingExistsError,
    RecordingFormatError,
    RecordingGoneError,
    RecordingWriteError,
)
from sensors.recording import RecordingWriter, is_being_written, read_recording
from sensors.recording.appender import Appender
from sensors.samples import Activity, Event, Placement, SensorId, SensorInfo

PELVIS = SensorInfo(SensorId("AA:01"), Placement.PELVIS, "OSI-0001", "open_profile", 104.0)
UPPER = SensorInfo(
    SensorId("AA:02"), Placement.UPPER_BACK, "Größe", "open_profile", 103.7, "board", "1.2"
)
ORIGIN_S = 12345.678901234567
ITEMS = (
    LinkChange(PELVIS.sensor, ORIGIN_S, LinkState.CONNECTING),
    Notification(PELVIS.sensor, "scale", ORIGIN_S + 0.1, b"\x00\x01\xff"),
    Notification(UPPER.sensor, "data", ORIGIN_S + 1 / 3, b""),
    SensorReport(UPPER.sensor, ORIGIN_S + 0.4, 87, None),
    ActivityChange(ORIGIN_S + 0.5, Activity.SEATED, begins=True),
    Notification(PELVIS.sensor, "data", ORIGIN_S + 0.7, bytes(range(64))),
)
META = {"subject": "Ä", "levels": [1, 2.5, None]}


def write(path, items=ITEMS, *, events=(), sensors=(PELVIS, UPPER)):
    with RecordingWriter(
        path, sensors, origin_s=ORIGIN_S, started_unix_s=1.7e9, meta=META
    ) as writer:
        for item in items:
            writer.write(item)
        for event in events:
            writer.write_event(event)
    return path


@pytest.fixture
def recorded(tmp_path):
    return write(tmp_path / "a.mcap")


def test_everything_comes_back(recorded):
    recording = read_recording(recorded)
    assert tuple(recording) == ITEMS
    assert tuple(recording) == ITEMS, "a recording can be read twice"
    assert recording.sensors == (PELVIS, UPPER)
    assert (recording.origin_s, recording.started_unix_s) == (ORIGIN_S, 1.7e9)
    assert recording.meta == META
    assert (recording.complete, recording.damaged) == (True, 0)
    assert recording.messages == len(ITEMS) + 1


@given(arrival_s=st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e9))
def test_arrival_is_kept_to_the_last_bit(tmp_path_factory, arrival_s):
    items = (
        Notification(PELVIS.sensor, "data", arrival_s, b"x"),
        LinkChange(PELVIS.sensor, arrival_s, LinkState.LOST, LinkTrouble.BROKEN),
    )
    path = write(tmp_path_factory.mktemp("bits") / "a.mcap", items)
    assert tuple(read_recording(path)) == items


def test_same_items_make_the_same_bytes(recorded, tmp_path):
    assert write(tmp_path / "b.mcap").read_bytes() == recorded.read_bytes()


def test_a_cut_at_any_byte_keeps_every_whole_message(recorded, tmp_path):
    whole = recorded.read_bytes()
    cut = tmp_path / "cut.mcap"
    kept = []
    for length in range(1, len(whole) + 1):
        cut.write_bytes(whole[:length])
        recording = read_recording(cut)
        items = tuple(recording)
        assert items == ITEMS[: len(items)]
        assert recording.damaged == 0
        kept.append(len(items))
    assert kept == sorted(kept)
    assert set(kept) == set(range(len(ITEMS) + 1))


def test_what_was_written_is_on_disk_before_closing(tmp_path):
    path = tmp_path / "a.mcap"
    with RecordingWriter(path, (PELVIS,), origin_s=ORIGIN_S, started_unix_s=0.0, meta={}) as writer:
        for count, item in enumerate(ITEMS, start=1):
            writer.write(item)
            assert tuple(read_recording(path)) == ITEMS[:count]
            assert writer.size_bytes == path.stat().st_size
        assert not read_recording(path).complete


def test_events_are_read_once_with_their_end(tmp_path):
    begun = Event(2.0, None, Activity.SEATED)
    ended = Event(2.0, 30.0, Activity.SEATED)
    mark = Event(1.0, 0.0, Activity.MARK)
    open_end = Event(40.0, None, Activity.QUADRUPED)
    path = write(tmp_path / "a.mcap", events=(begun, mark, ended, open_end))
    recording = read_recording(path)
    assert recording.events == (mark, ended, open_end)
    assert tuple(recording) == ITEMS


def test_mcap_viewers_open_a_closed_recording(recorded):
    reader = make_reader(BytesIO(recorded.read_bytes()))
    summary = reader.get_summary()
    assert summary.statistics.message_count == len(ITEMS) + 1
    by_topic = {channel.topic: message for _, channel, message in reader.iter_messages()}
    report = json.loads(by_topic["/reports"].data)
    assert report["battery_percent"] == 87
    data = by_topic[f"/sensors/{PELVIS.sensor}/data"]
    assert data.data[8:] == bytes(range(64))
    assert data.log_time == pytest.approx(1.7e18 + 0.7e9, abs=1000)


def test_never_overwrites(recorded):
    before = recorded.read_bytes()
    with pytest.raises(RecordingExistsError, match="never overwritten"):
        write(recorded)
    assert recorded.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RecordingWriteError, match="No such file"):
        write(tmp_path / "nowhere" / "a.mcap")


class Disk:
    """A disk with little room: takes the place of ``os.write``."""

    def __init__(self, room):
        self.room = room
        self.write_through = os.write

    def write(self, handle, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.write_through(handle, data[: self.room])
        self.room -= written
        return written


@pytest.fixture
def disk(monkeypatch):
    disk = Disk(2000)
    monkeypatch.setattr("sensors.recording.appender.os.write", disk.write)
    return disk


def test_a_full_disk_is_named_and_keeps_what_was_written(tmp_path, disk):
    path = tmp_path / "a.mcap"
    writer = RecordingWriter(path, (PELVIS,), origin_s=ORIGIN_S, started_unix_s=0.0, meta={})
    writer.open()
    written = itertools.count()

    def write_on():
        while True:
            writer.write(ITEMS[-1])
            next(written)

    with pytest.raises(RecordingWriteError, match="the disk is full"):
        write_on()
    kept = next(written)
    assert tuple(read_recording(path)) == (ITEMS[-1],) * kept
    with pytest.raises(RecordingWriteError, match="the disk is full"):
        writer.write(ITEMS[0])
    assert tuple(read_recording(path)) == (ITEMS[-1],) * kept
    disk.room = 100_000
    writer.write(ITEMS[1])
    writer.close()
    recording = read_recording(path)
    assert tuple(recording) == (ITEMS[-1],) * (kept + 1) + (ITEMS[0], ITEMS[1])
    assert recording.complete


def test_a_disk_too_full_to_finish_leaves_a_readable_file(tmp_path, disk):
    path = tmp_path / "a.mcap"
    writer = RecordingWriter(path, (PELVIS,), origin_s=ORIGIN_S, started_unix_s=0.0, meta={})
    writer.open()
    writer.write(ITEMS[-1])
    disk.room = 3
    with pytest.raises(RecordingWriteError, match="the disk is full"):
        writer.close()
    writer.close()
    recording = read_recording(path)
    assert tuple(recording) == (ITEMS[-1],)
    assert not recording.complete


def test_a_disk_that_is_full_from_the_start(tmp_path, disk):
    disk.room = 10
    with pytest.raises(RecordingWriteError, match="the disk is full"):
        write(tmp_path / "a.mcap")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_vanishes_is_put_back(tmp_path):
    path = tmp_path / "folder" / "a.mcap"
    path.parent.mkdir()
    with RecordingWriter(path, (PELVIS,), origin_s=ORIGIN_S, started_unix_s=0.0, meta={}) as writer:
        writer.write(ITEMS[-1])
        assert not writer.check_place()
        shutil.rmtree(path.parent)
        writer.write(ITEMS[1])
        assert writer.check_place()
        assert is_being_written(path)
        writer.write(ITEMS[-1])
        path.unlink()
        path.write_bytes(b"somebody else's")
        with pytest.raises(RecordingGoneError, match="has vanished"):
            writer.check_place()
        path.unlink()
        assert writer.check_place()
    assert tuple(read_recording(path)) == (ITEMS[-1], ITEMS[1], ITEMS[-1])
    assert read_recording(path).complete
    assert not is_being_written(path)


def test_a_recording_is_its_owners_alone(recorded):
    assert recorded.stat().st_mode & 0o777 == 0o600


def test_a_power_cut_costs_seconds(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(Appender, "sync", lambda self: synced.append(self))
    writer = RecordingWriter(
        tmp_path / "a.mcap", (PELVIS,), origin_s=0.0, started_unix_s=0.0, meta={}, sync_every_s=5.0
    )
    with writer:
        for second in range(21):
            writer.write(Notification(PELVIS.sensor, "data", float(second), b""))
        assert len(synced) == 4
    assert len(synced) == 5


def mcap_of_another_program():
    stream = BytesIO()
    other = Writer(stream)
    other.start(profile="ros2")
    other.finish()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"time_s,acc_x\n0.0,1.0\n", "does not begin like one"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "does not begin like one"),
        (mcap_of_another_program(), "another program"),
    ],
)
def test_other_files_are_refused(tmp_path, content, why):
    path = tmp_path / "a.mcap"
    path.write_bytes(content)
    with pytest.raises(RecordingFormatError, match=why):
        read_recording(path)


def test_twenty_megabytes_of_garbage_are_refused(tmp_path):
    path = tmp_path / "garbage.mcap"
    path.write_bytes(bytes(range(251)) * (20_000_000 // 251))
    with pytest.raises(RecordingFormatError, match=r"garbage\.mcap"):
        read_recording(path)


@pytest.mark.parametrize("name", ["missing.mcap", "."])
def test_a_file_that_cannot_be_opened(tmp_path, name):
    with pytest.raises(RecordingError, match="cannot be opened"):
        read_recording(tmp_path / name)


def test_a_newer_version_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sensors.recording.format.VERSION", 2)
    path = write(tmp_path / "a.mcap")
    monkeypatch.undo()
    with pytest.raises(RecordingFormatError, match="version 2, this program knows 1"):
        read_recording(path)


def test_a_garbled_message_is_left_out_and_counted(recorded):
    whole = recorded.read_bytes()
    recorded.write_bytes(whole.replace(b'"state":"connecting"', b'"state":"connectinh"'))
    recording = read_recording(recorded)
    assert tuple(recording) == ITEMS[1:]
    assert recording.damaged == 1


@given(data=st.data())
def test_damage_raises_nothing_but_recording_errors(tmp_path_factory, data):
    path = write(tmp_path_factory.mktemp("damage") / "a.mcap", events=[Event(0.0, None, "mark")])
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        recording = read_recording(path)
    except RecordingError:
        return
    assert sum(1 for _ in recording) <= len(ITEMS)
