"""What a user has chosen, kept for that user alone: one small file, read by pages and commands."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

import platformdirs

from sensors.bounded import read_bounded
from sensors.private import make_folder, replace_file

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "language": ("en", "de"),
    "theme": ("system", "light", "dark"),
    "palette": ("standard", "high_contrast"),
    "shares": ("percent", "tenths"),
    "sides": ("left_up", "right_up"),
    "sound": ("off", "tones", "speech"),
}
"""What each of these may be; the first is what it is until somebody chooses."""


class SettingsError(Exception):
    """Settings that cannot be kept; ``str()`` is for the person."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one user.

    Attributes
    ----------
    language, theme, palette
        How pages read and look.
    shares
        Unit of the shares: percent, or parts of ten.
    sides
        Which side of a turn goes up in the pictures.
    sound
        Whether the live view is silent, sounds or speaks.
    large_text
        Everything a quarter larger.
    comfortable_range
        The live view tells a turn that goes beyond a comfortable range.
    keep_before
        A recording begins with the minute before it was asked for.
    data_folder
        Where sessions are kept; empty for the usual place.
    """

    language: str = "en"
    theme: str = "system"
    palette: str = "standard"
    shares: str = "percent"
    sides: str = "left_up"
    sound: str = "off"
    large_text: bool = False
    comfortable_range: bool = False
    keep_before: bool = True
    data_folder: str = ""


def settings_file() -> Path:
    """Where they are kept: ``TORSO_SETTINGS``, else in the user's own configuration folder."""
    named = os.environ.get("TORSO_SETTINGS")
    if named:
        return Path(named)
    return platformdirs.user_config_path("torso", appauthor=False) / "settings.json"


_kept: dict[Path, tuple[tuple[int, int], Settings]] = {}


def load() -> Settings:
    """Return what was chosen; what cannot be read is as if it had not been."""
    path = settings_file()
    try:
        found = path.stat()
    except OSError:
        return Settings()
    stamp = (found.st_mtime_ns, found.st_size)
    known = _kept.get(path)
    if known is None or known[0] != stamp:
        known = (stamp, _read(path))
        _kept[path] = known
    return known[1]


def _read(path: Path) -> Settings:
    try:
        content = json.loads(read_bounded(path))
    except (OSError, ValueError, RecursionError):
        return Settings()
    if not isinstance(content, dict):
        return Settings()
    usual = asdict(Settings())
    return Settings(**{n: v for n, v in content.items() if n in usual and _fits(n, v, usual[n])})


def _fits(name: str, value: object, usual: object) -> bool:
    return type(value) is type(usual) and (name not in CHOICES or value in CHOICES[name])


def choose(**changes: str | bool) -> Settings:
    """Change some of them and keep all.

    Raises
    ------
    SettingsError
        If they cannot be written.
    ValueError
        If there is no such choice.
    """
    known = {field.name for field in fields(Settings)}
    for name, value in changes.items():
        if name not in known or not _fits(name, value, getattr(Settings(), name)):
            raise ValueError(f"{name} cannot be {value!r}")
    chosen = replace(load(), **changes)  # type: ignore[arg-type]  # checked just above
    path = settings_file()
    try:
        make_folder(path.parent)
        replace_file(path, json.dumps(asdict(chosen), indent=2).encode())
    except OSError as error:
        raise SettingsError(
            f"The settings could not be kept in {path}: {error.strerror}."
        ) from None
    _kept.pop(path, None)
    return chosen
