"""The test's end: start the sensors' process and steer it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Self

POLL_S = 0.02

ROOT = Path(__file__).resolve().parents[3]


class Stage:
    """Emulated sensors, from ``async with`` to its end."""

    def __init__(self, layer: str, sensors: list[dict], env: dict[str, str] | None = None) -> None:
        self._layer = layer
        self._sensors = sensors
        self._env = {**os.environ, **(env or {})}
        self.ready: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.ble.emulation", self._layer, json.dumps(self._sensors),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT, env=self._env,
        )  # fmt: skip
        line = await asyncio.wait_for(self._process.stdout.readline(), 60.0)
        self.ready = json.loads(line)
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.ready["steer"])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5.0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def tell(self, sensor: str, what: str, value: float = 0.0) -> dict:
        """Have something happen to a sensor; return its counters."""
        self._writer.write(
            json.dumps({"sensor": sensor, "do": what, "value": value}).encode() + b"\n"
        )
        await self._writer.drain()
        answer = await asyncio.wait_for(self._reader.readline(), 60.0)
        assert answer, "the emulated sensors' process has died"
        return json.loads(answer)

    async def quiet(self, sensor: str) -> dict:
        """Have a sensor measure no more and send what waits; return its counters."""
        counts = await self.tell(sensor, "silence")
        while counts["waiting"]:
            await asyncio.sleep(POLL_S)
            counts = await self.tell(sensor, "stats")
        return counts

    async def gone(self, sensor: str) -> None:
        """Wait until a sensor has no link."""
        counts = await self.tell(sensor, "stats")
        while counts["connected"]:
            await asyncio.sleep(POLL_S)
            counts = await self.tell(sensor, "stats")
