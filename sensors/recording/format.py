"""Items and events as messages of a recording, and back."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sensors.drivers.base import (
    ActivityChange,
    LinkChange,
    LinkState,
    LinkTrouble,
    Notification,
    SensorReport,
    SourceItem,
)
from sensors.inertial_calibration import InertialCalibration
from sensors.samples import Activity, Event, Placement, SensorId, SensorInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json: TypeAlias = dict[str, Any]

PROFILE = "torso"
VERSION = 1
META = "/meta"
EVENTS = "/events"
LINKS = "/links"
REPORTS = "/reports"
ACTIVITIES = "/activities"
JSON_TOPICS = (META, EVENTS, LINKS, REPORTS, ACTIVITIES)
NOTIFICATION_ENCODING = "x-torso-notification"
SALVAGED = "torso.salvaged"
"""Name of the metadata record of a recording that was cut before it was packed."""

ARRIVAL = struct.Struct("<d")


def to_json(value: Json) -> bytes:
    """Return compact UTF-8; floats as the shortest text that reads back to the same bits."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def from_json(data: bytes) -> Json:
    """Return the object in ``data``; ``ValueError`` or ``TypeError`` if there is none."""
    value = json.loads(data)
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return value


@dataclass(frozen=True, slots=True)
class Meta:
    """The first message of a recording, see :class:`sensors.recording.Recording`."""

    origin_s: float
    started_unix_s: float
    sensors: tuple[SensorInfo, ...]
    more: Mapping[str, Any]

    def encode(self) -> bytes:
        """Return the message."""
        sensors = [_encode_info(info) for info in self.sensors]
        return to_json(
            {
                "version": VERSION,
                "origin_s": self.origin_s,
                "started_unix_s": self.started_unix_s,
                "sensors": sensors,
                "meta": dict(self.more),
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Meta:
        """Read the message; ``ValueError``, ``KeyError`` or ``TypeError`` if it is none."""
        value = from_json(data)
        if value["version"] != VERSION:
            raise ValueError(f"version {value['version']}, this program knows {VERSION}")
        sensors = tuple(_decode_info(info) for info in value["sensors"])
        return cls(
            float(value["origin_s"]), float(value["started_unix_s"]), sensors, dict(value["meta"])
        )


def _encode_info(info: SensorInfo) -> Json:
    value: Json = {
        "sensor": info.sensor,
        "placement": info.placement,
        "name": info.name,
        "protocol": info.protocol,
        "rate_hz": info.rate_hz,
        "model": info.model,
        "firmware": info.firmware,
    }
    if info.calibration is not None:
        value["calibration"] = info.calibration.to_json()
    return value


def _decode_info(value: Json) -> SensorInfo:
    calibration = value.get("calibration")
    return SensorInfo(
        SensorId(str(value["sensor"])),
        Placement(value["placement"]),
        str(value["name"]),
        str(value["protocol"]),
        float(value["rate_hz"]),
        str(value["model"]),
        str(value["firmware"]),
        None if calibration is None else InertialCalibration.from_json(calibration),
    )


def encode_notification(item: Notification) -> bytes:
    """Return arrival and value."""
    return ARRIVAL.pack(item.arrival_s) + item.data


def encode_change(item: LinkChange | SensorReport | ActivityChange) -> tuple[str, bytes]:
    """Return the topic and message of what is no notification."""
    value: Json
    match item:
        case LinkChange():
            topic, value = LINKS, {"sensor": item.sensor, "state": item.state}
            if item.trouble is not None:
                value["trouble"] = item.trouble
        case SensorReport():
            topic, value = (
                REPORTS,
                {
                    "sensor": item.sensor,
                    "battery_percent": item.battery_percent,
                    "rssi_dbm": item.rssi_dbm,
                },
            )
        case ActivityChange():
            topic, value = ACTIVITIES, {"activity": item.activity, "begins": item.begins}
    return topic, to_json({"arrival_s": item.arrival_s, **value})


def _link(value: Json) -> SourceItem:
    trouble = value.get("trouble")
    return LinkChange(
        SensorId(str(value["sensor"])),
        float(value["arrival_s"]),
        LinkState(value["state"]),
        None if trouble is None else LinkTrouble(trouble),
    )


def _report(value: Json) -> SourceItem:
    battery, rssi = value["battery_percent"], value["rssi_dbm"]
    return SensorReport(
        SensorId(str(value["sensor"])),
        float(value["arrival_s"]),
        None if battery is None else int(battery),
        None if rssi is None else int(rssi),
    )


def _activity(value: Json) -> SourceItem:
    return ActivityChange(
        float(value["arrival_s"]), Activity(value["activity"]), bool(value["begins"])
    )


CHANGES: dict[str, Callable[[Json], SourceItem]] = {
    LINKS: _link,
    REPORTS: _report,
    ACTIVITIES: _activity,
}
"""How the items of each JSON topic are read."""


def encode_event(event: Event) -> bytes:
    """Return the message of an event."""
    return to_json(
        {
            "onset_s": event.onset_s,
            "duration_s": event.duration_s,
            "activity": event.activity,
        }
    )


def decode_event(data: bytes) -> Event:
    """Read an event; ``ValueError``, ``KeyError`` or ``TypeError`` if it is none."""
    value = from_json(data)
    duration = value["duration_s"]
    return Event(
        float(value["onset_s"]),
        None if duration is None else float(duration),
        Activity(value["activity"]),
    )
