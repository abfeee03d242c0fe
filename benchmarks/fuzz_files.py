"""Damaged and made-up files into every reader of files that strangers may send.

Good files of each kind with bytes changed, cut, doubled or exchanged, and with the words that have
hurt readers before put where a value was. A reader may refuse a file with the error it documents or
read it; it may not raise anything else, nor take longer than :data:`MOST_S` over so small a file.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.fuzz import mutated
from dashboard.service.http import CommandError, answer
from dashboard.service.hub import Hub
from sensors.calibration_store import CalibrationStore
from sensors.drivers.base import Notification
from sensors.errors import CalibrationStoreError, RecordingError, RoleError
from sensors.inertial_calibration import InertialCalibration
from sensors.recording import RecordingWriter, pack_recording, read_recording
from sensors.roles import RoleStore
from sensors.samples import GRAVITY_MPS2, Activity, Event, Placement, SensorId, SensorInfo
from sensors.simulation.session import TWO_SENSORS, simulate_session
from sessions.about import ABOUT, About, Exclusion, Mark, read_about, write_about
from sessions.analyze import analyze_imported
from sessions.errors import LibraryError, SourceError
from sessions.exports.analysis_folder import write_results
from sessions.exports.dot import dot_files
from sessions.exports.raw_folder import block_csv
from sessions.exports.simulated import write_simulated
from sessions.exports.ximu3 import ximu3_files
from sessions.imports.source import read_source
from sessions.people import PEOPLE, read_people, write_people
from sessions.stored import stored_session
from sessions.tables import read_angles, read_reps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sensors.samples import ImuBlock
    from sessions.imports.session import ImportedSession

MOST_S = 20.0

POISON = (
    b"nan", b"inf", b"-1", b"1e154", b"1e308", b"1e999", b"9" * 5000, b'"', b"\x00", b"\xff\xfe",
    b"[" * 3000, b"null", b"{}", b"[]", b"true", b"-0", b"1e-320", b"\r", b";", b"=1+1", b"..",
    b"18446744073709551616",
)  # fmt: skip
"""What has hurt readers before."""

SENSOR = SensorId("AA:01")

COLUMNS = """
time = {column = "time_s", unit = "s"}
acc = {columns = ["acc_x", "acc_y", "acc_z"], unit = "m/s2"}
gyr = {columns = ["gyr_x", "gyr_y", "gyr_z"], unit = "rad/s"}
[sensors.pelvis]
file = "pelvis.csv"
[sensors.upper_back]
file = "upper_back.csv"
"""
WITMOTION = "time\tDeviceName\tAccX(g)\tAccY(g)\tAccZ(g)\tAsX(°/s)\tAsY(°/s)\tAsZ(°/s)"


@dataclass(frozen=True, slots=True)
class Subject:
    """A reader, a good file for it, and how it may refuse one."""

    path: Path
    read: Callable[[], object]
    refuses: tuple[type[Exception], ...]


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    files: int = 0
    refused: int = 0
    slowest_s: float = 0.0


class _Desk:
    """Enough of a service to be commanded."""

    def __init__(self) -> None:
        self.hub = Hub(lambda: 0.0)

    def snapshot(self) -> dict[str, object]:
        return {}

    def health(self) -> dict[str, object]:
        return {}

    def command(self, name: str, fields: dict[str, object]) -> None:
        if name != "mark" or fields:
            raise CommandError("There is no such command.")


def subjects(folder: Path) -> dict[str, Subject]:
    """Good files of every kind, made below ``folder``, and their readers."""
    raw, out, session = folder / "raw", folder / "out", folder / "session"
    write_simulated(
        raw,
        simulate_session(seed=1, placements=TWO_SENSORS, minutes_per_drill=0.5),
        subject="fuzz",
    )
    imported = read_source(raw)
    write_results(imported, analyze_imported(imported), out)
    session.mkdir()
    recording, packed = session / "recording.mcap", folder / "packed.mcap"
    for path in (recording, packed):
        _write_recording(path)
    pack_recording(packed)
    about = About("t", "p", "n", ("a",), (Mark(1.0, "pain", 3.0, "x"),), (Exclusion(2.0, "r"),))
    write_about(session, about)
    write_people(folder, {"p": "note"})
    roles = RoleStore(folder / "sensors.json")
    info = SensorInfo(SENSOR, Placement.PELVIS, "one", "open_profile", 100.0)
    roles.put([info])
    store = CalibrationStore(folder / "calibrations")
    calibration = store.put(SENSOR, InertialCalibration(1.7e9))
    command = folder / "command.json"
    command.write_text('{"type": "command", "id": 1, "name": "mark"}', encoding="utf-8")
    desk = _Desk()
    refused = (SourceError,)
    foreign = _write_foreign(folder, imported)
    return {
        "recording": Subject(recording, lambda: list(read_recording(recording)), (RecordingError,)),
        "packed recording": Subject(
            packed, lambda: list(read_recording(packed)), (RecordingError,)
        ),
        "recording, imported": Subject(recording, lambda: read_source(recording), refused),
        "samples": Subject(raw / "pelvis.csv", lambda: read_source(raw), refused),
        "events.tsv": Subject(raw / "events.tsv", lambda: read_source(raw), refused),
        "session.json": Subject(raw / "session.json", lambda: read_source(raw), refused),
        **{
            name: Subject(path, partial(read_source, source), refused)
            for name, (path, source) in foreign.items()
        },
        "angles.csv": Subject(out / "angles.csv", lambda: read_angles(out / "angles.csv"), refused),
        "reps.csv": Subject(out / "reps.csv", lambda: read_reps(out / "reps.csv"), refused),
        "summary.json": Subject(out / "summary.json", lambda: stored_session(out), ()),
        "about.json": Subject(session / ABOUT, lambda: read_about(session), (LibraryError,)),
        "people.json": Subject(folder / PEOPLE, lambda: read_people(folder), (LibraryError,)),
        "sensors.json": Subject(roles.path, roles.get, (RoleError,)),
        "calibration": Subject(calibration, lambda: store.get(SENSOR), (CalibrationStoreError,)),
        "command": Subject(
            command, lambda: answer(desk, command.read_text("utf-8", "replace")), ()
        ),
    }


def _write_foreign(folder: Path, session: ImportedSession) -> dict[str, tuple[Path, Path]]:
    """Files as other programs write them: the one to be spoiled, and the source it belongs to."""
    short = replace(session, blocks={p: b.part(slice(2000)) for p, b in session.blocks.items()})
    samples = {f"{p.value}.csv": block_csv(block) for p, block in short.blocks.items()}
    events = b"onset\tduration\ttrial_type\n0.0\t20.0\tseated_thoracic_rotation\n"
    kinds = {
        "dot": dot_files(short),
        "ximu3": ximu3_files(short),
        "mapped": {**samples, "columns.toml": COLUMNS.encode(), "events.tsv": events},
        "witmotion": {
            "data.txt": _witmotion_text(short.blocks),
            "session.json": json.dumps({"worn": {p.value: p.value for p in short.blocks}}).encode(),
            "events.tsv": events,
        },
    }
    for kind, files in kinds.items():
        for name, data in files.items():
            path = folder / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return {
        "Movella DOT": (folder / "dot" / "pelvis.csv", folder / "dot"),
        "x-IMU3": (folder / "ximu3" / "pelvis" / "Inertial.csv", folder / "ximu3"),
        "WitMotion": (folder / "witmotion" / "data.txt", folder / "witmotion"),
        "`columns.toml`": (folder / "mapped" / "columns.toml", folder / "mapped"),
        "mapped table": (folder / "mapped" / "pelvis.csv", folder / "mapped"),
    }


def _witmotion_text(blocks: Mapping[Placement, ImuBlock]) -> bytes:
    """As the WitMotion app writes it, all sensors in one text."""
    rows = []
    for placement, block in blocks.items():
        values = np.hstack([block.acc / GRAVITY_MPS2, np.degrees(block.gyr)])
        for t_s, row in zip(block.t_s.tolist(), values.tolist(), strict=True):
            minutes, seconds = divmod(t_s, 60.0)
            cells = [f"2026-10-02T12:{int(minutes):02}:{seconds:06.3f}", placement.value]
            rows.append((t_s, "\t".join([*cells, *(f"{x:.6f}" for x in row)])))
    return "\n".join([WITMOTION, *(row for _, row in sorted(rows)), ""]).encode()


def _write_recording(path: Path) -> None:
    sensors = tuple(
        SensorInfo(SensorId(f"AA:0{n}"), placement, "one", "open_profile", 100.0)
        for n, placement in enumerate(TWO_SENSORS)
    )
    with RecordingWriter(path, sensors, origin_s=0.0, started_unix_s=1.7e9, meta={}) as writer:
        writer.write_event(Event(0.0, 1.0, Activity.CALIBRATION_NEUTRAL))
        for n in range(60):
            writer.write(Notification(sensors[n % 2].sensor, "data", n / 60, bytes(range(40))))


def spoiled(good: bytes, rng: random.Random) -> bytes:
    """A good file with something wrong."""
    if rng.random() < 0.5:
        start = rng.randrange(len(good))
        end = min(len(good), start + rng.randrange(20))
        return good[:start] + rng.choice(POISON) + good[end:]
    bad = good
    for _ in range(rng.randrange(1, 4)):
        bad = mutated(bad, rng) if bad else b"\0"
    return bad


def fuzz(name: str, subject: Subject, files: int, seed: int) -> Outcome:
    """Give a reader ``files`` bad files.

    Raises
    ------
    AssertionError
        It did something it may not; the file is left in place.
    """
    rng = random.Random(f"{name} {seed}")
    good, outcome = subject.path.read_bytes(), Outcome()
    for number in range(files):
        subject.path.write_bytes(spoiled(good, rng))
        outcome.files += 1
        before_s = time.process_time()
        try:
            subject.read()
        except subject.refuses:
            outcome.refused += 1
        except Exception as error:
            raise AssertionError(
                f"{name}, file {number} of seed {seed}: {traceback.format_exc()}"
            ) from error
        outcome.slowest_s = max(outcome.slowest_s, time.process_time() - before_s)
        assert outcome.slowest_s < MOST_S, f"{name}, file {number} of seed {seed}: too slow"
    subject.path.write_bytes(good)
    return outcome


def run(files: int, seed: int = 1, say: Callable[[str], None] = print) -> None:
    """Fuzz every reader and print the table."""
    say(f"\n{files} bad files each\n\n| file | refused | read | slowest ms |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, subject in subjects(Path(folder)).items():
            o = fuzz(name, subject, files, seed)
            say(f"| {name} | {o.refused} | {o.files - o.refused} | {1e3 * o.slowest_s:.0f} |")
