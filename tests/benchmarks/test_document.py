"""The tools of the document: turns, straight lines, plots, tables, and a short run of each part."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from benchmarks import curves, document, filters, measure, one_session, plot, speed
from benchmarks.effort import Effort
from benchmarks.measure import Spent
from sensors.samples import Activity


def test_candidates_run_in_turns():
    order = []
    spent = measure.in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 3
    assert [len(s) for s in spent.values()] == [3, 3]


def test_a_ratio_is_taken_within_a_round():
    fast, slow = [Spent(1.0, 1.0), Spent(10.0, 1.0)], [Spent(2.0, 1.0), Spent(20.0, 1.0)]
    assert measure.ratio(slow, fast) == measure.Spread(2.0, 2.0, 2.0)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_growth_is_told_by_its_power(power):
    x = np.array([1.0, 4.0, 60.0])
    assert measure.straight(x, 3.0 * x**power) == pytest.approx((power, 3.0))


def test_a_plot_holds_every_point_and_no_name_can_break_it():
    drawn = plot.loglog("a < b", "h", "s", [plot.Line("<x>", [1, 10, 100], [0.1, 1, 10])])
    root = ET.fromstring(drawn)
    circles = list(root.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(circles) == 3
    heights = [float(c.get("cy")) for c in circles]
    assert heights == sorted(heights, reverse=True)


def test_a_row_that_beats_the_first_is_marked():
    shown = document.table(
        ["way", "error"], [["**torso**", "2.0 (3.0)"], ["a", "1.9"], ["b", "2.1"]]
    )
    lines = document.marked(shown, (1,)).splitlines()
    assert [("✗" in line) for line in lines] == [False, False, False, True, False]


def test_one_part_is_written_and_the_others_are_kept(tmp_path, monkeypatch, capsys):
    said = {"cold": "first\n", "step": "second\n"}
    for name in said:
        title, _ = document.PARTS[name]
        monkeypatch.setitem(document.PARTS, name, (title, lambda _, name=name: said[name]))
    path = tmp_path / "benchmarks.md"
    document.run(Effort(), ["cold"], path)
    document.run(Effort(), ["step"], path)
    said["cold"] = "third\n"
    document.run(Effort(), ["cold"], path)
    text = path.read_text(encoding="utf-8")
    assert "third" in text
    assert "second" in text
    assert "first\n<" not in text


@pytest.fixture
def one_filter(monkeypatch):
    monkeypatch.setattr(filters, "PEERS", {"vqf, as it comes": filters.vqf_online})


def test_whole_sessions_can_be_timed(one_filter):
    measured = speed.offline(0.2, 1)
    assert measured.session_s > 12.0
    assert {speed.OURS, speed.CORE, speed.FILES, speed.BYTES, "vqf, as it comes"} <= set(
        measured.spent
    )
    assert all(s.cpu_s >= 0.0 for spent in measured.spent.values() for s in spent)


def test_a_session_goes_through_whole_and_in_blocks(tmp_path):
    """Both ways of the worker, on a drill cut to a few seconds."""
    session = curves.lengthened(speed.seated(0.2), 0.15)
    kept = curves.save(tmp_path, session)
    whole, blocks = (one_session.run_one(kept, way) for way in curves.WAYS)
    assert whole.keys() == blocks.keys() == {"cpu_s", "loaded_mb", "peak_mb"}


def test_a_drill_laid_end_to_end_goes_on():
    long = curves.lengthened(speed.seated(0.2), 0.5)
    drill = next(e for e in long.events if e.activity is Activity.SEATED)
    for block in long.blocks.values():
        steps = np.diff(block.t_s)
        assert steps.min() > 0.0
        assert block.t_s[-1] == pytest.approx(drill.end_s, abs=0.5)
        assert len(block.acc) == len(block.gyr) == len(block.t_s)
