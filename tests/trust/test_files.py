"""Files of ours are their owner's alone; files of strangers are read within limits."""

import ast
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.service import analysis
from dashboard.service.runfile import RunningService, sole_service, write_running
from sensors import bounded
from sensors.calibration_store import CalibrationStore
from sensors.drivers.base import Notification
from sensors.errors import CalibrationStoreError, RecordingError, RecordingFormatError, RoleError
from sensors.inertial_calibration import InertialCalibration
from sensors.recording import RecordingWriter, pack_recording, read_recording, records
from sensors.roles import RoleStore
from sensors.samples import Placement, SensorId, SensorInfo
from sessions.about import ABOUT, read_about
from sessions.errors import LibraryError, OutputError, SourceError
from sessions.imports import source
from sessions.imports.source import read_source
from sessions.library import open_library

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dashboard", "fusion", "sensors", "sessions")
SENSOR = SensorId("AA:01")
INFO = SensorInfo(SENSOR, Placement.PELVIS, "one", "open_profile", 100.0)

POSIX = pytest.mark.skipif(os.name == "nt", reason="permissions as on POSIX")


@pytest.fixture
def careless_umask():
    """Nothing is taken away by the system: what is private, we made so."""
    before = os.umask(0)
    yield
    os.umask(before)


def write_recording(path: Path, count: int = 50) -> None:
    with RecordingWriter(path, (INFO,), origin_s=0.0, started_unix_s=1.7e9, meta={}) as writer:
        for n in range(count):
            writer.write(Notification(SENSOR, "data", n / 100, b"packet"))


