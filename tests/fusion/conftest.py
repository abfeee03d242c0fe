"""Simulated sessions that several tests look at."""

from functools import cache

import numpy as np
import pytest

from fusion.pipeline import analyze_session
from fusion.setup import Setup
from sensors.samples import Activity
from sensors.simulation.session import THREE_SENSORS, TWO_SENSORS, simulate_session

MINUTES = 2.0


@cache
def _simulated(drill, seed, sensors, severity):
    more = {} if severity is None else {"severity": severity}
    return simulate_session(
        seed=seed,
        drills=(drill,),
        placements=THREE_SENSORS if sensors == 3 else TWO_SENSORS,
        minutes_per_drill=MINUTES,
        **more,
    )


@pytest.fixture
def simulated():
    """Simulate a session of one drill: ``simulated(drill, seed=…, sensors=…)``."""

    def make(drill=Activity.SEATED, *, seed=1, sensors=3, severity=None):
        return _simulated(drill, seed, sensors, severity)

    return make


@pytest.fixture
def analyzed():
    """Analyse a simulated session: ``analyzed(session, live=…)``."""

    def run(session, **options):
        setup = Setup(tuple(session.blocks))
        return analyze_session(setup, session.blocks, session.events, **options)

    return run


@pytest.fixture
def rms_deg():
    """Root mean square error (°) of each angle of the first drill against the truth."""

    def rms(result, session):
        drill, truth = result.drills[0], session.truth.drills[0]
        at = np.searchsorted(truth.t_s, drill.frames.t_s - 1e-6)
        inside = at < len(truth.t_s)
        error = drill.frames.angles_deg[inside] - truth.angles_deg[at[inside]]
        known = np.isfinite(error)
        squares = np.where(known, error, 0.0) ** 2
        return np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1))

    return rms
