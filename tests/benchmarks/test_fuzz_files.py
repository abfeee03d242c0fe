"""A few bad files for every reader; `python -m benchmarks fuzz` gives them thousands."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import corpus, fuzz, fuzz_files
from sensors.errors import ProtocolError
from sensors.protocols.families import FAMILIES

FEW = settings(max_examples=40, deadline=None)
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.floats().map(repr),
    st.integers().map(str),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "id", "name", "to", "at_s", ""]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


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


def tried(subject, data):
    """Give a reader a file; whether it was read. Whatever it raises but its own error is raised."""
    good = subject.path.read_bytes()
    subject.path.write_bytes(data)
    try:
        subject.read()
    except subject.refuses:
        return False
    finally:
        subject.path.write_bytes(good)
    return True


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_what_was_found_once_is_given_to_the_readers_again(subjects):
    known = corpus.readers(subjects)
    assert {folder.name for folder in corpus.CORPUS.iterdir()} == set(known)
    for name, (_, answer) in known.items():
        ways = {answer(path.read_bytes()) for path in sorted((corpus.CORPUS / name).iterdir())}
        assert ways, name
        assert "" not in ways, name


@FEW
@given(st.lists(st.tuples(st.integers(0, 6000), st.binary(max_size=20)), max_size=4), st.data())
def test_a_recording_with_anything_in_it(subjects, edits, data):
    name = data.draw(st.sampled_from(["recording", "packed recording", "recording, imported"]))
    content = bytearray(subjects[name].path.read_bytes())
    for at, change in edits:
        content[at : at + len(change)] = change
    tried(subjects[name], bytes(content))


@FEW
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numbers whose squares are too large
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8), CELLS), min_size=1, max_size=4))
def test_a_table_with_anything_in_its_cells(subjects, edits):
    for name in ("samples", "events.tsv", "reps.csv"):
        lines = subjects[name].path.read_text(encoding="utf-8").splitlines()[:300]
        comma = "\t" if name.endswith("tsv") else ","
        for row, column, cell in edits:
            cells = lines[row % len(lines)].split(comma)
            cells[column % len(cells)] = cell
            lines[row % len(lines)] = comma.join(cells)
        tried(subjects[name], "\n".join(lines).encode())


@FEW
@given(JSON)
def test_any_json_to_whoever_reads_json(subjects, content):
    data = json.dumps(content).encode()
    for name in ("session.json", "summary.json", "about.json", "people.json", "sensors.json",
                 "calibration", "command"):  # fmt: skip
        tried(subjects[name], data)


@FEW
@given(st.sampled_from(FAMILIES), st.lists(st.binary(max_size=250), max_size=8), st.integers(0, 3))
def test_any_bytes_from_any_sensor(family, values, repeat):
    subject = fuzz.subjects()[family.protocol]
    reader = family.reader(family.rate_hz)
    for characteristic, value in subject.prepare:
        reader.feed(characteristic, value)
    for number, value in enumerate(values * (1 + repeat)):
        characteristic, _ = subject.good[number % len(subject.good)]
        try:
            bursts = reader.feed(characteristic, value)
        except ProtocolError:
            continue
        assert sum(map(len, bursts)) * subject.sample_bytes <= sum(map(len, values)) * (1 + repeat)
