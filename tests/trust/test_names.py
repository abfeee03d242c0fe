"""Whatever a person can type, or a sensor send, is shown as it is and never as markup."""

import html
import re

import pytest

from dashboard.live.assets import STATIC_FOLDER
from sessions.library import Mark, open_library
from sessions.report import make_report, report_html
from tests.dashboard.stored import REP_S, write_session
from tests.dashboard.test_views import run, sessions_page

WHATS = ("title", "person", "who", "note", "tag", "mark", "reason", "sensor", "file")
"""What can carry a name; ``who`` is the note on a person, ``file`` one that an error repeats."""

TEXT = ("dataframe", "multiselect", "selectbox", "text_area", "text_input")
"""Elements that show what they hold as it is; of all others the words are Markdown or HTML."""

PARTS = ("", "people", "trends", "compare", "replay", "session")


def wicked(what):
    """A name that would be bold, a link and a picture; short enough for a tag."""
    return f"<b>{what}</b>![x](//{what})"


@pytest.fixture
def library():
    found = open_library()
    for number, name in enumerate(("2026-03-04_10-20-30", "2026-04-01_07-00-00")):
        write_session(found.root / name, warnings=[f"{wicked('file')} could not be read."])
        summary = found.root / name / "summary.json"
        summary.write_text(summary.read_text().replace("Torso 1", wicked("sensor")))
        found.rename(name, wicked("title"))
        found.move(name, wicked("person"))
        found.note(name, wicked("note"))
        found.tag(name, [wicked("tag")])
        found.mark(name, Mark(1.0 + number, "pain", 3.0, wicked("mark")))
        found.exclude(name, REP_S / 2, wicked("reason"))
    found.note_person(wicked("person"), wicked("who"))
    return found


def pages(library):
    """Every page on which what was typed is shown: its name, and the elements on it."""
    name = library.list()[0].name
    for part in PARTS:
        if part == "replay":
            library.open(name).recording.unlink()
        query = {"session": {"session": name}, "replay": {"session": name, "show": part}}
        test = run(sessions_page, **query.get(part, {"show": part} if part else {}))
        yield part or "sessions", list(elements(test.main))


def elements(block):
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from elements(child)


def told(element):
    """Everything with words that an element sends to the browser."""
    proto = getattr(element, "proto", None)
    parts = [getattr(element, "value", "")]
    parts += [getattr(proto, name, "") for name in ("body", "label", "help", "options")]
    return "\n".join(map(str, parts))


def test_on_every_page_names_are_words(library):
    shown = set()
    for page, found in pages(library):
        for element in found:
            words = told(element)
            shown |= {what for what in WHATS if re.search(rf">{what}\\?<", words)}
            assert not getattr(getattr(element, "proto", None), "allow_html", False), page
            if element.type not in TEXT:
                raw = re.findall(r"(?<!\\)(?:<b|!\[|\]\().*", words)
                assert not raw, f"{page}: {element.type} shows as markup: {raw}"
    assert shown == set(WHATS)


def test_in_the_report_names_are_words(library):
    sessions = library.list()
    report = report_html(make_report(sessions[0], sessions)).decode()
    words = html.unescape(report)
    shown = {what for what in WHATS if wicked(what) in words}
    assert shown == {"title", "person", "note", "mark", "file"}
    assert not any(f"<b>{what}" in report for what in shown)


def test_the_live_view_makes_elements_and_never_parses_markup():
    """Sensor names come from the air; `dom.js` puts them in as text."""
    for file in STATIC_FOLDER.glob("*.js"):
        parsing = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc"
            r"|createContextualFragment|setHTMLUnsafe|\beval\b|new Function",
            file.read_text(encoding="utf-8"),
        )
        assert parsing == [], file.name
