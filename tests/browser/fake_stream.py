"""A page with a stream of made-up frames behind it, for tests of the page alone.

``python tests/browser/fake_stream.py --port N`` speaks docs/live_stream.md without any sensor,
pipeline or recorder: a wearer who turns left and right, as fast as the clock or faster.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import struct
import time
from dataclasses import dataclass, field

import streamlit
import uvicorn
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.live.assets import static_route
from dashboard.server import APP, STREAMLIT_OPTIONS

RATE_HZ = 100
EVERY_S = 0.02
REP_S = 5.0
NEUTRAL_S = 0.8
SHARES = {"pelvis": 0.12, "lumbar": 0.22, "thoracic": 0.66}
WIDTHS = {"pelvis": 0.04, "lumbar": 0.10, "thoracic": 0.09}
SEATED = "seated_thoracic_rotation"
STEP_S = {"ready": 1.0, "do": 1.5}
STEP_WORDS = {
    "calibration_neutral": "Take your starting position, tall, and keep still.",
    "calibration_bow": "Bow forward slowly from the hips, back straight, three times.",
    SEATED: "Turn left and right as far as is comfortable; rest briefly in the middle.",
}
SCAN_S = 0.5
SPARE = {"sensor": "spare", "name": "Spare", "family": "torso", "placement": None}
SESSION = "2026-03-04_10-20-30"


def encode_frames(first: int, t0_s: float, rows: list[list[float]], age_s: float = 0.01) -> bytes:
    """One binary message, written from the contract and not from the service's encoder."""
    header = struct.pack("<BBHIIfdd", 1, 1, len(rows), first, 0, age_s, t0_s, time.time())
    return header + b"".join(struct.pack("<16f", *row) for row in rows)


def total_at(t_s: float) -> float:
    """Degrees, left positive: out, hold, back, rest, by turns to the left and to the right."""
    number, within_s = divmod(t_s, REP_S)
    moving = min(max((within_s - NEUTRAL_S) / (REP_S - NEUTRAL_S), 0.0), 1.0)
    reach = min(math.sin(math.pi * moving) * 1.25, 1.0)
    size = 48 + 4 * math.sin(number)
    return size * reach * (1 if number % 2 == 0 else -1)


def row_at(t_s: float, dt_s: float, *, sensors: int) -> list[float]:
    """Sixteen columns of one frame."""
    total = total_at(t_s)
    wobble = 0.15 * math.sin(9 * t_s)
    parts = {name: total * share + wobble for name, share in SHARES.items()}
    drift = 0.8 + 0.5 * (t_s % REP_S) / REP_S
    split = 0.0 if sensors == 3 else 0.08
    joint = parts["lumbar"] + parts["thoracic"]
    sds = [drift * 0.6, drift + split * abs(joint), drift + split * abs(joint), drift]
    shares = list(SHARES.values()) if abs(total) > 12 else [math.nan] * 3
    angles = [*parts.values(), joint, sum(parts.values()), -0.12 * total, 2 + 0.05 * abs(total)]
    return [dt_s, *angles, *sds, *shares, 0.0 if abs(total) < 2 else 4.0]


def interval(name: str) -> list[float]:
    value, width = SHARES[name], WIDTHS[name]
    return [value, max(value - width, 0.0), min(value + width, 1.0)]


def rep_row(number: int, begin_s: float, source: str) -> dict[str, object]:
    """One repetition as a snapshot carries it."""
    peak_s = begin_s + NEUTRAL_S + (REP_S - NEUTRAL_S) / 2
    total = total_at(peak_s)
    doubtful = number % 4 == 3
    return {
        "drill": SEATED, "set": 1, "rep": number, "side": "left" if total > 0 else "right",
        "start_s": begin_s + NEUTRAL_S, "peak_s": peak_s, "end_s": begin_s + REP_S,
        **{f"{name}_deg": total * share for name, share in SHARES.items()},
        "thoracolumbar_deg": total * (1 - SHARES["pelvis"]), "total_deg": total,
        "shares": {name: interval(name) for name in SHARES}, "split_source": source,
        "peak_rate_dps": 62.0, "hold_s": 0.9, "verdict": "doubtful" if doubtful else "good",
        "reasons": ["hips_joined"] if doubtful else [],
        "words": "hips joined in" if doubtful else "",
    }  # fmt: skip


