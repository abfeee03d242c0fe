"""Folders are the truth; nothing outside the library can be reached through it."""

from pathlib import Path

import pytest

from sessions.errors import LibraryError, SourceError
from sessions.exports.analysis_folder import write_results
from sessions.imports.source import read_source
from sessions.library import Library, data_folder, open_library

from .conftest import make_result


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "sessions")


def test_an_empty_library_lists_nothing(library: Library) -> None:
    assert library.list() == ()


def test_create_never_touches_what_is_there(library: Library) -> None:
    first = library.create("morning")
    (first / "recording.mcap").write_bytes(b"x")
    second = library.create("morning")
    assert second.name == "morning_2"
    assert (first / "recording.mcap").read_bytes() == b"x"
    assert library.create().is_dir()


def test_an_analysed_session(library: Library, raw_folder: Path) -> None:
    folder = library.create("morning")
    (folder / "recording.mcap").write_bytes(b"x" * 10)
    write_results(read_source(raw_folder), make_result(), folder)
    (session,) = library.list()
    assert session == library.open("morning")
    assert session.analysed
    assert session.repetitions == 2
    assert session.recording == folder / "recording.mcap"
    assert session.problem is None
    assert session.size_bytes == sum(p.stat().st_size for p in folder.iterdir())
    assert [r["side"] for r in session.read_reps()] == ["left", "right"]
    assert len(session.read_angles()) == 600


def test_newest_comes_first(library: Library) -> None:
    for name in ("2026-01-02_10-00-00", "2026-01-03_10-00-00", "2025-12-31_10-00-00"):
        library.create(name)
    assert [s.name for s in library.list()] == [
        "2026-01-03_10-00-00",
        "2026-01-02_10-00-00",
        "2025-12-31_10-00-00",
    ]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "holds neither a recording nor results"),
        ({"summary.json": b"{"}, "summary.json cannot be read"),
        ({"summary.json": b"\xff\xfe"}, "summary.json cannot be read"),
        ({"summary.json": b"[]"}, "is not a summary of ours"),
        ({"summary.json": b'{"drills": []}'}, "angles.csv is missing"),
        ({"summary.json": b'{"drills": []}', "angles.csv": b""}, "reps.csv is missing"),
    ],
)
def test_a_broken_session_is_listed_with_a_sentence(
    library: Library, files: dict[str, bytes], problem: str
) -> None:
    folder = library.create("broken")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (session,) = library.list()
    assert session.problem is not None
    assert problem in session.problem
    assert session.repetitions == 0


def test_damaged_tables_are_named(library: Library) -> None:
    folder = library.create("broken")
    (folder / "summary.json").write_text('{"drills": []}')
    (folder / "angles.csv").write_text("time_s,drill\n1,x\n")
    (folder / "reps.csv").write_text("drill,set\n")
    session = library.open("broken")
    with pytest.raises(SourceError, match=r"angles\.csv: is damaged"):
        session.read_angles()
    with pytest.raises(SourceError, match=r"reps\.csv, row 1"):
        session.read_reps()


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "",
        "../x",
        "a/b",
        "a\\b",
        "/etc",
        "C:x",
        ".hidden",
        "nul",
        "COM1.txt",
        "a" * 81,
        "x.",
    ],
)
def test_nothing_outside_can_be_named(library: Library, name: str) -> None:
    library.create("inside")
    (library.root.parent / "x").mkdir()
    for act in (library.open, library.delete):
        with pytest.raises(LibraryError, match="is no name for a session"):
            act(name)
    if name:
        with pytest.raises(LibraryError, match="is no name for a session"):
            library.create(name)
    assert (library.root.parent / "x").is_dir()


def test_a_link_is_no_session(library: Library, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    library.create("inside")
    (library.root / "link").symlink_to(elsewhere)
    assert [s.name for s in library.list()] == ["inside"]
    with pytest.raises(LibraryError, match="There is no session 'link'"):
        library.delete("link")
    assert elsewhere.is_dir()


def test_delete(library: Library) -> None:
    folder = library.create("gone")
    (folder / "recording.mcap").write_bytes(b"x")
    library.delete("gone")
    assert library.list() == ()
    with pytest.raises(LibraryError, match="There is no session 'gone'"):
        library.delete("gone")


def test_where_sessions_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORSO_DATA", str(tmp_path / "here"))
    assert open_library().root == tmp_path / "here" / "sessions"
    assert data_folder(tmp_path / "there") == tmp_path / "there"
    monkeypatch.delenv("TORSO_DATA")
    assert data_folder().name == "torso"
