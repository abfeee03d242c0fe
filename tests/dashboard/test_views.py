"""The pages' own logic, without a browser."""

import json
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views import coordination, wording
from dashboard.views.charts import MOST_POINTS, angle_chart, angle_points
from sessions.library import open_library
from sessions.tables import rep_metrics
from tests.dashboard.stored import DRILL, REP_S, REPS, write_session

NAME = "2026-03-04_10-20-30"


def sessions_page():
    from dashboard.views import sessions

    sessions.show()


def method_page():
    from dashboard.views import method

    method.show()


def live_page():
    from dashboard.views import live

    live.show()


@pytest.fixture
def library():
    return open_library()


def run(page, **query):
    test = AppTest.from_function(page, default_timeout=30)
    test.query_params.update(query)
    test.run()
    assert not test.exception
    return test


def words(test):
    return " ".join(map(said, (*test.markdown, *test.caption, *test.title)))


def said(element):
    """What an element says once Markdown has taken the backslashes away."""
    return re.sub(r"\\(.)", r"\1", element.value)


def test_an_empty_library_says_how_to_fill_it():
    assert "Record one on the Live page" in run(sessions_page).info[0].value


def test_the_list_is_newest_first_and_opens_a_session(library):
    write_session(library.root / NAME)
    write_session(library.root / "2026-04-01_07-00-00", verdict="doubtful")
    (library.root / "2025-12-24_18-00-00").mkdir()
    test = run(sessions_page)
    text = words(test)
    order = [text.index(day) for day in ("1 April 2026", "4 March 2026", "24 December 2025")]
    assert order == sorted(order)
    assert "Calibration doubtful" in text
    assert "4 repetitions" in text
    test.button(key=f"open-{NAME}").click().run()
    assert said(test.title[0]) == "Wednesday, 4 March 2026, 10:20"


def test_a_long_list_shows_the_newest_and_offers_the_rest(library):
    for day in range(1, 29):
        (library.root / f"2026-02-{day:02}_10-00-00").mkdir(parents=True)
    test = run(sessions_page)
    assert sum(button.label == "Open" for button in test.button) == 20
    next(b for b in test.button if b.label == "Show older sessions").click().run()
    assert sum(button.label == "Open" for button in test.button) == 28


def test_a_session_shows_figures_repetitions_and_warnings(library):
    write_session(library.root / NAME, warnings=["The pelvis sensor slipped at 40 s."])
    test = run(sessions_page, session=NAME)
    assert [metric.value for metric in test.metric] == ["50°", "50°", "−3°"]
    table = test.dataframe[0].value
    assert list(table["Side"]) == ["← Left", "Right →"] * 2
    assert table["Verdict"][2] == "Doubtful: bent to the side"
    assert table["Thoracic share"][0] == "66 % (57–75)"
    assert "The pelvis sensor slipped at 40 s." in words(test)
    sensors = test.dataframe[1].value
    assert list(sensors["Sensor"]) == ["Pelvis", "T12", "Upper back"]
    assert sensors["Lost"][0] == "1.2 %"


def test_a_split_that_was_not_measured_is_said(library):
    write_session(library.root / NAME, split_source="prior")
    assert "not measured on you" in words(run(sessions_page, session=NAME))


def test_a_session_that_is_gone_is_said():
    assert "There is no session" in said(run(sessions_page, session="2020-01-01_00-00-00").error[0])


def test_a_damaged_table_is_said_and_the_page_lives(library):
    write_session(library.root / NAME)
    (library.root / NAME / "reps.csv").write_text("nonsense\n")
    assert "reps.csv" in said(run(sessions_page, session=NAME).error[0])


def test_a_recording_that_cannot_be_analysed_says_why(library):
    folder = library.root / NAME
    folder.mkdir(parents=True)
    (folder / "recording.mcap").write_bytes(b"not a recording")
    test = run(sessions_page, session=NAME)
    next(b for b in test.button if b.label == "Analyse it now").click().run()
    assert not test.exception
    assert "recording.mcap" in said(test.error[0])


