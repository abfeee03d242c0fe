"""Orders with a time: what begins, ends or is asked for at a grid index, kept until it is due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np

from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    from sensors.samples import Activity

_NEVER = int(np.iinfo(np.int64).max)


class Kind(Enum):
    """What an order asks for."""

    BEGIN = auto()
    END = auto()
    REZERO = auto()


@dataclass(frozen=True, slots=True)
class Order:
    """Something that is to happen at a grid index.

    ``activity`` is what begins, or what alone is to end; ``name`` and ``fresh`` are for steps of a
    calibration, see :meth:`fusion.calibration_steps.CalibrationSteps.take`.
    """

    at: int
    kind: Kind
    activity: Activity | None = None
    name: str = ""
    fresh: bool = False


class Orders:
    """Orders in the sequence in which they are due; those of one time as they were given."""

    def __init__(self) -> None:
        self._waiting: list[Order] = []

    def give(
        self,
        t_s: float,
        kind: Kind,
        activity: Activity | None = None,
        name: str = "",
        *,
        fresh: bool = False,
    ) -> None:
        """Add an order for session time ``t_s``; one for an infinite time never comes due."""
        at = int(np.ceil(t_s * GRID_HZ - 1e-6)) if np.isfinite(t_s) else _NEVER
        self._waiting.append(Order(at, kind, activity, name, fresh))
        self._waiting.sort(key=lambda order: order.at)

    def due(self, at: int) -> Order | None:
        """Take the next order that is due at grid index ``at``; ``None`` if there is none."""
        return self._waiting.pop(0) if self._waiting and self._waiting[0].at <= at else None

    @property
    def next_at(self) -> int:
        """Grid index of the next order, beyond all samples if there is none."""
        return self._waiting[0].at if self._waiting else _NEVER
