"""Python face of the live component and its like: the live view, devices, share bars."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.live.assets import STATIC_FOLDER, STATIC_PATH
from dashboard.live.choices import live_choices
from dashboard.words import text

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILED: Final = text(
    "This part of the page could not be loaded. Start it with the command torso dashboard, then"
    " reload this page."
)

_LOADER: Final = """
export default function (component) {
  const { parentElement } = component;
  let unmount = () => {};
  let gone = false;
  import(new URL("MODULE", window.location.origin).href).then(
    (module) => { if (!gone) unmount = module.mount(component); },
    () => { parentElement.append(component.data.words[FAILED] ?? FAILED); });
  return () => { gone = true; unmount(); };
}
"""

_STYLE: Final = (STATIC_FOLDER / "live.css").read_text(encoding="utf-8")


def _loader(module: str) -> str:
    loader = _LOADER.replace("MODULE", f"{STATIC_PATH}/{module}")
    return loader.replace("FAILED", json.dumps(_FAILED))


_live = st.components.v2.component("torso_live", css=_STYLE, js=_loader("main.js"))
_devices = st.components.v2.component("torso_devices", css=_STYLE, js=_loader("devices.js"))
_calibrate = st.components.v2.component("torso_calibrate", css=_STYLE, js=_loader("calibrate.js"))
_summary = st.components.v2.component("torso_shares", css=_STYLE, js=_loader("summary.js"))


def live_view(
    key: str = "live", *, stream: str = "/api/live", speed: float = 1.0
) -> dict[str, str] | None:
    """Show the live view; it connects to the stream by itself and needs no reruns.

    Parameters
    ----------
    key
        Identity of the component on the page. The same key keeps the running view when the
        script runs again.
    stream
        Path of the stream to show.
    speed
        Seconds of the stream's own clock per second.

    Returns
    -------
    dict or None
        Where the person wants to go, if a link was pressed just now: ``page``, and perhaps
        ``session``.
    """
    pressed = _live(
        data={**live_choices(), "stream": stream, "speed": speed}, key=key, on_go_change=_nothing
    ).get("go")
    return pressed if isinstance(pressed, dict) else None


def devices_view(key: str = "devices") -> None:
    """Show which sensor is worn where and how each is doing; needs no reruns.

    Parameters
    ----------
    key
        Identity of the component on the page.
    """
    _devices(data=live_choices(), key=key)


def calibrate_view(people: Sequence[str], key: str = "calibrate") -> dict[str, str] | None:
    """Lead through the calibration; needs no reruns.

    Parameters
    ----------
    people
        Names to offer for whoever wears the sensors.
    key
        Identity of the component on the page.

    Returns
    -------
    dict or None
        Where the person wants to go, if a button was pressed just now: ``page``.
    """
    data = {**live_choices(), "people": list(people)}
    pressed = _calibrate(data=data, key=key, on_go_change=_nothing).get("go")
    return pressed if isinstance(pressed, dict) else None


def _nothing() -> None:
    """Stand in for the callback that Streamlit wants before it passes a press on."""


def share_bars(rows: Sequence[dict[str, object]], key: str) -> None:
    """Show shares as bars with intervals, drawn as in the live view.

    Parameters
    ----------
    rows
        One bar each: ``title``, ``note``, ``shares`` (``{"pelvis": [value, lo, hi], …}``, parts
        of 1) and ``split_source``.
    key
        Identity on the page.
    """
    _summary(data={"rows": list(rows), **live_choices()}, key=key)