@dataclass
class FakeService:
    """Enough state to answer commands; guided steps go by time."""

    sensors: int = 3
    trouble: str = ""
    real: bool = False
    near: list[dict[str, object]] = field(default_factory=list)
    looked_s: float = -math.inf
    found: str = ""
    worn: dict[str, tuple[str, str]] = field(default_factory=dict)
    activity: str | None = None
    began_s: float = 0.0
    drill_s: float = 0.0
    recorded_s: float | None = None
    calibration: dict[str, object] | None = None
    analysis: dict[str, object] | None = None
    plan: tuple[str, ...] = ()
    planned_s: float = 0.0
    marks: list[float] = field(default_factory=list)
    origin_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.worn = {f"sensor-{place}": (place, f"Torso {place}") for place in self.placements}

    @property
    def now_s(self) -> float:
        return time.monotonic() - self.origin_s

    @property
    def source(self) -> str:
        return "measured" if self.sensors == 3 else "prior"

    @property
    def state(self) -> str:
        if self.activity is None:
            return "idle"
        return "calibrating" if self.activity.startswith("calibration") else "drill"

    @property
    def reps(self) -> list[dict[str, object]]:
        if self.drill_s == 0.0:
            return []
        first, last = math.ceil(self.drill_s / REP_S), int(self.now_s / REP_S)
        return [rep_row(k - first + 1, k * REP_S, self.source) for k in range(first, last)]

    def obey(self, command: dict[str, object]) -> dict[str, object]:
        now_s = self.now_s
        match command["name"]:
            case "calibrate":
                self._lead("calibration_neutral", "calibration_bow")
            case "begin" if command.get("guided"):
                self._lead("calibration_neutral", str(command["activity"]))
            case "begin":
                self._begin(str(command["activity"]), now_s)
            case "end":
                self.activity, self.plan = None, ()
            case "stop":
                self.activity, self.recorded_s, self.drill_s = None, None, 0.0
                self.analysis = {"session": SESSION, "state": "done", "words": "Saved."}
            case "mark":
                self.marks.append(now_s)
            case "rezero":
                return {"ok": False, "words": "Keep still for a second, then press Re-zero again."}
            case "scan" | "identify" | "wear" | "rename" | "forget":
                self._choose(command)
        return {"ok": True}

    def _choose(self, command: dict[str, object]) -> None:
        """Do what the Devices page asks; which sensor is worn where changes at once."""
        match command["name"]:
            case "scan":
                self.looked_s = self.now_s
                self.near = [{**SPARE, "rssi_dbm": -60}]
                self.found = "1 more in reach."
            case "identify":
                self.found = "Watch which sensor blinks."
            case "wear":
                names = {sensor: name for sensor, (_, name) in self.worn.items()}
                placements = dict(command["placements"])
                chosen = {sensor: place for place, sensor in placements.items() if sensor}
                self.worn = {s: (place, names.get(s, "Spare")) for s, place in chosen.items()}
                self.near = []
            case "rename":
                sensor = str(command["sensor"])
                self.worn[sensor] = (self.worn[sensor][0], str(command["called"]))
            case "forget":
                del self.worn[str(command["sensor"])]

    def nearby(self) -> dict[str, object] | None:
        """What was found; a radio tells another strength each time it hears a sensor."""
        if not self.real:
            return None
        for sensor in self.near:
            sensor["rssi_dbm"] = -60 - int(4 * self.now_s) % 23
        busy = self.now_s - self.looked_s < SCAN_S
        words = "Looking for sensors…" if busy else self.found
        return {"busy": busy, "words": words, "sensors": self.near}

    def _lead(self, *steps: str) -> None:
        self.plan, self.planned_s, self.calibration = steps, self.now_s, None

    def _begin(self, activity: str, now_s: float) -> None:
        self.activity, self.began_s = activity, now_s
        if self.state == "drill":
            self.recorded_s, self.drill_s, self.marks = now_s, now_s, []

    def guide(self) -> dict[str, object] | None:
        """Where in the plan the clock is; begins and ends activities on the way."""
        step, within_s = divmod(self.now_s - self.planned_s, sum(STEP_S.values()))
        if int(step) >= len(self.plan):
            if self.plan:
                self.calibration, self.plan, self.activity = self._calibration(), (), None
            return None
        activity = self.plan[int(step)]
        phase = "ready" if within_s < STEP_S["ready"] else "do"
        if phase == "do" and self.activity != activity:
            self._begin(activity, self.now_s)
        if self.state == "drill":
            self.calibration, self.plan = self._calibration(), ()
            return None
        left_s = sum(STEP_S.values()) - within_s - (STEP_S["do"] if phase == "ready" else 0)
        return {
            "steps": self.plan, "step": int(step), "phase": phase, "remaining_s": left_s,
            "words": STEP_WORDS[activity],
        }  # fmt: skip

    def _calibration(self) -> dict[str, object]:
        verdict = "doubtful" if self.trouble else "good"
        return {
            "verdict": verdict,
            "reasons": ["The bows were small; repeat them deeper."] if self.trouble else [],
            "sensors": {
                name: {"method": "bow", "verdict": verdict, "sd_deg": 1.4}
                for name in self.placements
            },
        }

    @property
    def placements(self) -> tuple[str, ...]:
        three = ("pelvis", "thoracolumbar", "upper_back")
        return three if self.sensors == 3 else ("pelvis", "upper_back")

    def sensor_rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = [
            {
                "sensor": sensor, "placement": place, "name": name, "state": "streaming",
                "rate_hz": 100.0 - k, "loss": 0.001 * k, "battery_percent": 87 - 6 * k,
                "rssi_dbm": -58 - 5 * k, "clock_sd_ms": 0.4, "words": None,
            }
            for k, (sensor, (place, name)) in enumerate(self.worn.items())
        ]  # fmt: skip
        if self.trouble == "sensors":
            lost = "Connection lost. Check that the sensor is on and near; it reconnects by itself."
            rows[-1].update(state="lost", words=lost, name="<b>Torso</b> of a stranger")
            rows[0].update(battery_percent=9, words="Battery at 9 %. Charge it soon.")
        return rows

    def snapshot(self) -> dict[str, object]:
        guide, reps = self.guide(), self.reps
        words = "Hips joined in. Keep both sit bones heavy and turn from the ribs."
        cue = {"code": "hips_joined", "words": words, "level": "amber"}
        return {
            "type": "snapshot", "version": "0.1.0",
            "source": {"kind": "ble" if self.real else "simulated", "name": ""},
            "state": self.state, "activity": self.activity,
            "activity_s": self.now_s - self.began_s, "neutral_known": self.calibration is not None,
            "session_s": self.now_s,
            "recording": self.recorded_s and {
                "name": SESSION, "seconds": self.now_s - self.recorded_s,
                "bytes": 12345, "error": None,
            },
            "calibration": self.calibration,
            "drill": SEATED if self.state == "drill" else None,
            "set": 1 if self.state == "drill" else None,
            "split_source": self.source,
            "set_shares": {name: interval(name) for name in SHARES} if reps else None,
            "reps": reps, "marks": self.marks, "sensors": self.sensor_rows(),
            "cue": cue if self.trouble and self.state == "drill" else None,
            "wizard": None, "calibration_doubts": [], "wearer": {"person": "", "calibrated": None},
            "flags": [], "viewers": 1, "guide": guide, "analysis": self.analysis, "failure": None,
            "nearby": self.nearby(),
        }  # fmt: skip


