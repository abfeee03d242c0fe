"""A recording goes on through a full disk, a folder that vanishes and one that cannot be made."""

import errno
import os
import shutil
import threading
import time
from itertools import pairwise

import pytest

from sensors.drivers.base import Notification
from sensors.errors import RecordingExistsError
from sensors.recording import RecordingWriter, background, read_recording
from sensors.recording.appender import Appender
from sensors.recording.background import BackgroundWriter
from sensors.samples import Activity, Event, Placement, SensorId, SensorInfo

SENSOR = SensorId("s1")
INFO = SensorInfo(SENSOR, Placement.PELVIS, "one", "open_profile", 100.0)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(background, "EVERY_S", 0.001)
    monkeypatch.setattr(background, "RETRY_EVERY_S", 0.002)
    monkeypatch.setattr(background, "SYNC_EVERY_S", 0.002)
    monkeypatch.setattr(background, "CLOSE_S", 60.0)
    monkeypatch.setattr(background, "STALLED_S", 60.0)


def item(number):
    return Notification(SENSOR, "data", 1000.0 + number / 100, b"x" * 100)


def items(count):
    return [item(n) for n in range(count)]


def writer_to(path):
    return RecordingWriter(path, (INFO,), origin_s=1000.0, started_unix_s=1.7e9, meta={})


def begun(path):
    writer = BackgroundWriter(lambda: writer_to(path))
    writer.start()
    return writer


def until(condition):
    """Wait for what the thread does; the time limit of the test ends what never comes."""
    while not condition():
        time.sleep(0.001)


def test_everything_comes_back(tmp_path):
    path = tmp_path / "a.mcap"
    writer = begun(path)
    event = Event(1.0, 2.0, Activity.SEATED)
    for one in (*items(500), event):
        writer.put(one)
    writer.close()
    writer.close()
    recording = read_recording(path)
    assert list(recording) == items(500)
    assert recording.events == (event,)
    assert recording.complete
    assert (writer.trouble, writer.lost) == (None, 0)


def test_it_is_on_disk_before_closing(tmp_path, monkeypatch):
    synced = threading.Event()
    sync = Appender.sync
    monkeypatch.setattr(Appender, "sync", lambda self: (sync(self), synced.set()))
    path = tmp_path / "a.mcap"
    writer = begun(path)
    synced.clear()
    writer.put(item(0))
    assert synced.wait(60)
    assert list(read_recording(path)) == [item(0)]
    writer.close()


def test_a_disk_that_fills_up_and_is_freed_costs_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.mcap"
    full = threading.Event()
    write = os.write

    def write_if_room(handle, data):
        if full.is_set():
            write(handle, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    monkeypatch.setattr("sensors.recording.appender.os.write", write_if_room)
    writer = begun(path)
    writer.put(item(0))
    until(lambda: list(read_recording(path)) == [item(0)])
    full.set()
    for one in items(100)[1:]:
        writer.put(one)
    until(lambda: writer.trouble is not None)
    assert "the disk is full" in str(writer.trouble)
    there = list(read_recording(path))
    assert there == items(len(there)), "what is there is whole, though the last write was cut short"
    full.clear()
    until(lambda: writer.trouble is None)
    writer.close()
    assert list(read_recording(path)) == items(100)
    assert writer.lost == 0


def test_a_disk_that_stays_full_is_said_with_what_was_lost(tmp_path, monkeypatch):
    path = tmp_path / "a.mcap"
    writer = begun(path)
    writer.put(item(0))
    until(lambda: list(read_recording(path)) == [item(0)])

    def refuse(handle, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sensors.recording.appender.os.write", refuse)
    for one in items(100)[1:]:
        writer.put(one)
    writer.close()
    assert "the disk is full" in str(writer.trouble)
    assert writer.lost == 99
    assert list(read_recording(path)) == [item(0)]


def test_memory_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(background, "MOST_WAITING_BYTES", 5000)
    monkeypatch.setattr(background, "MOST_WAITING", 1000)
    blocked = tmp_path / "no folder" / "a.mcap"
    writer = begun(blocked)
    for one in items(2000):
        writer.put(one)
    until(lambda: writer.lost > 1000)
    blocked.parent.mkdir()
    until(lambda: writer.trouble is None)
    writer.close()
    kept = list(read_recording(blocked))
    assert kept == items(len(kept))
    assert len(kept) + writer.lost == 2000


def test_a_folder_that_vanishes_comes_back_whole(tmp_path):
    path = tmp_path / "folder" / "a.mcap"
    path.parent.mkdir()
    writer = begun(path)
    for number, one in enumerate(items(300)):
        writer.put(one)
        if number % 100 == 50:
            before = writer.put_back
            shutil.rmtree(path.parent)
            until(lambda before=before: writer.put_back > before)
    writer.close()
    assert list(read_recording(path)) == items(300)
    assert (writer.put_back, writer.trouble) == (3, None)


def test_a_file_is_never_overwritten(tmp_path):
    path = tmp_path / "a.mcap"
    path.write_bytes(b"somebody else's")
    writer = begun(path)
    assert isinstance(writer.trouble, RecordingExistsError)
    writer.put(item(0))
    writer.close()
    assert path.read_bytes() == b"somebody else's"
    assert writer.lost == 1


def test_whoever_records_never_waits_for_the_disk(tmp_path, monkeypatch):
    """The disk hangs for as long as it takes: putting goes on, and the silence is said."""
    hanging, answer = threading.Event(), threading.Event()
    sync = Appender.sync

    def hang(self):
        hanging.set()
        answer.wait(60)
        sync(self)

    monkeypatch.setattr(background, "STALLED_S", 0.01)
    writer = begun(tmp_path / "a.mcap")
    monkeypatch.setattr(Appender, "sync", hang)
    writer.put(item(0))
    assert hanging.wait(60)
    for one in items(1000)[1:]:
        writer.put(one)
    until(lambda: writer.trouble is not None)
    assert "has not answered" in str(writer.trouble)
    answer.set()
    writer.close()
    assert list(read_recording(tmp_path / "a.mcap")) == items(1000)
    assert writer.trouble is None


def test_entries_of_many_threads_all_come(tmp_path):
    writer = begun(tmp_path / "a.mcap")
    parts = [items(1000)[n::4] for n in range(4)]
    threads = [threading.Thread(target=lambda p=p: [writer.put(i) for i in p]) for p in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    found = list(read_recording(tmp_path / "a.mcap"))
    assert sorted(found, key=lambda i: i.arrival_s) == items(1000)
    for part in parts:
        mine = [i for i in found if i in part]
        assert all(a.arrival_s < b.arrival_s for a, b in pairwise(mine))
