import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard.service.ask import get_json
from dashboard.service.http import MAX_UNSENT_REPLIES, answer, service_app
from dashboard.service.wire import decode_frames
from dashboard.serving import LiveServer, listen
from tests.dashboard.made_up import DRILL, MadeUpDesk

TOKEN = {"Authorization": "Bearer right"}


@asynccontextmanager
async def serving(app):
    """Serve ``app`` on a free port, which is given."""
    listener = listen(0)
    server = LiveServer(app)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.stop()
        await task


@pytest.fixture
def desk():
    return MadeUpDesk()


@pytest.fixture
async def port(desk):
    async with serving(service_app(desk, "right")) as port:
        yield port


async def ask(port, path, headers):
    return await asyncio.to_thread(get_json, f"http://127.0.0.1:{port}{path}", headers)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"},
                                     {"Authorization": "right"}])  # fmt: skip
async def test_nobody_gets_in_without_the_token(port, headers):
    assert await ask(port, "/health", headers) is None
    assert await ask(port, "/snapshot", headers) is None
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(f"ws://127.0.0.1:{port}/stream", additional_headers=headers):
            pass


async def test_health_and_snapshot(port):
    health = await ask(port, "/health", TOKEN)
    assert set(health) == {"version", "state", "sensors", "recording"}
    assert (await ask(port, "/snapshot", TOKEN))["type"] == "snapshot"


async def test_the_stream_carries_frames_snapshots_and_replies(desk, port):
    desk.begun_s -= 1.0
    desk.publish()
    async with connect(f"ws://127.0.0.1:{port}/stream", additional_headers=TOKEN) as stream:
        assert len(decode_frames(await stream.recv())) >= 100
        assert desk.hub.viewers == 1
        command = {"type": "command", "id": 7, "name": "begin", "activity": DRILL}
        await stream.send(json.dumps(command))
        said = [json.loads(await stream.recv()) for _ in range(2)]
    assert said[0]["activity"] == DRILL
    assert said[1] == {"type": "reply", "id": 7, "ok": True}
    assert desk.commands == [("begin", {"activity": DRILL})]


async def test_a_refused_command_says_why(desk):
    reply = json.loads(answer(desk, '{"type": "command", "id": "x", "name": "stop"}'))
    assert reply == {"type": "reply", "id": "x", "ok": False, "words": "Nothing is being recorded."}


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "null", "{}", '{"type": "snapshot"}',
                                  '{"type": "command"}', "[" * 4000, " " * 5000,
                                  '{"type": "command", "name": ["stop"]}'])  # fmt: skip
async def test_what_is_no_command_is_refused(desk, text):
    reply = json.loads(answer(desk, text))
    assert reply["ok"] is False
    assert reply["words"].endswith(".")


async def test_bytes_are_no_command_and_do_no_harm(port):
    async with connect(f"ws://127.0.0.1:{port}/stream", additional_headers=TOKEN) as stream:
        await stream.send(b"\0\1")
        while "reply" not in (said := await stream.recv()):
            pass
    assert json.loads(said)["ok"] is False


async def test_who_commands_without_listening_is_shown_out(desk, monkeypatch, port):
    async def deaf(_viewer):
        await asyncio.Event().wait()

    monkeypatch.setattr("dashboard.service.hub.Viewer.messages", deaf)
    async with connect(f"ws://127.0.0.1:{port}/stream", additional_headers=TOKEN) as stream:
        for _ in range(MAX_UNSENT_REPLIES + 1):
            await stream.send('{"type": "command", "name": "mark"}')
        with pytest.raises(ConnectionClosed):
            await stream.recv()
    assert len(desk.commands) == MAX_UNSENT_REPLIES
