"""Who is where, from a bow and a turn; and no answer where the gesture does not show it."""

import numpy as np
import pytest

from fusion.errors import RolesUnclearError
from fusion.roles import propose_roles
from sensors.samples import GRAVITY_MPS2, Activity, ImuBlock, Placement, SensorId
from sensors.simulation.session import THREE_SENSORS, TWO_SENSORS, simulate_session
from sensors.simulation.severity import SEVERITIES

STEPS = (Activity.CALIBRATION_BOW, Activity.CALIBRATION_TURN)


def gesture(seed, placements=THREE_SENSORS, severity="main"):
    """Blocks of a simulated wearer's bow and turn, in a shuffled order, with names that hide it."""
    session = simulate_session(
        seed=seed, placements=placements, severity=SEVERITIES[severity], minutes_per_drill=0.35,
        drills=(Activity.SEATED,),
    )  # fmt: skip
    steps = [event for event in session.events if event.activity in STEPS]
    start_s, end_s = min(e.onset_s for e in steps) - 3.0, max(e.end_s for e in steps)
    names = {p: SensorId(f"{hash((seed, p)) % 997}-{p[:1]}") for p in placements}
    blocks = {}
    for placement in sorted(placements, key=lambda p: names[p]):
        block = session.blocks[placement]
        first, last = np.searchsorted(block.t_s, [start_s, end_s])
        blocks[names[placement]] = block.part(slice(int(first), int(last)))
    return blocks, names


@pytest.mark.parametrize("placements", [TWO_SENSORS, THREE_SENSORS], ids=["two", "three"])
@pytest.mark.parametrize("severity", ["main", "harsh"])
def test_the_order_on_the_spine_is_found(placements, severity):
    for seed in range(1, 5):
        blocks, names = gesture(seed, placements, severity)
        assert propose_roles(blocks).roles == names


def resting(seconds=20.0, turn_deg=0.0, bow_deg=0.0):
    """An ideal sensor, z up, that turns about the vertical and back, then bows about x and back."""
    t_s = np.arange(0.0, seconds, 0.01)
    turn_rad = np.radians(turn_deg) * np.sin(2 * np.pi * (t_s - 10.0) / 8.0) / 2 * (t_s > 10.0)
    phase = np.clip((t_s - 3.0) / 6.0, 0.0, 1.0)
    bow_rad = np.radians(bow_deg) * np.sin(np.pi * phase) ** 2
    gyr, acc = np.zeros((len(t_s), 3)), np.zeros((len(t_s), 3))
    gyr[:, 2], gyr[:, 0] = np.gradient(turn_rad, t_s), np.gradient(bow_rad, t_s)
    acc[:, 1], acc[:, 2] = GRAVITY_MPS2 * np.sin(bow_rad), GRAVITY_MPS2 * np.cos(bow_rad)
    return ImuBlock(t_s, acc, gyr)


def test_what_is_measured():
    found = propose_roles({"a": resting(turn_deg=60, bow_deg=40), "b": resting(turn_deg=8)})
    assert found.roles == {Placement.PELVIS: "b", Placement.UPPER_BACK: "a"}
    assert found.turn_deg["a"] == pytest.approx(60.0, abs=3.0)
    assert found.bow_deg["a"] == pytest.approx(40.0, abs=2.0)
    assert found.turn_deg["b"] == pytest.approx(8.0, abs=1.0)


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ({"a": resting(turn_deg=5), "b": resting()}, "turn as far"),
        ({"a": resting(turn_deg=50), "b": resting(turn_deg=49)}, "almost equally far"),
        ({"a": resting(turn_deg=50), "b": resting(turn_deg=5, bow_deg=60)}, "disagree"),
        ({"a": resting(3.0), "b": resting(3.0)}, "too short"),
    ],
)
def test_what_does_not_show_it_is_refused(blocks, words):
    with pytest.raises(RolesUnclearError, match=words):
        propose_roles(blocks)


def test_roles_are_for_two_or_three():
    with pytest.raises(ValueError, match="two or three"):
        propose_roles({"a": resting()})