async def stream(viewer: WebSocket, service: FakeService) -> None:
    """Frames and snapshots, until the viewer leaves."""
    sent = int(service.now_s * RATE_HZ)
    told_s = -1.0
    while True:
        now_s = service.now_s
        due = int(now_s * RATE_HZ)
        t0_s = (sent + 1) / RATE_HZ
        rows = [
            row_at(k / RATE_HZ, k / RATE_HZ - t0_s, sensors=service.sensors)
            for k in range(sent + 1, due + 1)
        ]
        if rows:
            await viewer.send_bytes(encode_frames(sent + 1, t0_s, rows))
            sent = due
        if now_s - told_s >= 0.25:
            await viewer.send_text(json.dumps(service.snapshot()))
            told_s = now_s
        await asyncio.sleep(EVERY_S)


def page(service: FakeService) -> streamlit.App:
    """The real page on the fake stream."""

    async def live(viewer: WebSocket) -> None:
        await viewer.accept()
        sender = asyncio.create_task(stream(viewer, service))
        try:
            while True:
                command = json.loads(await viewer.receive_text())
                reply = {"type": "reply", "id": command["id"], **service.obey(command)}
                await viewer.send_text(json.dumps(reply))
                await viewer.send_text(json.dumps(service.snapshot()))
        except WebSocketDisconnect:
            pass
        finally:
            sender.cancel()

    async def health(_: object) -> JSONResponse:
        return JSONResponse({"version": "0.1.0", "state": service.state})

    routes = [WebSocketRoute("/api/live", live), Route("/api/health", health), static_route()]
    return streamlit.App(APP, routes=routes)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sensors", type=int, default=3, choices=(2, 3))
    parser.add_argument("--trouble", default="", choices=("", "cue", "sensors"))
    parser.add_argument("--real", action="store_true", help="sensors can be chosen")
    options = parser.parse_args()
    os.environ.update(STREAMLIT_OPTIONS, STREAMLIT_SERVER_PORT=str(options.port))
    service = FakeService(options.sensors, options.trouble, options.real)
    uvicorn.run(page(service), port=options.port, log_level="warning", ws="websockets-sansio")


if __name__ == "__main__":
    main()
