import numpy as np
import pytest

from fusion.tissue import USUAL_DEG, Ringing, rings_of

T_S = np.arange(3000) / 100.0


def swing(hz, deg):
    return deg * np.sin(2 * np.pi * hz * T_S)


def test_what_swings_at_seven_hertz_is_seen_as_it_is():
    ringing, loose = Ringing(1).update(swing(7.0, 0.4)[:, None])
    assert ringing[-1, 0] == pytest.approx(0.4 / np.sqrt(2), rel=0.15)
    assert loose[-1] > USUAL_DEG


def test_a_wide_turn_does_not_ring():
    ringing, loose = Ringing(1).update(swing(0.5, 45.0)[:, None])
    assert ringing[500:].max() < 0.05
    assert loose[-1] < USUAL_DEG


def test_a_step_is_no_tissue():
    angle = np.where(T_S < 15, 0.0, 30.0)[:, None]
    _, loose = Ringing(1).update(angle)
    assert loose[-1] < USUAL_DEG


def test_any_blocking_gives_the_same():
    angles = np.column_stack([swing(7.0, 0.4), swing(8.0, 0.2) + swing(0.3, 40.0)])
    whole = Ringing(2).update(angles)
    single = Ringing(2)
    parts = [single.update(block) for block in np.split(angles, [1, 2, 40, 41, 700])]
    for i in range(2):
        np.testing.assert_allclose(np.concatenate([p[i] for p in parts]), whole[i], atol=1e-9)


def test_a_whole_drill_is_seen_from_the_middle_of_each_second():
    """What rings from the third second on is told half a second before it, live only after it."""
    t_s = np.arange(600) / 100.0
    angle = np.where(t_s > 3.0, np.sin(2 * np.pi * 7.0 * t_s), 0.0)[:, None]
    parts, loose_deg = rings_of(np.split(angle, [1, 250, 333]))
    assert [len(part) for part in parts] == [1, 249, 83, 267]
    rings = np.concatenate(parts)
    live, _ = Ringing(1).update(angle)
    assert rings[270, 0] > 0.2 > live[300, 0]
    assert rings[500, 0] == pytest.approx(0.7, abs=0.1)
    assert loose_deg > USUAL_DEG
    nothing, usual_deg = rings_of([angle[:0]])
    assert nothing[0].shape == (0, 1)
    assert usual_deg == USUAL_DEG
