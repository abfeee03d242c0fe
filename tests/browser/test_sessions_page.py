"""The library in a real browser: a session played again, a person erased."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from playwright.sync_api import expect

from sessions.library import open_library
from tests.browser.conftest import ROOT as PROJECT
from tests.browser.conftest import Server, free_port
from tests.browser.keyboard import go, reach
from tests.browser.looks import findings
from tests.browser.test_live_component import ROOT

pytestmark = pytest.mark.timeout(300)

NAME = "2026-03-04_10-20-30"
OTHER = "2026-03-05_10-20-30"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A short recording with its results."""
    out = tmp_path_factory.mktemp("recorded") / NAME
    command = [sys.executable, "-m", "dashboard.cli", "demo", "--headless", "--seconds", "45"]
    # Not in this process: Playwright runs an event loop in it.
    subprocess.run([*command, "--out", str(out)], cwd=PROJECT, check=True, capture_output=True)
    return out


@pytest.fixture
def page_server(tmp_path, recorded):
    """The page on a library of two sessions, with no sensors running."""
    library = open_library(tmp_path / "data")
    for name, person in ((NAME, "Blue Heron"), (OTHER, "Grey Owl")):
        folder = library.create(name, person=person)
        for path in recorded.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
    port = free_port()
    data = str(tmp_path / "data")
    arguments = ["-m", "dashboard.server", "--data", data, "--port", str(port), "--supervised"]
    server = Server(arguments, port, tmp_path / "log", {"TORSO_DATA": data}).start(status=503)
    server.library = library
    yield server
    server.stop()
    log = server.log.read_text()
    assert "Traceback" not in log, log


def open_sessions(page_server, open_page):
    """Go there as a person does; opened directly, Streamlit asks for what is not there."""
    page = open_page(page_server.address)
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible(timeout=60_000)
    return page


def test_a_session_is_played_again_through_the_live_view(page_server, open_page):
    page = open_sessions(page_server, open_page)
    page.locator(f".st-key-open-{NAME}").get_by_role("button").click()
    page.get_by_role("button", name="Replay").click(timeout=60_000)
    expect(page.locator(f"{ROOT}[data-connection=open]")).to_have_count(1, timeout=120_000)
    expect(page.get_by_role("button", name=re.compile("Start"))).to_have_count(0)
    page.get_by_role("combobox", name="Speed").click()
    page.get_by_role("option", name="8 ×").click()
    kept = page_server.library.open(NAME).repetitions
    assert kept >= 3
    # Another speed brings another view, and for a moment both are there: one comes to the end.
    ends = [f"{ROOT}[data-reps='{reps}']" for reps in (kept - 1, kept)]
    expect(page.locator(", ".join(ends))).to_have_count(1, timeout=120_000)
    page.get_by_role("button", name="Back to the session").click()
    # Not "Repetitions": the live view has a heading of that name, too.
    expect(page.get_by_role("heading", name="How far to trust it")).to_be_visible()
    expect(page.locator(f"{ROOT}[data-connection]")).to_have_count(0)
    assert len(page_server.library.list()) == 2


def test_the_library_and_the_devices_need_no_mouse(page_server, open_page):
    page = open_page(page_server.address)
    page.locator(ROOT).wait_for()
    go(page, page.get_by_role("link", name="Sessions", exact=True))
    search = page.get_by_role("textbox", name="Search")
    reach(page, search)
    page.keyboard.type("Grey Owl")
    page.keyboard.press("Enter")
    expect(page.locator(f".st-key-open-{NAME}")).to_have_count(0)
    go(page, page.locator(f".st-key-open-{OTHER}").get_by_role("button"))
    expect(page.get_by_role("heading", name="How far to trust it")).to_be_visible()
    go(page, page.get_by_role("button", name="All sessions"))
    expect(page.get_by_role("heading", name="Sessions", exact=True)).to_be_visible()
    go(page, page.get_by_role("button", name="People"))
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    go(page, page.get_by_role("link", name="Devices", exact=True))
    expect(page.get_by_role("heading", name="Devices", exact=True)).to_be_visible()


def test_no_serious_finding_behind_sessions(page_server, open_page):
    page_server.library.move(OTHER, "Blue Heron")  # with two, a person has a course
    page = open_sessions(page_server, open_page)
    found = {}
    for part in ("Trends", "Side by side"):
        page.get_by_role("button", name=part).click()
        page.get_by_role("heading", name=part, level=1).wait_for()
        found[part] = findings(page)
        page.get_by_role("button", name="All sessions").click()
        page.get_by_role("heading", name="Sessions", level=1).wait_for()
    page.locator(f".st-key-open-{NAME}").get_by_role("button").click()
    page.get_by_role("heading", name="How far to trust it").wait_for()
    found["session"] = findings(page)
    page.get_by_role("button", name="Replay").click()
    page.locator(f"{ROOT}[data-connection=open]").wait_for()
    found["replay"] = findings(page)
    assert {part: what for part, what in found.items() if what} == {}


def test_a_person_is_erased_for_good(page_server, open_page):
    page = open_sessions(page_server, open_page)
    page.get_by_role("button", name="People").click()
    owner = page.locator(".st-key-card-person-0")
    expect(owner.get_by_text("Blue Heron")).to_be_visible(timeout=60_000)
    owner.get_by_role("button", name="Erase").click()
    # In what opens, whenever it does: there is a field of this name on the page below, too.
    opened = page.get_by_test_id("stPopoverBody")
    opened.get_by_label("Pseudonym").fill("Blue Heron")
    opened.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Blue Heron")).to_have_count(0, timeout=60_000)
    expect(page.locator(".st-key-card-person-0").get_by_text("Grey Owl")).to_be_visible()
    library = page_server.library
    assert [s.name for s in library.list()] == [OTHER]
    with closing(sqlite3.connect(library.root / "library.sqlite3")) as database:
        assert "Blue Heron" not in "\n".join(database.iterdump())
