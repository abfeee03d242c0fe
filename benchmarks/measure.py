"""Time, fairly: in turns (A B C, A B C …), processor time beside wall time, medians with spread.

Whatever else the computer does falls on all candidates alike, and a ratio is taken within a round
before its median is. Processor time is what is compared: wall time belongs to the other programs,
too.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run took, in s."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, smallest and largest of some repeated measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of ``values``."""
        return cls(float(np.median(values)), float(min(values)), float(max(values)))


def in_turns(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[Spent]]:
    """Run all candidates one after the other, ``rounds`` times."""
    spent: dict[str, list[Spent]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            spent[name].append(timed(run))
    return spent


def timed(run: Callable[[], object]) -> Spent:
    """Run once."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    run()
    return Spent(time.process_time() - cpu_s, time.perf_counter() - wall_s)


def cpu(spent: Sequence[Spent], per: float = 1.0) -> Spread:
    """Processor time, divided by ``per``."""
    return Spread.of([s.cpu_s / per for s in spent])


def wall(spent: Sequence[Spent], per: float = 1.0) -> Spread:
    """Wall time, divided by ``per``."""
    return Spread.of([s.wall_s / per for s in spent])


def ratio(a: Sequence[Spent], b: Sequence[Spent]) -> Spread:
    """Processor time of ``a`` over that of ``b``, round by round."""
    return Spread.of([x.cpu_s / y.cpu_s for x, y in zip(a, b, strict=True)])


def straight(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Exponent and constant of ``y = c·x^p``: p is 1 where cost grows with size, no faster."""
    power, constant = np.polyfit(np.log(x), np.log(y), 1)
    return float(power), float(np.exp(constant))


def child(arguments: Sequence[str]) -> dict[str, float]:
    """Run this Python on ``arguments`` in a process of its own; what it prints last is JSON."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **ONE_THREAD},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def peak_mb() -> float:
    """Most memory that this process ever had, in MB (of Linux; 0 elsewhere)."""
    return _memory_mb("VmHWM")


def memory_mb() -> float:
    """Memory that this process has now, in MB (of Linux; 0 elsewhere)."""
    return _memory_mb("VmRSS")


def _memory_mb(name: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith(name)), 0.0)


def family_s() -> float:
    """Processor time of this process and of all that it started, ended ones too (of Linux), in s.

    Raises
    ------
    FileNotFoundError
        There is no ``/proc``.
    """
    parents, used = dict[int, int](), dict[int, int]()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        process = int(path.parent.name)
        parents[process], used[process] = int(fields[1]), sum(map(int, fields[11:15]))
    ticks, found = 0, {os.getpid()}
    while found := {process for process, parent in parents.items() if parent in found}:
        ticks += sum(used[process] for process in found)
    own = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in own) + ticks / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """This computer in one line, without its name."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def versions(names: Sequence[str]) -> str:
    """Names and versions of packages; those not installed say so."""
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} (not installed)")
    return ", ".join(found)
