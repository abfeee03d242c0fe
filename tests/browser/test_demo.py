"""The whole way: a simulated wearer, the real service, the page, the session, the file."""

import csv

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, free_port
from tests.browser.test_live_component import ROOT, number, wait_for

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def demo(tmp_path):
    port = free_port()
    arguments = ["-m", "dashboard.cli", "demo", "--no-browser", "--port", str(port)]
    server = Server(arguments, port, tmp_path / "log", {"TORSO_DATA": str(tmp_path / "data")})
    yield server.start()
    server.stop()
    log = server.log.read_text()
    assert "Traceback" not in log, log


def live_reps(page):
    """Side and size of the repetitions on the page, oldest first."""
    rows = page.locator(".rep").all()
    sizes = [float(row.locator(".peak").inner_text().rstrip("°")) for row in rows]
    sides = [row.get_attribute("data-side") for row in rows]
    return list(zip(sides, sizes, strict=True))[::-1]


def test_a_newcomer_sees_turns_counted_and_takes_them_home_as_a_file(demo, open_page, tmp_path):
    page = open_page(demo.address, first_use=True)
    page.get_by_role("button", name="I have read this").click()
    wait_for(page, "data.frames > 100")
    wait_for(page, "data.state === 'drill' && data.reps >= 1")
    before = number(page, "thoracic")
    wait_for(page, f"Math.abs(data.thoracic - {before}) > 5")
    wait_for(page, "data.reps >= 3")
    assert page.locator(ROOT).get_attribute("data-calibration") in {"good", "doubtful"}
    expect(page.get_by_text("3 of 3 fine")).to_be_visible()

    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Open this session").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Repetitions")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Repetitions CSV").click()
    download.value.save_as(tmp_path / "reps.csv")
    with (tmp_path / "reps.csv").open(newline="") as file:
        kept = [(row["side"], abs(float(row["total_deg"]))) for row in csv.DictReader(file)]

    page.get_by_role("link", name="Live").click()
    wait_for(page, "data.reps >= 3")
    shown = live_reps(page)
    assert [side for side, _ in kept] == [side for side, _ in shown]
    for (_, kept_deg), (_, shown_deg) in zip(kept, shown, strict=True):
        assert abs(kept_deg - shown_deg) < 8
