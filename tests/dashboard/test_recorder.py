import errno
import itertools
import os
import shutil
import threading
import time

import pytest

from dashboard.service.recorder import LOST, PUT_BACK, WAITING, Recorder, Zero
from dashboard.service.steps import Step, StepKind
from sensors.drivers.base import Notification
from sensors.protocols.open_profile import PROTOCOL
from sensors.recording import background, read_recording
from sensors.samples import Activity, Event, Placement, SensorId, SensorInfo
from sessions.errors import OutputError

SENSOR = SensorId("s1")
INFO = SensorInfo(SENSOR, Placement.PELVIS, "one", PROTOCOL, 100.0)


def recorder(path):
    return Recorder(lambda: path, (INFO,), Zero(1000.0, 1.7e9), {"software": "test"})


def notification(t_s, data=b"data"):
    return Notification(SENSOR, "data", 1000.0 + t_s, data)


def test_entries_and_what_the_person_did_are_kept(tmp_path):
    path = tmp_path / "recording.mcap"
    recording = recorder(path)
    items = [notification(1.0), notification(2.0), notification(3.0)]
    recording.write(items[0])
    recording.write(Step(1001.5, StepKind.BEGIN, Activity.SEATED))
    recording.write(items[1])
    recording.write(Step(1002.5, StepKind.MARK))
    recording.write(Step(1002.75, StepKind.END, Activity.SEATED))
    recording.write(items[2])
    recording.close()
    found = read_recording(path)
    assert list(found) == items
    assert found.events == (
        Event(1.5, 1.25, Activity.SEATED),
        Event(2.5, 0.0, Activity.MARK),
    )
    assert found.meta == {"software": "test"}
    assert recording.error is None
    assert recording.size_bytes == path.stat().st_size


def test_the_beginning_is_written_first(tmp_path):
    path = tmp_path / "recording.mcap"
    before = [notification(n / 100) for n in range(200)]
    begin = Step(1000.5, StepKind.BEGIN, Activity.CALIBRATION_BOW)
    recording = Recorder(lambda: path, (INFO,), Zero(1000.0, 1.7e9), {}, [*before, begin])
    recording.write(Step(1002.5, StepKind.END, Activity.CALIBRATION_BOW))
    recording.write(notification(50.0))
    recording.close()
    found = read_recording(path)
    assert list(found) == [*before, notification(50.0)]
    assert found.events == (Event(0.5, 2.0, Activity.CALIBRATION_BOW),)


def test_an_activity_cut_off_is_there_without_an_end(tmp_path):
    recording = recorder(tmp_path / "recording.mcap")
    recording.write(Step(1001.0, StepKind.BEGIN, Activity.SEATED))
    recording.close()
    (event,) = read_recording(tmp_path / "recording.mcap").events
    assert event == Event(1.0, None, Activity.SEATED)


def test_a_file_that_cannot_be_made_is_said_not_raised(tmp_path):
    there = tmp_path / "recording.mcap"
    there.write_bytes(b"somebody else's")
    for path in (there, tmp_path / "no folder" / "recording.mcap"):
        recording = recorder(path)
        assert str(path) in recording.error
        assert recording.state == "waiting"
        recording.write(notification(1.0))
        recording.close()
        assert recording.path is None
        assert recording.state == "losing"
        assert recording.error.endswith(LOST)
    assert there.read_bytes() == b"somebody else's"


def until(condition):
    while not condition():
        time.sleep(0.001)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "Permission denied"),
        (errno.EROFS, "Read-only file system"),
    ],
)
def test_a_disk_that_refuses_is_an_alarm_until_it_takes_again(
    tmp_path, monkeypatch, refusal, words
):
    monkeypatch.setattr(background, "RETRY_EVERY_S", 0.002)
    path = tmp_path / "recording.mcap"
    recording = recorder(path)
    recording.write(notification(1.0))
    until(lambda: path.stat().st_size > 0 and list(read_recording(path)) == [notification(1.0)])
    write, refuses = os.write, threading.Event()
    refuses.set()

    def write_if_allowed(handle, data):
        if refuses.is_set():
            raise OSError(refusal, os.strerror(refusal))
        return write(handle, data)

    monkeypatch.setattr("sensors.recording.appender.os.write", write_if_allowed)
    recording.write(notification(2.0))
    until(lambda: recording.error is not None)
    assert words in recording.error
    assert recording.error.endswith(WAITING)
    assert recording.state == "waiting"
    assert list(read_recording(path)) == [notification(1.0)]
    refuses.clear()
    until(lambda: recording.error is None)
    assert recording.state == "writing"
    recording.close()
    assert list(read_recording(path)) == [notification(1.0), notification(2.0)]


def test_a_folder_that_may_not_be_looked_into_is_an_alarm(tmp_path, monkeypatch):
    monkeypatch.setattr(background, "RETRY_EVERY_S", 0.002)
    path = tmp_path / "recording.mcap"
    recording = recorder(path)
    recording.write(notification(1.0))
    until(lambda: path.stat().st_size > 0 and list(read_recording(path)) == [notification(1.0)])

    def denied(_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    with monkeypatch.context() as locked:
        locked.setattr("sensors.recording.appender.Appender.is_in_place", denied)
        until(lambda: recording.error is not None)
        assert "Permission denied" in recording.error
        assert str(path) in recording.error
    until(lambda: recording.error is None)
    recording.close()
    assert list(read_recording(path)) == [notification(1.0)]


def test_a_folder_that_vanished_is_remarked(tmp_path, monkeypatch):
    monkeypatch.setattr(background, "RETRY_EVERY_S", 0.002)
    path = tmp_path / "session" / "recording.mcap"
    path.parent.mkdir()
    recording = recorder(path)
    recording.write(notification(1.0))
    shutil.rmtree(path.parent)
    until(lambda: recording.remark is not None)
    assert recording.remark == PUT_BACK
    recording.close()
    assert list(read_recording(path)) == [notification(1.0)]


def test_no_room_for_a_folder_at_first(tmp_path, monkeypatch):
    monkeypatch.setattr(background, "RETRY_EVERY_S", 0.002)
    path, tries = tmp_path / "recording.mcap", itertools.count()

    def new_path():
        if next(tries) < 3:
            raise OutputError(path, "cannot be made (No space left on device).")
        return path

    recording = Recorder(new_path, (INFO,), Zero(0.0, 0.0), {})
    assert "cannot be made" in recording.error
    assert recording.size_bytes == 0
    recording.write(notification(1.0))
    until(lambda: recording.error is None)
    recording.close()
    assert list(read_recording(path)) == [notification(1.0)]
