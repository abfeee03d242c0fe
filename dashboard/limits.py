"""How much one viewer may ask for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_COMMAND_CHARACTERS: Final = 4096
"""A command is a few words; anything longer is not one."""

COMMANDS_AT_ONCE: Final = 20
COMMANDS_PER_S: Final = 5.0


class Allowance:
    """So many at once, so many a second after that: a token bucket.

    Parameters
    ----------
    at_once
        How many may come together.
    per_s
        How many come back each second.
    now_s
        The monotonic clock (s).
    """

    def __init__(
        self,
        at_once: int = COMMANDS_AT_ONCE,
        per_s: float = COMMANDS_PER_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._per_s = per_s
        self._now_s = now_s
        self._left = float(at_once)
        self._seen_s = now_s()

    def take(self) -> bool:
        """Use one up; false if none is left."""
        now_s = self._now_s()
        self._left = min(self._at_once, self._left + (now_s - self._seen_s) * self._per_s)
        self._seen_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
