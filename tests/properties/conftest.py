"""One simulated session of each drill, short, that every invariance is tried on."""

from functools import cache

import pytest

from fusion.pipeline import analyze_session
from fusion.setup import Setup
from sensors.simulation.session import simulate_session
from sensors.simulation.severity import MILD


@cache
def _session(drill, rate_hz, severity):
    return simulate_session(
        seed=4711, drills=(drill,), minutes_per_drill=0.75, severity=severity, rate_hz=rate_hz
    )


@pytest.fixture
def session_of():
    """``session_of(drill)``: its samples and events, and what was true."""

    def make(drill, *, rate_hz=100.0, severity=MILD):
        return _session(drill, rate_hz, severity)

    return make


@pytest.fixture
def analyse():
    """``analyse(blocks, events)``: the first drill's result."""

    def run(blocks, events, *, live=False):
        return analyze_session(Setup(tuple(blocks)), blocks, events, live=live).drills[0]

    return run
