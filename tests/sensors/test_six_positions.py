"""Six faces and full turns give offsets and scales back; what is no calibration is refused."""

from dataclasses import replace

import numpy as np
import pytest

from sensors.errors import CalibrationError
from sensors.samples import GRAVITY_MPS2, ImuBlock
from sensors.simulation.table import TableErrors, simulate_table
from sensors.six_positions import STILL_S, Face, SixPositions, find_stills

RATE_HZ = 104.0


def shown(samples: ImuBlock) -> SixPositions:
    positions = SixPositions()
    for start in range(0, len(samples), 40):
        positions.add(samples.part(slice(start, start + 40)))
    return positions


@pytest.mark.parametrize("seed", range(8))
def test_offsets_and_scales_come_back(seed: int) -> None:
    session = simulate_table(seed, RATE_HZ)
    positions = shown(session.samples)
    assert positions.missing == ()
    assert positions.turns == (2, 2, 2)
    found, truth = positions.calibration(7.0), session.truth
    assert found.acc_offset_mps2 == pytest.approx(truth.acc_offset_mps2, abs=0.01)
    assert found.acc_scale == pytest.approx(truth.acc_scale, abs=1e-3)
    assert found.gyr_offset_dps == pytest.approx(truth.gyr_offset_dps, abs=0.02)
    assert found.gyr_scale == pytest.approx(truth.gyr_scale, abs=1e-3)
    assert (found.made_unix_s, found.poses) == (7.0, 12)
    assert found.residual_mps2 < 0.01


@pytest.mark.parametrize("rate_hz", [26.0, 50.0, 208.0, 400.0])
def test_any_rate_will_do(rate_hz: float) -> None:
    session = simulate_table(1, rate_hz)
    found = shown(session.samples).calibration(0.0)
    assert found.acc_scale == pytest.approx(session.truth.acc_scale, abs=2e-3)
    assert found.gyr_scale == pytest.approx(session.truth.gyr_scale, abs=2e-3)


def test_corrected_samples_are_right() -> None:
    session = simulate_table(2, RATE_HZ)
    found = shown(session.samples).calibration(0.0)
    stills = find_stills(session.samples)
    raw = np.array([still.acc for still in stills])
    error = np.abs(np.linalg.norm(raw, axis=1) - GRAVITY_MPS2).max()
    left = np.abs(np.linalg.norm(found.acc(raw), axis=1) - GRAVITY_MPS2).max()
    assert error > 0.1
    assert left < 0.01
    assert np.abs(found.gyr(np.array([still.gyr for still in stills]))).max() < np.deg2rad(0.03)


def test_without_turns_the_gyroscope_keeps_its_scale() -> None:
    found = shown(simulate_table(3, RATE_HZ, turns=0).samples).calibration(0.0)
    assert found.turns == (0, 0, 0)
    assert found.gyr_scale == (1.0, 1.0, 1.0)
    assert found.poses == 6


def test_three_turns_count_as_three() -> None:
    assert shown(simulate_table(4, RATE_HZ, turns=3).samples).turns == (6, 6, 6)


def test_each_face_is_told_by_what_is_up() -> None:
    faces = [still.face for still in find_stills(simulate_table(5, RATE_HZ, turns=0).samples)]
    assert faces == [Face.Z_UP, Face.X_UP, Face.Y_UP, Face.Z_DOWN, Face.X_DOWN, Face.Y_DOWN]


def test_what_is_missing_is_named() -> None:
    samples = simulate_table(6, RATE_HZ, turns=0).samples
    positions = shown(samples.part(slice(0, round(15.5 * RATE_HZ))))
    assert positions.missing == (Face.X_DOWN, Face.Y_DOWN)
    with pytest.raises(CalibrationError, match="-x, -y"):
        positions.calibration(0.0)


def test_nothing_shown() -> None:
    assert SixPositions().missing == tuple(Face)
    assert SixPositions().turns == (0, 0, 0)
    with pytest.raises(CalibrationError):
        SixPositions().calibration(0.0)


def test_a_pose_held_too_short_does_not_count() -> None:
    samples = simulate_table(7, RATE_HZ).samples
    assert find_stills(samples.part(slice(0, round((STILL_S - 0.3) * RATE_HZ)))) == ()
    assert len(find_stills(samples.part(slice(0, round((STILL_S + 0.5) * RATE_HZ))))) == 1


def test_a_slow_turn_is_no_still_pose() -> None:
    """Little scatter, but gravity wanders: tilted at 3 °/s for 20 s."""
    t_s = np.arange(0.0, 20.0, 1.0 / RATE_HZ)
    tilt = np.deg2rad(3.0) * t_s
    acc = GRAVITY_MPS2 * np.column_stack([np.sin(tilt), np.zeros_like(t_s), np.cos(tilt)])
    gyr = np.tile([0.0, -np.deg2rad(3.0), 0.0], (len(t_s), 1))
    assert find_stills(ImuBlock(t_s, acc, gyr)) == ()


def test_a_turn_with_lost_samples_is_not_counted() -> None:
    samples = simulate_table(8, RATE_HZ).samples
    keep = np.ones(len(samples), bool)
    keep[round(4.5 * RATE_HZ) : round(4.7 * RATE_HZ)] = False
    cut = ImuBlock(samples.t_s[keep], samples.acc[keep], samples.gyr[keep])
    assert shown(samples).turns == (2, 2, 2)
    assert shown(cut).turns == (2, 2, 1)


def test_a_turn_that_is_not_whole_is_not_counted() -> None:
    samples = simulate_table(9, RATE_HZ).samples
    slower = replace(samples, gyr=samples.gyr * 0.9)
    assert shown(slower).turns == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"acc": 1.2}, "more than a chip"),
        ({"acc_offset": 2.5}, "more than a chip"),
        ({"gyr_offset": 0.5}, "broken"),
    ],
)
def test_what_no_chip_can_be_off_by_is_refused(change: dict[str, float], words: str) -> None:
    samples = simulate_table(10, RATE_HZ).samples
    wrong = replace(
        samples,
        acc=samples.acc * change.get("acc", 1.0) + change.get("acc_offset", 0.0),
        gyr=samples.gyr + change.get("gyr_offset", 0.0),
    )
    with pytest.raises(CalibrationError, match=words):
        shown(wrong).calibration(0.0)


def test_poses_that_contradict_each_other_are_refused() -> None:
    """Gravity came out larger the second time on each face."""
    session = simulate_table(11, RATE_HZ, errors=TableErrors(acc_noise_mps2=0.001))
    stills = find_stills(session.samples)
    acc = session.samples.acc.copy()
    for still in stills[::2]:
        at = (session.samples.t_s > still.start_s - 1.0) & (session.samples.t_s < still.end_s + 0.4)
        acc[at] *= 1.03
    with pytest.raises(CalibrationError, match="Do not hold"):
        shown(replace(session.samples, acc=acc)).calibration(0.0)
