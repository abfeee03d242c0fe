import re
from pathlib import Path

import pytest

from dashboard.messages import (
    CLOCK_LEFT,
    REASON_WORDS,
    flag_words,
    guide_words,
    rep_words,
    sensor_words,
)
from dashboard.service.steps import CALIBRATION_STEPS, DRILLS
from fusion.results import Flag
from sensors.drivers.base import LinkState
from sensors.samples import Placement


def test_a_fine_sensor_needs_no_words():
    assert sensor_words(LinkState.STREAMING, 0.01, 80) is None
    assert sensor_words(LinkState.STREAMING, 0.0, None) is None


@pytest.mark.parametrize(
    ("state", "loss", "battery", "said"),
    [
        (LinkState.LOST, 0.0, 80, "lost"),
        (LinkState.STALLED, 0.0, 80, "No data"),
        (LinkState.STREAMING, 0.12, 80, "12%"),
        (LinkState.STREAMING, 0.0, 9, "9 %"),
    ],
)
def test_what_is_wrong_with_a_sensor_is_said(state, loss, battery, said):
    assert said in sensor_words(state, loss, battery)


def test_a_sensor_that_left_the_clock_of_the_others_says_so_if_nothing_is_worse():
    assert sensor_words(LinkState.STREAMING, 0.0, 80, clock_left=True) == CLOCK_LEFT
    assert sensor_words(LinkState.STREAMING, 0.12, 80, clock_left=True) != CLOCK_LEFT


def test_reasons_are_said_in_words():
    assert rep_words(()) == ""
    assert rep_words(("no_return", "side_bend")) == "no return to the middle, bent to the side"


def test_every_documented_reason_has_words():
    documented = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text("utf-8")
    chapter = documented.split("## Repetitions")[1].split("##")[0]
    assert set(REASON_WORDS) == set(re.findall(r"^\| `(\w+)`", chapter, re.MULTILINE))


def test_a_reason_without_words_is_still_readable():
    assert rep_words(("something_new",)) == "something new"


def test_no_forbidden_words():
    forbidden = ("normal", "injury", "dysfunction", "instab", "pain")
    assert not [w for w in REASON_WORDS.values() if any(f in w for f in forbidden)]


def test_a_flag_names_its_sensor():
    assert flag_words(Flag("x", "All is lost.")) == "All is lost."
    assert "T12" in flag_words(Flag("x", "All is lost.", Placement.THORACOLUMBAR))


@pytest.mark.parametrize("activity", sorted(CALIBRATION_STEPS | DRILLS))
def test_every_activity_can_be_explained(activity):
    assert guide_words(activity).endswith(".")
