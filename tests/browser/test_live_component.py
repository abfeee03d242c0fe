"""The live component alone, on a made-up stream."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, free_port

ROOT = ".torso-live"


def fake(tmp_path_factory, *options):
    folder = tmp_path_factory.mktemp("fake")
    port = free_port()
    arguments = ["tests/browser/fake_stream.py", "--port", str(port), *options]
    return Server(arguments, port, folder / "log", {"TORSO_DATA": str(folder)})


@pytest.fixture
def stream(tmp_path_factory):
    server = fake(tmp_path_factory).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def calm_stream(tmp_path_factory):
    """A stream for tests that only look."""
    server = fake(tmp_path_factory).start()
    yield server
    server.stop()


@pytest.fixture
def poor_stream(tmp_path_factory):
    server = fake(tmp_path_factory, "--sensors", "2", "--trouble", "sensors").start()
    yield server
    server.stop()


def number(page, name):
    return float(page.locator(ROOT).get_attribute(f"data-{name}") or "nan")


HOLDS = """([selector, holds]) => {
  const find = (node) => node.querySelector(selector) ?? [...node.querySelectorAll("*")]
    .reduce((found, e) => found ?? (e.shadowRoot && find(e.shadowRoot)), null);
  const root = find(document);
  return root !== null && Function("data", `return ${holds}`)(root.dataset);
}"""


def wait_for(page, condition):
    """Wait until a JavaScript condition on the root's ``data`` holds.

    The root is looked for each time: a page that is being opened may put another in its place.
    """
    page.wait_for_function(HOLDS, arg=[ROOT, condition])


def test_from_first_visit_to_a_saved_session(stream, open_page):
    page = open_page(stream.address, first_use=True)
    page.get_by_role("button", name="I have read this").click()
    wait_for(page, "data.frames > 100")
    expect(page.get_by_text("press Calibrate")).to_be_visible()

    page.get_by_role("button", name="Calibrate").click()
    page.get_by_role("button", name="Short: two steps").click()
    page.get_by_role("link", name="Live", exact=True).click()
    page.locator(f"{ROOT} .readouts").wait_for()
    expect(page.locator(f"{ROOT}.devices")).to_have_count(0)
    wait_for(page, "data.calibration === 'good' && data.state === 'idle'")

    before = number(page, "thoracic")
    page.locator("body").press("Space")
    wait_for(page, "data.state === 'drill'")
    expect(page.get_by_text("Recording 0:")).to_be_visible()
    wait_for(page, f"Math.abs(data.thoracic - {before}) > 10")
    wait_for(page, "data.reps >= 2")
    assert page.locator(".rep").count() >= 2
    assert {"left", "right"} <= {
        row.get_attribute("data-side") for row in page.locator(".rep").all()[:2]
    }
    assert number(page, "fps") > 5
    assert 0 < number(page, "latency-ms-p50") < 1000

    page.locator("body").press("m")
    page.locator("body").press("Space")
    page.get_by_role("button", name="Open this session").click()
    expect(page.get_by_text("There is no session")).to_be_visible()
    assert page.url.endswith("/sessions?session=2026-03-04_10-20-30")


def test_a_refused_command_says_why(calm_stream, open_page):
    page = open_page(calm_stream.address)
    wait_for(page, "data.frames > 10")
    page.get_by_role("button", name="Re-zero").click()
    expect(page.locator(".coach")).to_contain_text("Keep still for a second")


def test_two_sensors_are_shown_as_an_estimate_and_trouble_in_words(poor_stream, open_page):
    page = open_page(poor_stream.address)
    wait_for(page, "data.frames > 10")
    expect(page.get_by_text("typical split, not measured on you")).to_be_visible()
    expect(page.locator(".bar.estimated").first).to_be_visible()
    expect(page.locator(".coach")).to_contain_text("Upper back: Connection lost.")
    expect(page.get_by_text("0 of 2 fine")).to_be_visible()


def test_the_connection_returns_by_itself(stream, open_page):
    page = open_page(stream.address)
    wait_for(page, "data.frames > 50")
    stream.stop()
    expect(page.locator(".coach")).to_contain_text("reconnects by itself")
    assert page.locator(ROOT).get_attribute("data-connection") == "lost"
    seen = number(page, "frames")
    stream.start()
    wait_for(page, f"data.connection === 'open' && data.frames > {seen + 50}")
    # A server that is away is an error to the browser and to Streamlit, not to us.
    away = ("ERR_CONNECTION", "Client Error in reaching server", "Is Streamlit still running?")
    open_page.complaints[:] = [c for c in open_page.complaints if not any(a in c for a in away)]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 800), (390, 844)])
def test_nothing_is_cut_off_and_a_desktop_does_not_scroll(calm_stream, open_page, width, height):
    page = open_page(calm_stream.address, width=width, height=height)
    wait_for(page, "data.frames > 10")
    main = page.locator("[data-testid=stMain]")
    sizes = main.evaluate("(e) => [e.scrollWidth, e.clientWidth, e.scrollHeight, e.clientHeight]")
    assert sizes[0] <= sizes[1]
    if (width, height) == (1440, 900):
        assert sizes[2] <= sizes[3]
    for button in page.locator(".action:visible").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_a_rerun_and_a_change_of_theme_keep_the_running_view(calm_stream, open_page):
    page = open_page(calm_stream.address)
    wait_for(page, "data.frames > 50 && data.theme === 'light'")
    seen = number(page, "frames")
    page.emulate_media(color_scheme="dark")
    wait_for(page, f"data.theme === 'dark' && data.frames > {seen}")
    assert page.locator(ROOT).count() == 1


def test_leaving_the_page_lets_go_of_the_stream(calm_stream, open_page):
    page = open_page(calm_stream.address)
    wait_for(page, "data.frames > 10")
    with page.expect_event("websocket", timeout=20000) as opened:
        page.get_by_role("link", name="Sessions").click()
        page.locator(ROOT).wait_for(state="detached")
        page.get_by_role("link", name="Live").click()
    assert opened.value.url.endswith("/api/live")
    wait_for(page, "data.frames > 10")


def test_devices_are_shown_as_they_are(poor_stream, open_page):
    page = open_page(poor_stream.address)
    wait_for(page, "data.frames > 0")
    page.get_by_role("link", name="Devices", exact=True).click()
    page.locator(".devices[data-connection=open]").wait_for()
    worn = page.locator(".device")
    expect(worn).to_have_count(2)
    expect(worn.filter(has_text="Upper back")).to_contain_text("dBm")
    expect(worn.filter(has_text="Upper back")).to_contain_text("<b>Torso</b> of a stranger")
    expect(page.get_by_role("img", name="A back with the places")).to_be_visible()
    expect(page.locator(".device .todo:visible").first).not_to_be_empty()


def test_one_key_makes_it_big_and_space_still_starts(stream, open_page):
    page = open_page(stream.address)
    wait_for(page, "data.frames > 50")
    page.keyboard.press("b")
    big = page.get_by_role("region", name="Big view")
    expect(big).to_be_visible()
    page.keyboard.press(" ")
    wait_for(page, "data.state == 'drill'")
    expect(big.locator(".big-size")).to_have_text(re.compile(r"^\d+°$"))
    page.keyboard.press("b")
    expect(big).to_be_hidden()
