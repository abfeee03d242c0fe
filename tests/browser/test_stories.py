"""Whole stories in a real browser, with the real service behind: what goes wrong, and is mended."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from sessions.library import open_library
from tests.browser.conftest import ROOT as PROJECT
from tests.browser.conftest import Server, free_port
from tests.browser.keyboard import reach
from tests.browser.looks import findings
from tests.browser.test_live_component import ROOT, number, wait_for

pytestmark = pytest.mark.timeout(400)

NOW_ON_LIVE = f"{ROOT} .readouts"


@pytest.fixture
def house(tmp_path):
    """Service and page, as ``torso dashboard`` runs them, with a wearer of our choice."""
    data, log = tmp_path / "data", tmp_path / "service.log"
    settings = {"TORSO_SETTINGS": str(tmp_path / "settings.json")}
    ends = []

    def start(*wearer):
        command = [sys.executable, "-m", "dashboard.service", "--supervised", "--data", str(data)]
        with log.open("wb") as out:
            service = subprocess.Popen(
                [*command, *wearer],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                cwd=PROJECT,
                env={**os.environ, **settings},
            )
        ends.append(lambda: (service.stdin.close(), service.wait(60)))
        port = free_port()
        page = ["-m", "dashboard.server", "--data", str(data), "--port", str(port), "--supervised"]
        server = Server(page, port, tmp_path / "page.log", {"TORSO_DATA": str(data)})
        ends.append(server.stop)
        return server.start()

    yield start
    for end in reversed(ends):
        end()
    said = log.read_text() + (tmp_path / "page.log").read_text()
    assert "Traceback" not in said, said


def test_a_calibration_fails_and_is_mended_without_a_mouse(tmp_path, house, open_page):
    server = house("--clumsy", "bow", "--speed", "2")
    page = open_page(server.address)
    wait_for(page, "data.frames > 20")
    reach(page, page.get_by_role("button", name="Calibrate"))
    page.keyboard.press("Enter")
    wizard = page.locator(".calibrating")
    who = page.get_by_label("Who wears the sensors?")
    reach(page, who)
    page.keyboard.type("Blue Heron")
    reach(page, page.get_by_role("button", name="Short: two steps"))
    page.keyboard.press("Enter")
    expect(wizard).to_have_attribute("data-mode", "failed")
    steps = page.locator(".wizard-steps li")
    expect(steps.nth(0)).to_have_class("good")
    expect(steps.nth(1)).to_have_class("failed")
    expect(page.locator(".wizard-seen")).to_contain_text("without turning or leaning")
    assert findings(page) == {}

    page.keyboard.press("Space")
    expect(wizard).to_have_attribute("data-mode", "done")
    expect(page.get_by_role("heading", name="Calibrated")).to_be_visible()
    assert findings(page) == {}
    page.keyboard.press("Space")
    page.locator(NOW_ON_LIVE).wait_for()
    expect(page.locator(f"{ROOT}.devices")).to_have_count(0)
    wait_for(page, "data.calibration === 'good'")

    # A second tab sees the same; what one begins, the other can end.
    other = open_page(server.address)
    page.bring_to_front()
    page.keyboard.press("Space")
    wait_for(other, "data.state === 'drill' && data.reps >= 1")
    other.bring_to_front()
    other.keyboard.press("Space")
    wait_for(page, "data.state === 'ended' && !('recording' in data)")
    (kept,) = open_library(tmp_path / "data").list()
    assert kept.person == "Blue Heron"


def test_a_set_survives_a_lost_sensor_a_reload_and_a_closed_lid(tmp_path, house, open_page):
    sockets = []

    def pass_on(socket):
        sockets.append(socket)
        socket.connect_to_server()

    server = house("--autostart", "--dropouts-per-min", "2")
    page = open_page(server.address)
    page.route_web_socket("**/api/live", pass_on)
    page.reload()
    wait_for(page, "data.state === 'drill' && data.reps >= 1")
    recording = page.locator(ROOT).get_attribute("data-recording")
    page.locator(".sensor.lost").first.wait_for()
    expect(page.locator(".sensor.lost")).to_have_count(0)

    page.reload()
    wait_for(page, f"data.recording === '{recording}' && data.reps >= 1")
    before = int(number(page, "reps"))
    sockets[-1].close(code=1001, reason="the lid was closed")
    wait_for(page, f"data.connection === 'open' && data.reps >= {before + 1}")
    assert page.locator(ROOT).get_attribute("data-recording") == recording
    assert len(sockets) >= 3
    (kept,) = open_library(tmp_path / "data").list()
    assert kept.name == recording
