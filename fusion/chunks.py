"""Long recordings chunk by chunk: what is done with one chunk stays in the processor's cache."""

from __future__ import annotations

CHUNK = 4096
"""So many rows of all sensors fit beside each other into the caches of usual processors."""


def chunks(n: int, times: int = 1) -> list[slice]:
    """Slices of ``times`` chunks that cover ``n`` rows; one of no rows if there are none."""
    size = times * CHUNK
    return [slice(at, min(at + size, n)) for at in range(0, max(n, 1), size)]