def test_deleting_takes_the_session_and_returns_to_the_list(library):
    write_session(library.root / NAME)
    test = run(sessions_page, session=NAME)
    next(b for b in test.button if b.label == "Delete for good").click().run()
    assert not test.exception
    assert library.list() == ()
    assert test.title[0].value == "Sessions"


@pytest.mark.parametrize("page", [method_page, live_page])
def test_every_page_says_that_it_is_no_medical_device(page):
    test = run(page)
    text = " ".join([words(test), *(w.value for w in test.warning)]).lower()
    assert "not a medical device" in text.replace("**", "")


def test_who_should_ask_first_is_said():
    text = words(run(method_page))
    for reason in ("osteoporosis", "surgery", "pregnancy", "pacemaker"):
        assert reason in text


def test_a_share_below_zero_is_said_readably():
    rep = {"pelvis_share": 0.06, "pelvis_share_lo": -0.05, "pelvis_share_hi": 0.17}
    assert wording.share_words(rep, "pelvis") == "6 % (−5 to 17)"


@pytest.mark.parametrize("name", ["2026-03-04_10-20-30", "2026-03-04_102030_seated"])
def test_a_session_is_called_by_its_moment(name):
    assert wording.session_title(name) == "Wednesday, 4 March 2026, 10:20"


@pytest.mark.parametrize("name", ["morning, left shoulder", "2026-13-04_10-20-30", "2026-03-04"])
def test_a_name_of_another_form_stays_as_it_is(name):
    assert wording.session_title(name) == name


def test_the_chart_gets_few_points_and_none_where_the_angle_is_unusable(library):
    write_session(library.root / NAME)
    session = library.open(NAME)
    points = angle_points(session.read_angles(), 0.0, REP_S * REPS)
    assert len(points) <= 3 * MOST_POINTS
    t_s = np.asarray(points["time_s"])
    known = np.asarray(points["angle"].is_valid())
    bad = (t_s > 5.005) & (t_s < 5.195)
    assert bad.any()
    assert not known[bad].any()
    assert known[~bad & (t_s < 4.9)].all()


def test_the_chart_dashes_what_was_not_measured(library):
    write_session(library.root / NAME)
    session = library.open(NAME)
    points = angle_points(session.read_angles(), 0.0, REP_S * REPS)
    reps = [rep for rep in session.read_reps() if rep["drill"] == DRILL]

    def dashes(*, measured):
        drawn = json.dumps(angle_chart(points, reps, measured=measured).to_dict()["layer"])
        return drawn.count("[6, 4]")

    assert dashes(measured=False) == 2
    assert dashes(measured=True) == 0


@pytest.mark.parametrize(
    ("coupling_deg", "words"),
    [
        (120.0, "hips went against it"),
        (90.0, "the back"),
        (80.0, "the back"),
        (60.0, "hips joined in"),
        (10.0, "mostly the hips"),
        (-20.0, "mostly the hips"),
        (-170.0, "–"),
        (None, "–"),
    ],
)
def test_who_turned_is_said_from_the_coupling_angle(coupling_deg, words):
    assert coordination.who_turned(coupling_deg) == words


@pytest.mark.parametrize(
    ("lead_s", "words"),
    [(0.21, "0.2 s before"), (-0.14, "0.1 s after"), (0.03, "together"), (None, "–")],
)
def test_when_the_hips_began(lead_s, words):
    assert coordination.hips_began(lead_s) == words


def test_the_page_says_who_turned(library):
    write_session(library.root / NAME)
    session = library.open(NAME)
    metrics = rep_metrics(session.drills[0])
    rows = wording.rep_rows(session.read_reps(), session.about, metrics)
    assert [row["Who turned"] for row in rows] == [
        "the back", "hips joined in", "the back", "–"
    ]  # fmt: skip
    assert [row["Hips began"] for row in rows] == ["–", "0.2 s before", "–", "0.1 s after"]
    summed = coordination.summed_up(session.read_reps(), metrics)
    assert summed == "hips joined in × 1 · the back × 2"
    older = wording.rep_rows(session.read_reps(), session.about, rep_metrics({}))
    assert "Who turned" not in older[0]
    assert coordination.summed_up(session.read_reps(), {}) == ""
