"""What the causal pipeline keeps for the result of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fusion.drill_result import make_drill_result
from fusion.drills import drill_of
from fusion.track import Window
from fusion.updates import Part, joined_frames

if TYPE_CHECKING:
    from fusion.drill_run import DrillRun
    from fusion.fused import Fused
    from fusion.results import DrillResult, Flag
    from sensors.samples import Activity, FloatArray


@dataclass(slots=True)
class DrillRecord:
    """One drill as it was followed live."""

    drill: Activity
    first: int
    run: DrillRun
    flags: tuple[Flag, ...]
    end: int = 0
    fused: list[Fused] = field(default_factory=list)
    drift_dps: list[FloatArray] = field(default_factory=list)
    result: DrillResult | None = None

    def add(self, fused: Fused) -> None:
        """Keep frames, and the drift rate of each sensor as it is known now."""
        self.fused.append(fused)
        self.drift_dps.append(np.cumsum(self.run.heading.rate_dps))
        self.end = fused.first + len(fused.total_deg)

    def close(self) -> None:
        """The drill has ended: no neutral or slip after it changes what it came to."""
        if self.fused:
            self.result = self._result()
            self.fused, self.drift_dps = [], []

    def _result(self) -> DrillResult:
        # Until a neutral was found nothing is known, but the drill had begun.
        before = Part.unknown(Window(self.first, max(self.first, self.fused[0].first))).frames
        frames = joined_frames([before, *(f.frames() for f in self.fused)])
        return make_drill_result(
            drill_of(self.drill),
            Window(self.first, self.end),
            self.run.reference,
            self.run.split,
            frames,
            self.run.counted,
            np.median(self.drift_dps, axis=0),
            self.run.slips,
            self.flags,
        )


class LossCount:
    """Counts missing samples by the usual interval between them, block by block."""

    _SEEN = 50

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._steps = np.empty(0)
        self._usual_s: float | None = None
        self._received = 0
        self._missing = 0.0

    @property
    def fraction(self) -> float:
        """Part of the samples that is missing, 0 … 1."""
        return self._missing / max(self._missing + self._received, 1.0)

    def update(self, t_s: FloatArray) -> None:
        """Continue with the times (n,) of the samples that follow."""
        if not len(t_s):
            return
        step = np.empty(len(t_s))
        step[0] = 0.0 if self._last_s is None else t_s[0] - self._last_s
        np.subtract(t_s[1:], t_s[:-1], out=step[1:])
        self._last_s = float(t_s[-1])
        self._received += len(t_s)
        if self._usual_s is None:
            self._steps = step = np.append(self._steps, step[step > 0])
            if len(step) < self._SEEN:
                return
            self._usual_s = float(np.median(step))
            self._steps = np.empty(0)
        wide = step[step >= 1.5 * self._usual_s]
        if len(wide):
            self._missing += float(np.sum(np.round(wide / self._usual_s) - 1.0))
