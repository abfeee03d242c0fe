"""The notifications of all sensors of a session to samples on one clock."""

from __future__ import annotations

import itertools
from operator import itemgetter
from typing import TYPE_CHECKING

from sensors.common_clock import CommonClock
from sensors.decoding import StreamDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sensors.drivers.base import Notification
    from sensors.samples import ImuBlock, SensorId, SensorInfo

_SENSOR = itemgetter(0)


class SessionDecoder:
    """The way from the notifications of several sensors to blocks.

    Sensors of a family that can keep one clock are put on it when they say that they do.

    Parameters
    ----------
    sensors
        The sensors.
    origin_s
        Host monotonic seconds of the session clock's zero.

    Raises
    ------
    ProtocolError
        One is of a kind that this program cannot read.
    """

    def __init__(self, sensors: Iterable[SensorInfo], origin_s: float) -> None:
        self.streams = {info.sensor: StreamDecoder(info, origin_s) for info in sensors}
        families: dict[str, CommonClock] = {}
        for stream in self.streams.values():
            facts = stream.common_facts
            if facts is not None:
                family = stream.info.protocol
                stream.keep(families.setdefault(family, CommonClock(facts)))
        self._shared = bool(families)

    def feed_all(self, notifications: Sequence[Notification]) -> dict[SensorId, ImuBlock]:
        """Take in the next notifications, in the order in which they came.

        Returns
        -------
        dict
            The new samples of the sensors that have some; see :meth:`StreamDecoder.feed_all`.
        """
        if not notifications:
            return {}
        if len(notifications) == 1:
            ((sensor, characteristic, arrival_s, value),) = notifications
            stream = self.streams.get(sensor)
            if stream is not None:
                stream.take(characteristic, arrival_s, value)
        else:
            # Each has four fields: to ask whether it has takes half as long again.
            sensors, kinds, arrivals_s, data = zip(*notifications)  # noqa: B905
            sensor = sensors[0]
            if sensors.count(sensor) < len(sensors):
                return self._feed_several(notifications)
            stream = self.streams.get(sensor)
            if stream is not None:
                stream.take_all(kinds, arrivals_s, data)
        block = None if stream is None else stream.flush()
        return {} if block is None else {sensor: block}

    def _feed_several(self, notifications: Sequence[Notification]) -> dict[SensorId, ImuBlock]:
        for sensor, together in self._by_sensor(notifications):
            if sensor in self.streams:
                _, *columns = zip(*together, strict=True)
                self.streams[sensor].take_all(*columns)
        blocks = {sensor: stream.flush() for sensor, stream in self.streams.items()}
        return {sensor: block for sensor, block in blocks.items() if block is not None}

    def _by_sensor(
        self, notifications: Sequence[Notification]
    ) -> Iterable[tuple[SensorId, Sequence[Notification]]]:
        """What each sensor sent; in turns, where the order between sensors says something."""
        if self._shared:
            return [(s, list(turn)) for s, turn in itertools.groupby(notifications, _SENSOR)]
        parts: dict[SensorId, list[Notification]] = {}
        for notification in notifications:
            parts.setdefault(notification.sensor, []).append(notification)
        return parts.items()
