"""axe-core on every page; what lies behind Sessions and Calibrate has it in its own stories."""

import pytest

from tests.browser.looks import findings
from tests.browser.test_live_component import fake

PAGES = ["Live", "Calibrate", "Devices", "Sessions", "Share", "Method & safety", "Settings"]


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    server = fake(tmp_path_factory).start()
    yield server
    server.stop()


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding(stream, open_page, name):
    page = open_page(stream.address)
    page.locator(".torso-live[data-connection=open]").wait_for()
    page.get_by_role("link", name=name, exact=True).click()
    # What the live page has and no other: it is gone, or it is there.
    page.locator(".torso-live .readouts").wait_for(
        state="attached" if name == "Live" else "detached"
    )
    page.locator("h1:visible").first.wait_for()
    if name in {"Calibrate", "Devices"}:
        page.locator(".devices[data-connection=open]").wait_for()
    assert findings(page) == {}
