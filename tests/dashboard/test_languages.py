"""No page keeps a sentence for itself: in a language of marks, all that is not data is marked."""

import json
import re

import pytest
from google.protobuf.message import Message

from dashboard import words
from dashboard.settings import choose
from dashboard.views import method as method_words
from sessions.library import Mark, open_library
from tests.dashboard.stored import write_session
from tests.dashboard.test_settings import settings_page
from tests.dashboard.test_share_page import page as share_page
from tests.dashboard.test_trend_pages import NAMES as DAYS
from tests.dashboard.test_trend_pages import write
from tests.dashboard.test_views import NAME, live_page, method_page, run, sessions_page

BROKEN, RAW = "2026-02-01_08-00-00", "2026-02-02_08-00-00"
SHOWN = {"label", "body", "help", "placeholder", "options", "content", "caption"}
DATA = re.compile(
    r"Blue Heron|Grey Owl|Torso \d|torso|English|Deutsch|zebra|192\.0\.2\.7|:material/\w+:|"
    r":\w+-badge|<[^>]*>|http\S*|[~/]?/[\w./~-]+"
)
WORD = re.compile(r"[^\W\d_]{2,}")


def calibrate_page():
    from dashboard.views import calibrate

    calibrate.show()


def devices_page():
    from dashboard.views import devices

    devices.show()


@pytest.fixture(autouse=True)
def _marked(tmp_path, monkeypatch):
    """A language that says every sentence between marks, instead of German."""
    german = words.catalogue("de")
    folder = tmp_path / "words"
    folder.mkdir()
    marked = {english: f"«{english}»" for english in german}
    (folder / "de.json").write_text(json.dumps(marked), encoding="utf-8")
    kept = (words.catalogue, words._patterns, words._put_together)
    monkeypatch.setattr(words, "FOLDER", folder)
    for cached in kept:
        cached.cache_clear()
    choose(language="de", comfortable_range=True)
    yield
    for cached in kept:
        cached.cache_clear()


def bare(text):
    """What of a text is neither between marks nor data."""
    text = re.sub(r"\\(.)", r"\1", text)
    before = None
    while before != text:
        before, text = text, re.sub("«[^«»]*»", "", text)
    return WORD.findall(DATA.sub("", text))


def shown(test):
    """Every text that a page shows: its elements', its tables', its charts' and components'."""
    for node in _nodes(test._tree):
        proto = getattr(node, "proto", None)
        if proto is not None:
            yield from _texts(proto)
    for table in test.dataframe:
        yield from map(str, (*table.value.columns, *table.value.to_numpy().ravel()))


def _nodes(node):
    yield node
    for child in getattr(node, "children", {}).values():
        yield from _nodes(child)


def _texts(message):
    for field, value in message.ListFields():
        for item in value if isinstance(value, list) or field.is_repeated else [value]:
            if isinstance(item, Message):
                yield from _texts(item)
            elif isinstance(item, str) and field.name in SHOWN:
                yield item
            elif isinstance(item, str) and field.name == "spec":
                yield from _titles(json.loads(item))
            elif isinstance(item, str) and field.name == "json" and '"rows"' in item:
                yield from (row[name] for row in json.loads(item)["rows"] for name in _ROW)


_ROW = ("title", "note")


def _titles(spec):
    if isinstance(spec, dict):
        if isinstance(spec.get("title"), str):
            yield spec["title"]
        if isinstance(spec.get("domain"), list):
            yield from (end for end in spec["domain"] if isinstance(end, str))
    for part in spec.values() if isinstance(spec, dict) else spec:
        if isinstance(part, dict | list):
            yield from _titles(part)


@pytest.fixture
def library():
    found = open_library()
    warnings = ["For 23% of the drill a sensor was silent."]
    write_session(found.root / NAME, warnings=warnings, split_source="prior", verdict="doubtful")
    found.mark(NAME, Mark(3.0, "pain", 4.0))
    found.mark(NAME, Mark(9.0, "note", None, "zebra"))
    found.exclude(NAME, 9.0, "zebra")
    found.tag(NAME, ["zebra"])
    for day, (name, turn) in enumerate(zip(DAYS[1:], (1.0, 1.6), strict=True), start=20500):
        write(found, name, day=day, turn=turn)
        found.move(name, "Blue Heron")
    (found.root / BROKEN).mkdir()
    (found.root / RAW).mkdir()
    (found.root / RAW / "recording.mcap").write_bytes(b"not a recording")
    return found


@pytest.mark.parametrize("page", [live_page, calibrate_page, devices_page, settings_page])
def test_a_page_shows_only_what_a_language_says(page):
    _only_marked(run(page))


def test_the_method_shows_only_what_a_language_says():
    test = run(method_page)
    test.checkbox(key="applies").check().run()
    assert f"«{method_words.TRUST}»" in list(shown(test))
    _only_marked(test)


def test_sharing_shows_only_what_a_language_says(shared):
    shared.admit(shared.token, "192.0.2.7")
    _only_marked(run(share_page))


def test_the_library_shows_only_what_a_language_says(library):
    for place in (
        {},
        {"session": NAME},
        {"session": BROKEN},
        {"session": RAW},
        {"session": "2020-01-01_00-00-00"},
        {"session": BROKEN, "show": "replay"},
        {"show": "people"},
        {"show": "trends"},
        {"show": "compare"},
        {"find": "no such thing"},
    ):
        _only_marked(run(sessions_page, **place))


def test_an_empty_library_shows_only_what_a_language_says():
    for place in ({}, {"show": "people"}, {"show": "trends"}, {"show": "compare"}):
        _only_marked(run(sessions_page, **place))


def test_what_is_refused_is_said_in_the_language(library):
    test = run(sessions_page, session=DAYS[1])
    next(box for box in test.text_input if box.label == "«Title»").input("z" * 200)
    next(button for button in test.button if button.label == "«Save»").click().run()
    assert "must be one line of up to 120 characters" in test.error[0].value.replace("\\", "")
    _only_marked(test)


def _only_marked(test):
    texts = list(shown(test))
    assert any("«" in text for text in texts)
    assert {text: bare(text) for text in texts if bare(text)} == {}
