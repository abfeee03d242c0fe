"""The live benchmark, for a moment: every figure is there, and the line chart was really drawn."""

import math
import shutil

import pytest

from benchmarks.live_page import measure

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found (Debian: apt install chromium)")
def test_a_moment_of_everything():
    report = measure(1.0)
    for figures in (report.ours, report.line_chart):
        assert figures.fps > 0
        assert 0 < figures.p50_ms <= figures.p95_ms
    assert set(report.service_percent) == {1, 4}
    assert all(math.isfinite(mb) and mb > 0 for mb in report.heap_mb)
    assert len(report.lines()) == 8
