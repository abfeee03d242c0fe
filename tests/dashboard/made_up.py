"""A service with made-up frames, for tests and for work on the page: no sensors, no fusion.

``python tests/dashboard/made_up.py --data DIR`` serves it in the data folder ``DIR``;
``python -m dashboard.server --data DIR --port 8765`` then shows it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import time
from pathlib import Path

import numpy as np

from dashboard.service.http import CommandError, service_app
from dashboard.service.hub import Hub
from dashboard.service.runfile import RunningService, sole_service, write_running
from dashboard.service.wire import VALUES, encode_json
from dashboard.serving import LiveServer, listen

DRILL = "seated_thoracic_rotation"


class MadeUpDesk:
    """Turns left and right every four seconds; obeys begin, end, mark, record and stop."""

    def __init__(self):
        self.hub = Hub(time.monotonic)
        self.begun_s = time.monotonic()
        self.activity = None
        self.activity_s = 0.0
        self.recording_s = None
        self.reps = []
        self.marks = []
        self.commands = []
        self.sent = 0

    @property
    def t_s(self):
        return time.monotonic() - self.begun_s

    def command(self, name, fields):
        self.commands.append((name, fields))
        if name == "begin":
            self.activity, self.activity_s = fields["activity"], self.t_s
            if fields["activity"] == DRILL and self.recording_s is None:
                self.recording_s = self.t_s
        elif name == "end":
            self.activity = None
        elif name == "record":
            self.recording_s = self.t_s
        elif name == "stop":
            if self.recording_s is None:
                raise CommandError("Nothing is being recorded.")
            self.activity = self.recording_s = None
        elif name == "mark":
            self.marks.append(round(self.t_s, 2))
        elif name not in {"calibrate", "rezero"}:
            raise CommandError(f"There is no command “{name}”.")
        self.hub.publish_snapshot(encode_json(self.snapshot()))

    def publish(self):
        count = int(self.t_s * 100) - self.sent
        if count <= 0:
            return
        t_s = (self.sent + np.arange(1, count + 1)) / 100
        self.sent += count
        turn = np.sin(np.pi * t_s / 4) ** 3
        values = np.zeros((count, len(VALUES)), dtype=np.float32)
        for column, size in enumerate((5, 9, 30, 39, 44, 3, -4)):
            values[:, column] = size * turn
        values[:, 7:11] = 1 + 0.01 * t_s[:, None] % 2
        big = np.abs(turn) > 0.2
        values[:, 11:14] = np.where(big[:, None], [5 / 44, 9 / 44, 30 / 44], np.nan)
        slope = np.cos(np.pi * t_s / 4) * np.sign(turn)
        moving = np.where(slope > 0, 1, 3)
        values[:, 14] = 4 * np.where(big, np.where(np.abs(slope) > 0.2, moving, 2), 0)
        self.hub.publish(t_s, values, time.monotonic() - 0.03)
        while self.activity == DRILL and self.t_s > 4 * (len(self.reps) + 1):
            self.reps.append(self.rep(len(self.reps) + 1))

    def rep(self, number):
        side = 1 if number % 2 else -1
        shares = {"pelvis": 0.11, "lumbar": 0.21, "thoracic": 0.68}
        return {
            "drill": DRILL, "set": 1, "rep": number, "side": "left" if side > 0 else "right",
            "start_s": 4.0 * number - 3.6, "peak_s": 4.0 * number - 2, "end_s": 4.0 * number - 0.4,
            "pelvis_deg": 5.0 * side, "lumbar_deg": 9.0 * side, "thoracic_deg": 30.0 * side,
            "thoracolumbar_deg": 39.0 * side, "total_deg": 44.0 * side,
            "shares": {name: [v, v - 0.05, v + 0.05] for name, v in shares.items()},
            "split_source": "measured", "peak_rate_dps": 61.0, "hold_s": 0.8,
            "verdict": "doubtful" if number % 3 == 0 else "good",
            "reasons": ["side_bend"] if number % 3 == 0 else [],
            "words": "bent to the side" if number % 3 == 0 else "",
        }  # fmt: skip

    def recording(self):
        if self.recording_s is None:
            return None
        seconds = round(self.t_s - self.recording_s, 1)
        return {"name": "made-up", "seconds": seconds, "bytes": int(9e3 * seconds), "error": None}

    def snapshot(self):
        drill = DRILL if self.activity == DRILL else None
        placements = ("pelvis", "thoracolumbar", "upper_back")
        shares = {
            "pelvis": [0.11, 0.08, 0.14],
            "lumbar": [0.21, 0.12, 0.3],
            "thoracic": [0.68, 0.58, 0.78],
        }
        calibrated = {"method": "bow", "verdict": "good", "sd_deg": 4.0}
        return {
            "type": "snapshot",
            "version": "0.0.0",
            "source": {"kind": "simulated", "name": "made up"},
            "state": "drill" if drill else "idle",
            "activity": self.activity,
            "activity_s": round(self.t_s - self.activity_s, 1) if self.activity else 0.0,
            "neutral_known": True,
            "session_s": round(self.t_s, 1),
            "recording": self.recording(),
            "calibration": {
                "verdict": "good",
                "reasons": [],
                "sensors": dict.fromkeys(placements, calibrated),
            },
            "drill": drill,
            "set": 1 if drill else None,
            "split_source": "measured",
            "set_shares": shares if self.reps else None,
            "reps": self.reps,
            "marks": self.marks,
            "sensors": [self.sensor(n, p) for n, p in enumerate(placements)],
            "cue": None,
            "flags": [],
            "viewers": self.hub.viewers,
            "guide": None,
            "wizard": None,
            "calibration_doubts": [],
            "wearer": {"person": "Blue Heron", "calibrated": None},
            "analysis": None,
            "failure": None,
        }

    def sensor(self, number, placement):
        return {
            "sensor": f"made-up-{placement}",
            "placement": placement,
            "name": f"OSI-{number:04X}",
            "state": "streaming",
            "rate_hz": 100.0,
            "loss": 0.001,
            "battery_percent": 87 - 20 * number,
            "rssi_dbm": -58 - 4 * number,
            "clock_sd_ms": 0.8,
            "words": None,
        }

    def health(self):
        snapshot = self.snapshot()
        return {key: snapshot[key] for key in ("version", "state", "sensors", "recording")}


async def serve(desk, data_root, ready=None):
    """Serve ``desk`` in ``data_root`` until cancelled."""
    listener = listen(0)
    port, token = listener.getsockname()[1], secrets.token_urlsafe(16)
    server = LiveServer(service_app(desk, token))
    with sole_service(data_root):
        write_running(data_root, RunningService(os.getpid(), port, token, "made up"))

        async def tick():
            while True:
                desk.publish()
                desk.hub.publish_snapshot(encode_json(desk.snapshot()))
                await asyncio.sleep(0.016)

        ticking = asyncio.create_task(tick())
        await server.serve(sockets=[listener])
        ticking.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    asyncio.run(serve(MadeUpDesk(), parser.parse_args().data))
