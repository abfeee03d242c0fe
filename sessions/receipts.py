"""Receipts: what results were made from, and by what.

``summary.json`` says which files were read (SHA-256 of each), which software and which version of
each algorithm made the results, and with which parameters. Two results with the same receipt are
the same bytes; where receipts differ, the difference says why the results do.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sessions.stored import RECORDING, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sessions.imports.session import ImportedSession

LIBRARIES: Final = ("vqf", "numpy", "scipy")
"""Packages whose arithmetic is in the results."""

_CODE: Final = ("fusion", "sensors", "sessions/imports")
_ID_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Receipt:
    """How results came about; equal receipts mean equal bytes.

    Attributes
    ----------
    mode
        ``offline`` or ``live``.
    software
        Version of this software.
    code
        Digest of the code from bytes to rotations.
    versions
        Versions of the packages that compute, by name.
    inputs
        SHA-256 of each file that was read, by name; empty for results older than receipts.
    """

    mode: str
    software: str
    code: str
    versions: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]

    @property
    def id(self) -> str:
        """A short name; two receipts have the same one only if they are equal."""
        content = (self.mode, self.software, self.code, self.versions, self.inputs)
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:_ID_LENGTH]

    @property
    def maker(self) -> str:
        """What made the results, whatever it was made from."""
        libraries = ", ".join(f"{name} {version}" for name, version in self.versions)
        return f"torso {self.software} ({self.code or 'older'}), {libraries}, {self.mode}"


def receipt_of(summary: Mapping[str, Any]) -> Receipt:
    """Read the receipt out of a ``summary.json``; what it does not say is empty."""
    algorithms, source = _part(summary, "algorithms"), _part(summary, "source")
    return Receipt(
        mode=str(algorithms.get("mode", "")),
        software=str(_part(summary, "software").get("version", "")),
        code=str(algorithms.get("code", "")),
        versions=_pairs(_part(algorithms, "versions")),
        inputs=_pairs(_part(source, "sha256")),
    )


def receipt_now(inputs: Mapping[str, str], *, live: bool = False) -> Receipt:
    """Make the receipt that an analysis of files with these digests would get now."""
    return Receipt(
        mode=mode_name(live=live),
        software=software_version(),
        code=code_digest(),
        versions=_pairs(library_versions()),
        inputs=_pairs(inputs),
    )


def mode_name(*, live: bool) -> str:
    """Name of the pipeline: the causal one of the dashboard, or the smoother."""
    return "live" if live else "offline"


def software_version() -> str:
    """Version of this software, as installed."""
    return _version("torso")


def library_versions() -> dict[str, str]:
    """Versions of the packages that compute."""
    return {name: _version(name) for name in LIBRARIES}


@cache
def _version(package: str) -> str:
    """Version of an installed package: looked up once, for a batch asks it of every session."""
    return metadata.version(package)


def input_digests(session: ImportedSession) -> dict[str, str]:
    """SHA-256 of each file a session was read from, by name.

    A recording counts as ``recording.mcap``, whatever it is called. ``sha256sum`` says the same.
    """
    if session.files:
        folder = session.path if session.path.is_dir() else session.path.parent
        found = {p.relative_to(folder).as_posix(): p for p in session.files}
        return {name: file_digest(found[name]) for name in sorted(found)}
    if session.path.is_file():
        name = RECORDING if session.kind == "recording" else session.path.name
        return {name: file_digest(session.path)}
    return {name: file_digest(session.path / name) for name in _names(session)}


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_digest() -> str:
    """Digest of all code between the bytes of a source and its rotations.

    No version number has to be kept by hand: whoever changes an algorithm changes this. A changed
    comment does too, which costs no more than an analysis that was not needed.
    """
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for package in _CODE:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:_ID_LENGTH]


def _names(session: ImportedSession) -> list[str]:
    """Files of a folder that were read: of a raw folder those it defines, else all it holds."""
    from sensors.samples import Placement
    from sessions.imports.raw_folder import DESCRIPTION, EVENTS, file_name

    folder = session.path
    if session.kind == "raw_folder":
        named = [*(file_name(p) for p in Placement), EVENTS, DESCRIPTION]
        return [name for name in named if (folder / name).is_file()]
    ours = {"angles.csv", "reps.csv", SUMMARY}
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in ours)
    return [p.relative_to(folder).as_posix() for p in files]


def _part(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _pairs(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), str(value)) for name, value in found.items()))
