"""The service whose simulated wearer has sensors at 120 Hz; `benchmarks.live` looks at its page.

``python -m benchmarks.brisk …`` is ``python -m dashboard.service …``; 120 Hz is the quickest that
three Movella DOTs send together.
"""

from __future__ import annotations

from functools import partial

from dashboard.service import __main__ as service
from sensors.drivers.simulated import SimulatedSource

RATE_HZ = 120.0

if __name__ == "__main__":
    brisk = partial(SimulatedSource, rate_hz=RATE_HZ)
    service.SimulatedSource = brisk  # type: ignore[attr-defined, assignment]  # on purpose
    raise SystemExit(service.main())
