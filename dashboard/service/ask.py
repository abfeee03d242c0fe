"""Ask the running service something, over loopback."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import TYPE_CHECKING, Final

from dashboard.service.runfile import read_running

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S: Final = 2.0

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get_json(url: str, headers: dict[str, str] | None = None) -> dict[str, object] | None:
    """Get a JSON object from a loopback address; ``None`` if nobody answers with one."""
    try:
        with _DIRECT.open(
            urllib.request.Request(url, headers=headers or {}), timeout=TIMEOUT_S
        ) as r:
            content = json.load(r)
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


async def ask_service(data_root: Path, path: str) -> dict[str, object] | None:
    """Ask the service that works in ``data_root``; ``None`` if it is not there.

    Parameters
    ----------
    data_root
        The data folder.
    path
        ``/health`` or ``/snapshot``.
    """
    running = read_running(data_root)
    if running is None:
        return None
    return await asyncio.to_thread(get_json, running.url + path, running.headers)
