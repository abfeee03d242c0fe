"""Unit quaternions, wxyz, on arrays of shape (..., 4); the only place that knows their order.

``a ⊗ b`` applies ``b`` first. Everything broadcasts over leading dimensions. The formulas are the
textbook ones (Hamilton convention); swing–twist follows the definition in :mod:`fusion.frames`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sensors.samples import FloatArray

IDENTITY: FloatArray = np.array([1.0, 0.0, 0.0, 0.0])
_BACK = np.array([1.0, -1.0, -1.0, -1.0])

_NO_TWIST = 1e-12


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Hamilton product ``a ⊗ b``, shape (..., 4)."""
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    out = _by_component(np.broadcast_shapes(a.shape, b.shape))
    out[..., 0] = aw * bw - ax * bx - ay * by - az * bz
    out[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    out[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    out[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return out


def _by_component(shape: tuple[int, ...]) -> FloatArray:
    """An empty array whose components lie together in memory, as all arithmetic here is by them."""
    return np.empty(shape, order="F")


def sandwich_matrix(a: FloatArray, b: FloatArray) -> FloatArray:
    """The matrix (..., 4, 4) for which ``q @ matrix`` is ``a ⊗ q ⊗ b``, many q at once.

    Parameters
    ----------
    a, b
        (..., 4), fixed.
    """
    basis = np.eye(4)
    return multiply(multiply(a[..., None, :], basis), b[..., None, :])


def conjugate(q: FloatArray) -> FloatArray:
    """Inverse rotation, shape (..., 4)."""
    return np.asarray(q * _BACK)


def length(v: FloatArray) -> FloatArray:
    """Length (...) of vectors (..., k); several times as fast as ``numpy.linalg.norm``."""
    return np.asarray(np.sqrt(np.einsum("...i,...i", v, v)))


def normalize(v: FloatArray) -> FloatArray:
    """Vectors or quaternions along the last axis, scaled to length 1."""
    return np.asarray(v / length(v)[..., None])


def rotate(q: FloatArray, v: FloatArray) -> FloatArray:
    """Vectors ``v`` (..., 3) rotated by ``q`` (..., 4)."""
    w, r = q[..., :1], q[..., 1:]
    t = 2.0 * cross(r, v)
    return np.asarray(v + w * t + cross(r, t))


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Vector product (..., 3); several times as fast as ``numpy.cross``."""
    (ax, ay, az), (bx, by, bz) = ([v[..., i] for i in range(3)] for v in (a, b))
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def about_vertical(angle_rad: FloatArray) -> FloatArray:
    """Rotation by ``angle_rad`` (...) about the earth's z axis, shape (..., 4)."""
    half = 0.5 * np.asarray(angle_rad, dtype=float)
    out = _by_component((*half.shape, 4))
    out[..., 0] = np.cos(half)
    out[..., 1:3] = 0.0
    out[..., 3] = np.sin(half)
    return out


def turned(angle_rad: FloatArray, q: FloatArray) -> FloatArray:
    """``q`` (..., 4) turned by ``angle_rad`` (...) about the earth's z axis."""
    cos, sin = np.cos(0.5 * angle_rad), np.sin(0.5 * angle_rad)
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    out = _by_component(q.shape)
    out[..., 0] = cos * w - sin * z
    out[..., 1] = cos * x - sin * y
    out[..., 2] = cos * y + sin * x
    out[..., 3] = cos * z + sin * w
    return out


def from_rotation_vector(v: FloatArray) -> FloatArray:
    """Quaternion of the rotation vector ``v`` (..., 3) in rad."""
    angle = np.linalg.norm(v, axis=-1, keepdims=True)
    return np.concatenate([np.cos(angle / 2), v * np.sinc(angle / (2 * np.pi)) / 2], axis=-1)


def from_axes(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """Quaternion (4,) whose rotation takes e_x, e_y, e_z to the orthonormal ``x``, ``y``, ``z``.

    Shepperd's method: the largest of the four components is computed first, so that no
    orientation divides by a small number.
    """
    m = np.column_stack([x, y, z])
    squares = np.array(
        [
            1 + m[0, 0] + m[1, 1] + m[2, 2],
            1 + m[0, 0] - m[1, 1] - m[2, 2],
            1 - m[0, 0] + m[1, 1] - m[2, 2],
            1 - m[0, 0] - m[1, 1] + m[2, 2],
        ]
    )
    products = np.array(
        [
            [squares[0], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]],
            [m[2, 1] - m[1, 2], squares[1], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]],
            [m[0, 2] - m[2, 0], m[0, 1] + m[1, 0], squares[2], m[1, 2] + m[2, 1]],
            [m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], squares[3]],
        ]
    )
    return normalize(products[int(np.argmax(squares))])


def twist_rad(q: FloatArray, axis: FloatArray) -> FloatArray:
    """Twist of ``q`` (..., 4) about the unit ``axis`` (3,), in (−π, π]."""
    w = q[..., 0]
    along = q[..., 1:] @ axis
    angle = 2.0 * np.arctan2(along, w)
    return np.asarray(angle - 2 * np.pi * np.round(angle / (2 * np.pi)))


def swing_twist(q: FloatArray, axes: FloatArray) -> FloatArray:
    """Twist of ``q`` (m, 4) about ``axes[0]``, and what remains once it is taken out first, in rad.

    Parameters
    ----------
    q
        Unit quaternions, ``q = swing ⊗ twist``.
    axes
        (3, 3) orthonormal rows, right-handed.

    Returns
    -------
    (3, m) twist in (−π, π], and the rotation vector of the swing along ``axes[1]`` and
    ``axes[2]``; it has no part along ``axes[0]``.
    """
    w = q[..., 0]
    out = axes @ q[..., 1:].T
    along, a, b = out
    length, across = np.sqrt(w * w + along * along), np.sqrt(a * a + b * b)
    # Half a turn of swing leaves no twist to speak of: none is taken out.
    twisted = length > _NO_TWIST
    # In the plane of the other two axes, taking the twist out first is a rotation by half of it.
    by = 2.0 * np.arctan2(across, length) / np.maximum(across, _NO_TWIST)
    by = by / np.where(twisted, length, 1.0)
    real, imaginary = by * np.where(twisted, w, 1.0), by * along
    twist = 2.0 * np.arctan2(along, w)
    out[1], out[2] = real * a - imaginary * b, real * b + imaginary * a
    out[0] = twist - 2 * np.pi * np.round(twist / (2 * np.pi))
    return np.asarray(out)


def rotation_vector(q: FloatArray) -> FloatArray:
    """Rotation vector (..., 3) in rad, of length at most π."""
    sign = np.where(q[..., :1] < 0, -1.0, 1.0)
    v = sign * q[..., 1:]
    norm = np.linalg.norm(v, axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(norm, np.abs(q[..., :1]))
    # angle/norm → 2 as the rotation vanishes; the where keeps 0/0 out.
    return np.asarray(v * np.where(norm > 1e-12, angle / np.where(norm > 1e-12, norm, 1.0), 2.0))


def mean(q: FloatArray) -> FloatArray:
    """Average rotation (4,) of ``q`` (n, 4), insensitive to sign (Markley et al. 2007)."""
    _, vectors = np.linalg.eigh(q.T @ q)
    average = vectors[:, -1]
    return np.asarray(average if average @ q[0] >= 0 else -average)


def wrap_deg(angle_deg: FloatArray) -> FloatArray:
    """Angles brought to (−180, 180]."""
    return np.asarray(angle_deg - 360.0 * np.ceil(angle_deg / 360.0 - 0.5))
