"""A live session of three simulated sensors while everything around it fails, at random.

The dashboard's own processes run as a person starts them: a supervisor, the service, the page. Two
viewers watch over real sockets. Again and again one fault is made, and after each is checked that
the person was told, that roles and exercise go on, and that the recording grows; at the end, and
after each death of the service, that every notification the sensors sent is in the recording.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from dashboard import run as household
from dashboard.service.runfile import read_running
from sensors.drivers.base import Notification
from sensors.recording import read_recording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

SENT = struct.Struct("<20sd")
"""A notification as the faulty service notes it: the end of the sensor's name, its arrival."""

PATIENCE_S = 120.0
SUSPENDED_S = 1.5
JUMP_S = 3600.0
SENSORS = ("simulated-pelvis", "simulated-thoracolumbar", "simulated-upper-back")
ROOT = Path(__file__).resolve().parents[1]

HOW_OFTEN = {
    "a sensor dies": 22,
    "the disk is full": 16,
    "the disk is read-only": 12,
    "the disk hangs": 6,
    "the clock jumps an hour": 14,
    "suspend and resume": 8,
    "a viewer dies": 12,
    "the page dies": 5,
    "the service dies": 5,
}
"""The kinds of fault, and how many of a hundred are of each."""


class ChaosError(AssertionError):
    """Something that must go on did not."""


