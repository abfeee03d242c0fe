"""How much of everything the document measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks import broad

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure."""

    seeds: int = 4
    minutes: float = 3.0
    speed_minutes: float = 1.0
    hour_minutes: float = 60.0
    rounds: int = 5
    longest_minutes: float = 480.0
    page_s: float = 30.0
    recorded_s: float = 600.0
    decoded: int = 4000
    sessions: int = 40
    batch_minutes: float = 2.0
    dispatched: int = 1000
    jobs: int = 1
    broad: Path = broad.FOLDER
    plots: Path = DOCUMENT.parent / "plots"
