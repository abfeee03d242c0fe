"""What the session page gives to take home."""

import io
import zipfile
from types import SimpleNamespace

from dashboard.views.taking import FORMATS, packed, report_of
from sensors.samples import Activity
from sensors.simulation.session import simulate_session
from sessions.exports.formats import FORMATS as KNOWN
from sessions.exports.simulated import write_simulated
from sessions.library import open_library
from tests.dashboard.stored import write_session
from tests.dashboard.test_views import NAME


def test_every_format_of_the_command_line_is_on_the_page():
    assert {name for name, *_ in FORMATS} | {"csv"} == set(KNOWN)


def test_a_format_comes_as_one_file(tmp_path):
    session = simulate_session(seed=4, drills=(Activity.SEATED,), minutes_per_drill=0.3)
    write_simulated(tmp_path / "raw", session, subject="Heron")
    with zipfile.ZipFile(
        io.BytesIO(packed(SimpleNamespace(path=tmp_path / "raw"), "ximu3"))
    ) as archive:
        assert archive.testzip() is None
        assert "pelvis/Inertial.csv" in archive.namelist()


def test_the_report_of_a_session_is_a_pdf():
    library = open_library()
    write_session(library.root / NAME)
    assert report_of(library, library.find(NAME)).startswith(b"%PDF")
