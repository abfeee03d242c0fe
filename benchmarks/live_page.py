"""How fast the live page is, beside the same made of ``st.fragment`` and ``st.line_chart``.

The real service with the simulated wearer, the real page, headless Chromium: pictures a second,
milliseconds from a notification's arrival to the pixels it changed, processor of each process,
memory of the browser. Needs Chromium, the ``dev`` extra, and Linux for the processors' figures.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Page

PATIENCE_MS: Final = 120_000
VIEWERS: Final = 4
REPS_BEFORE: Final = 1
"""How many repetitions the wearer has done when measuring begins: the page has all to draw then."""

FLAGS: Final = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
LINE_CHART: Final = Path(__file__).with_name("line_chart_page.py")

_FOLLOW_STAMPS: Final = """() => {
  window.ages = []; window.drawn = 0; let last = null;
  const look = () => {
    const arrived = document.querySelector("#newest")?.dataset.arrived;
    if (arrived !== undefined && arrived !== last) {
      last = arrived; window.drawn += 1; window.ages.push(Date.now() - Number(arrived));
    }
    requestAnimationFrame(look);
  };
  look();
}"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way of drawing did.

    Attributes
    ----------
    fps
        Pictures a second.
    p50_ms, p95_ms
        From a notification's arrival to the picture that shows it.
    server_percent
        Processor of the page's server, of one core.
    """

    fps: float
    p50_ms: float
    p95_ms: float
    server_percent: float


@dataclass(frozen=True, slots=True)
class Report:
    """Both ways, and what only ours has."""

    ours: Figures
    line_chart: Figures
    service_percent: dict[int, float]
    streaming_percent: dict[int, float]
    heap_mb: tuple[float, float]
    seconds: float

    def rows(self) -> list[list[str]]:
        """What both ways have: figure, ours, theirs, gain."""
        ours, chart = self.ours, self.line_chart
        compared = (
            ("pictures a second", ours.fps, chart.fps, ours.fps / max(chart.fps, 1e-9)),
            ("latency p50, ms", ours.p50_ms, chart.p50_ms, chart.p50_ms / ours.p50_ms),
            ("latency p95, ms", ours.p95_ms, chart.p95_ms, chart.p95_ms / ours.p95_ms),
            (
                "page server, % of a core",
                ours.server_percent,
                chart.server_percent,
                chart.server_percent / max(ours.server_percent, 1e-9),
            ),
        )
        return [[name, f"{a:.1f}", f"{b:.1f}", f"{gain:.1f}×"] for name, a, b, gain in compared]

    def lines(self) -> list[str]:
        """Say it."""
        head = ["", "torso", "line_chart", "gain"]
        rows = [f"{n:24}{a:>10}{b:>12}{gain:>8}" for n, a, b, gain in (head, *self.rows())]
        for viewers, percent in self.service_percent.items():
            streaming = self.streaming_percent[viewers]
            rows.append(
                f"{viewers} viewers: service {percent:.1f} % of a core (fusing and recording "
                f"included), of that for streaming {streaming:.1f} %"
            )
        first, last = self.heap_mb
        rows.append(f"browser heap {first:.1f} MB, after {self.seconds:.0f} s {last:.1f} MB")
        return rows


@dataclass(frozen=True, slots=True)
class Running:
    """The real service and page, and a browser that shows nothing yet."""

    browser: Browser
    port: int
    service: subprocess.Popen[bytes]
    server: subprocess.Popen[bytes]
    environment: dict[str, str]


def serve(stack: ExitStack) -> Running:
    """Start service, page and browser; ``stack`` ends them."""
    from playwright.sync_api import sync_playwright

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    environment = {"TORSO_DATA": folder, "TORSO_SETTINGS": str(Path(folder) / "settings.json")}
    port = _free_port()
    module = [sys.executable, "-m"]
    service = _start(
        stack, [*module, "benchmarks.brisk", "--data", folder, "--autostart"], environment
    )
    server = _start(
        stack, [*module, "dashboard.server", "--data", folder, "--port", str(port)], environment
    )
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
    stack.callback(browser.close)
    return Running(browser, port, service, server, environment)


def missing() -> str:
    """What this needs and the computer has not, or ``""``."""
    if not Path("/proc/self/stat").exists():
        return "Linux"
    if find_spec("playwright") is None:
        return "Playwright"
    return "" if _chromium() else "Chromium"


def measure(seconds: float) -> Report:
    """Measure for ``seconds`` each: one viewer, four, and the line chart."""
    with ExitStack() as stack:
        running = serve(stack)
        browser, port, service = running.browser, running.port, running.service
        page = open_page(browser, port)
        root = page.locator(".torso-live")
        root.wait_for(timeout=PATIENCE_MS)
        page.wait_for_function(
            "([root, reps]) => reps === 0"
            " || root.dataset.state === 'drill' && root.dataset.reps >= reps",
            arg=[root.element_handle(), REPS_BEFORE],
            timeout=PATIENCE_MS,
        )
        page.goto("about:blank")
        page.wait_for_timeout(1000)
        alone = _Processor(service)
        page.wait_for_timeout(1000 * seconds)
        without = alone.percent()
        page.goto(f"http://localhost:{port}")
        wait_for_frames(page)
        ours, heap, one = _ours(page, seconds, running.server, service)
        others = [open_page(browser, port) for _ in range(VIEWERS - 1)]
        for other in others:
            wait_for_frames(other)
        many = _Processor(service)
        page.wait_for_timeout(1000 * seconds)
        four = many.percent()
        for other in others:
            other.context.close()
        page.context.close()
        chart = _line_chart(stack, browser, port, seconds, running.environment)
    busy = {1: one, VIEWERS: four}
    streaming = {viewers: max(0.0, percent - without) for viewers, percent in busy.items()}
    return Report(ours, chart, busy, streaming, heap, seconds)


def _ours(
    page: Page, seconds: float, server: subprocess.Popen[bytes], service: subprocess.Popen[bytes]
) -> tuple[Figures, tuple[float, float], float]:
    root = page.locator(".torso-live")
    before = heap_mb(page)
    page_server, fusing = _Processor(server), _Processor(service)
    fps = []
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        page.wait_for_timeout(min(1000, 1000 * seconds))
        fps.append(float(root.get_attribute("data-fps") or "nan"))
    percent, service_percent = page_server.percent(), fusing.percent()
    p50, p95 = (float(root.get_attribute(f"data-latency-ms-p{p}") or "nan") for p in (50, 95))
    figures = Figures(sum(fps) / len(fps), p50, p95, percent)
    return figures, (before, heap_mb(page)), service_percent


def _line_chart(
    stack: ExitStack,
    browser: Browser,
    port: int,
    seconds: float,
    environment: dict[str, str],
) -> Figures:
    chart_port = _free_port()
    options = ["--server.port", str(chart_port), "--server.headless", "true"]
    options += ["--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    chart = _start(
        stack,
        [sys.executable, "-m", "streamlit", "run", str(LINE_CHART), *options],
        {**environment, "TORSO_LIVE": f"ws://localhost:{port}/api/live"},
    )
    page = open_page(browser, chart_port)
    page.locator("#newest").first.wait_for(state="attached", timeout=PATIENCE_MS)
    page.locator("canvas").first.wait_for(timeout=PATIENCE_MS)
    page.evaluate(_FOLLOW_STAMPS)
    processor, begun_s = _Processor(chart), time.monotonic()
    page.wait_for_timeout(1000 * seconds)
    # However slow it is: one picture has to be seen.
    page.wait_for_function("window.drawn > 0", timeout=PATIENCE_MS)
    percent, passed_s = processor.percent(), time.monotonic() - begun_s
    ages = sorted(page.evaluate("window.ages"))
    page.context.close()
    p50, p95 = (ages[min(len(ages) - 1, int(part * len(ages)))] for part in (0.5, 0.95))
    return Figures(len(ages) / passed_s, p50, p95, percent)


class _Processor:
    """Processor time of a process since now."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._stat = Path(f"/proc/{process.pid}/stat")
        self._used_s, self._since_s = self._seconds(), time.monotonic()

    def _seconds(self) -> float:
        if not self._stat.exists():
            return float("nan")
        fields = self._stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def percent(self) -> float:
        """Of one core."""
        return 100 * (self._seconds() - self._used_s) / (time.monotonic() - self._since_s)


def open_page(browser: Browser, port: int) -> Page:
    """Open the page as somebody who has read the safety notice, once it is served."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script("localStorage.setItem('torso.read-before-use', 'yes')")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    ends_s = time.monotonic() + PATIENCE_MS / 1000
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        if time.monotonic() > ends_s:
            raise TimeoutError(f"nothing listens on port {port}")
        page.wait_for_timeout(100)
    page.goto(f"http://localhost:{port}")
    return page


def wait_for_frames(page: Page) -> None:
    """Wait until pictures are drawn, and timed."""
    root = page.locator(".torso-live[data-latency-ms-p95]")
    root.wait_for(timeout=PATIENCE_MS)


def heap_mb(page: Page) -> float:
    """What the page's JavaScript holds (MB) once its garbage is collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used / 1e6


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def _start(
    stack: ExitStack, command: Sequence[str], environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    return process


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(seconds: float) -> None:
    """Measure and say it."""
    print("\n".join(measure(seconds).lines()))
