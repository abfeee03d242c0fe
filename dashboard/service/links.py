"""How each sensor is doing, as far as its link and its battery tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.messages import sensor_words
from sensors.drivers.base import LinkChange, LinkState, Notification, SensorReport

if TYPE_CHECKING:
    from sensors.accounting import LinkStatistics
    from sensors.drivers.base import LinkTrouble, SourceItem
    from sensors.samples import SensorInfo

STALLED_S: Final = 1.0
"""A sensor that should stream and is silent for this long has stalled, whatever its link says."""


@dataclass(slots=True)
class SensorLink:
    """One sensor's link, battery and signal."""

    info: SensorInfo
    state: LinkState = LinkState.CONNECTING
    trouble: LinkTrouble | None = None
    battery_percent: int | None = None
    rssi_dbm: int | None = None
    last_arrival_s: float | None = None

    def take(self, item: SourceItem) -> None:
        """Note what an item of this sensor says."""
        match item:
            case Notification():
                self.last_arrival_s = item.arrival_s
            case LinkChange():
                self.state, self.trouble = item.state, item.trouble
            case SensorReport():
                self.battery_percent, self.rssi_dbm = item.battery_percent, item.rssi_dbm

    def state_at(self, now_s: float) -> LinkState:
        """Tell the state of the link, stalled included."""
        silent = self.last_arrival_s is None or now_s - self.last_arrival_s > STALLED_S
        if self.state is LinkState.STREAMING and silent:
            return LinkState.STALLED
        return self.state

    def describe(self, now_s: float, statistics: LinkStatistics, loss: float) -> dict[str, object]:
        """Describe the sensor as ``sensors`` in the snapshot does.

        Parameters
        ----------
        now_s
            The source's clock.
        statistics
            Of its decoder.
        loss
            Fraction of samples lost in this session, 0 to 1.
        """
        state = self.state_at(now_s)
        trouble = self.trouble if state is self.state else None
        clock_left = statistics.desynchronised > 0 and not statistics.synchronised
        return {
            "sensor": self.info.sensor,
            "placement": self.info.placement,
            "name": self.info.name,
            "state": state,
            "rate_hz": round(statistics.rate_hz, 1),
            "loss": round(loss, 4),
            "battery_percent": self.battery_percent,
            "rssi_dbm": self.rssi_dbm,
            "clock_sd_ms": round(statistics.clock_sd_s * 1e3, 2),
            "trouble": trouble,
            "words": sensor_words(
                state, loss, self.battery_percent, trouble, clock_left=clock_left
            ),
        }
