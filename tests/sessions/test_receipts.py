"""Results say what they were made from and by what; a change of either is found and shown."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

import sessions.receipts as receipts_module
from dashboard.cli import main
from sessions.compare import before_recompute, compare, read_results
from sessions.errors import LibraryError
from sessions.imports.source import read_source
from sessions.library import Library, open_library
from sessions.receipts import file_digest, input_digests, receipt_of
from sessions.recompute import is_current, recompute

NAME = "morning"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library's data folder with one simulated session in it."""
    data = tmp_path_factory.mktemp("data")
    folder = open_library(data).create(NAME)
    assert main(["demo", "--headless", "--seconds", "60", "--out", str(folder / "demo")]) == 0
    for path in (folder / "demo").iterdir():
        path.rename(folder / path.name)
    (folder / "demo").rmdir()
    return data


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Library:
    shutil.copytree(made, tmp_path / "data")
    return open_library(tmp_path / "data")


@pytest.fixture
def other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody changed an algorithm."""
    monkeypatch.setattr(receipts_module, "code_digest", lambda: "0123456789ab")
    monkeypatch.setattr("sessions.exports.summary.code_digest", lambda: "0123456789ab")


def test_a_receipt_names_the_bytes_that_were_read(library: Library, raw_folder: Path) -> None:
    session = library.open(NAME)
    assert session.summary is not None
    digest = hashlib.sha256((session.path / "recording.mcap").read_bytes()).hexdigest()
    assert receipt_of(session.summary).inputs == (("recording.mcap", digest),)
    (raw_folder / "truth.csv").write_text("not read")
    read = input_digests(read_source(raw_folder))
    assert set(read) == {"pelvis.csv", "upper_back.csv", "events.tsv"}
    assert read["events.tsv"] == file_digest(raw_folder / "events.tsv")


def test_equal_receipts_mean_equal_bytes(library: Library) -> None:
    """Recomputed whole, everything is there again to the byte."""
    before = {p.name: p.read_bytes() for p in library.open(NAME).path.iterdir() if p.is_file()}
    stated = library.open(NAME)
    assert is_current(stated)
    assert not recompute(library, stated)
    assert recompute(library, stated, again=True)
    after = library.open(NAME)
    assert {p.name: p.read_bytes() for p in after.path.iterdir() if p.is_file()} == before


def test_a_changed_recording_is_noticed(library: Library) -> None:
    with (library.open(NAME).path / "recording.mcap").open("ab") as file:
        file.write(b"\0")
    assert not is_current(library.open(NAME))


@pytest.mark.usefixtures("other_code")
def test_other_algorithms_keep_the_results_before(library: Library) -> None:
    before = library.open(NAME)
    assert not is_current(before)
    assert recompute(library, before)
    after = library.open(NAME)
    assert is_current(after)
    was, now = library.results(NAME)
    assert (was.current, now.current) == (False, True)
    assert "0123456789ab" in now.maker
    assert "0123456789ab" not in was.maker
    library.rebuild()
    assert library.results(NAME) == (was, now)
    kept = before_recompute(after.path)
    assert json.loads((kept / "summary.json").read_text()) == before.summary


@pytest.mark.usefixtures("other_code")
def test_a_comparison_tells_what_moved(library: Library) -> None:
    session = library.open(NAME)
    recompute(library, session)
    reps = session.path / "reps.csv"
    lines = reps.read_text().splitlines()
    columns = lines[0].split(",")
    assert len(lines) > 4
    first = dict(zip(columns, lines[1].split(","), strict=True))
    first["total_deg"] = f"{float(first['total_deg']) * 1.1:.6g}"
    first["verdict"] = "rejected"
    reps.write_text("\n".join([lines[0], ",".join(first.values()), *lines[2:-1]]) + "\n")
    found = compare(read_results(before_recompute(session.path)), read_results(session.path))
    assert found.same_input
    assert not found.equal
    assert any("0123456789ab" in words for words in found.how)
    assert found.matched == len(lines) - 2
    last = dict(zip(columns, lines[-1].split(","), strict=True))
    assert found.only_a == ((float(last["peak_s"]), last["side"]),)
    assert found.only_b == ()
    assert [v[2] for v in found.verdicts] == ["rejected"]
    (moved,) = found.moved
    assert moved.column == "total_deg"
    assert moved.mean > 0
    assert moved.largest == pytest.approx(abs(float(first["total_deg"])) / 11, rel=1e-4)


def test_what_has_no_history_or_recording_says_so(library: Library) -> None:
    session = library.open(NAME)
    with pytest.raises(LibraryError, match="no earlier results"):
        before_recompute(session.path)
    with pytest.raises(LibraryError, match="no recording to compute from"):
        recompute(library, library.open(library.create("empty").name))
    with pytest.raises(LibraryError, match="holds no results"):
        read_results(library.create("empty"))


def test_other_recordings_are_compared_by_side(library: Library) -> None:
    folder = library.open(NAME).path
    first = read_results(folder)
    assert compare(first, first).equal
    assert compare(first, first).matched == library.open(NAME).repetitions
    summary = json.loads((folder / "summary.json").read_text())
    summary["source"]["sha256"] = {"recording.mcap": "0" * 64}
    (folder / "summary.json").write_text(json.dumps(summary))
    other = compare(first, read_results(folder))
    assert (other.same_input, other.matched, other.equal) == (False, 0, False)
    assert other.sides
    assert all(a == b for a, b in other.sides.values())


def test_the_commands(
    library: Library, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    data = ["--data", str(library.root.parent)]
    broken = library.create("broken")
    (broken / "recording.mcap").write_bytes(b"no recording")
    assert main(["sessions", "recompute", *data, NAME]) == 0
    assert "0 analysed again, 1 up to date" in capsys.readouterr().out
    request.getfixturevalue("other_code")
    assert main(["sessions", "recompute", *data, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["analysed"] == [NAME]
    assert "is no recording of ours" in told["failed"]["broken"]
    assert main(["sessions", "compare", *data, NAME]) == 0
    said = capsys.readouterr().out
    assert "made with another code" in said
    assert "are equal" in said
    assert main(["sessions", "compare", *data, NAME, NAME, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal"] is True
    assert main(["sessions", "show", *data, NAME]) == 0
    assert "before" in capsys.readouterr().out
