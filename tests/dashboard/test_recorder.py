import errno
import os

from dashboard.service.recorder import WRITES_AT_ONCE, Recorder, Zero
from dashboard.service.steps import Step, StepKind
from sensors.drivers.base import Notification
from sensors.protocols.open_profile import PROTOCOL
from sensors.recording import read_recording
from sensors.samples import Activity, Event, Placement, SensorId, SensorInfo

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


def test_the_beginning_is_written_first_and_a_part_at_a_time(tmp_path):
    path = tmp_path / "recording.mcap"
    before = [notification(n / 100) for n in range(3 * WRITES_AT_ONCE)]
    recording = Recorder(lambda: path, (INFO,), Zero(1000.0, 1.7e9), {}, before)
    recording.write(notification(50.0))
    written = len(list(read_recording(path)))
    assert written == WRITES_AT_ONCE
    recording.close()
    assert list(read_recording(path)) == [*before, notification(50.0)]


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
        recording.write(notification(1.0))
        recording.close()
        assert recording.path is None
    assert there.read_bytes() == b"somebody else's"


def test_a_disk_that_fills_up_ends_the_recording_not_the_session(tmp_path, monkeypatch):
    recording = recorder(tmp_path / "recording.mcap")
    recording.write(notification(1.0))

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    recording.write(notification(100.0))
    assert "disk is full" in recording.error
    recording.write(notification(101.0))
    recording.close()
    assert notification(1.0) in list(read_recording(tmp_path / "recording.mcap"))


def test_a_disk_that_is_full_from_the_start(tmp_path):
    path = tmp_path / "recording.mcap"

    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    recording = Recorder(full, (INFO,), Zero(0.0, 0.0), {})
    assert str(path) in recording.error
    assert recording.size_bytes == 0
