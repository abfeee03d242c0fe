"""The algebra everything stands on: rotations are a group, and the two signs of each are one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fusion import quaternions as qt

some = settings(max_examples=50, deadline=None)
rotations = (
    arrays(np.float64, 4, elements=st.floats(-1, 1))
    .filter(lambda q: np.linalg.norm(q) > 0.1)
    .map(qt.normalize)
)
vectors = arrays(np.float64, 3, elements=st.floats(-10, 10))


def close(one, other):
    np.testing.assert_allclose(one, other, atol=1e-9)


@some
@given(rotations, rotations, rotations)
def test_brackets_do_not_matter_and_lengths_stay(a, b, c):
    one, other = qt.multiply(qt.multiply(a, b), c), qt.multiply(a, qt.multiply(b, c))
    close(one, other)
    close(np.linalg.norm(one), 1.0)
    close(qt.conjugate(qt.multiply(a, b)), qt.multiply(qt.conjugate(b), qt.conjugate(a)))


@some
@given(rotations, rotations, vectors)
def test_a_sign_is_no_rotation(a, b, v):
    close(qt.rotate(-a, v), qt.rotate(a, v))
    close(qt.rotate(qt.multiply(-a, b), v), qt.rotate(qt.multiply(a, b), v))
    turn, other = qt.rotation_vector(a), qt.rotation_vector(-a)
    if np.linalg.norm(turn) < 3.1:  # at half a turn both ways round are as short
        close(other, turn)


@some
@given(rotations, vectors, vectors)
def test_lengths_and_angles_are_kept(q, v, w):
    close(np.dot(qt.rotate(q, v), qt.rotate(q, w)), np.dot(v, w))
    close(qt.rotate(q, np.cross(v, w)), np.cross(qt.rotate(q, v), qt.rotate(q, w)))


@some
@given(rotations, rotations)
def test_what_lies_between_two_does_not_know_how_the_world_is_turned(a, world):
    b = qt.multiply(a, qt.from_rotation_vector(np.array([0.1, -0.4, 0.7])))
    between = qt.multiply(qt.conjugate(a), b)
    turned = qt.multiply(qt.conjugate(qt.multiply(world, a)), qt.multiply(world, b))
    close(turned, between)


@some
@given(rotations, vectors.filter(lambda v: np.linalg.norm(v) > 0.1))
def test_the_way_back_is_the_opposite_turn(q, axis):
    axis = qt.normalize(axis)
    if abs(np.dot(q[1:], axis)) + abs(q[0]) > 1e-3 and abs(q[0]) > 1e-3:
        close(qt.twist_rad(qt.conjugate(q), axis), -qt.twist_rad(q, axis))
