"""Whether other programs read what was just written, where they are installed to ask."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

VALIDATOR: Final = "bids-validator-deno"

CHECKERS: Final[dict[str, tuple[str, ...]]] = {
    "csv": ("polars", "duckdb", "pandas"),
    "parquet": ("duckdb", "polars", "pandas"),
    "bids": (VALIDATOR,),
    "opensim": ("opensim",),
    "c3d": ("ezc3d",),
    "raw": ("torso",),
    "dot": ("torso",),
    "ximu3": ("ximu3csv",),
}
"""Programs that can check a format, the one that knows it best first; one of them is asked."""

_LONGEST_S = 300.0


@dataclass(frozen=True, slots=True)
class Check:
    """What a program said; ``passed`` is ``None`` if none was there to ask."""

    checker: str
    passed: bool | None
    problem: str = ""

    def __str__(self) -> str:
        """One sentence for a person."""
        if self.passed is None:
            return f"Not checked: {self.checker} is not installed."
        if self.passed:
            return f"Checked by {self.checker}: passes."
        return f"Checked by {self.checker}: FAILS: {self.problem}"


def check_export(format_name: str, folder: Path, files: Sequence[Path]) -> Check:
    """Have what :func:`sessions.exports.formats.export_session` wrote read by another program.

    Parameters
    ----------
    format_name
        One of :data:`sessions.exports.formats.FORMATS`.
    folder
        Where it was written.
    files
        What was written.
    """
    checkers = CHECKERS[format_name]
    checker = next((name for name in checkers if _installed(name)), None)
    if checker is None:
        return Check(" or ".join(checkers), None)
    try:
        return _validated(folder) if checker == VALIDATOR else _read(checker, folder, files)
    except subprocess.TimeoutExpired:
        return Check(checker, False, f"it did not end within {_LONGEST_S:.0f} s")


def _installed(name: str) -> bool:
    if name == VALIDATOR:
        return _validator().is_file()
    return name == "torso" or importlib.util.find_spec(name) is not None


def _validator() -> Path:
    beside = Path(sys.executable).parent
    return next((p for p in beside.glob(f"{VALIDATOR}*")), beside / VALIDATOR)


def _read(checker: str, folder: Path, files: Sequence[Path]) -> Check:
    """Let a reader run in a process and a folder of its own, which it may fill with its logs."""
    places = [str(path.resolve()) for path in (folder, *files)]
    command = [sys.executable, "-m", "sessions.exports.readers", checker, *places]
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            command,
            cwd=elsewhere,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST_S,
            check=False,
        )
    if done.returncode == 0:
        return Check(checker, True)
    lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
    return Check(checker, False, lines[-1][:300])


def _validated(folder: Path) -> Check:
    done = subprocess.run(
        [_validator(), "--format", "json", folder],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_LONGEST_S,
        check=False,
    )
    try:
        issues = json.loads(done.stdout)["issues"]["issues"]
    except (ValueError, LookupError, TypeError):
        return Check(VALIDATOR, False, f"it ended with status {done.returncode} and no report")
    errors = sorted({str(i.get("code")) for i in issues if i.get("severity") == "error"})
    return Check(VALIDATOR, not errors and done.returncode == 0, ", ".join(errors))
