"""Long recordings piece by piece: what is done with one piece stays in the processor's cache."""

from __future__ import annotations

PIECE = 4096
"""So many rows of all sensors fit beside each other into the caches of usual processors."""


def pieces(n: int) -> list[slice]:
    """Slices that cover ``n`` rows one after the other; one of no rows if there are none."""
    return [slice(at, min(at + PIECE, n)) for at in range(0, max(n, 1), PIECE)]
