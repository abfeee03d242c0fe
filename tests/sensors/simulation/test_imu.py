"""An inertial sensor on soft tissue."""

import numpy as np
import pytest

from sensors.simulation import rotations
from sensors.simulation.imu import Wobble

STEP_HZ = 400.0


def test_soft_tissue_follows_its_spring():
    """The equation of motion, solved here in steps so small that the method does not matter."""
    natural, damping, gain = 2 * np.pi * 8.0, 0.3, 0.7
    t_s = np.arange(402) / STEP_HZ
    angle = 0.2 * np.sin(2 * np.pi * 1.5 * t_s**2)
    wobble = Wobble(8.0, damping, gain, STEP_HZ)
    q = rotations.from_rotvec(np.outer(angle, [0, 0, 1]))
    followed = np.concatenate([wobble.follow(q[:103]), wobble.follow(q[101:])])
    swing, speed, expected = 0.0, 0.0, []
    for pushed in np.diff(angle, 2) * STEP_HZ**2:
        expected.append(-gain * swing)
        for _ in range(200):
            speed += (pushed - 2 * damping * natural * speed - natural**2 * swing) / STEP_HZ / 200
            swing += speed / STEP_HZ / 200
    assert np.ptp(expected) > 0.01
    seen = rotations.to_rotvec(followed)
    assert seen[:, 2] == pytest.approx(expected, abs=1e-4)
    assert seen[:, :2] == pytest.approx(0.0, abs=1e-12)
