"""The database repeats what the folders say, for any number of programs, and can be lost."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sensors.recording import RecordingWriter
from sensors.samples import Placement, SensorId, SensorInfo
from sessions.errors import LibraryError
from sessions.index import INDEX, Index
from sessions.index_schema import MIGRATIONS
from sessions.library import ABOUT, Library, Mark
from tests.dashboard.stored import write_session

INFO = SensorInfo(SensorId("s1"), Placement.PELVIS, "one", "open_profile", 100.0)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "sessions")
    for day in (1, 2, 3):
        write_session(library.root / f"2026-01-0{day}")
    library.move("2026-01-01", "Heron")
    library.move("2026-01-02", "Heron")
    library.tag("2026-01-02", ["Sore", "yoga"])
    library.rename("2026-01-03", "The long one")
    library.note("2026-01-03", "Slept badly.")
    library.mark("2026-01-02", Mark(3.0, "pain", 4.0, "left of the spine"))
    return library


def names(sessions):
    return [s.name[-1] for s in sessions]


def test_what_was_typed_is_found(library):
    assert names(library.list()) == ["3", "2", "1"]
    assert names(library.list(person="Heron")) == ["2", "1"]
    assert names(library.list(person="")) == ["3"]
    assert names(library.list(tag="yoga")) == ["2"]
    assert names(library.list(text="SLEPT bad")) == ["3"]
    assert names(library.list(text="pain spine")) == ["2"]
    assert names(library.list(text="seated", person="Heron", tag="Sore")) == ["2"]
    assert library.list(text="' OR 1=1 --") == ()
    assert library.tags() == {"Sore": 1, "yoga": 1}
    assert [(p.name, p.sessions) for p in library.people()] == [("Heron", 2)]
    assert library.find("The long one").name == "2026-01-03"
    assert library.find("2026-01-01").person == "Heron"


def test_the_list_says_what_the_folders_say(library):
    assert library.list() == tuple(library.open(s.name) for s in library.list())


def test_a_title_that_two_sessions_have_is_not_guessed(library):
    library.rename("2026-01-01", "The long one")
    with pytest.raises(LibraryError, match="Several sessions are called 'The long one'"):
        library.find("The long one")
    with pytest.raises(LibraryError, match="There is no session 'nothing'"):
        library.find("nothing")


def test_a_lost_database_comes_back(library):
    before, people = library.list(), library.people()
    for path in library.root.glob(f"{INDEX}*"):
        path.unlink()
    assert library.list() == before
    assert library.people() == people
    assert library.rebuild() == 3
    assert library.list() == before


@pytest.mark.parametrize("content", [b"no database" * 1000, b""])
def test_a_damaged_database_is_made_anew(library, content):
    before = library.list()
    for path in library.root.glob(f"{INDEX}-*"):
        path.unlink()
    (library.root / INDEX).write_bytes(content)
    assert library.list() == before


def test_damage_in_the_middle_is_noticed_too(library):
    before = library.list()
    path = library.root / INDEX
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    path.write_bytes(content)
    assert library.list() == before


def test_what_changes_in_the_folders_is_seen(library):
    library.list()
    (library.root / "2026-01-01" / ABOUT).unlink()
    (library.root / "2026-01-02").rename(library.root / "2026-01-09")
    assert names(library.list()) == ["9", "3", "1"]
    assert names(library.list(person="Heron")) == ["9"]


def test_a_database_of_a_newer_version_is_left_alone(library):
    path = library.root / INDEX
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = path.read_bytes()
    assert names(library.list()) == ["3", "2", "1"]
    assert library.tag("2026-01-01", ["new"]).about.tags == ("new",)
    assert path.read_bytes() == before


def schema_of(db):
    return sorted(row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL"))


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_a_database_of_any_older_version_is_brought_up(library, version, tmp_path):
    before = library.list()
    for path in library.root.glob(f"{INDEX}*"):
        path.unlink()
    old = sqlite3.connect(library.root / INDEX)
    for script in MIGRATIONS[:version]:
        old.executescript(script)
    old.execute(f"PRAGMA user_version = {version}")
    old.commit()
    old.close()
    assert library.list() == before
    new = sqlite3.connect(library.root / INDEX)
    fresh = sqlite3.connect(":memory:")
    for script in MIGRATIONS:
        fresh.executescript(script)
    assert schema_of(new) == schema_of(fresh)
    assert new.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    new.close()
    fresh.close()


def test_where_nothing_can_be_written_there_is_still_a_list(library, monkeypatch):
    def refuse(path):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr("sessions.index._opened", refuse)
    assert names(library.list(text="slept")) == ["3"]


_WORKER = """
import sys
from pathlib import Path
from sessions.library import Library
library = Library(Path(sys.argv[1]))
for n in range(15):
    library.tag("2026-01-01", [f"{sys.argv[2]}-{n}"])
    library.list()
