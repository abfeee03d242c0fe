"""Every door of a shared page, knocked at over real sockets.

127.0.0.2 plays somebody in the same network: only 127.0.0.1 counts as this computer.
"""

import asyncio
import http.client
import json
import socket
import time
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from dashboard import patience
from dashboard.doors import COOKIE, Door
from dashboard.forward import MAX_GUEST_VIEWS
from dashboard.limits import COMMANDS_AT_ONCE
from dashboard.server import live_routes
from dashboard.service.http import service_app
from dashboard.service.runfile import RunningService, sole_service, write_running
from dashboard.serving import EVERYWHERE, LiveServer, listen
from dashboard.sharing import WRONG_TOKENS, Sharing
from tests.dashboard.made_up import MadeUpDesk
from tests.dashboard.test_http import serving

HERE, PHONE = "127.0.0.1", "127.0.0.2"


class Page:
    """A shared page, its guests, and the desk behind it."""

    def __init__(self, port, sharing, desk):
        self.port = port
        self.sharing = sharing
        self.desk = desk

    async def get(self, path, *, source=PHONE, host=None, cookie=None, method="GET", headers=()):
        return await asyncio.to_thread(self._get, path, source, host, cookie, method, headers)

    def _get(self, path, source, host, cookie, method, headers):
        target = HERE if source == HERE else PHONE
        asked = http.client.HTTPConnection(
            target, self.port, timeout=20, source_address=(source, 0)
        )
        try:
            asked.putrequest(method, path, skip_host=True)
            asked.putheader("Host", host or f"{target}:{self.port}")
            if cookie:
                asked.putheader("Cookie", f"{COOKIE}={cookie}")
            for name, value in headers:
                asked.putheader(name, value)
            asked.endheaders()
            answer = asked.getresponse()
            answer.content = answer.read().decode()
            return answer
        finally:
            asked.close()

    def watch(self, cookie=None, *, source=PHONE, origin=None):
        target = HERE if source == HERE else PHONE
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        return connect(
            f"ws://{target}:{self.port}/api/live",
            additional_headers=headers,
            origin=origin or f"http://{target}:{self.port}",
            local_addr=(source, 0),
            proxy=None,
        )

    async def come_in(self):
        answer = await self.get(f"/share/{self.sharing.token}")
        assert answer.status == 303
        return answer.getheader("Set-Cookie").split(";")[0].removeprefix(f"{COOKIE}=")


@asynccontextmanager
async def page_of(tmp_path, sharing):
    listener = listen(0, EVERYWHERE)
    port = listener.getsockname()[1]
    app = Starlette(
        routes=live_routes(tmp_path), middleware=[Middleware(Door, port=port, sharing=sharing)]
    )
    desk = MadeUpDesk()
    server = LiveServer(app)
    async with serving(service_app(desk, "t0ken")) as own:
        with sole_service(tmp_path):
            write_running(tmp_path, RunningService(1, own, "t0ken", "made up"))
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield Page(port, sharing, desk)
            finally:
                server.stop()
                await task


@pytest.fixture
async def page(tmp_path):
    async with page_of(tmp_path, Sharing()) as page:
        yield page


async def reply_to(live, command):
    await live.send(json.dumps({"type": "command", "id": 1} | command))
    while True:
        message = await live.recv()
        if isinstance(message, str) and (content := json.loads(message))["type"] == "reply":
            return content


async def closed(live):
    """Read on until the server ends it."""
    with pytest.raises(ConnectionClosedError, match="1008"):
        await _drain(live)


async def _drain(live):
    while True:
        await live.recv()


async def test_this_computer_needs_no_link(page):
    assert (await page.get("/api/health", source=HERE)).status == 200
    async with page.watch(source=HERE) as live:
        assert (await reply_to(live, {"name": "mark"}))["ok"]


@pytest.mark.parametrize("path", ["/", "/watch", "/api/health", "/torso/static/main.js", "/share/"])
async def test_without_the_link_there_is_nothing_to_see(page, path):
    assert (await page.get(path)).status == 403
    with pytest.raises(InvalidStatus, match="403"):
        async with page.watch():
            pass


async def test_without_sharing_even_the_link_opens_nothing(tmp_path):
    async with page_of(tmp_path, None) as page:
        assert (await page.get(f"/share/{Sharing().token}")).status == 403
        assert (await page.get("/api/health")).status == 403


async def test_a_guest_sees_the_live_view_and_nothing_else(page):
    key = await page.come_in()
    assert (await page.get("/watch", cookie=key)).status == 200
    assert (await page.get("/torso/static/main.js", cookie=key)).status == 200
    assert (await page.get("/", cookie=key)).getheader("Location") == "/watch"
    for path in ("/sessions", "/_stcore/stream", "/_stcore/health", "/media/x", "//watch",
                 "/torso/static/../x", "/watch/../sessions", "/api/live/x"):  # fmt: skip
        assert (await page.get(path, cookie=key)).status in {403, 404}, path


