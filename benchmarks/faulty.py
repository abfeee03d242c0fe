"""A service whose disk, clock and sensors fail on request; `benchmarks.chaos` breaks it.

``python -m benchmarks.faulty FAULTS …`` is ``python -m dashboard.service …`` with a folder in which
the presence of a file is a fault: ``full``, ``readonly`` or ``slow`` for the disk, the name of a
sensor for its silence, and ``wall`` holds seconds by which the wall clock is wrong. What the
sensors send is also written to ``sent-PID``, outside the failing disk, for comparison.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    FAULTS = Path(sys.argv[1])
    _real_time = time.time

    def _wrong_time() -> float:
        with suppress(OSError, ValueError):
            return _real_time() + float((FAULTS / "wall").read_text(encoding="ascii"))
        return _real_time()

    time.time = _wrong_time  # before anybody keeps the right one

from benchmarks.chaos import SENT
from dashboard.service import __main__ as service
from sensors.drivers.base import LinkChange, LinkState, Notification
from sensors.drivers.simulated import SimulatedSource
from sensors.recording import appender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sensors.drivers.base import SourceItem

SLOW_S = 0.5
"""How often a slow disk looks whether it may go on."""

_ERRORS = {"full": errno.ENOSPC, "readonly": errno.EROFS}


def fail_disk(faults: Path) -> None:
    """Let the recording's file fail as the folder says."""
    write_all = appender._write_all  # noqa: SLF001  # where the disk begins

    def write_or_fail(handle: int, data: bytes) -> None:
        while (faults / "slow").exists():
            time.sleep(SLOW_S)
        for name, number in _ERRORS.items():
            if (faults / name).exists():
                write_all(handle, data[: len(data) // 2])  # a disk fills up in the middle
                raise OSError(number, os.strerror(number))
        write_all(handle, data)

    appender._write_all = write_or_fail  # noqa: SLF001  # a disk fails below all our code


class FaultySource(SimulatedSource):
    """A simulated source whose sensors fall silent while the folder says so."""

    faults: Path

    async def __aiter__(self) -> AsyncIterator[SourceItem]:
        silent: set[str] = set()
        with (self.faults / f"sent-{os.getpid()}").open("wb", buffering=0) as sent:
            async for item in super().__aiter__():
                for info in self.sensors:
                    name, gone = info.sensor, (self.faults / info.sensor).exists()
                    if gone and name not in silent:
                        silent.add(name)
                        yield LinkChange(name, item.arrival_s, LinkState.LOST)
                    elif not gone and name in silent:
                        silent.discard(name)
                        yield LinkChange(name, item.arrival_s, LinkState.CONNECTING)
                        yield LinkChange(name, item.arrival_s, LinkState.STREAMING)
                if getattr(item, "sensor", None) in silent:
                    continue
                if isinstance(item, Notification):
                    sent.write(SENT.pack(item.sensor.encode()[-20:], item.arrival_s))
                yield item


def main() -> int:
    """Run the service until stopped."""
    FaultySource.faults = FAULTS
    service.SimulatedSource = FaultySource  # type: ignore[attr-defined]  # put in its place on purpose
    fail_disk(FAULTS)
    return service.main(sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
