import pytest

from dashboard.doors import Door

OWN_HOSTS = ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:8501"]
FOREIGN_HOSTS = [
    "localhost", "localhost:8502", "evil.example", "evil.example:8501",
    "localhost.evil.example:8501", "127.0.0.1:8501.evil.example", "user@localhost:8501@evil:8501",
    "localhost:8501/x", "", ":8501", "localhost:nan", "user@localhost:8501", "localhost:8501?x",
    " localhost:8501",
]  # fmt: skip
FOREIGN_ORIGINS = [
    "null", "http://evil.example", "http://localhost:8502", "https://localhost:8501", "file://",
]  # fmt: skip


async def _inside(scope, receive, send):
    """Answer everybody who gets here."""
    kind = "websocket.accept" if scope["type"] == "websocket" else "http.response.start"
    await send({"type": kind, "status": 200, "headers": [(b"access-control-allow-origin", b"*")]})


async def knock(kind, headers):
    """First thing the door, or what lies behind it, answers."""
    said = []

    async def send(message):
        said.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "path": "/",
        "client": ("127.0.0.1", 50000),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await Door(_inside, 8501)(scope, None, send)
    return said[0]


def host(name="localhost:8501"):
    return ("host", name)


@pytest.mark.parametrize("name", OWN_HOSTS)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_own_names_are_let_in(kind, name):
    said = await knock(kind, [host(name)])
    assert said["type"] == "websocket.accept" or said["status"] == 200


@pytest.mark.parametrize("name", FOREIGN_HOSTS)
async def test_other_names_are_not(name):
    assert (await knock("http", [host(name)]))["status"] == 403
    assert (await knock("websocket", [host(name)]))["type"] == "websocket.close"


@pytest.mark.parametrize("headers", [[], [host(), host()], [host(), host("evil.example:8501")]])
async def test_there_must_be_one_name(headers):
    assert (await knock("http", headers))["status"] == 403


@pytest.mark.parametrize("origin", ["http://localhost:8501", "http://127.0.0.1:8501"])
async def test_own_pages_may_watch(origin):
    said = await knock("websocket", [host(), ("origin", origin)])
    assert said["type"] == "websocket.accept"


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_other_pages_may_not(origin):
    said = await knock("websocket", [host(), ("origin", origin)])
    assert said["type"] == "websocket.close"
    assert (await knock("http", [host(), ("origin", origin)]))["status"] == 403


async def test_browsers_leave_port_80_out():
    said = []

    async def send(message):
        said.append(message)

    scope = {
        "type": "http",
        "path": "/",
        "client": ("::1", 50000),
        "headers": [(b"host", b"localhost"), (b"origin", b"http://localhost")],
    }
    await Door(_inside, 80)(scope, None, send)
    assert said[0]["status"] == 200


async def test_a_page_can_be_neither_framed_nor_read_from_elsewhere():
    headers = dict((await knock("http", [host()]))["headers"])
    assert b"access-control-allow-origin" not in headers
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"default-src 'self'" in headers[b"content-security-policy"]
