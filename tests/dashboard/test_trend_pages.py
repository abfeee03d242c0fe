"""Trends and two sessions side by side, without a browser."""

import os

import pytest

from dashboard.views.trend_chart import course_of, trend_chart, trend_points
from sessions.history import in_order
from sessions.library import open_library
from tests.dashboard.stored import DRILL, write_session
from tests.dashboard.test_views import run, said, sessions_page, words

NAMES = ("2026-03-04_10-20-30", "2026-03-08_10-20-30", "2026-03-12_10-20-30")


def write(library, name, *, day, turn=1.0):
    """A session of that day whose turns are so many times as large."""
    folder = library.root / name
    write_session(folder, scale=turn)
    for path in folder.iterdir():
        os.utime(path, (day * 86400, day * 86400))


@pytest.fixture
def library():
    found = open_library()
    for day, (name, turn) in enumerate(zip(NAMES, (1.0, 1.02, 1.6), strict=True), start=20500):
        write(found, name, day=day, turn=turn)
        found.move(name, "Blue Heron")
        os.utime(found.root / name / "about.json", (day * 86400, day * 86400))
    found.rebuild()
    return found


def test_a_course_tells_real_changes_from_noise(library):
    course = course_of(in_order(library.list()))
    rows = trend_points(course, DRILL, "total_deg").to_pylist()
    verdicts = {(row["session"], row["side"]): row["verdict"] for row in rows}
    assert [verdicts[name, "Left"] for name in NAMES] == [
        "nothing to compare yet",
        "within noise",
        "real change",
    ]
    for row in rows:
        assert row["lo"] < row["value"] < row["hi"]
    shares = trend_points(course, DRILL, "pelvis_share").to_pylist()
    assert {row["value"] for row in shares} == {12.0}
    drawn = trend_chart(trend_points(course, DRILL, "total_deg"), "Whole turn, °").to_dict()
    assert [layer["mark"].get("filled") for layer in drawn["layer"][2:]] == [False, True]


def test_trends_show_the_last_session_against_the_usual(library):
    table = run(sessions_page, show="trends", person="Blue Heron").dataframe[0].value
    left = table[table["Side"] == "← Left"].set_index("What")
    assert left.loc["Whole turn", "Verdict"] == "real change"
    assert left.loc["Whole turn", "Now"] == "80°"
    assert left.loc["Pelvis share", "Verdict"] == "within noise"
    assert left.loc["Pelvis share", "Difference"] == "+0.0 %"


def test_trends_need_somebody_and_two_sessions():
    assert "whose it is" in run(sessions_page, show="trends").info[0].value
    library = open_library()
    write(library, NAMES[0], day=20500)
    library.move(NAMES[0], "Grey Owl")
    assert "1 analysed session" in run(sessions_page, show="trends").info[0].value


def test_two_sessions_side_by_side_are_judged_within_one_person(library):
    test = run(sessions_page, show="compare")
    headers = [said(header) for header in test.header]
    assert headers == ["Sunday, 8 March 2026, 10:20", "Thursday, 12 March 2026, 10:20"]
    assert "real change" in set(test.dataframe[0].value["Verdict"])
    library.move(NAMES[0], "Grey Owl")
    other = run(sessions_page, show="compare", one=NAMES[2], two=NAMES[0])
    assert "Verdict" not in other.dataframe[0].value
    assert "two people" in words(other)
    same = run(sessions_page, show="compare", one=NAMES[0], two=NAMES[0])
    assert "two different" in same.info[0].value


def test_one_session_alone_is_not_compared():
    write(open_library(), NAMES[0], day=20500)
    assert "Two analysed" in run(sessions_page, show="compare").info[0].value
