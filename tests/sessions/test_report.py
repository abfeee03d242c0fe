"""The page says what the results say, on one page, and what people typed is never markup."""

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.cli import main
from sessions import safety
from sessions.errors import LibraryError
from sessions.library import About, Exclusion, Library, Mark, StoredSession, open_library
from sessions.report import make_report, report_html, report_pdf
from tests.dashboard.stored import REP_S, write_session


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = open_library(tmp_path)
    write_session(library.root / "monday", warnings=["Nothing <b>much</b>."])
    library.move("monday", "Heron")
    return library


@pytest.fixture
def session(library: Library) -> StoredSession:
    return replace(library.open("monday"), started_unix_s=1.7e9)


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n")


def test_it_says_what_the_results_say(session: StoredSession) -> None:
    (drill,) = make_report(session).drills
    left = drill.sides["left"]
    assert (left.reps, left.median_deg, left.best_deg) == (2, 50.0, 50.0)
    assert left.lo_deg == pytest.approx(50 - 1.96 * 2.0)
    assert [p.value for p in left.parts] == pytest.approx([0.12, 0.22, 0.66])
    assert drill.done == "2 to the left and 2 to the right, in 24 s."
    assert "do not differ" in drill.difference


def test_the_page_is_whole_and_one(session: StoredSession) -> None:
    report = make_report(session)
    html, pdf = report_html(report).decode(), report_pdf(report)
    for words in ("not a medical device", "50° [46 to 54]", "Stop at sharp", "SEM", "sum to 100"):
        assert words in html.replace("\n", " ")
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 1
    assert report_pdf(report) == pdf


def test_a_change_is_real_or_noise(session: StoredSession) -> None:
    earlier = replace(session, name="sunday", started_unix_s=1.6e9)
    report = make_report(session, [earlier, session])
    assert report.history == "Compared with 1 earlier session of this person."
    assert "within noise" in report_html(report).decode()
    assert "no history yet" in report_html(make_report(session)).decode()


def test_what_is_excluded_is_left_out(session: StoredSession) -> None:
    about = About(person="Heron", excluded=(Exclusion(REP_S / 2, "sneezed"),))
    (drill,) = make_report(replace(session, about=about)).drills
    assert drill.done == "1 to the left and 2 to the right, in 24 s; 1 left out."
    (whole,) = make_report(session).drills
    assert "right minus left -3° [-7 to +1]" in whole.difference
    assert "right minus left +0° [-4 to +4]" in drill.difference
    one_side = tuple(Exclusion(at_s, "x") for at_s in (REP_S / 2, 2.5 * REP_S))
    (drill,) = make_report(replace(session, about=replace(about, excluded=one_side))).drills
    assert drill.difference == ""


def test_what_it_is_not_is_said_once_and_as_on_the_page(session: StoredSession) -> None:
    html = report_html(make_report(session)).decode()
    assert html.count(safety.NOT_MEDICAL) == html.count(safety.STOP_NOW) == 1
    root = Path(__file__).parents[2]
    saying = [
        path.relative_to(root).as_posix()
        for room in ("sessions", "dashboard")
        for path in (root / room).rglob("*.py")
        if "movement tracker for exercise practice" in path.read_text("utf-8")
    ]
    assert saying == ["sessions/safety.py"]


def test_what_people_typed_is_no_markup(session: StoredSession) -> None:
    nasty = "<script>alert(1)</script>"
    about = About(
        title=nasty, person="Wang 王", note=nasty * 40, marks=(Mark(1, "pain", 3, nasty),) * 9
    )
    report = make_report(replace(session, about=about))
    html = report_html(report).decode()
    assert "<script" not in html
    assert "<b>much" not in html
    assert "Wang 王" in html
    assert pages(report_pdf(report)) == 1


def test_what_is_not_analysed_has_no_report(session: StoredSession) -> None:
    with pytest.raises(LibraryError, match="not analysed yet"):
        make_report(replace(session, summary=None))


def test_the_command(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["report", "monday", "--data", str(tmp_path), "--out", str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["monday_report.html", "monday_report.pdf"]
    assert main(["report", "nothing", "--data", str(tmp_path), "--out", str(out)]) == 2
