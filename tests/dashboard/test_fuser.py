"""Decoding and fusing what has come: how much of it at once must not matter."""

import numpy as np

from dashboard.service.fuser import Fuser
from dashboard.service.steps import Step, StepKind
from fusion.setup import Setup
from sensors.drivers.base import Notification
from sensors.drivers.simulated import SimulatedSource
from sensors.samples import Activity

AT_S = 2.0


async def entries(seconds=5.0):
    """What a simulated wearer's sensors send, and a neutral that begins on the way."""
    source = SimulatedSource(seed=3, script=(), speed=None, duration_s=seconds, origin_s=500.0)
    async with source:
        found = [item async for item in source]
    at = next(n for n, item in enumerate(found) if item.arrival_s > 500.0 + AT_S)
    step = Step(found[at].arrival_s, StepKind.BEGIN, Activity.CALIBRATION_NEUTRAL)
    return source.sensors, [*found[:at], step, *found[at:]]


def fused(sensors, items, every):
    fuser = Fuser(sensors, 500.0, Setup(tuple(info.placement for info in sensors)))
    frames = []
    for number, item in enumerate(items, 1):
        fuser.take(item)
        if number % every == 0 or number == len(items):
            frames.append(fuser.advance().frames)
    t_s = np.concatenate([part.t_s for part in frames])
    angles_deg = np.concatenate([part.angles_deg for part in frames])
    return t_s, angles_deg, [fuser.statistics(info.sensor) for info in sensors]


async def test_how_much_is_taken_in_at_once_changes_nothing():
    sensors, items = await entries()
    t_s, angles_deg, statistics = fused(sensors, items, every=1)
    assert len(t_s) > 200
    for every in (20, 300):
        other_t_s, other_deg, other_statistics = fused(sensors, items, every)
        np.testing.assert_array_equal(other_t_s, t_s)
        np.testing.assert_allclose(other_deg, angles_deg, atol=1e-9)
        assert other_statistics == statistics


async def test_a_fault_ends_fusing_and_a_new_session_forgets_it(monkeypatch):
    sensors, items = await entries(seconds=2.5)
    fuser = Fuser(sensors, 500.0, Setup(tuple(info.placement for info in sensors)))

    def broken(*_):
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr("sensors.decoding.StreamDecoder.take", broken)
        fuser.take(next(item for item in items if isinstance(item, Notification)))
        assert fuser.advance() is None
    assert fuser.failed
    for item in items:
        fuser.take(item)
    assert fuser.advance() is None
    assert all(fuser.statistics(info.sensor).received == 0 for info in sensors), (
        "nor kept for later"
    )
    fuser.begin_session()
    assert fuser.advance() is not None
