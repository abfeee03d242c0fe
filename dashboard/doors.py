"""Who is let in: pages of this computer by their own address, and guests of a shared link.

A page of any web site can make a browser send requests to loopback and home addresses; it cannot
choose the ``Host`` and ``Origin`` the browser writes into them. So both are looked at, on every
request. Who comes from elsewhere needs a guest's key as well, and sees the live view alone.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dashboard.sharing import TooManyError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dashboard.sharing import Guest, Sharing

OWN_ADDRESSES: Final = frozenset({"127.0.0.1", "::1"})
"""Where requests of this computer come from. The rest of 127.0.0.0/8 is nobody's in real life."""

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")

HTTP_PORT: Final = 80
"""The port that browsers leave out of an address."""

POLICY_VIOLATION: Final = 1008
"""WebSocket close code for whoever has no business here."""

INVITATION: Final = "/share/"
WATCH: Final = "/watch"
GUEST_PATHS: Final = (WATCH, "/torso/static/", "/api/live", "/api/health")
"""What a guest can reach; the last three are what the watching page asks for."""

COOKIE: Final = "torso_guest"
GUEST: Final = "torso.guest"
"""Key of the ASGI scope under which what lies behind finds the guest; absent for the owner."""

SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    # Streamlit's own page needs inline scripts and styles, evaluated ones, and workers from blobs;
    # nothing may come from, or be sent to, anywhere but this server.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:;"
        " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
        " connect-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none';"
        " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
}


class Door:
    """ASGI middleware that turns away every request that has no business here.

    From this computer, ``Host`` must be a loopback name with the server's own port. From elsewhere
    it must be the very address that was reached, and all but the invitation itself takes a guest's
    key. ``Origin``, which browsers send with every WebSocket and every form, must be the same host
    where there is one; programs other than browsers send none.

    Parameters
    ----------
    app
        What lies behind.
    port
        The port served.
    sharing
        The guests; ``None`` = nobody from elsewhere is let in.
    """

    def __init__(self, app: ASGIApp, port: int, sharing: Sharing | None = None) -> None:
        self._app = app
        self._port = port
        self._sharing = sharing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or turn it away."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        safely = _Safely(send)
        answer = self._judge(scope)
        if answer is None:
            await self._app(scope, receive, safely)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await answer(scope, receive, safely)

    def _judge(self, scope: Scope) -> Response | None:
        """Answer in place of what lies behind; ``None`` = let it answer."""
        headers = Headers(scope=scope)
        address = _address(scope, "client")
        if address in OWN_ADDRESSES:
            if _names(headers, LOOPBACK_NAMES, self._port):
                return None
            return _refuse(
                f"This page is only for this computer: open http://localhost:{self._port}"
            )
        if self._sharing is None or not _names(headers, _reached(scope), self._port):
            return _refuse("This page is not shared.")
        path = str(scope["path"])
        if path.startswith(INVITATION) and scope["type"] == "http":
            return _invite(self._sharing, path.removeprefix(INVITATION), address)
        guest = self._sharing.guest(_key(headers))
        if guest is None:
            return _refuse("Open the link that was shared with you, or scan its code, again.")
        return self._show(scope, guest, path)

    def _show(self, scope: Scope, guest: Guest, path: str) -> Response | None:
        if path == "/":
            return RedirectResponse(WATCH, status_code=303)
        if not any(path == p or (p.endswith("/") and path.startswith(p)) for p in GUEST_PATHS):
            return _refuse("Guests see the live view only.")
        scope[GUEST] = guest
        return None


class _Safely:
    """Adds the headers that keep a browser from being used against us; takes away open doors."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [n for n in headers if n.lower().startswith("access-control-")]:
                del headers[name]  # pages of other origins have no business here at all
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _names(headers: Headers, names: tuple[str, ...], port: int) -> bool:
    """Whether host and origin are what a page of ours sends."""
    own = {f"{name}:{port}" for name in names}
    if port == HTTP_PORT:
        own.update(names)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    return (
        len(hosts) == 1
        and hosts[0].lower() in own
        and all(origin.lower() in {f"http://{host}" for host in own} for origin in origins)
    )


def _address(scope: Scope, end: str) -> str:
    pair = scope.get(end)
    return str(pair[0]) if pair else ""


def _reached(scope: Scope) -> tuple[str, ...]:
    """Return the address a visitor reached us by, as a host is written.

    Only numbers, no names: a name can be made to mean another computer between two requests.
    """
    address = _address(scope, "server")
    return (f"[{address}]" if ":" in address else address,) if address else ()


def _key(headers: Headers) -> str | None:
    try:
        cookies: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    found = cookies.get(COOKIE)
    return found.value if found is not None else None


def _invite(sharing: Sharing, token: str, address: str) -> Response:
    try:
        key = sharing.admit(token, address)
    except TooManyError as error:
        return PlainTextResponse(f"{error}\n", status_code=429, headers={"Retry-After": "60"})
    if key is None:
        return _refuse("This link is not valid (any more). Ask for a new one.")
    welcome = RedirectResponse(WATCH, status_code=303)
    welcome.headers["Cache-Control"] = "no-store"
    welcome.set_cookie(COOKIE, key, httponly=True, samesite="lax", path="/")
    return welcome


def _refuse(words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status_code=403)
