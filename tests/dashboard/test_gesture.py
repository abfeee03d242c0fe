"""The gesture, watched over a source like that of real sensors."""

import pytest

from dashboard.gesture import WHAT_TO_DO, assigned, provisional, watch_gesture
from dashboard.nearby import Nearby
from fusion.errors import RolesUnclearError
from sensors.drivers.simulated import SimulatedSource
from sensors.samples import Activity, Placement, SensorId

GESTURE = (Activity.CALIBRATION_NEUTRAL, Activity.CALIBRATION_BOW, Activity.CALIBRATION_TURN)


async def test_places_are_found_and_given():
    source = SimulatedSource(seed=3, script=GESTURE, speed=None, duration_s=60.0)
    told = []
    proposal = await watch_gesture(source, told.append, seconds=45.0)
    assert told == [WHAT_TO_DO]
    assert proposal.roles == {info.placement: info.sensor for info in source.sensors}
    assert assigned(proposal, source.sensors) == source.sensors


async def test_a_source_that_sends_nothing_is_said():
    source = SimulatedSource(script=GESTURE, speed=None, duration_s=0.01)
    with pytest.raises(RolesUnclearError, match="sent nothing"):
        await watch_gesture(source, lambda _: None)


def test_two_or_three_can_be_worn():
    near = [Nearby(SensorId(str(n)), f"OSI-{n}", -50, "open_profile", None) for n in range(4)]
    assert [i.placement for i in provisional(near[:2])] == [Placement.PELVIS, Placement.UPPER_BACK]
    with pytest.raises(RolesUnclearError, match="4 sensors are in reach"):
        provisional(near)