async def test_the_guests_key_is_out_of_scripts_reach_and_leaks_nowhere(page):
    answer = await page.get(f"/share/{page.sharing.token}")
    cookie = answer.getheader("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert answer.getheader("Cache-Control") == "no-store"
    watching = await page.get("/watch", cookie=await page.come_in())
    assert "script-src 'self';" in watching.getheader("Content-Security-Policy")


async def test_a_guest_watches_and_commands_only_when_given_control(page):
    async with page.watch(await page.come_in()) as live:
        refused = await reply_to(live, {"name": "mark"})
        assert (refused["ok"], page.desk.marks) == (False, [])
        assert "watching" in refused["words"]
        page.sharing.give_control(1)
        assert (await reply_to(live, {"name": "mark"}))["ok"]
        page.sharing.give_control(None)
        assert not (await reply_to(live, {"name": "mark"}))["ok"]
    assert len(page.desk.marks) == 1


@pytest.mark.parametrize("host", ["localhost:{port}", "evil.example:{port}", "127.0.0.2",
                                  "127.0.0.2:1", "127.0.0.1:{port}", ""])  # fmt: skip
async def test_guests_under_a_foreign_name_are_refused(page, host):
    key = await page.come_in()
    answer = await page.get("/watch", cookie=key, host=host.format(port=page.port) or " ")
    assert answer.status in {400, 403}


async def test_this_computers_names_are_not_for_others(page):
    """Whoever reaches us from outside cannot pass for this computer by saying ``localhost``."""
    answer = await page.get("/api/health", host=f"localhost:{page.port}")
    assert answer.status == 403
    forwarded = [("X-Forwarded-For", HERE), ("Forwarded", f"for={HERE}"), ("X-Real-IP", HERE)]
    assert (await page.get("/api/health", headers=forwarded)).status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:{port}",
                                    "https://127.0.0.2:{port}"])  # fmt: skip
async def test_pages_of_other_origins_may_not_watch_with_a_guests_key(page, origin):
    key = await page.come_in()
    origin = origin.format(port=page.port)
    with pytest.raises(InvalidStatus, match="403"):
        async with page.watch(key, origin=origin):
            pass
    assert (await page.get("/api/health", cookie=key, headers=[("Origin", origin)])).status == 403


async def test_what_was_revoked_cannot_be_replayed(page):
    token, key = page.sharing.token, await page.come_in()
    async with page.watch(key) as live:
        await reply_to(live, {"name": "mark"})
        page.sharing.renew()
        await closed(live)
    assert (await page.get("/watch", cookie=key)).status == 403
    assert (await page.get(f"/share/{token}")).status == 403
    with pytest.raises(InvalidStatus, match="403"):
        async with page.watch(key):
            pass


async def test_a_view_ends_with_its_key(page):
    async with page.watch(await page.come_in()) as live:
        await reply_to(live, {"name": "mark"})
        (guest,) = page.sharing.guests
        guest.until_s = time.monotonic()
        page.desk.hub.publish_snapshot('{"type": "snapshot"}')
        await closed(live)
    assert page.sharing.guests == ()


async def test_guessing_links_ends_in_waiting(page):
    for _ in range(WRONG_TOKENS):
        assert (await page.get("/share/guess")).status == 403
    late = await page.get(f"/share/{page.sharing.token}")
    assert late.status == 429
    assert late.getheader("Retry-After") == "60"


@pytest.mark.parametrize("junk", ["=", "torso_guest", "torso_guest=\x01", ";;;=;", "a" * 8000])
async def test_junk_for_a_cookie_is_no_key(page, junk):
    answer = await page.get("/watch", headers=[("Cookie", junk)])
    assert answer.status in {400, 403}


async def test_an_oversized_message_ends_the_connection(page):
    async with page.watch(source=HERE) as live:
        await live.send("x" * 100_000)
        await closed(live)


async def test_an_oversized_request_is_refused(page):
    try:
        answer = await page.get("/watch", headers=[("X-Long", "x" * 1_000_000)])
    except ConnectionError:
        return  # hung up on, before all of it was sent
    assert answer.status == 400


async def test_a_flood_of_commands_is_dammed(page):
    async with page.watch(source=HERE) as live:
        replies = [await reply_to(live, {"name": "mark"}) for _ in range(2 * COMMANDS_AT_ONCE)]
    refused = [r for r in replies if not r["ok"]]
    assert refused
    assert "Wait" in refused[0]["words"]
    assert len(page.desk.marks) >= COMMANDS_AT_ONCE


@pytest.mark.parametrize("asked_before", [False, True], ids=["at once", "after a good request"])
async def test_who_never_finishes_asking_is_shown_out(page, monkeypatch, asked_before):
    monkeypatch.setattr(patience, "REQUEST_TIMEOUT_S", 0.5)
    reader, writer = await asyncio.open_connection(PHONE, page.port, local_addr=(PHONE, 0))
    if asked_before:
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n")
        await reader.readuntil(b"not shared.\n")
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.2\r\n")
    trickle = asyncio.create_task(_trickle(writer))
    assert await asyncio.wait_for(_until_closed(reader), 20) == b""
    trickle.cancel()
    writer.close()


async def _trickle(writer):
    """One header a moment, for ever: each byte is activity, none of it is a request."""
    while True:
        writer.write(b"X: y\r\n")
        await asyncio.sleep(0.1)


async def _until_closed(reader):
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_two_hundred_connections_leave_room_for_the_wearer(page):
    crowd = []
    try:
        for _ in range(200):
            mob = socket.socket()
            mob.bind((PHONE, 0))
            crowd.append(mob)
            await asyncio.to_thread(mob.connect, (PHONE, page.port))
        assert (await page.get("/api/health", source=HERE)).status == 200
        async with page.watch(source=HERE) as live:
            assert (await reply_to(live, {"name": "mark"}))["ok"]
    finally:
        for mob in crowd:
            mob.close()


async def test_one_guest_cannot_open_views_without_end(page):
    key = await page.come_in()
    views = [page.watch(key) for _ in range(MAX_GUEST_VIEWS)]
    lives = [await view.__aenter__() for view in views]
    with pytest.raises(InvalidStatus, match="403"):
        async with page.watch(key):
            pass
    await lives[0].close()
    for live in lives[1:]:
        await live.close()
