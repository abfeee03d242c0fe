"""Heading drift of the chain pelvis – T12 – upper back, held by returns to neutral.

Without a magnetometer each sensor's heading drifts by what is left of its gyroscope bias. The state
is the drift of each *joint* of the chain: the pelvis against the room, then each sensor against the
one below, as offset (°) and rate (°/s). Rates are slow random walks. They are predicted between the
returns to neutral and observed at them, with the scatter people really have in finding neutral
(about 2.5° for the whole spine: Lee et al. 2010 1.9 ± 1.2°, Swinkels & Dolan 2000 2.7 ± 2.2°),
split over the joints and learnt from the person's own scatter. Long stillness observes the rate.

Live this is a Kalman filter; offline the same model goes through a Rauch–Tung–Striebel smoother.
Nothing is ever set to zero hard, and left–right symmetry is never used.

Heading acts on a rotation about the spine line u through ``ẑ·u``: in full when seated, hardly at
all on all fours. The correction is applied to the orientations (:mod:`fusion.spine`), so this
needs no special case.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from fusion.dwells import PIECE
from fusion.grid import GRID_HZ
from fusion.heading_estimate import HeadingEstimate, SmoothedHeading
from fusion.quaternions import wrap_deg

if TYPE_CHECKING:
    from fusion.bends import Bend
    from fusion.dwells import Dwell
    from sensors.samples import FloatArray

MOST_APART_S = 1.25 * PIECE / GRID_HZ
"""Middles of successive pieces of one stillness are no further apart."""

_Number = TypeVar("_Number", float, "FloatArray")


@dataclass(frozen=True, slots=True)
class HeadingParameters:
    """Figures of the drift model.

    ``miss_sd_deg`` is the scatter of neutral in a joint of the spine chain of two sensors;
    ``joint_miss_sd_deg`` that of pelvis, lumbar and thoracic with three. A spine that misses
    neutral misses it in all its parts: ``miss_together`` is the correlation of lumbar and thoracic
    misses to begin with, ``most_together`` the largest that is believed. A jump less sure than
    ``parted_deg`` is put exactly where it was when smoothing, not between the nodes around it.
    ``bend_sd_deg`` is how far people are from bending about one axis.
    """

    start_sd_deg: float = 0.3
    rate_walk_dps: float = 0.003
    angle_walk_deg: float = 0.03
    miss_sd_deg: tuple[float, float] = (1.0, 2.2)
    joint_miss_sd_deg: tuple[float, float, float] = (1.0, 0.7, 2.0)
    miss_together: float = 0.5
    most_together: float = 0.9
    miss_weight: float = 8.0
    widest_miss: float = 2.5
    gate_sigmas: float = 3.5
    gate_deg: float = 20.0
    huber_sigmas: float = 1.5
    rest_turn_deg: float = 0.6
    node_s: float = 2.0
    parted_deg: float = 2.0
    bend_sd_deg: float = 5.0
    bend_gate_deg: float = 60.0

    def restless(self, factor: float) -> HeadingParameters:
        """The same for sensors that drift ``factor`` times as restlessly."""
        return replace(
            self,
            rate_walk_dps=factor * self.rate_walk_dps,
            angle_walk_deg=factor * self.angle_walk_deg,
        )


@dataclass(frozen=True, slots=True)
class _State:
    """Mean (2n,) and covariance (2n, 2n) of [offsets, rates] at one time."""

    t_s: float
    x: FloatArray
    p: FloatArray


@dataclass(frozen=True, slots=True)
class _Node:
    """Prediction and result of one step; what the smoother needs."""

    before: _State
    after: _State


@dataclass(frozen=True, slots=True)
class _Matrices:
    """What follows from the number n of sensors alone.

    Attributes
    ----------
    jumps, jumps2
        (n, n) what a jump of each sensor does to the joints, and (n, n, n) the products of that.
    couple
        (n, n) covariance of the joints' drifts where each sensor's is 1: they are differences.
    stay, drift
        (2n, 2n) how the state goes on: it stays, and offsets drift by their rates.
    of_offsets, of_both, of_rates
        (2n, 2n) where random walks add to the covariance.
    """

    jumps: FloatArray
    jumps2: FloatArray
    couple: FloatArray
    stay: FloatArray
    drift: FloatArray
    of_offsets: FloatArray
    of_both: FloatArray
    of_rates: FloatArray

    @staticmethod
    @cache
    def of(n: int) -> _Matrices:
        joints = np.eye(n) - np.eye(n, k=-1)
        jumps, couple = joints.T, joints @ joints.T
        return _Matrices(
            jumps=jumps,
            jumps2=jumps[:, :, None] * jumps[:, None, :],
            couple=couple,
            stay=np.eye(2 * n),
            drift=np.eye(2 * n, k=n),
            of_offsets=np.asarray(np.kron([[1.0, 0.0], [0.0, 0.0]], couple), float),
            of_both=np.asarray(np.kron([[0.0, 1.0], [1.0, 0.0]], couple), float),
            of_rates=np.asarray(np.kron([[0.0, 0.0], [0.0, 1.0]], couple), float),
        )


class HeadingFilter:
    """The causal filter; with ``remember`` it also keeps what the smoother needs.

    Parameters
    ----------
    t_s
        Time of the neutral at which all headings are made equal.
    rate_sd_dps
        (n,) standard deviation of each sensor's residual bias about the vertical.
    parameters
        Figures of the model.
    common_sd_dps
        The same of what all sensors' biases have in common: the person turned while they were
        taken. No joint of the spine drifts by it.
    remember
        Keep every step for :meth:`smooth`.
    """

    def __init__(
        self,
        t_s: float,
        rate_sd_dps: FloatArray,
        parameters: HeadingParameters | None = None,
        common_sd_dps: float = 0.0,
        *,
        remember: bool = False,
    ) -> None:
        self.parameters = parameters or HeadingParameters()
        n = len(rate_sd_dps)
        self._n, self._matrices = n, _Matrices.of(n)
        joints = self._matrices.jumps.T
        p = np.zeros((2 * n, 2 * n))
        p[:n, :n] = self.parameters.start_sd_deg**2 * self._matrices.couple
        p[n:, n:] = joints @ np.diag(np.asarray(rate_sd_dps) ** 2) @ joints.T
        p[n, n] += common_sd_dps**2
        self._state = _State(t_s, np.zeros(2 * n), p)
        par = self.parameters
        miss = np.array(par.miss_sd_deg if n == 2 else par.joint_miss_sd_deg)
        self._miss = np.diag(miss**2)
        if n > 2:
            self._miss[1, 2] = self._miss[2, 1] = par.miss_together * miss[1] * miss[2]
        self._widest_var = (par.widest_miss * miss) ** 2
        self._miss_n = np.full(n, par.miss_weight)
        self._scatter_known = False
        self._last: Dwell | None = None
        self._as_mounted = True
        self.passed_over: list[Dwell] = []
        # Of all stillnesses so far; one that was no return may have been anywhere within the gate.
        self.log_likelihood = 0.0
        self._moved: list[tuple[float, float]] = [(-np.inf, 0.0)]
        self._nodes: list[_Node] | None = [_Node(self._state, self._state)] if remember else None

    @property
    def miss_sd_deg(self) -> FloatArray:
        """(n,) scatter of neutral per joint as learnt so far."""
        return np.asarray(np.sqrt(np.diag(self._miss)))

    @property
    def scatter_deg2(self) -> FloatArray:
        """(n, n) covariance of how returns miss neutral, as learnt so far."""
        return self._miss.copy()

    @property
    def rate_dps(self) -> FloatArray:
        """(n,) drift rate of each joint as known now."""
        return np.asarray(self._state.x[self._n :])

    def start_from_scatter(self, scatter_deg2: FloatArray) -> None:
        """Begin with a scatter of neutral (n, n) that is already known, and keep it."""
        self._miss = np.array(scatter_deg2, dtype=float)
        self._scatter_known = True

    def spine_sd_deg(self, t_s: float) -> float:
        """How well it is known where the upper back has its neutral against the pelvis (°)."""
        n, p, dt = self._n, self._state.p, t_s - self._state.t_s
        offset, cross, rate = p[1:n, 1:n], p[1:n, n + 1 :], p[n + 1 :, n + 1 :]
        var = offset.sum() + dt * (2.0 * cross.sum() + dt * rate.sum())
        return float(np.sqrt(var + self._walk(abs(dt)) * self._matrices.couple[1:, 1:].sum()))

    def fork(self) -> HeadingFilter:
        """A filter of its own that knows the same."""
        other = copy.copy(self)
        # What is changed in place; states are replaced whole.
        vars(other).update(
            _miss=self._miss.copy(),
            _miss_n=self._miss_n.copy(),
            passed_over=[*self.passed_over],
            _moved=[*self._moved],
            _nodes=None if self._nodes is None else [*self._nodes],
        )
        return other

    def pass_over(self, dwell: Dwell) -> None:
        """Take a dwell for a hold, wherever it is; what continues it is the same hold."""
        self._last = None
        self.passed_over.append(dwell)
        if not dwell.stays:
            self.log_likelihood -= self._n * np.log(2.0 * self.parameters.gate_deg)

    def passes_over(self, dwell: Dwell) -> bool:
        """Whether a dwell continues one that was taken for a hold."""
        held = self.passed_over[-1] if self.passed_over else None
        return held is not None and dwell.continues and dwell.t_s - held.t_s < MOST_APART_S

    def observe(self, dwell: Dwell) -> bool:
        """Take in a still dwell; false if it was no return to neutral and changed nothing."""
        self._walk_to(dwell.t_s)
        before = self._predict(dwell.t_s)
        last = self._last
        # The piece before may not have come here: what came last may be another stillness.
        same = last is not None and dwell.continues and dwell.t_s - last.t_s < MOST_APART_S
        after = (
            self._observe_rest(before, dwell, last)
            if same and last is not None
            else self._observe_return(before, dwell)
        )
        self._last = None if after is None else dwell
        if after is None:
            return False
        self._step(before, after)
        return True

    def observe_bend(self, bend: Bend) -> None:
        """Take in a bend of the whole trunk, unless a sensor slipped: it bends, but sits turned."""
        if not self._as_mounted:
            return
        n, par = self._n, self.parameters
        self._walk_to(bend.t_s)
        before = self._predict(bend.t_s)
        miss = wrap_deg(bend.joint_deg - before.x[1:n])
        noise = self._miss[1:, 1:] + par.bend_sd_deg**2 * np.eye(n - 1)
        innovation = before.p[1:n, 1:n] + noise
        far = np.abs(miss) > np.minimum(
            par.gate_sigmas * np.sqrt(innovation.diagonal()), par.bend_gate_deg
        )
        if far.any():
            return
        rows = before.p[1:n]
        gain = np.linalg.solve(innovation, rows).T
        p = before.p - gain @ rows
        self._step(before, _State(before.t_s, before.x + gain @ miss, 0.5 * (p + p.T)))

    def moved_deg(self, t_s: FloatArray) -> FloatArray:
        """How far (m,) the person had turned as a whole by ``t_s``, as the returns showed it."""
        times, turned = zip(*self._moved, strict=True)
        return np.asarray(turned)[np.searchsorted(times, t_s, side="right") - 1]

    def at(self, t_s: FloatArray) -> HeadingEstimate:
        """Drift predicted for times ``t_s`` (m,), none earlier than the last observation used."""
        return self._extrapolated(self._state, np.asarray(t_s, dtype=float))

    def _extrapolated(self, s: _State, t_s: FloatArray) -> HeadingEstimate:
        """Drift at times ``t_s`` (m,) after or before ``s``, as far as that tells it."""
        n, dt = self._n, t_s - s.t_s
        joint = s.x[:n] + dt[:, None] * s.x[n:]
        cross = s.p[:n, n:] + s.p[n:, :n]
        d = dt[:, None, None]
        walk = self._walk(np.abs(d))
        variance = s.p[:n, :n] + d * cross + d**2 * s.p[n:, n:] + walk * self._matrices.couple
        return HeadingEstimate(joint, variance)

    def disturb(self, t_s: float, sensor: int, sd_deg: float, by_deg: float = 0.0) -> None:
        """Tell that the heading of one sensor jumped at ``t_s``, by ``by_deg`` ± ``sd_deg``."""
        n = self._n
        self._last = None
        self._as_mounted &= not by_deg
        self._walk_to(t_s)
        parted = by_deg or sd_deg > self.parameters.parted_deg
        if parted:
            # Two nodes: the smoother has to tell what was before the jump from what came after.
            self._step(self._predict(t_s), None)
        before = self._state
        x, p = before.x, before.p.copy()
        if by_deg:
            x = x + by_deg * np.concatenate([self._matrices.jumps[sensor], np.zeros(n)])
        p[:n, :n] += sd_deg**2 * self._matrices.jumps2[sensor]
        # What is added to offsets alone may be added at any time since the last node.
        self._state = _State(before.t_s, x, p)
        if parted:
            self._step(self._state, None)

    def smooth(self, first_s: float, last_s: float) -> SmoothedHeading:
        """Drift from one time to another given everything observed (Rauch–Tung–Striebel).

        Raises
        ------
        ValueError
            If the filter was not told to remember.
        """
        if self._nodes is None:
            raise ValueError("a filter that does not remember cannot smooth")
        n, states = self._n, self._smoothed_states()
        # A drill may begin before its neutral, and end after the last return.
        before = self._beyond(states[0], min(first_s, states[0].t_s))
        after = self._beyond(self._state, max(last_s, self._state.t_s))
        states = [*before[::-1], *states, *after]
        x, p = np.array([s.x for s in states]), np.array([s.p[:n, :n] for s in states])
        times = np.array([s.t_s for s in states])
        return SmoothedHeading(times, HeadingEstimate(x[:, :n], p), x[:, n:])

    def _beyond(self, state: _State, end_s: float) -> list[_State]:
        """States every :attr:`HeadingParameters.node_s` from ``state`` on or back to ``end_s``."""
        far_s = abs(end_s - state.t_s)
        steps = np.arange(1, np.ceil(far_s / self.parameters.node_s) + 1) * self.parameters.node_s
        times = state.t_s + np.copysign(steps, end_s - state.t_s)
        found = self._extrapolated(state, times)
        rate, rate_var = state.x[self._n :], state.p[self._n :, self._n :]
        return [
            _State(t, np.concatenate([joint, rate]), _block(variance, rate_var))
            for t, joint, variance in zip(
                times.tolist(), found.joint_deg, found.variance_deg2, strict=True
            )
        ]

    def _walk(self, dt_s: _Number) -> _Number:
        """Variance added to an offset over ``dt_s`` by the random walks of rate and angle."""
        par = self.parameters
        return par.rate_walk_dps**2 * dt_s**3 / 3 + par.angle_walk_deg**2 * dt_s

    def _predict(self, t_s: float) -> _State:
        s = self._state
        dt = max(0.0, t_s - s.t_s)
        walk2 = self.parameters.rate_walk_dps**2 * dt
        forth = self._matrices.stay + dt * self._matrices.drift
        p = forth @ s.p @ forth.T
        p += self._walk(dt) * self._matrices.of_offsets
        p += 0.5 * walk2 * dt * self._matrices.of_both
        p += walk2 * self._matrices.of_rates
        return _State(max(t_s, s.t_s), forth @ s.x, p)

    def _walk_to(self, t_s: float) -> None:
        """Leave a node for the smoother every :attr:`HeadingParameters.node_s`."""
        while self._nodes is not None and t_s - self._state.t_s > self.parameters.node_s:
            self._step(self._predict(self._state.t_s + self.parameters.node_s), None)

    def _step(self, before: _State, after: _State | None) -> None:
        self._state = before if after is None else after
        if self._nodes is not None:
            self._nodes.append(_Node(before, self._state))

    def _observe_return(self, before: _State, dwell: Dwell) -> _State | None:
        """Update from a return to neutral, or ``None`` if the dwell is too far from neutral.

        The spine has to be near neutral for the dwell to count. A pelvis that is elsewhere while
        the spine is neutral is a person who moved as a whole: that dwell says nothing of the
        pelvis.
        """
        n, par, offsets = self._n, self.parameters, before.p[: self._n, : self._n]
        known = offsets.diagonal()
        miss = wrap_deg(dwell.joint_deg - before.x[:n])
        sigmas = np.abs(miss) / np.sqrt(known + self._miss.diagonal())
        # A drift that is hardly known (a sensor was silent) may be found far from where it was.
        widest = np.maximum(par.gate_deg, 2.0 * np.sqrt(known))
        far = (sigmas > par.gate_sigmas) | (np.abs(miss) > widest)
        # Later stillnesses of one stay say nothing new of which restlessness is likelier.
        counts = 0.0 if dwell.stays else 1.0
        elsewhere = counts * float(np.log(2.0 * par.gate_deg))
        if far[1:].any() or self._spine_is_far(miss, offsets):
            self.log_likelihood -= n * elsewhere
            return None
        if far[0] or self._moved[-1][1]:
            self._moved.append((dwell.known / GRID_HZ, float(miss[0]) if far[0] else 0.0))
        first = int(far[0])
        # A wide miss counts for less: people do not miss by a normal distribution.
        excess = np.maximum(1.0, sigmas[first:] / par.huber_sigmas)
        noise = self._miss[first:, first:] * (excess[:, None] * excess)
        if not self._scatter_known:
            self._learn_scatter(miss, offsets, first)
        innovation = offsets[first:, first:] + noise
        rows, inverse = before.p[first:n], np.linalg.inv(innovation)
        gain = rows.T @ inverse
        distance2 = float(miss[first:] @ inverse @ miss[first:])
        size = float(np.log(np.linalg.det(2.0 * np.pi * innovation)))
        self.log_likelihood -= 0.5 * counts * (distance2 + size) + first * elsewhere
        p = before.p - gain @ rows
        return _State(before.t_s, before.x + gain @ miss[first:], 0.5 * (p + p.T))

    def _spine_is_far(self, miss_deg: FloatArray, offsets: FloatArray) -> bool:
        """Whether the joints of the spine together are too far from neutral, each near or not.

        Where a sensor between two others was silent, both its joints are hardly known; their sum
        is.
        """
        par = self.parameters
        known, scatter = max(float(offsets[1:, 1:].sum()), 0.0), float(self._miss[1:, 1:].sum())
        miss = abs(float(miss_deg[1:].sum()))
        widest = max(par.gate_deg, 2.0 * math.sqrt(known))
        return miss > min(par.gate_sigmas * math.sqrt(known + scatter), widest)

    def _observe_rest(self, before: _State, dwell: Dwell, last: Dwell) -> _State:
        """Update of the rates from two successive parts of one long stillness."""
        n, dt = self._n, dwell.t_s - last.t_s
        x, p = before.x, before.p
        for j in range(n):
            rate = float(wrap_deg(dwell.joint_deg[j] - last.joint_deg[j])) / dt
            x, p = _scalar_update(x, p, n + j, rate, (self.parameters.rest_turn_deg / dt) ** 2)
        return _State(before.t_s, x, p)

    def _learn_scatter(self, miss_deg: FloatArray, offsets: FloatArray, first: int) -> None:
        """Let the scatter follow the person's own misses, less what the drift explains of them."""
        self._miss_n[first:] += 1
        part = 1.0 / self._miss_n
        own = miss_deg[:, None] * miss_deg - offsets
        # Bounded, or a drift that the model did not expect would be taken for a sloppy person.
        bounded = np.minimum(np.maximum(own.diagonal(), 0.1), self._widest_var)
        var = self._miss.diagonal()
        learnt = var + (bounded - var) * part
        learnt[:first] = var[:first]
        np.fill_diagonal(self._miss, learnt)
        if self._n > 2:
            both = float(self._miss[1, 2] + (own[1, 2] - self._miss[1, 2]) * part[2])
            most = self.parameters.most_together * float(np.sqrt(learnt[1] * learnt[2]))
            self._miss[1, 2] = self._miss[2, 1] = min(max(both, -most), most)

    def _smoothed_states(self) -> list[_State]:
        nodes = self._nodes or []
        n = self._n
        after, before = [k.after for k in nodes[:-1]], [k.before for k in nodes[1:]]
        states = [nodes[-1].after]
        if not after:
            return states
        dt = np.array([b.t_s - a.t_s for a, b in zip(after, before, strict=True)])
        f = np.tile(np.eye(2 * n), (len(dt), 1, 1))
        f[:, np.arange(n), np.arange(n, 2 * n)] = dt[:, None]
        predicted = np.array([b.p for b in before])
        gains = np.linalg.solve(predicted, f @ np.array([a.p for a in after])).swapaxes(1, 2)
        for a, b, gain in zip(reversed(after), reversed(before), gains[::-1], strict=True):
            later = states[-1]
            x = a.x + gain @ (later.x - b.x)
            p = a.p + gain @ (later.p - b.p) @ gain.T
            states.append(_State(a.t_s, x, p))
        return states[::-1]


def _scalar_update(
    x: FloatArray, p: FloatArray, i: int, z: float, r: float
) -> tuple[FloatArray, FloatArray]:
    """Kalman update of state component ``i`` observed as ``z`` with variance ``r``."""
    gain = p[:, i] / (p[i, i] + r)
    updated = p - np.outer(gain, p[i])
    return x + gain * (z - x[i]), 0.5 * (updated + updated.T)


def _block(a: FloatArray, b: FloatArray) -> FloatArray:
    n = len(a)
    out = np.zeros((2 * n, 2 * n))
    out[:n, :n], out[n:, n:] = a, b
    return out