@dataclass(slots=True)
class Viewer:
    """One who watches, and comes back whenever it is thrown out."""

    port: int
    snapshot: dict[str, Any] = field(default_factory=dict)
    frames: int = 0
    connections: int = 0
    away: int = 0
    """How often it was told that the service is away."""
    socket: Any = None

    async def watch(self) -> None:
        """Watch until cancelled."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    f"ws://127.0.0.1:{self.port}/api/live", proxy=None, open_timeout=30
                ) as self.socket:
                    self.connections += 1
                    async for message in self.socket:
                        self._take(message)
            self.socket = None
            await asyncio.sleep(0.1)

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.frames += 1
            return
        content = json.loads(message)
        if content["type"] == "snapshot":
            self.snapshot = content
        elif content["type"] == "service" and not content["connected"]:
            self.away += 1

    async def command(self, name: str, **fields: object) -> None:
        """Send a command; whether it was done, the snapshot tells."""
        with suppress(OSError, WebSocketException):
            if self.socket is not None:
                await self.socket.send(
                    json.dumps({"type": "command", "id": 1, "name": name, **fields})
                )

    @property
    def recording(self) -> dict[str, Any]:
        """What the snapshot says of the recording."""
        return self.snapshot.get("recording") or {}

    @property
    def roles(self) -> dict[str, str]:
        """Which sensor is where."""
        return {s["sensor"]: s["placement"] for s in self.snapshot.get("sensors", [])}

    def sensor(self, name: str) -> dict[str, Any]:
        """What the snapshot says of a sensor."""
        return next((s for s in self.snapshot.get("sensors", []) if s["sensor"] == name), {})


class Chaos:
    """The dashboard, its viewers and what is done to them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.data, self.faults = folder / "data", folder / "faults"
        self.faults.mkdir()
        self.port = household.free_port(19500) or 0
        self.first, self.second = Viewer(self.port), Viewer(self.port)
        self.made: Counter[str] = Counter()
        self.worst_loss_s = 0.0
        self.compared = 0
        self._recordings = 0

    async def keep(self, kinds: Sequence[str], say: Callable[[str], None]) -> None:
        """Make these faults, one after the other, each followed by its checks."""
        faults: dict[str, Callable[[], Awaitable[None]]] = {
            "a sensor dies": self.sensor,
            "the disk is full": lambda: self.disk("full"),
            "the disk is read-only": lambda: self.disk("readonly"),
            "the disk hangs": lambda: self.disk("slow"),
            "the clock jumps an hour": self.clock,
            "suspend and resume": self.suspend,
            "a viewer dies": self.viewer,
            "the page dies": self.page,
            "the service dies": self.service,
        }
        code = (
            "import sys; from benchmarks import chaos; from pathlib import Path\n"
            "sys.exit(chaos.household_of(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))"
        )
        command = [sys.executable, "-c", code, str(self.data), str(self.faults), str(self.port)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        tasks = [asyncio.create_task(v.watch()) for v in (self.first, self.second)]
        try:
            await self._begin()
            for number, kind in enumerate(kinds, 1):
                await self._make(kind, faults[kind])
                if number % 25 == 0:
                    say(f"{number} faults")
            await self._finish()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            process.terminate()
            await process.wait()

    async def _make(self, kind: str, fault: Callable[[], Awaitable[None]]) -> None:
        roles, name = self.first.roles, self.first.recording.get("name")
        try:
            await fault()
            await self._until("roles are as before", lambda: self.first.roles == roles)
            if kind != "the service dies":
                await self._until(
                    "the same recording goes on", lambda: self.first.recording.get("name") == name
                )
            await self._going_on()
        except ChaosError as error:
            raise ChaosError(f"{kind}: {error}") from error
        self.made[kind] += 1

    # The faults

    async def sensor(self) -> None:
        name = self.rng.choice(SENSORS)
        (self.faults / name).touch()
        await self._until(
            "the lost sensor is said",
            lambda: (s := self.first.sensor(name)).get("state") == "lost" and s.get("words"),
        )
        (self.faults / name).unlink()
        await self._until(
            "the sensor is back", lambda: self.first.sensor(name).get("state") == "streaming"
        )

    async def disk(self, how: str) -> None:
        (self.faults / how).touch()
        await self._until("the trouble is said", lambda: self.first.recording.get("error"))
        if self.first.recording["state"] != "waiting":
            raise ChaosError("something was lost though there is room in memory")
        (self.faults / how).unlink()
        await self._until(
            "the trouble is over", lambda: self.first.recording.get("state") == "writing"
        )

    async def clock(self) -> None:
        wrong_s = self.rng.choice((-JUMP_S, JUMP_S))
        before_s = self.first.snapshot["session_s"]
        fresh = self.faults / "wall.new"
        fresh.write_text(str(wrong_s), encoding="ascii")
        fresh.replace(self.faults / "wall")
        await self._going_on()
        if not 0 <= self.first.snapshot["session_s"] - before_s < JUMP_S / 2:
            raise ChaosError("the session clock followed the wall clock")

    async def suspend(self) -> None:
        pid = self._service_pid()
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(SUSPENDED_S)
        os.kill(pid, signal.SIGCONT)

    async def viewer(self) -> None:
        before, frames = self.second.connections, self.first.frames
        if self.second.socket is not None:
            self.second.socket.transport.abort()
        await self._until("the other one sees on", lambda: self.first.frames > frames)
        await self._until("the viewer comes back", lambda: self.second.connections > before)
        seen = self.second.frames
        await self._until("and sees", lambda: self.second.frames > seen)

    async def page(self) -> None:
        before, running = self.first.connections, read_running(self.data)
        os.kill(await asyncio.to_thread(self._page_pid), signal.SIGKILL)
        await self._until("the page comes back", lambda: self.first.connections > before)
        now = read_running(self.data)
        if running is None or now is None or now.pid != running.pid:
            raise ChaosError("the service did not outlive the page")

    async def service(self) -> None:
        pid, told = self._service_pid(), self.first.away
        os.kill(pid, signal.SIGKILL)
        await self._until("the death is said", lambda: self.first.away > told)
        await self._until(
            "the service comes back",
            lambda: (now := read_running(self.data)) is not None and now.pid != pid,
        )
        await asyncio.to_thread(self._compare, pid, complete=False)
        (self.faults / f"sent-{pid}").unlink()
        await self._begin()

    # The checks

    async def _begin(self) -> None:
        """Wait for the service, and record the seated drill."""
        await self._until(
            "three sensors stream",
            lambda: (
                [s["state"] for s in self.first.snapshot.get("sensors", [])] == 3 * ["streaming"]
                and not self.first.recording
            ),
        )
        await self.first.command("begin", activity="seated_thoracic_rotation")
        await self._until("the drill begins", lambda: self.first.snapshot["state"] == "drill")
        await self._going_on()
        self._recordings += 1

    async def _going_on(self) -> None:
        """Frames come, the exercise runs and the recording grows."""
        frames, size = self.first.frames, self.first.recording.get("bytes", 0)
        await self._until("frames come", lambda: self.first.frames > frames + 1)
        await self._until(
            "the recording grows", lambda: self.first.recording.get("bytes", 0) > size
        )
        if self.first.snapshot.get("activity") != "seated_thoracic_rotation":
            raise ChaosError("the exercise did not go on")

    async def _finish(self) -> None:
        pid = self._service_pid()
        await self.first.command("stop")
        await self._until("the recording is closed", lambda: not self.first.recording)
        await asyncio.to_thread(self._compare, pid, complete=True)

    def _compare(self, pid: int, *, complete: bool) -> None:
        """Look whether what the sensors sent while it was recorded is in the recording."""
        paths = sorted(self.data.glob("sessions/*/recording.mcap"), key=lambda p: p.stat().st_mtime)
        if len(paths) != self._recordings:
            raise ChaosError(f"{len(paths)} recordings of {self._recordings}")
        found = read_recording(paths[-1])
        kept = [
            (item.sensor.encode()[-20:].ljust(20, b"\0"), item.arrival_s)
            for item in found
            if isinstance(item, Notification)
        ]
        first_s, last_s = min(t for _, t in kept), max(t for _, t in kept)
        data = (self.faults / f"sent-{pid}").read_bytes()
        sent = list(SENT.iter_unpack(data[: len(data) // SENT.size * SENT.size]))
        begun_s = found.origin_s + min(e.onset_s for e in found.events)
        due = {(s, t) for s, t in sent if max(first_s, begun_s) <= t <= last_s}
        missing = due - set(kept)
        if missing or found.damaged or (complete and not found.complete):
            raise ChaosError(
                f"{len(missing)} of {len(due)} notifications are not in {paths[-1]},"
                f" {found.damaged} damaged"
            )
        self.compared += len(due)
        if not complete:
            self.worst_loss_s = max(self.worst_loss_s, max(t for _, t in sent) - last_s)

    async def _until(self, what: str, condition: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline_s:
                raise ChaosError(f"not within {PATIENCE_S:g} s: {what}")
            await asyncio.sleep(0.02)

    def _service_pid(self) -> int:
        running = read_running(self.data)
        if running is None:
            raise ChaosError("no service runs")
        return running.pid

    def _page_pid(self) -> int:
        """The process that serves the page: it says so."""
        return int((self.faults / "page.pid").read_text(encoding="ascii"))


def household_of(data: Path, faults: Path, port: int) -> int:
    """Run the supervisor with a faulty service; it never gives up, however often one dies."""
    household.MAX_STARTS = 1_000_000  # type: ignore[misc]  # put in its place on purpose
    own = ["--data", str(data), "--supervised"]
    service = ["-m", "benchmarks.faulty", str(faults), *own, "--page-port", str(port)]
    page = ["-m", "dashboard.server", *own, "--port", str(port)]
    serving = _Told("page", page, faults / "page.pid")
    # The dashboard's own supervisor, with a service that fails in place of its own.
    with household._Household(household.Child("service", service), serving) as both:  # noqa: SLF001  # see above
        return both.keep(port, open_browser=False)


class _Told(household.Child):
    """A child that leaves its number in a file."""

    def __init__(self, name: str, arguments: list[str], note: Path) -> None:
        super().__init__(name, arguments)
        self._note = note

    def start(self) -> None:
        super().start()
        if self.process is not None:
            self._note.write_text(str(self.process.pid), encoding="ascii")


def run(faults: int, seed: int = 1, say: Callable[[str], None] = print) -> bool:
    """Make faults of all kinds, at random, and print what came of them; whether all held."""
    kinds = random.Random(seed).choices(list(HOW_OFTEN), list(HOW_OFTEN.values()), k=faults)
    return run_these(kinds, seed, say)


def run_these(kinds: Sequence[str], seed: int = 1, say: Callable[[str], None] = print) -> bool:
    """Make the faults named, in this order, and print what came of them; whether all held."""
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        chaos = Chaos(Path(folder), seed)
        try:
            asyncio.run(chaos.keep(kinds, say))
        except ChaosError as error:
            say(f"after {chaos.made.total()} faults: {error}")
            return False
    say("\n| fault | times |\n|---|---|")
    for kind, count in chaos.made.most_common():
        say(f"| {kind} | {count} |")
    say(
        f"\n{chaos.made.total()} faults in {(time.monotonic() - started_s) / 60:.0f} min;"
        f" {chaos.compared} notifications compared, none missing; the death of the service cost at"
        f" most {chaos.worst_loss_s:.2f} s of what was just coming"
    )
    return True
