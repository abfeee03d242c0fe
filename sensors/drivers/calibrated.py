"""Any source, with its sensors' calibrations told beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from sensors.calibration_store import CalibrationStore
    from sensors.drivers.base import Source, SourceItem
    from sensors.samples import Activity, SensorInfo


class CalibratedSource:
    """A :class:`~sensors.drivers.base.Source` whose sensors know what they are off by.

    Its items are those of ``source``, bytes untouched; only :attr:`sensors` says more, so that
    decoders correct and recordings tell. A replay is not to be wrapped: what held on the day it was
    recorded is in it.

    Parameters
    ----------
    source
        Any other source.
    store
        Where calibrations are kept.
    """

    def __init__(self, source: Source, store: CalibrationStore) -> None:
        self._source = source
        self._store = store
        self._sensors: tuple[SensorInfo, ...] | None = None

    @property
    def sensors(self) -> tuple[SensorInfo, ...]:
        """The sensors, each with its calibration if it has one; fixed once entered."""
        return self._source.sensors if self._sensors is None else self._sensors

    @property
    def kind(self) -> str:
        """Kind of the source."""
        return self._source.kind

    @property
    def origin_s(self) -> float:
        """Host monotonic seconds of the session clock's zero."""
        return self._source.origin_s

    def now_s(self) -> float:
        """Host monotonic seconds just now."""
        return self._source.now_s()

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ask the wearer to do something."""
        self._source.perform(activity, posture)

    async def __aenter__(self) -> Self:
        await self._source.__aenter__()
        try:
            self._sensors = tuple(
                replace(info, calibration=self._store.get(info.sensor))
                for info in self._source.sensors
            )
        except BaseException:
            await self._source.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._source.__aexit__(exc_type, exc, traceback)

    def __aiter__(self) -> AsyncIterator[SourceItem]:
        return self._source.__aiter__()
