"""The live benchmark's own arithmetic; the whole of it takes minutes and is run by hand."""

import ast

import pytest

from benchmarks.heap import MOST_MB_PER_HOUR, growth_mb_per_hour
from benchmarks.live_page import LINE_CHART, Figures, Report


def test_the_report_says_what_a_user_gains():
    ours = Figures(fps=50.0, p50_ms=30.0, p95_ms=40.0, server_percent=2.0)
    chart = Figures(fps=2.0, p50_ms=900.0, p95_ms=2000.0, server_percent=30.0)
    report = Report(ours, chart, {1: 12.0, 4: 14.0}, {1: 1.0, 4: 3.0}, (9.0, 9.5), 60.0)
    text = "\n".join(report.lines())
    for gain in ("25.0×", "30.0×", "50.0×", "15.0×"):
        assert gain in text
    assert "4 viewers: service 14.0 %" in text
    assert "9.0 MB, after 60 s 9.5 MB" in text


def test_the_page_compared_with_draws_a_line_chart_in_a_fragment():
    tree = ast.parse(LINE_CHART.read_text(encoding="utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {"fragment", "line_chart"} <= called


def test_a_heap_that_fills_its_past_and_stays_is_level_and_one_that_grows_is_not():
    filling = [5.0 + 0.5 * min(k, 5) for k in range(20)]
    assert growth_mb_per_hour(filling) == pytest.approx(0.0, abs=1e-9)
    growing = [5.0 + 0.05 * k for k in range(20)]
    assert growth_mb_per_hour(growing) == pytest.approx(6.0)
    assert growth_mb_per_hour(growing) > MOST_MB_PER_HOUR
