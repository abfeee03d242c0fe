"""Motion-BIDS: one data set with one participant and one run, as neuroscience shares movement.

Raw samples go on the 100 Hz grid of the analysis, in the sensors' own axes, ``n/a`` inside gaps;
angles and repetitions are results and lie under ``derivatives/torso``. Times count from the first
row. Source: Brain Imaging Data Structure 1.11.1, Motion.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion.grid import GRID_HZ
from fusion.offline import common_extent, grid_track
from sensors.samples import Activity, Placement
from sessions.exports import text
from sessions.exports.csv import angles_csv, reps_csv
from sessions.exports.summary import summary_json
from sessions.receipts import software_version
from sessions.stored import ANGLES, REPS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.results import SessionResult
    from fusion.track import Track, Window
    from sensors.samples import FloatArray
    from sessions.imports.session import ImportedSession

BIDS_VERSION: Final = "1.11.1"
TASK: Final = "thoracicrotation"
_PLACES: Final = {
    Placement.PELVIS: "sacrum, between the posterior superior iliac spines",
    Placement.THORACOLUMBAR: "spinous process of T12",
    Placement.UPPER_BACK: "spinous process of the upper thoracic spine",
}
_CHANNELS: Final = ("name", "component", "type", "tracked_point", "units", "placement",
                    "reference_frame")  # fmt: skip
_EVENTS: Final = ("onset", "duration", "trial_type", "side")


def bids_files(session: ImportedSession, result: SessionResult) -> dict[str, bytes]:
    """Contents of the data set by file name."""
    subject = f"sub-{_label(session.subject or '01')}"
    run = f"{subject}/motion/{subject}_task-{TASK}"
    tracks = {p: grid_track(session.blocks[p]) for p in result.placements}
    window = common_extent(tracks)
    channels, values = _samples(tracks, window)
    mine = f"derivatives/torso/{subject}"
    return {
        "dataset_description.json": _json(_data_set("raw")),
        "README.md": _README.encode(),
        "participants.tsv": _tsv(["participant_id"], [[subject]]),
        "participants.json": _json({"participant_id": {"Description": "Pseudonym"}}),
        f"{run}_tracksys-imu_motion.tsv": _rows(values),
        f"{run}_tracksys-imu_motion.json": _json(_sidecar(session, tracks, channels, window)),
        f"{run}_tracksys-imu_channels.tsv": _tsv(_CHANNELS, channels),
        f"{run}_tracksys-imu_channels.json": _json(
            {"reference_frame": {"Levels": {"local": _LOCAL}}}
        ),
        f"{run}_events.tsv": _tsv(_EVENTS, _events(session, result, window)),
        f"{run}_events.json": _json(_EVENTS_MEAN),
        "derivatives/torso/dataset_description.json": _json(_data_set("derivative")),
        f"{mine}/{ANGLES}": angles_csv(result),
        f"{mine}/{REPS}": reps_csv(result),
        f"{mine}/{SUMMARY}": summary_json(session, result, live=False),
    }


def _label(word: str) -> str:
    """A BIDS label: letters and digits alone."""
    return re.sub(r"[^A-Za-z0-9]", "", word) or "01"


def _data_set(kind: str) -> dict[str, object]:
    return {
        "Name": "Thoracic rotation drills",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": kind,
        "GeneratedBy": [{"Name": "torso", "Version": software_version()}],
    }


def _samples(tracks: dict[Placement, Track], window: Window) -> tuple[list[list[str]], FloatArray]:
    """Rows of the channel table, and the samples (m, k) in their order."""
    channels: list[list[str]] = []
    parts: list[FloatArray] = []

    def add(place: Placement, what: str, kind: str, unit: str, rows: FloatArray) -> None:
        if np.isnan(rows).all():
            return
        names = ("quat_w", "quat_x", "quat_y", "quat_z") if what == "quat" else ("x", "y", "z")
        for name in names:
            called = f"{place}_{name if what == 'quat' else f'{what}_{name}'}"
            channels.append([called, name, kind, str(place), unit, _PLACES[place], "local"])
        gap = tracks[place].gap(window)
        parts.append(np.where(gap[:, None], np.nan, rows))

    for place, track in tracks.items():
        add(place, "acc", "ACCEL", "m/s^2", track.acc(window))
        add(place, "gyro", "GYRO", "deg/s", np.degrees(track.rate(window)))
        if track.has_quat:
            add(place, "quat", "ORNT", "n/a", track.quat(window))
    return channels, np.hstack(parts)


def _sidecar(
    session: ImportedSession,
    tracks: dict[Placement, Track],
    channels: list[list[str]],
    window: Window,
) -> dict[str, object]:
    kinds = [row[2] for row in channels]
    models = {session.sensors[p].model for p in tracks} - {""}
    return {
        "TaskName": TASK,
        "TaskDescription": "Quadruped and seated thoracic rotation to both sides, with holds",
        "SamplingFrequency": GRID_HZ,
        "RecordingDuration": len(window) / GRID_HZ,
        "TrackingSystemName": "imu",
        "TrackedPointsCount": len(tracks),
        "MotionChannelCount": len(channels),
        "ACCELChannelCount": kinds.count("ACCEL"),
        "GYROChannelCount": kinds.count("GYRO"),
        "ORNTChannelCount": kinds.count("ORNT"),
        "MISCChannelCount": 0,
        "MissingValues": "n/a",
        "ManufacturersModelName": ", ".join(sorted(models)) or "unknown",
        "SoftwareVersions": f"torso {software_version()}",
        "SubjectArtefactDescription": "n/a",
    }


def _events(session: ImportedSession, result: SessionResult, window: Window) -> list[list[str]]:
    def at(t_s: float) -> float:
        return t_s - window.start_s

    rows = [
        (at(e.onset_s), _seconds(e.duration_s), str(e.activity), "n/a")
        for e in session.events
        if at(e.onset_s) >= 0.0 or e.activity is not Activity.MARK
    ]
    rows += [
        (at(rep.start_s), _seconds(rep.end_s - rep.start_s), "repetition", str(rep.side))
        for drill in result.drills
        for rep in drill.reps
    ]
    return [[_seconds(onset), *rest] for onset, *rest in sorted(rows)]


def _seconds(value: float | None) -> str:
    return "n/a" if value is None or not np.isfinite(value) else f"{value:.6f}"


def _rows(values: FloatArray) -> bytes:
    """Samples without a header row, as the standard wants; what is not known is ``n/a``."""
    rounded = text.round_significant(values)
    lines = ("\t".join("n/a" if x != x else f"{x:.6g}" for x in row) for row in rounded.tolist())
    return ("\n".join(lines) + "\n").encode()


def _tsv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    return ("\n".join("\t".join(row) for row in [header, *rows]) + "\n").encode()


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


_LOCAL: Final = {
    "Description": "The sensor's own axes, as its maker marks them; they turn with the sensor.",
    "RotationRule": "right-hand",
}

_EVENTS_MEAN: Final = {
    "onset": {"Description": "Time since the first row of the motion file", "Units": "s"},
    "duration": {"Description": "How long it lasted", "Units": "s"},
    "trial_type": {
        "Description": "What the person did: a calibration, a drill, a mark, or one repetition"
    },
    "side": {"Description": "Side that a repetition turned to: left or right"},
}

_README: Final = """\
# Thoracic rotation drills

Inertial sensors on the pelvis, the upper back and, where worn, at T12, during quadruped and seated
thoracic rotation. Specific force and angular rate are in each sensor's own axes, averaged over the
steps of a 100 Hz grid; gaps of more than 0.1 s are n/a. `derivatives/torso` holds what was computed
from them: angles, repetitions and a summary that says how.
"""
