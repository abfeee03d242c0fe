"""Steps of a calibration while they are done, and how each turns out."""

import pytest

from fusion.calibration_steps import BOWS, HINTS
from fusion.pipeline import Pipeline
from fusion.results import Verdict
from fusion.setup import Setup
from sensors.samples import Activity, Placement
from sensors.simulation.live import LiveWearer

STILL, BOW, TURN = (
    Activity.CALIBRATION_NEUTRAL,
    Activity.CALIBRATION_BOW,
    Activity.CALIBRATION_TURN,
)


class Led:
    """A simulated wearer who is led step by step."""

    def __init__(self, *clumsy):
        self.wearer = LiveWearer(1, script=(), clumsy=clumsy)
        self.pipeline = Pipeline(Setup(tuple(Placement)), keep=False)

    def look(self, seconds=0.25):
        chunk = self.wearer.next_chunk(seconds)
        for placement, block in chunk.blocks.items():
            self.pipeline.push(placement, block)
        return chunk.changes

    def step(self, activity, name, *, posture=None, fresh=False):
        """Do a step; return what was said of it on the way, and its verdict's codes."""
        self.wearer.perform(activity, posture)
        said, ended = [], False
        while not ended:
            for change in self.look():
                if change.begins:
                    self.pipeline.begin(change.activity, change.t_s, name, fresh=fresh)
                else:
                    self.pipeline.end(change.t_s)
                    ended = True
            said.append(self.pipeline.progress())
            self.pipeline.advance()
        self.look(0.5)
        status = self.pipeline.advance().status
        codes = {flag.code for flag in status.steps[name].flags}
        return [one for one in said if one is not None], codes, status


def test_every_step_goes_well_and_says_so():
    led = Led()
    said, codes, _ = led.step(STILL, "still", fresh=True)
    assert codes == set()
    assert said[-1].done > 0.8
    assert {one.hint for one in said} == {None}
    said, codes, _ = led.step(BOW, "bow")
    assert codes == set()
    assert said[-1].sentence == f"{BOWS} of {BOWS} bows seen."
    assert sorted({one.done for one in said}) == pytest.approx([0, 1 / 3, 2 / 3, 1])
    said, codes, _ = led.step(TURN, "turn")
    assert codes == set()
    assert next(one.hint.code for one in said if one.hint) == "turn_left"
    assert "turn_right" in {one.hint.code for one in said if one.hint}
    assert said[-1].done == 1
    said, codes, status = led.step(STILL, "all_fours", posture=Activity.QUADRUPED)
    assert codes == set()
    assert said[-1].hint is None
    assert status.calibration.verdict is Verdict.GOOD
    assert {fit.method for fit in status.calibration.sensors.values()} == {"bow"}


def test_restlessness_is_said_at_once_and_the_step_fails():
    led = Led(STILL)
    said, codes, status = led.step(STILL, "still", fresh=True)
    assert codes == {"neutral_not_still"}
    assert {one.hint.code for one in said if one.hint} == {"moving"}
    assert all(one.hint.sentence == HINTS["moving"] for one in said if one.hint)
    assert "neutral_not_still" in {flag.code for flag in status.flags}
    _, codes, status = led.step(STILL, "still", fresh=True)
    assert codes == set()
    assert {flag.code for flag in status.flags} == {"no_bow"}


def test_a_bow_done_again_takes_the_place_of_the_crooked_one():
    led = Led(BOW)
    led.step(STILL, "still", fresh=True)
    said, codes, status = led.step(BOW, "bow")
    assert "bow_not_planar" in codes
    assert "bow_not_planar" in {one.hint.code for one in said if one.hint}
    assert status.calibration.verdict is Verdict.DOUBTFUL
    _, codes, status = led.step(BOW, "bow")
    assert codes == set()
    assert status.calibration.verdict is Verdict.GOOD


def test_on_all_fours_is_asked_for_until_it_is_so():
    led = Led()
    led.step(STILL, "still", fresh=True)
    said, _, _ = led.step(STILL, "all_fours")
    assert {one.hint.code for one in said} == {"not_on_all_fours"}
    assert {one.done for one in said} == {0}


def test_from_the_start_only_what_is_new_counts():
    led = Led(BOW)
    led.step(STILL, "still", fresh=True)
    led.step(BOW, "bow")
    _, _, status = led.step(STILL, "still", fresh=True)
    assert {fit.method for fit in status.calibration.sensors.values()} == {"gravity"}
