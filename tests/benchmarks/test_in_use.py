"""A short run of the document's parts about the product in use."""

from contextlib import nullcontext

import pytest

from benchmarks import decoding, dispatch, in_use, many, writing
from benchmarks.dispatch import Dispatch
from benchmarks.effort import Effort
from sensors.protocols.families import FAMILIES
from sessions.batch import run
from sessions.batch.job import Outcome, Status
from tests.sessions.test_batch import in_this_process

SHORT = Effort(rounds=1, recorded_s=5.0, decoded=400, sessions=2, batch_minutes=20 / 60)


def test_every_family_is_decoded():
    text = in_use.decoded(SHORT)
    for family in FAMILIES:
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {family.title} |"))
        assert len(row.strip("| ").split(" | ")) == len(decoding.HEAD)


def test_recording_is_timed_beside_its_bytes():
    written = writing.measure(5.0, 1)
    assert written.items > 100
    assert {len(spent) for spent in written.spent.values()} == {1}
    assert written.file_mb[writing.OURS] == written.file_mb[writing.READ]
    assert written.file_mb[writing.READ_PACKED] < written.file_mb[writing.OURS]


def test_recording_is_told():
    text = in_use.recorded(SHORT)
    for way in (writing.OURS, writing.FLOOR, writing.READ, writing.READ_PACKED):
        assert f"| {way} |" in text


def test_a_job_goes_to_a_cluster_and_back():
    told = dispatch.measure(3, workers=1)
    assert list(told) == [dispatch.HERE, dispatch.CLUSTER]
    assert all(way.clock_ms > 0.0 for way in told.values())


def test_a_dispatch_that_does_work_is_an_error(monkeypatch):
    monkeypatch.setattr(dispatch, "crew_of", lambda *_: nullcontext())
    monkeypatch.setattr(dispatch, "work", lambda *_: iter([Outcome("a", Status.DONE)]))
    with pytest.raises(AssertionError, match="does not exist"):
        dispatch.measure(1)


def test_a_cluster_is_reckoned_from_what_was_measured(monkeypatch):
    """A dispatcher that is busy for minutes with one session cannot keep one worker busy."""
    monkeypatch.setattr(many, "DIFFERENT", 1)
    monkeypatch.setattr(run, "crew_of", in_this_process)
    slow = Dispatch(clock_ms=600.0, busy_ms=700.0, front_ms=1e6)
    monkeypatch.setattr(
        dispatch, "measure", lambda jobs: {dispatch.HERE: slow, dispatch.CLUSTER: slow}
    )
    text = in_use.batch(SHORT)
    assert "the tables are the same to the last byte" in text
    assert "enough for about 0 workers" in text
