"""From raw entries to fused frames: the decoders, the pipeline, and what they found.

They live as long as the service, so that a calibration holds for all sessions after it. What came
since the last turn is decoded together: that costs little more than decoding one of it. Nothing
that goes wrong in here may reach the recorder.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dashboard.service.steps import Step, StepKind
from fusion.pipeline import Pipeline
from sensors.drivers.base import Notification
from sensors.session_decoder import SessionDecoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.service.steps import Entry
    from fusion.calibration_steps import StepProgress
    from fusion.results import Rep
    from fusion.setup import PersonalSplit, Setup
    from fusion.updates import Status, Update
    from sensors.accounting import LinkStatistics
    from sensors.samples import SensorId, SensorInfo

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Fuser:
    """Decoders and pipeline.

    Parameters
    ----------
    sensors
        The sensors.
    origin_s
        Host monotonic s of the session clock's zero.
    setup
        How they are worn.
    """

    def __init__(self, sensors: tuple[SensorInfo, ...], origin_s: float, setup: Setup) -> None:
        self._decoder = SessionDecoder(sensors, origin_s)
        self._waiting: list[Notification] = []
        self._origin_s = origin_s
        self._setup = setup
        self._pipeline = Pipeline(setup, keep=False)
        self._counted = dict.fromkeys(self._decoder.streams, (0, 0))
        self.status: Status | None = None
        self.reps: list[Rep] = []
        self.failed = False
        self.last_arrival_s = origin_s

    def take(self, entry: Entry) -> None:
        """Take in the next entry of the session."""
        if isinstance(entry, Notification):
            self.last_arrival_s = entry.arrival_s
            if not self.failed:
                self._waiting.append(entry)
        elif isinstance(entry, Step):
            self._guarded(lambda: self._take_step(entry))

    def advance(self) -> Update | None:
        """Decode and fuse what has come by now; ``None`` if fusion has failed."""
        update = self._guarded(self._advance)
        if update is not None:
            self.status = update.status
            self.reps.extend(update.reps)
        return update

    def use_split(self, own: PersonalSplit | None) -> None:
        """Use the wearer's own lumbar share from the next drill on, ``None`` = the usual one."""
        self._setup = replace(self._setup, personal_split=own)
        self._pipeline.use_split(own)

    def progress(self, bows: int) -> StepProgress | None:
        """How the calibration step under way is going, where ``bows`` are asked for."""
        return self._guarded(lambda: self._pipeline.progress(bows))

    def statistics(self, sensor: SensorId) -> LinkStatistics:
        """Account of a sensor's samples, as far as they are decoded."""
        return self._decoder.streams[sensor].statistics

    def loss(self, sensor: SensorId) -> float:
        """Fraction of a sensor's samples lost in this session, 0 to 1."""
        received, lost = self._counted[sensor]
        statistics = self.statistics(sensor)
        new_lost = statistics.lost - lost
        expected = statistics.received - received + new_lost
        return new_lost / expected if expected > 0 else 0.0

    def begin_session(self) -> None:
        """Begin the list of repetitions and the account of losses anew; forget a failure."""
        self._guarded(self._decode)
        self.reps.clear()
        if self.failed:
            self._pipeline = Pipeline(self._setup, keep=False)
            self.failed = False
        for sensor in self._decoder.streams:
            statistics = self.statistics(sensor)
            self._counted[sensor] = (statistics.received, statistics.lost)

    def _advance(self) -> Update:
        self._decode()
        return self._pipeline.advance()

    def _decode(self) -> None:
        waiting, self._waiting = self._waiting, []
        for sensor, block in self._decoder.feed_all(waiting).items():
            self._pipeline.push(self._decoder.streams[sensor].info.placement, block)

    def _take_step(self, step: Step) -> None:
        self._decode()
        t_s = step.arrival_s - self._origin_s
        match step.kind:
            case StepKind.BEGIN:
                self._pipeline.begin(step.activity, t_s, step.name, fresh=step.fresh)
            case StepKind.END:
                self._pipeline.end(t_s)
            case StepKind.REZERO:
                self._pipeline.rezero(t_s)

    def _guarded(self, work: Callable[[], T]) -> T | None:
        """Do ``work`` unless fusion has failed; a fault in it ends fusion, nothing else."""
        if self.failed:
            return None
        try:
            return work()
        except Exception:
            logger.exception("fusion failed; the recording goes on")
            self.failed = True
            self._waiting.clear()
            return None
