"""Take the pictures in ``docs/screenshots`` from the running demo.

``python docs/make_screenshots.py [DIR]`` starts ``torso demo`` with an empty library, waits until
repetitions were counted, and photographs the pages: wide and narrow, light and dark, and the big
view. It needs Chromium and the ``dev`` extra.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PORT: Final = 8597
ADDRESS: Final = f"http://localhost:{PORT}"
FLAGS: Final = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
REPETITIONS: Final = 6
PATIENCE_MS: Final = 180_000
FONTS_MS: Final = 500

WIDE: Final = (1440, 900, 1)
TALL: Final = (1440, 1500, 1)
HIGH: Final = (1440, 1080, 1)
NARROW: Final = (390, 844, 2)


@contextmanager
def demo() -> Iterator[None]:
    """Run the demo in a home of its own, so that no picture shows anybody's."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "dashboard.cli", "demo", "--no-browser"]
        own = {
            "HOME": home,
            "TORSO_DATA": f"{home}/torso",
            "TORSO_SETTINGS": f"{home}/.config/torso/settings.json",
        }
        running = subprocess.Popen([*command, "--port", str(PORT)], env={**os.environ, **own})
        try:
            yield
        finally:
            running.terminate()
            running.wait(20)


@contextmanager
def open_page(
    browser: Browser, path: str, size: tuple[int, int, int], scheme: str
) -> Iterator[Page]:
    """Open a page of the demo as somebody who has read the safety notice."""
    width, height, sharpness = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=sharpness,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.add_init_script("localStorage.setItem('torso.read-before-use', 'yes')")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(ADDRESS + path)
    yield page
    context.close()


def settle(page: Page) -> None:
    """Wait until nothing on the page is still to come: no placeholder, no chart without lines."""
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stSkeleton]')"
        " && !document.querySelector('[data-test-script-state=running]')"
        " && [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]"
        ".every((chart) => chart.querySelector('canvas, svg'))"
        " && document.fonts.status === 'loaded'",
        timeout=PATIENCE_MS,
    )
    page.wait_for_timeout(FONTS_MS)


def wait_for_repetitions(page: Page, count: int) -> None:
    """Wait until the live view shows that many repetitions, and a turn is under way."""
    root = page.locator(".torso-live")
    root.wait_for(timeout=PATIENCE_MS)
    page.wait_for_function(
        f"(root) => root.dataset.reps >= {count} && Math.abs(root.dataset.total) > 35",
        arg=root.element_handle(),
        timeout=PATIENCE_MS,
    )


def photograph(browser: Browser, folder: Path) -> None:
    """Take all pictures."""
    for name, size, scheme, count in (
        ("live_light", WIDE, "light", REPETITIONS),
        ("live_dark", WIDE, "dark", REPETITIONS),
        ("live_phone", NARROW, "light", REPETITIONS),
        ("live_phone_dark", NARROW, "dark", REPETITIONS),
    ):
        with open_page(browser, "/", size, scheme) as page:
            wait_for_repetitions(page, count)
            page.screenshot(path=folder / f"{name}.png")
    with open_page(browser, "/", WIDE, "dark") as page:
        wait_for_repetitions(page, REPETITIONS)
        page.keyboard.press("b")
        wait_for_repetitions(page, REPETITIONS + 1)
        page.screenshot(path=folder / "live_big.png")
    for name, heading in (("devices", "Devices"), ("settings", "Settings")):
        with open_page(browser, "/", HIGH if name == "devices" else WIDE, "light") as page:
            page.get_by_role("link", name=heading).click()
            page.get_by_role("heading", name=heading, level=1).wait_for()
            shown = ".device" if name == "devices" else "[data-testid=stSelectbox]"
            page.locator(shown).first.wait_for()
            settle(page)
            page.screenshot(path=folder / f"{name}.png")
    with open_page(browser, "/", WIDE, "light") as page:
        wait_for_repetitions(page, REPETITIONS)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Open this session").click(timeout=PATIENCE_MS)
        page.get_by_role("heading", name="How far to trust it").wait_for()
        path = page.url.removeprefix(ADDRESS)
    for name, scheme in (("session_light", "light"), ("session_dark", "dark")):
        with open_page(browser, path, TALL, scheme) as page:
            page.get_by_role("heading", name="How far to trust it").wait_for()
            settle(page)
            page.screenshot(path=folder / f"{name}.png")
    photograph_calibration(browser, folder)


def photograph_calibration(browser: Browser, folder: Path) -> None:
    """Calibrate, wide and narrow, light and dark: under way, and done."""
    with open_page(browser, "/", WIDE, "light") as page:
        page.get_by_role("link", name="Calibrate", exact=True).click()
        page.get_by_label("Who wears the sensors?").fill("Blue Heron")
        # The demonstration has calibrated by the short way.
        page.get_by_role("button", name="All steps").click()
        page.get_by_text("1 of 3 bows seen.").wait_for()
        page.screenshot(path=folder / "calibrate_light.png")
        page.locator("[data-mode=done]").wait_for()
        page.emulate_media(color_scheme="dark")
        settle(page)
        page.screenshot(path=folder / "calibrate_dark.png")
    with open_page(browser, "/", NARROW, "light") as page:
        page.get_by_role("button", name="Calibrate").click()
        page.locator("[data-mode=done]").wait_for()
        settle(page)
        page.screenshot(path=folder / "calibrate_phone.png")


def wait_for_page(browser: Browser) -> None:
    """Wait until the demo serves its page."""
    page = browser.new_page()
    for _ in range(600):
        try:
            page.goto(ADDRESS)
            break
        except PlaywrightError:  # not listening yet
            page.wait_for_timeout(100)
    page.close()


def main() -> None:
    """Run the demo and photograph it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        wait_for_page(browser)
        photograph(browser, folder)
        browser.close()


if __name__ == "__main__":
    main()
