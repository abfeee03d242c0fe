"""The library's pages: finding, typing, leaving out, people; without a browser."""

import io
import re
import zipfile
from dataclasses import replace

import pytest

from dashboard.views.charts import peak_chart, peak_points
from dashboard.views.people import packed_person
from dashboard.views.saying import plain
from sessions.about import About, Exclusion
from sessions.counted import counted_drill
from sessions.errors import LibraryError
from sessions.library import Mark, open_library
from tests.dashboard.stored import write_session
from tests.dashboard.test_views import NAME, run, said, sessions_page, words

OTHER = "2026-04-01_07-00-00"
WICKED = "<b>x</b> ![y](http://elsewhere.example/z.png) :smile: $a$"


@pytest.fixture
def library():
    found = open_library()
    write_session(found.root / NAME)
    write_session(found.root / OTHER)
    return found


def opened(test):
    """Names of the sessions on the list."""
    return [b.key.removeprefix("open-") for b in test.button if (b.key or "").startswith("open-")]


def titled(test):
    return next(box for box in test.text_input if box.label == "Title")


def press(test, label):
    next(b for b in test.button if b.label == label).click().run()
    assert not test.exception


def test_search_finds_words_person_and_tag_and_stays_in_the_address(library):
    library.move(NAME, "Blue Heron")
    library.tag(OTHER, ["home"])
    library.note(OTHER, "after the long walk")
    test = run(sessions_page)
    test.text_input(key="find").input("long walk").run()
    assert opened(test) == [OTHER]
    assert test.query_params["find"] in ("long walk", ["long walk"])
    assert opened(run(sessions_page, person="Blue Heron")) == [NAME]
    assert opened(run(sessions_page, person="-")) == [OTHER]
    assert opened(run(sessions_page, tag="home")) == [OTHER]
    assert opened(run(sessions_page, tag="of nobody")) == [OTHER, NAME]
    nothing = run(sessions_page, find="no such thing")
    assert opened(nothing) == []
    assert "No session fits" in nothing.info[0].value


def test_what_is_typed_about_a_session_is_kept(library):
    test = run(sessions_page, session=NAME)
    titled(test).input("Monday, stiff")
    test.text_area[0].input("slept badly")
    press(test, "Save")
    about = library.open(NAME).about
    assert (about.title, about.note) == ("Monday, stiff", "slept badly")
    assert said(test.title[0]) == "Monday, stiff"


def test_a_title_that_cannot_be_kept_is_said(library):
    test = run(sessions_page, session=NAME)
    titled(test).input("x" * 200)
    press(test, "Save")
    assert "up to 120 characters" in said(test.error[0])
    assert library.open(NAME).about == About()


def test_names_are_shown_as_they_were_typed(library):
    library.rename(NAME, WICKED)
    library.move(NAME, WICKED)
    for test in (run(sessions_page), run(sessions_page, session=NAME)):
        assert WICKED in words(test)
        shown = [e.value for e in (*test.markdown, *test.title) if "smile" in e.value]
        assert shown
        for text in shown:
            assert plain(WICKED) in text
    assert re.search(r"(?<!\\)[<\[!:$]", plain(WICKED)) is None


def test_a_repetition_is_left_out_with_a_reason_and_counted_again(library):
    test = run(sessions_page, session=NAME)
    reasons = next(box for box in test.selectbox if box.label == "Why")
    reasons.select("It hurt")
    press(test, "Leave out")
    assert [e.reason for e in library.open(NAME).about.excluded] == ["It hurt"]
    assert test.dataframe[0].value["Verdict"][0] == "Left out: It hurt"
    assert "1 repetition left out" in words(test)
    press(test, "Count again")
    assert library.open(NAME).about.excluded == ()
    assert "1 repetition left out" not in words(test)


def test_no_repetition_is_left_out_without_a_reason(library):
    test = run(sessions_page, session=NAME)
    press(test, "Leave out")
    assert "reason is empty" in said(test.error[0])
    assert library.open(NAME).about.excluded == ()


def test_a_mark_is_set_and_taken_away(library):
    test = run(sessions_page, session=NAME)
    next(s for s in test.slider if s.label.startswith("How much")).set_value(4)
    press(test, "Add")
    assert library.open(NAME).about.marks == (Mark(24.0, "pain", 4.0),)
    assert "Pain 4 of 10" in words(test)
    press(test, "Remove")
    assert library.open(NAME).about.marks == ()


def test_figures_without_what_was_left_out(library):
    session = library.open(NAME)
    drill, reps = session.drills[0], [dict(rep) for rep in session.read_reps()]
    reps[0] |= {"total_deg": 80.0, "thoracic_share": 0.9}
    about = About(excluded=(Exclusion(3.0, "It hurt"),))
    counted = counted_drill(drill, reps, about)
    assert counted["repetitions"] == 3
    assert counted["sides"]["left"]["best_peak_deg"] == pytest.approx(50.0)
    share = counted["sides"]["left"]["shares"]["thoracic"]
    assert (share["value"], share["lo"]) == pytest.approx((0.66, 0.57))
    assert counted["side_difference_deg"]["value"] == pytest.approx(0.0)
    assert counted_drill(drill, reps, About()) is drill
    everything = replace(about, excluded=tuple(Exclusion(6 * k + 3.0, "no") for k in range(4)))
    none = counted_drill(drill, reps, everything)
    assert (none["sides"], none["side_difference_deg"]) == ({}, None)


def test_peaks_carry_their_intervals_and_what_is_left_out_is_hollow(library):
    session = library.open(NAME)
    about = About(excluded=(Exclusion(9.0, "no"),))
    points = peak_points(session.read_angles(), list(session.read_reps()), about)
    rows = points.to_pylist()
    assert [row["out"] for row in rows] == [False] * 3 + [True] * 3 + [False] * 6
    for row in rows:
        assert row["hi"] - row["lo"] == pytest.approx(2 * 1.96, abs=0.02)
    layers = peak_chart(points).to_dict()["layer"]
    assert [layer["mark"].get("filled") for layer in layers[2:]] == [True, False]


def test_people_are_added_renamed_and_noted(library):
    library.move(NAME, "Blue Heron")
    test = run(sessions_page, show="people")
    test.text_input[-1].input("Grey Owl")
    press(test, "Add")
    assert [p.name for p in library.people()] == ["Blue Heron", "Grey Owl"]
    next(t for t in test.text_input if t.value == "Blue Heron").input("Kingfisher")
    press(test, "Save")
    assert library.open(NAME).person == "Kingfisher"


def test_a_person_is_erased_only_by_their_name(library):
    library.move(NAME, "Blue Heron")
    test = run(sessions_page, show="people")
    test.text_input[1].input("Blue")
    press(test, "Erase for good")
    assert "Nothing was erased" in said(test.error[0])
    assert len(library.list()) == 2
    test.text_input[1].input("Blue Heron")
    press(test, "Erase for good")
    assert [s.name for s in library.list()] == [OTHER]
    assert library.people() == ()


def test_a_person_is_packed_whole(library):
    library.move(NAME, "Blue Heron")
    library.note_person("Blue Heron", "Fridays")
    with zipfile.ZipFile(io.BytesIO(packed_person(library, "Blue Heron"))) as archive:
        names = archive.namelist()
    assert f"{NAME}/recording.mcap" in names
    assert f"{NAME}/about.json" in names
    assert "people.json" in names
    assert not any(OTHER in name for name in names)
    with pytest.raises(LibraryError):
        packed_person(library, "Nobody")
