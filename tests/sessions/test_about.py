"""What people type is kept word for word, or refused with a sentence."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.about import ABOUT, About, Exclusion, Mark, checked, read_about, write_about
from sessions.errors import LibraryError

FULL = About(
    title="Morgen <b>früh</b>",
    person="Blue Heron",
    note="First line.\n\nSecond = line.",
    tags=("after yoga", "sore"),
    marks=(Mark(1.25, "note", None, "sneezed"), Mark(12.5, "pain", 4.0), Mark(13.0, "effort", 7.0)),
    excluded=(Exclusion(12.0, "sneezed"),),
)


def test_everything_comes_back(tmp_path):
    assert read_about(tmp_path) == About()
    write_about(tmp_path, FULL)
    assert read_about(tmp_path) == FULL
    assert (tmp_path / ABOUT).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [ABOUT]


@given(note=st.text(max_size=200), title=st.text(max_size=60))
def test_any_text_is_kept_or_refused(tmp_path_factory, note, title):
    folder = tmp_path_factory.mktemp("about")
    try:
        write_about(folder, About(note=note, title=title))
    except LibraryError:
        assert not (folder / ABOUT).exists()
        return
    assert read_about(folder) == checked(About(note=note, title=title))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": "a\nb"}, "must be one line"),
        ({"title": "x" * 121}, "up to 120 characters"),
        ({"person": "a\tb"}, "must be one line"),
        ({"note": "bell\a"}, "plain text"),
        ({"tags": (" ",)}, "tag is empty"),
        ({"tags": tuple(f"t{n}" for n in range(1001))}, "More than 1000 tags"),
        ({"marks": (Mark(1.0, "joy", 3.0),)}, "'joy' is no kind of mark"),
        ({"marks": (Mark(1.0, "pain"),)}, "needs a value"),
        ({"marks": (Mark(1.0, "pain", 11.0),)}, "11 is no value of pain"),
        ({"marks": (Mark(float("nan"), "pain", 1.0),)}, "number of seconds"),
        ({"excluded": (Exclusion(1.0, ""),)}, "reason is empty"),
    ],
)
def test_what_cannot_be_kept_is_refused(tmp_path, change, why):
    with pytest.raises(LibraryError, match=why):
        write_about(tmp_path, replace(FULL, **change))
    assert not (tmp_path / ABOUT).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"schema": "torso.about", "schema_version": 2}',
        json.dumps({"schema": "torso.about", "schema_version": 1, "title": 3}).encode(),
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_named_and_left_alone(tmp_path, content):
    (tmp_path / ABOUT).write_bytes(content)
    with pytest.raises(LibraryError, match=r"about\.json is damaged"):
        read_about(tmp_path)
    assert (tmp_path / ABOUT).read_bytes() == content


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("secret")
    (tmp_path / ABOUT).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LibraryError, match="no file of this folder"):
        read_about(tmp_path)


def test_a_repetition_is_excluded_by_a_moment_in_it():
    assert FULL.excluded_because(10.0, 14.0) == "sneezed"
    assert FULL.excluded_because(14.0, 18.0) is None
