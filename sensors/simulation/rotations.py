"""Unit quaternions wxyz for the simulator, on arrays of shape (..., 4).

Hamilton product, active rotations: ``q`` taking body → world turns body vectors into world ones.
The simulator keeps its own algebra so that an error in the one under test cannot hide in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sensors.samples import FloatArray


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Hamilton product ``a ⊗ b``, broadcasting (..., 4) against (..., 4)."""
    aw, ax, ay, az = (a[..., part] for part in range(4))
    bw, bx, by, bz = (b[..., part] for part in range(4))
    product = np.empty(np.broadcast_shapes(a.shape, b.shape))
    product[..., 0] = aw * bw - ax * bx - ay * by - az * bz
    product[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    product[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    product[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return product


def conjugate(q: FloatArray) -> FloatArray:
    """Inverse of unit quaternions (..., 4)."""
    inverse: FloatArray = q * np.array([1.0, -1.0, -1.0, -1.0])
    return inverse


def rotate(q: FloatArray, v: FloatArray) -> FloatArray:
    """Turn vectors (..., 3) by quaternions (..., 4): ``q ⊗ v ⊗ q*``."""
    w, xyz = q[..., :1], q[..., 1:]
    t = 2.0 * _cross(xyz, v)
    return v + w * t + _cross(xyz, t)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    ax, ay, az = (a[..., part] for part in range(3))
    bx, by, bz = (b[..., part] for part in range(3))
    product = np.empty(np.broadcast_shapes(a.shape, b.shape))
    product[..., 0] = ay * bz - az * by
    product[..., 1] = az * bx - ax * bz
    product[..., 2] = ax * by - ay * bx
    return product


def from_rotvec(rotvec_rad: FloatArray) -> FloatArray:
    """Quaternions (..., 4) of rotation vectors (..., 3) in rad."""
    half = 0.5 * np.linalg.norm(rotvec_rad, axis=-1, keepdims=True)
    return np.concatenate([np.cos(half), 0.5 * np.sinc(half / np.pi) * rotvec_rad], axis=-1)


def to_rotvec(q: FloatArray) -> FloatArray:
    """Rotation vectors (..., 3) in rad, of at most half a turn, from quaternions (..., 4)."""
    q = np.where(q[..., :1] < 0.0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine > 1e-12, angle / np.maximum(sine, 1e-12), 2.0)


def about_y(angle_rad: FloatArray) -> FloatArray:
    """Quaternions (..., 4) of turns (...) in rad about the second axis."""
    half = 0.5 * angle_rad
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)


def about_z(angle_rad: FloatArray) -> FloatArray:
    """Quaternions (..., 4) of turns (...) in rad about the third axis."""
    half = 0.5 * angle_rad
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def slerp(a: FloatArray, b: FloatArray, weight: FloatArray) -> FloatArray:
    """Way from ``a`` (weight 0) to ``b`` (weight 1) along the shorter arc; weight (...)."""
    return multiply(a, from_rotvec(weight[..., None] * to_rotvec(multiply(conjugate(a), b))))


def mean(q: FloatArray) -> FloatArray:
    """Mean rotation (4,) of quaternions (n, 4): principal eigenvector of Σ q qᵀ.

    Markley et al., Averaging quaternions, J Guid Control Dyn 30 (2007), eq. 12.
    """
    vector: FloatArray = np.linalg.eigh(q.T @ q)[1][:, -1]
    return -vector if vector[0] < 0.0 else vector


def twist_rad(q: FloatArray, axis: FloatArray) -> FloatArray:
    """Turn (...) in rad of ``q`` about the unit ``axis`` (3,), in (−π, π] (swing–twist)."""
    q = np.where(q[..., :1] < 0.0, -q, q)
    return 2.0 * np.arctan2(q[..., 1:] @ axis, q[..., 0])


def swing_rotvec(q: FloatArray, axis: FloatArray) -> FloatArray:
    """Rotation vectors (..., 3) in rad of the swing ``q ⊗ twist*`` about ``axis`` (3,)."""
    half = 0.5 * twist_rad(q, axis)
    twist = np.concatenate([np.cos(half)[..., None], np.sin(half)[..., None] * axis], axis=-1)
    return to_rotvec(multiply(q, conjugate(twist)))
