"""What the session page gives to take home."""

import io
import shutil
import zipfile
from types import SimpleNamespace

import pytest

from dashboard.views.exporting import FORMATS, packed
from dashboard.views.taking import report_of
from sensors.samples import Activity
from sensors.simulation.session import simulate_session
from sessions.exports import checks, formats
from sessions.exports.checks import Check
from sessions.exports.formats import FORMATS as KNOWN
from sessions.exports.simulated import write_simulated
from sessions.library import open_library
from tests.dashboard.stored import write_session
from tests.dashboard.test_views import NAME, run, said, sessions_page


def test_every_format_of_the_command_line_is_on_the_page():
    assert {name for name, *_ in FORMATS} | {"csv"} == set(KNOWN)


def test_a_format_comes_as_one_file(tmp_path):
    session = simulate_session(seed=4, drills=(Activity.SEATED,), minutes_per_drill=0.3)
    write_simulated(tmp_path / "raw", session, subject="Heron")
    content, check = packed(SimpleNamespace(path=tmp_path / "raw"), "ximu3")
    assert (check.checker, check.passed) == ("ximu3csv", True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert "pelvis/Inertial.csv" in archive.namelist()


def press(test, key):
    test.button(key=key).click().run()
    assert not test.exception


def test_an_export_shows_what_another_program_says_of_it(demo):
    library = open_library()
    shutil.copytree(demo, library.root / NAME)
    test = run(sessions_page, session=NAME)
    press(test, "make-parquet")
    assert [said(box) for box in test.success] == ["Checked by duckdb: passes."]
    assert downloads(test)[-1].proto.label == "Download"


@pytest.mark.parametrize(
    ("passed", "kind", "words"),
    [
        (None, "info", "Not checked: duckdb or <b> is not installed."),
        (False, "error", "Checked by duckdb or <b>: FAILS: no [table](x)"),
    ],
)
def test_a_verdict_that_is_not_good_is_shown_too(monkeypatch, passed, kind, words):
    library = open_library()
    write_session(library.root / NAME)
    verdict = Check("duckdb or <b>", passed, "no [table](x)")
    monkeypatch.setattr(checks, "check_export", lambda *_: verdict)
    monkeypatch.setattr(formats, "export_session", lambda *_: ())
    test = run(sessions_page, session=NAME)
    press(test, "make-bids")
    assert words in [said(box) for box in getattr(test, kind)]
    press(test, "make-parquet")
    assert len(downloads(test)) == len(downloads(run(sessions_page, session=NAME))) + 1


def test_an_export_that_cannot_be_made_says_why():
    library = open_library()
    write_session(library.root / NAME)
    test = run(sessions_page, session=NAME)
    press(test, "make-bids")
    assert "recording.mcap" in said(test.error[-1])


def downloads(test):
    return test.get("download_button")


def test_the_report_of_a_session_is_a_pdf():
    library = open_library()
    write_session(library.root / NAME)
    assert report_of(library, library.find(NAME)).startswith(b"%PDF")
