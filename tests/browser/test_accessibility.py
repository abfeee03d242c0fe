"""axe-core on every page, wide and narrow, light and dark; it comes with its package, offline."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_live_component import fake

PAGES = ["Live", "Calibrate", "Devices", "Sessions", "Share", "Method & safety", "Settings"]
SERIOUS = {"serious", "critical"}


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
    page.locator("[data-test-script-state=notRunning]").first.wait_for()
    found = {}
    for width, scheme in itertools.product((1440, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(
            "([width, scheme]) => innerWidth === width"
            " && matchMedia(`(prefers-color-scheme: ${scheme})`).matches",
            arg=[width, scheme],
        )
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in SERIOUS:
                found[f"{violation['id']} {width} {scheme}"] = [
                    n["html"][:200] for n in violation["nodes"]
                ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found[f"scrolls sideways {width}"] = wide
    assert found == {}
