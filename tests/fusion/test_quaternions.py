"""Quaternion algebra and swing–twist."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from fusion import quaternions as qt

angle = st.floats(-3.0, 3.0)
vectors = st.tuples(angle, angle, angle).map(np.array)
rotations = vectors.map(qt.from_rotation_vector)
axes = vectors.filter(lambda v: np.linalg.norm(v) > 0.1).map(qt.normalize)


def scipy_of(q):
    return Rotation.from_quat(q, scalar_first=True)


@given(rotations, rotations)
def test_product_applies_the_right_factor_first(a, b):
    product = (scipy_of(a) * scipy_of(b)).as_matrix()
    np.testing.assert_allclose(scipy_of(qt.multiply(a, b)).as_matrix(), product, atol=1e-12)


@given(rotations, vectors)
def test_rotate_agrees_with_scipy(q, v):
    np.testing.assert_allclose(qt.rotate(q, v), scipy_of(q).apply(v), atol=1e-11)


@given(rotations)
def test_conjugate_undoes(q):
    np.testing.assert_allclose(qt.multiply(q, qt.conjugate(q)), qt.IDENTITY, atol=1e-12)


@given(vectors.filter(lambda v: np.linalg.norm(v) < 3.1))
def test_rotation_vector_comes_back(v):
    np.testing.assert_allclose(qt.rotation_vector(qt.from_rotation_vector(v)), v, atol=1e-9)


@given(rotations)
def test_from_axes_inverts_the_matrix(q):
    x, y, z = scipy_of(q).as_matrix().T
    assert abs(qt.from_axes(x, y, z) @ q) == pytest.approx(1.0, abs=1e-12)


@given(rotations, axes)
def test_swing_and_twist_make_up_the_rotation(q, axis):
    second = qt.normalize(np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))]))
    axes = np.array([axis, second, np.cross(axis, second)])
    twist, *swing = qt.swing_twist(q, axes)
    assert twist == pytest.approx(qt.twist_rad(q, axis))
    made = qt.multiply(
        qt.from_rotation_vector(swing @ axes[1:]), qt.from_rotation_vector(twist * axis)
    )
    assert abs(made @ q) == pytest.approx(1.0)


def test_half_a_turn_of_swing_has_no_twist():
    twist, *swing = qt.swing_twist(np.array([0.0, 0.0, 0.6, 0.8]), np.eye(3))
    assert twist == pytest.approx(0.0)
    np.testing.assert_allclose(np.array(swing), np.pi * np.array([0.6, 0.8]))


def test_twist_of_tilt_and_twist_is_the_sum_of_its_turns():
    # Crawford: Ry·Rx·Ry' has the twist first + third.
    q = Rotation.from_euler("YXY", [20, 35, 17], degrees=True).as_quat(scalar_first=True)
    assert np.degrees(qt.twist_rad(q, np.array([0.0, 1.0, 0.0]))) == pytest.approx(37.0)


@pytest.mark.parametrize(("flexion", "lateral"), [(10, 5), (20, 10), (30, 20), (60, 10)])
def test_swing_does_not_leak_into_twist(flexion, lateral):
    swing = Rotation.from_rotvec([lateral, 0, -flexion], degrees=True)
    q = (swing * Rotation.from_rotvec([0, 45, 0], degrees=True)).as_quat(scalar_first=True)
    assert np.degrees(qt.twist_rad(q, np.array([0.0, 1.0, 0.0]))) == pytest.approx(45.0)


def test_mean_does_not_care_for_signs():
    rng = np.random.default_rng(0)
    q = qt.multiply(
        qt.from_rotation_vector(rng.normal(0, 0.05, (200, 3))), np.array([0, 0, 1.0, 0])
    )
    q[::3] *= -1
    assert abs(qt.mean(q) @ [0, 0, 1, 0]) > 0.999


@given(st.floats(-1e4, 1e4))
def test_wrapped_angles_lie_in_the_half_open_circle(angle_deg):
    wrapped = float(qt.wrap_deg(np.float64(angle_deg)))
    assert -180.0 < wrapped <= 180.0
    assert (wrapped - angle_deg) % 360.0 == pytest.approx(0.0, abs=1e-6) or (
        wrapped - angle_deg
    ) % 360.0 == pytest.approx(360.0, abs=1e-6)
