"""Two short sessions of what `python -m benchmarks batch` does with hundreds."""

import pytest

from benchmarks import many
from sessions.batch import run
from tests.sessions.test_batch import in_this_process


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setattr(many, "DIFFERENT", 1)
    monkeypatch.setattr(run, "crew_of", in_this_process)


def test_a_batch_is_timed_and_its_tables_compared(study):
    said = []
    many.run(2, 20 / 60, say=said.append)
    assert len(said) == 4
    assert said[-1].endswith("tables equal: True; analysed again: 0")


def test_work_that_is_not_done_is_seen(study, monkeypatch):
    monkeypatch.setattr(run, "work", lambda jobs, crew: iter(()))
    assert not many.run(1, 20 / 60, say=lambda _: None)
