"""Whether the memory of the browser that shows the live page stays level.

The real service with the simulated wearer, the real page, headless Chromium. Every half minute the
browser collects its garbage and is asked what is left. A line is fitted to the later half, when
the page has filled what it keeps of the past.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

import numpy as np

from benchmarks.live_page import heap_mb, open_page, serve, wait_for_frames

EVERY_S: Final = 30.0
MOST_MB_PER_HOUR: Final = 2.0
"""Growth that is none: an hour of it would be a fifth of what the page needs."""


def measure(minutes: float, every_s: float = EVERY_S) -> list[float]:
    """Browser heap (MB) from the first picture on, every ``every_s``."""
    with ExitStack() as stack:
        running = serve(stack)
        page = open_page(running.browser, running.port)
        wait_for_frames(page)
        found = [heap_mb(page)]
        for _ in range(round(60 * minutes / every_s)):
            page.wait_for_timeout(1000 * every_s)
            found.append(heap_mb(page))
        page.context.close()
    return found


def growth_mb_per_hour(heap_mb: list[float], every_s: float = EVERY_S) -> float:
    """Slope over the later half."""
    later = heap_mb[len(heap_mb) // 2 :]
    hours = np.arange(len(later)) * every_s / 3600
    return float(np.polyfit(hours, later, 1)[0])


def run(minutes: float) -> bool:
    """Measure, say it, and tell whether the heap is level."""
    found = measure(minutes)
    growth = growth_mb_per_hour(found)
    print(f"browser heap at first {found[0]:.1f} MB, after {minutes:.0f} min {found[-1]:.1f} MB")
    print(f"most {max(found):.1f} MB; later half {growth:+.2f} MB an hour")
    return growth <= MOST_MB_PER_HOUR