@POSIX
@pytest.mark.usefixtures("careless_umask")
def test_everything_torso_makes_is_its_owners_alone(raw_folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "home" / "data"
    library = open_library(data)
    session = library.create("one", person="P1")
    write_recording(session / "recording.mcap")
    pack_recording(session / "recording.mcap")
    assert analysis.main([str(session / "recording.mcap"), str(session)]) == 3  # why: in a file
    library.note_person("P1", "a note")
    RoleStore(data / "sensors.json").put([INFO])
    CalibrationStore(data / "calibrations").put(SENSOR, InertialCalibration(1.7e9))
    with sole_service(data):
        write_running(data, RunningService(1, 2, "t0ken", "made up"))
        out = tmp_path / "home" / "out"
        (session / "careless.txt").write_text("copied in by hand")
        library.export_person("P1", out / "person")
        assert (
            main(["simulate", "--out", str(out / "made"), "--drill", "seated", "--minutes", "1"])
            == 0
        )
        assert main(["analyze", str(out / "made"), "--out", str(out / "results")]) == 0
        (session / "careless.txt").unlink()
        made = [tmp_path / "home", *(tmp_path / "home").rglob("*")]
        names = {path.name for path in made}
        assert {
            "recording.mcap", "about.json", "people.json", "library.sqlite3", "not_analysed.txt",
            "sensors.json", "service.json", "lock", "angles.csv", "summary.json", "truth.csv",
            "careless.txt",
        } <= names  # fmt: skip
        open_to_others = [str(path) for path in made if path.stat().st_mode & 0o077]
    assert open_to_others == []


def calls(path: Path) -> set[str]:
    """Names of everything a file calls: ``eval``, ``.write_text``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add(f".{node.func.attr}")
    return found


SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
# The tables of a batch may lie on a cluster's file system, which has its own rules of who may look.
MAKERS = {ROOT / "sensors" / "private.py", ROOT / "sessions" / "batch" / "tables.py"}


def test_files_and_folders_are_made_in_one_place() -> None:
    """Whoever makes one otherwise may forget whose it is."""
    makes = {".mkdir", ".makedirs", ".write_text", ".write_bytes", ".touch"}
    assert [str(p) for p in SOURCES if p not in MAKERS and calls(p) & makes] == []


def test_nothing_that_was_read_is_run() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom)
                         else node.names)
        }  # fmt: skip
        assert not imported & {"pickle", "marshal", "shelve", "dill"}, path
        assert not calls(path) & {"eval", "exec", "compile"}, path
        assert "allow_pickle=True" not in path.read_text(encoding="utf-8"), path
        assert "shell=True" not in path.read_text(encoding="utf-8"), path


READERS: dict[str, tuple[str, Callable[[Path], object], type[Exception]]] = {
    "recording": ("recording.mcap", read_recording, RecordingError),
    "table": ("pelvis.csv", lambda p: read_source(p.parent), SourceError),
    "events": ("events.tsv", lambda p: read_source(p.parent), SourceError),
    "description": ("session.json", lambda p: read_source(p.parent), SourceError),
    "about": (ABOUT, lambda p: read_about(p.parent), LibraryError),
    "roles": ("sensors.json", lambda p: RoleStore(p).get(), RoleError),
    "calibration": (
        "AA%3A01.json", lambda p: CalibrationStore(p.parent).get(SENSOR), CalibrationStoreError,
    ),
}  # fmt: skip


@POSIX
@pytest.mark.parametrize("name", READERS)
def test_a_pipe_is_no_file_and_holds_nobody_up(raw_folder: Path, name: str) -> None:
    file, read, error = READERS[name]
    (raw_folder / file).unlink(missing_ok=True)
    os.mkfifo(raw_folder / file)
    with pytest.raises(error):
        read(raw_folder / file)


@pytest.mark.parametrize("name", ["description", "about", "roles", "calibration"])
def test_small_files_that_are_large_are_refused(raw_folder: Path, name: str) -> None:
    file, read, error = READERS[name]
    with (raw_folder / file).open("wb") as grown:
        grown.truncate(bounded.MOST_JSON_BYTES + 1)
    with pytest.raises(error, match="larger"):
        read(raw_folder / file)


@pytest.mark.parametrize("name", ["description", "about", "roles", "calibration"])
@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"a":' * 200_000, b"9" * 10_000, b"\xff"])
def test_json_as_deep_or_long_as_it_likes_is_refused(
    raw_folder: Path, name: str, content: bytes
) -> None:
    file, read, error = READERS[name]
    (raw_folder / file).write_bytes(content)
    with pytest.raises(error):
        read(raw_folder / file)


def test_a_time_far_away_does_not_fill_the_memory(spoil: Callable[..., Path]) -> None:
    for name in ("pelvis.csv", "upper_back.csv"):
        folder = spoil(name, lambda lines: [*lines, *later(lines)])
    with pytest.raises(SourceError, match="36 hours"):
        read_source(folder)


def later(lines: list[str]) -> list[str]:
    """Return the same samples eleven days after."""
    cells = [line.split(",", 1) for line in lines[1:]]
    return [f"{float(t_s) + 1e6:.6f},{rest}" for t_s, rest in cells]


def test_more_events_than_a_session_can_have(
    spoil: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_EVENTS", 100)
    folder = spoil("events.tsv", lambda lines: [*lines, *["3\tn/a\tmark"] * 100])
    with pytest.raises(SourceError, match="more than 100"):
        read_source(folder)


def test_a_packed_recording_cannot_unpack_to_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "recording.mcap"
    write_recording(path, 20_000)
    pack_recording(path)
    assert read_recording(path).messages > 20_000
    monkeypatch.setattr(records, "_MOST_EXPANSION", 0)
    monkeypatch.setattr(records, "_MOST_BYTES", 600_000)
    with pytest.raises(RecordingFormatError, match="more than a file"):
        read_recording(path)


@POSIX
def test_links_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    write_recording(outside / "recording.mcap")
    (outside / "secret.txt").write_text("theirs")
    library = open_library(tmp_path / "data")
    session = library.create("one", person="P1")
    (library.root / "linked").symlink_to(outside)
    (session / "recording.mcap").symlink_to(outside / "recording.mcap")
    (session / "secret.txt").symlink_to(outside / "secret.txt")
    assert [s.name for s in library.list()] == ["one"]
    assert library.open("one").recording is None
    with pytest.raises(LibraryError, match="no session"):
        library.delete("linked")
    library.export_person("P1", tmp_path / "export")
    assert {p.name for p in (tmp_path / "export" / "one").iterdir()} == {ABOUT}
    library.erase_person("P1")
    assert (outside / "secret.txt").read_text() == "theirs"
    assert (outside / "recording.mcap").exists()


@pytest.mark.parametrize("name", ["..", "../x", "/etc", "a/b", "a\\b", ".hidden", "nul", "a\0b"])
def test_no_name_leads_out_of_the_library(tmp_path: Path, name: str) -> None:
    library = open_library(tmp_path / "data")
    for act in (library.create, library.open, library.delete):
        with pytest.raises(LibraryError):
            act(name)


def test_names_go_into_the_database_as_they_are(tmp_path: Path) -> None:
    library = open_library(tmp_path / "data")
    library.create("one", person="Robert'); DROP TABLE sessions;--")
    assert [s.name for s in library.list(text="%' OR 1=1 --")] == []
    assert [s.name for s in library.list(person="Robert'); DROP TABLE sessions;--")] == ["one"]


def test_a_person_is_not_exported_over_what_is_there(tmp_path: Path) -> None:
    library = open_library(tmp_path / "data")
    library.create("one", person="P1")
    with pytest.raises(OutputError, match="exists"):
        library.export_person("P1", tmp_path)


def test_an_index_that_is_none_is_made_anew(tmp_path: Path) -> None:
    library = open_library(tmp_path / "data")
    library.create("one")
    (library.root / "library.sqlite3").write_bytes(b"SQLite format 3\0" + os.urandom(5000))
    assert [s.name for s in library.list()] == ["one"]
