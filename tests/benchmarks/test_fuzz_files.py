"""A few bad files for every reader; `python -m benchmarks fuzz` gives them thousands."""

import pytest

from benchmarks import fuzz_files


@pytest.fixture(scope="module")
def subjects(tmp_path_factory):
    return fuzz_files.subjects(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")  # numbers like 1e308
def test_no_reader_does_what_it_may_not(subjects):
    for name, subject in subjects.items():
        outcome = fuzz_files.fuzz(name, subject, 15, seed=2)
        assert outcome.files == 15
        if name != "recording, imported":  # which holds too little to be good
            subject.read()


def test_a_reader_that_raises_something_else_is_found(subjects):
    subject = subjects["about.json"]
    careless = fuzz_files.Subject(subject.path, lambda: int(subject.path.read_bytes()), ())
    with pytest.raises(AssertionError, match="about"):
        fuzz_files.fuzz("about.json", careless, 1, seed=1)
