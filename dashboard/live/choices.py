"""What the live view has to know of the user: settings and the words of their language."""

from __future__ import annotations

from dataclasses import asdict

from dashboard.settings import load
from dashboard.words import catalogue


def live_choices() -> dict[str, object]:
    """Return ``settings`` and ``words`` for the JavaScript modules of the same names."""
    chosen = load()
    settings = asdict(chosen)
    # Not for the browser, least of all a guest's.
    del settings["data_folder"]
    return {"settings": settings, "words": catalogue(chosen.language)}
