"""A headless Chromium and pages whose every complaint fails the test."""

import os
import shutil
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import httpx
import pytest

from dashboard.run import free_port as first_free_port

ROOT = Path(__file__).parents[2]

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

READY_S = 60.0
PATIENCE_MS = 110_000


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                why = "no Chromium found (Debian: apt install chromium)"
                item.add_marker(pytest.mark.skip(reason=why))


# None of those the system gives away by itself: it stays free until the server is there to take it.
_PORTS = count(20_000)


def free_port():
    return first_free_port(next(_PORTS))


class Server:
    """A server of ours in its own process, with its log."""

    def __init__(self, arguments, port, log, environment):
        self.address = f"http://localhost:{port}"
        self.log = log
        self._arguments = [sys.executable, *arguments]
        settings = {"TORSO_SETTINGS": str(log.with_name("settings.json"))}
        self._environment = {**os.environ, **settings, **environment, "PYTHONPATH": str(ROOT)}
        self._process = None

    def start(self, status=200):
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=self._environment,
            )
        deadline_s = time.monotonic() + READY_S
        while time.monotonic() < deadline_s:
            assert self._process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.address}/api/health", trust_env=False).status_code == status:
                    return self
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def stop(self):
        if self._process is not None and self._process.poll() is None:
            self._process.stdin.close()
            self._process.terminate()
            self._process.wait(20)


@pytest.fixture(scope="package")
def chromium():
    # Not for the session: while Playwright runs, no other test could run an event loop.
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open pages whose errors are collected; any error at the end fails the test."""
    contexts, complaints = [], []

    def open_one(address, *, width=1440, height=900, scheme="light", first_use=False, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **options
        )
        contexts.append(context)
        # A busy machine is slow, not wrong: the time limit of the test is the only one.
        context.set_default_timeout(PATIENCE_MS)
        if not first_use:
            context.add_init_script("localStorage.setItem('torso.read-before-use', 'yes')")
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address.rsplit("/", 1)[0], "data:", "blob:"))
                or "://localhost" in request.url
                else complaints.append(f"asked elsewhere: {request.url}")
            ),
        )
        page.goto(address)
        return page

    open_one.complaints = complaints
    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
