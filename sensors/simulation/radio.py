"""Samples lost on the way, in bursts: a Gilbert–Elliott channel over notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_NOTIFICATION_S = 0.05
_BAD_LOSS = 0.3
_GOOD_PART = 0.1
"""Loss in good times as a part of the mean loss: 0.1 % of 1 % (§8.5)."""


def received(
    rng: np.random.Generator, count: int, rate_hz: float, loss: float, burst_s: float
) -> npt.NDArray[np.bool_]:
    """Which of ``count`` samples arrive.

    Parameters
    ----------
    rng
        Source of randomness.
    count, rate_hz
        Samples sent and their rate; those of 50 ms share a notification and its fate.
    loss
        Mean fraction lost; in bad spells 30 % or more of the notifications are lost.
    burst_s
        Mean duration of a bad spell.
    """
    if loss <= 0.0:
        return np.ones(count, dtype=np.bool_)
    per_notification = max(round(_NOTIFICATION_S * rate_hz), 1)
    notifications = -(-count // per_notification)
    good_loss = _GOOD_PART * loss
    bad_loss = max(_BAD_LOSS, 2.0 * loss)
    bad_part = (loss - good_loss) / (bad_loss - good_loss)
    bad = _spells(rng, notifications, bad_part, max(burst_s / _NOTIFICATION_S, 1.0))
    arrives = rng.random(notifications) >= np.where(bad, bad_loss, good_loss)
    return np.repeat(arrives, per_notification)[:count]


def _spells(
    rng: np.random.Generator, count: int, bad_part: float, bad_length: float
) -> npt.NDArray[np.bool_]:
    """Bad spells of geometric length that fill ``bad_part`` of the time in the mean."""
    good_length = max(bad_length * (1.0 - bad_part) / bad_part, 1.0)
    lengths: list[int] = []
    bad = bool(rng.random() < bad_part)
    states: list[bool] = []
    while sum(lengths) < count:
        lengths.append(int(rng.geometric(1.0 / (bad_length if bad else good_length))))
        states.append(bad)
        bad = not bad
    return np.repeat(np.array(states), lengths)[:count]
