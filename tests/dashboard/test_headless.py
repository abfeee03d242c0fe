import pytest

from dashboard.headless import run_headless
from fusion.errors import FusionError
from sensors.errors import RecordingExistsError
from sensors.recording import read_recording
from sensors.samples import Activity
from sessions.errors import OutputError
from sessions.library import stored_session


def test_a_session_from_bytes_to_files(demo):
    names = {path.name for path in demo.iterdir()}
    assert names == {"recording.mcap", "angles.csv", "reps.csv", "summary.json"}
    assert len(stored_session(demo).read_reps()) >= 2
    recording = read_recording(demo / "recording.mcap")
    assert recording.complete
    assert {event.activity for event in recording.events} == {
        Activity.CALIBRATION_NEUTRAL,
        Activity.CALIBRATION_BOW,
        Activity.SEATED,
    }


def test_a_recording_is_never_overwritten(tmp_path):
    (tmp_path / "recording.mcap").write_bytes(b"mine")
    with pytest.raises(RecordingExistsError):
        run_headless(seconds=5, out=tmp_path)
    assert (tmp_path / "recording.mcap").read_bytes() == b"mine"


def test_a_time_too_short_for_a_drill_says_so(tmp_path):
    done = []
    with pytest.raises(FusionError):
        run_headless(seconds=5, out=tmp_path, progress=done.append)
    assert sorted(done) == done
    assert 0.9 < done[-1] <= 1


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be made"):
        run_headless(seconds=5, out=tmp_path / "file" / "below")
