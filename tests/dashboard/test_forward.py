import asyncio
import json
from contextlib import asynccontextmanager

import numpy as np
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import connect

from dashboard.server import live_routes
from dashboard.service.ask import get_json
from dashboard.service.http import service_app
from dashboard.service.runfile import RunningService, sole_service, write_running
from dashboard.service.wire import VALUES, decode_frames
from tests.dashboard.made_up import MadeUpDesk
from tests.dashboard.test_http import serving


@pytest.fixture
async def page(tmp_path):
    async with serving(Starlette(routes=live_routes(tmp_path))) as port:
        yield f"127.0.0.1:{port}"


@asynccontextmanager
async def running_service(data_root, desk):
    """Serve a made-up desk in the data folder."""
    async with serving(service_app(desk, "t0ken")) as port:
        with sole_service(data_root):
            write_running(data_root, RunningService(1, port, "t0ken", "made up"))
            yield


async def next_json(live, kind):
    while True:
        message = await live.recv()
        if isinstance(message, str) and (content := json.loads(message))["type"] == kind:
            return content


async def test_frames_and_commands_pass_through(tmp_path, page):
    desk = MadeUpDesk()
    desk.begun_s -= 1.0
    desk.publish()
    async with running_service(tmp_path, desk), connect(f"ws://{page}/api/live") as live:
        assert len(decode_frames(await live.recv())) >= 100
        await live.send('{"type": "command", "id": 3, "name": "mark"}')
        assert await next_json(live, "reply") == {"type": "reply", "id": 3, "ok": True}
        assert len(desk.marks) == 1


async def test_viewers_are_told_when_the_service_goes_and_comes(tmp_path, page):
    async with connect(f"ws://{page}/api/live") as live:
        gone = await next_json(live, "service")
        assert gone["connected"] is False
        assert "recording" in gone["words"]
        for _ in range(2):
            desk = MadeUpDesk()
            desk.hub.publish_snapshot('{"type":"snapshot"}')
            async with running_service(tmp_path, desk):
                assert (await next_json(live, "service"))["connected"] is True
                await next_json(live, "snapshot")
            assert (await next_json(live, "service"))["connected"] is False


async def test_a_command_without_a_service_is_refused(page, monkeypatch):
    monkeypatch.setattr("dashboard.forward.PATIENCE_S", 0.01)
    async with connect(f"ws://{page}/api/live") as live:
        await live.send('{"type": "command", "id": 9, "name": "mark"}')
        reply = await next_json(live, "reply")
    assert (reply["id"], reply["ok"]) == (9, False)
    assert reply["words"].endswith(".")


async def test_health_is_the_services(tmp_path, page):
    async with running_service(tmp_path, MadeUpDesk()):
        health = await asyncio.to_thread(get_json, f"http://{page}/api/health")
    assert health["state"] == "idle"
    assert len(health["sensors"]) == 3


async def test_a_viewer_that_stops_reading_costs_nothing_and_catches_up(tmp_path, page):
    desk = MadeUpDesk()
    values = np.zeros((100, len(VALUES)), dtype=np.float32)
    async with running_service(tmp_path, desk), connect(f"ws://{page}/api/live") as live:
        for _ in range(3000):
            desk.hub.publish(desk.hub.count / 100 + np.arange(100) / 100, values, 0.0)
            await asyncio.sleep(0)
        received = 0
        while True:
            message = decode_frames(await live.recv())
            received += len(message)
            if message.first + len(message) == desk.hub.count:
                break
    assert message.skipped > 0
    assert received + message.skipped == desk.hub.count