"""


def test_two_programs_lose_nothing_of_each_other(library):
    run = [sys.executable, "-c", _WORKER, str(library.root)]
    with ThreadPoolExecutor() as pool:
        ends = list(pool.map(lambda who: subprocess.run([*run, who], check=False), "ab"))
    assert [end.returncode for end in ends] == [0, 0]
    assert len(library.open("2026-01-01").about.tags) == 30
    assert len(library.tags()) == 32


def test_everything_is_the_owners_alone(library):
    library.note_person("Heron", "likes mornings")
    made = library.create("new", person="Heron")
    assert made.stat().st_mode & 0o777 == 0o700
    assert (library.root / INDEX).stat().st_mode & 0o777 == 0o600
    assert (library.root / "people.json").stat().st_mode & 0o777 == 0o600
    assert (made / ABOUT).stat().st_mode & 0o777 == 0o600


def everything_below(root):
    return (
        b"\n".join(p.read_bytes() for p in root.rglob("*") if p.is_file())
        + "\n".join(str(p) for p in root.rglob("*")).encode()
    )


def test_a_person_is_erased_to_the_last_byte(library):
    library.move("2026-01-03", "Otter")
    library.note_person("Heron", "A very private remark")
    library.note("2026-01-01", "Another private remark")
    watching = Index(library.root)
    with watching:
        watching.sessions()
        assert b"Heron" in everything_below(library.root)
        assert library.erase_person("Heron") == 2
        left = everything_below(library.root)
    for trace in (b"Heron", b"heron", b"private remark", b"left of the spine", b"2026-01-01"):
        assert trace not in left
    assert names(library.list()) == ["3"]
    assert [p.name for p in library.people()] == ["Otter"]
    with pytest.raises(LibraryError, match="nobody called 'Heron'"):
        library.erase_person("Heron")


def test_a_person_is_exported_as_a_library_of_their_own(library, tmp_path):
    library.note_person("Heron", "likes mornings")
    (library.root / "2026-01-01" / "link").symlink_to("/etc/hostname")
    assert library.export_person("Heron", tmp_path / "heron") == 2
    exported = Library(tmp_path / "heron")
    assert [s.about for s in exported.list()] == [s.about for s in library.list(person="Heron")]
    assert [(p.name, p.note) for p in exported.people()] == [("Heron", "likes mornings")]
    assert not (tmp_path / "heron" / "2026-01-01" / "link").is_symlink()


def test_people_are_renamed_and_joined(library):
    library.note_person("Heron", "tall")
    library.note_person("Otter", "quick")
    assert library.rename_person("Heron", "Otter") == 2
    assert [(p.name, p.note, p.sessions) for p in library.people()] == [("Otter", "tall\nquick", 2)]


def test_a_session_that_is_being_recorded_is_not_deleted(library):
    path = library.create("running", person="Heron") / "recording.mcap"
    with RecordingWriter(path, (INFO,), origin_s=0.0, started_unix_s=1e9, meta={}):
        assert library.open("running").started_unix_s == 1e9
        for act in (lambda: library.delete("running"), lambda: library.erase_person("Heron")):
            with pytest.raises(LibraryError, match="is being recorded"):
                act()
    library.delete("running")
    assert len(library.list()) == 3


def test_files_that_lead_elsewhere_are_not_read(library, tmp_path):
    folder = library.root / "2026-01-01"
    (tmp_path / "elsewhere.json").write_text('{"drills": []}')
    (folder / "summary.json").unlink()
    (folder / "summary.json").symlink_to(tmp_path / "elsewhere.json")
    (folder / "recording.mcap").unlink()
    (folder / "recording.mcap").symlink_to(tmp_path / "elsewhere.json")
    session = library.open("2026-01-01")
    assert (session.summary, session.recording) == (None, None)
    assert "is a link" in session.problem
