"""Live and Devices without a mouse: everything that can be pressed, and the keyboard never lost.

The calibration's story is in ``test_stories``, the library's in ``test_sessions_page``.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import go, has_focus, reach
from tests.browser.test_live_component import ROOT, fake, wait_for


@pytest.fixture
def stream(tmp_path_factory):
    server = fake(tmp_path_factory, "--real").start()
    yield server
    server.stop()


def test_live_needs_no_mouse(stream, open_page):
    page = open_page(stream.address, first_use=True)
    go(page, page.get_by_role("button", name="I have read this"))
    wait_for(page, "data.frames > 10")
    seated, fours = page.get_by_role("radio").all()
    reach(page, seated)
    page.keyboard.press("ArrowRight")
    expect(fours).to_be_checked()
    page.keyboard.press("ArrowLeft")
    expect(seated).to_be_checked()
    start = page.locator(".action.start")
    go(page, start)
    wait_for(page, "data.state === 'drill' && data.reps >= 1")
    assert has_focus(start)
    go(page, page.get_by_role("button", name="Mark"))
    wait_for(page, "data.marks === '1'")
    go(page, page.get_by_role("button", name="Re-zero"))
    expect(page.locator(".coach")).to_contain_text("Keep still for a second")
    go(page, page.get_by_role("button", name="Big"))
    expect(page.get_by_role("region", name="Big view")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("region", name="Big view")).to_be_hidden()
    go(page, page.get_by_role("button", name="Stop"))
    wait_for(page, "data.state === 'idle'")
    reach(page, page.get_by_role("button", name="Open this session"))


def test_devices_need_no_mouse(stream, open_page):
    page = open_page(stream.address)
    page.locator(ROOT).wait_for()
    go(page, page.get_by_role("link", name="Devices", exact=True))
    page.locator(".devices[data-connection=open]").wait_for()
    worn = page.get_by_role("region", name="Worn sensors")
    near = page.get_by_role("region", name="In reach")

    look = near.get_by_role("button", name="Look for sensors")
    go(page, look)
    expect(near.get_by_role("heading", name="Spare")).to_be_visible()
    expect(near).to_contain_text("1 more in reach.")
    assert has_focus(look)
    blink = near.get_by_role("button", name="Blink")
    go(page, blink)
    expect(near).to_contain_text("Watch which sensor blinks.")
    # It is heard again and again, each time with another strength: the list is another then.
    heard = near.locator("h3 .aside")
    before = heard.inner_text()
    expect(heard).not_to_have_text(before)
    assert has_focus(blink)

    pelvis = worn.locator("[data-sensor=sensor-pelvis]")
    reach(page, pelvis.get_by_label("Name of the sensor"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Left shoe box")
    rename = pelvis.get_by_role("button", name="Rename")
    go(page, rename)
    expect(pelvis.get_by_role("heading")).to_contain_text("Left shoe box")
    assert has_focus(rename)

    forget = worn.locator("[data-sensor=sensor-thoracolumbar]").get_by_role("button", name="Forget")
    go(page, forget)
    expect(worn.locator(".device")).to_have_count(2)
    assert has_focus(worn.get_by_role("list"))

    place = page.get_by_label("T12")
    reach(page, place)
    page.keyboard.type("Spare")
    expect(place).to_have_value("spare")
    expect(heard).not_to_have_text(heard.inner_text())
    expect(place).to_have_value("spare")
    go(page, page.get_by_role("button", name="Wear these"))
    expect(worn.locator("[data-sensor=spare]")).to_contain_text("T12")
