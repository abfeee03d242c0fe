"""Who outside this computer may watch: one link that lets people in, and those who came by it.

The link holds a random token. Whoever opens it gets a random key of their own, in a cookie; from
then on only the key counts, so that one person can be sent away without the others. Guests watch;
one who is given control may also press the live page's buttons, never more. Tokens and keys live in
memory only: when sharing ends, so does every way in. Knows nothing of sockets or pages.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN_BYTES: Final = 32
KEY_LIFETIME_S: Final = 12 * 3600.0
MAX_GUESTS: Final = 32

WRONG_TOKENS: Final = 10
WRONG_TOKENS_TOTAL: Final = 100
WINDOW_S: Final = 60.0
"""In this time an address, and all addresses together, may be wrong that often."""


class TooManyError(Exception):
    """Too many wrong tokens of late, or too many guests; ``str()`` says it to the visitor."""


@dataclass(slots=True)
class Guest:
    """One browser that was let in.

    Attributes
    ----------
    number
        What it is called on the page of the one who shares.
    address
        Where it came from.
    since_unix_s
        When it came (s since 1970).
    until_s
        When its key ends (monotonic s).
    may_control
        Whether it may press the live page's buttons.
    leave
        What to call when it is sent away, one for each of them; from any thread.
    """

    number: int
    address: str
    since_unix_s: float
    until_s: float
    may_control: bool = False
    leave: set[Callable[[], None]] = field(default_factory=set)

    @property
    def views(self) -> int:
        """Live views it has open now."""
        return len(self.leave)


class Sharing:
    """What a server that shares knows of its guests.

    Parameters
    ----------
    now_s, unix_s
        The monotonic and the wall clock (s).
    """

    def __init__(
        self,
        now_s: Callable[[], float] = time.monotonic,
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        self.token = _random()
        self._now_s = now_s
        self._unix_s = unix_s
        # Replaced, never changed: pages read them from other threads.
        self._guests: dict[str, Guest] = {}
        self._count = 0
        self._wrong: deque[tuple[float, str]] = deque()

    @property
    def guests(self) -> tuple[Guest, ...]:
        """Everybody who is let in, in the order they came."""
        self._expire()
        return tuple(self._guests.values())

    def admit(self, token: str, address: str) -> str | None:
        """Let a visitor in who shows the link's token.

        Parameters
        ----------
        token
            What the visitor shows.
        address
            The visitor's network address.

        Returns
        -------
        str or None
            The visitor's own key; ``None`` if the token is wrong.

        Raises
        ------
        TooManyError
            This address, or everybody together, was wrong too often; or all places are taken.
        """
        now_s = self._now_s()
        self._check_patience(address, now_s)
        if not _equal(token, self.token):
            self._wrong.append((now_s, address))
            return None
        self._expire()
        if len(self._guests) >= MAX_GUESTS:
            raise TooManyError("Too many people are watching already.")
        self._count += 1
        key = _random()
        guest = Guest(self._count, address, self._unix_s(), now_s + KEY_LIFETIME_S)
        self._guests = {**self._guests, key: guest}
        return key

    def guest(self, key: str | None) -> Guest | None:
        """Tell whose key this is; ``None`` if it is nobody's (any more)."""
        self._expire()
        found = None
        for known, guest in self._guests.items():
            if key is not None and _equal(key, known):
                found = guest  # no early end: the time it takes tells nothing of the keys
        return found

    def remove(self, number: int) -> None:
        """Send one guest away."""
        self._send_away({key for key, guest in self._guests.items() if guest.number == number})

    def give_control(self, number: int | None) -> None:
        """Let one guest press the live page's buttons, and no other; ``None`` = none at all."""
        for guest in self._guests.values():
            guest.may_control = guest.number == number

    def renew(self) -> None:
        """Send everybody away and make a new link; the old one is worth nothing."""
        self.token = _random()
        self._send_away(set(self._guests))

    def _expire(self) -> None:
        now_s = self._now_s()
        late = {key for key, guest in self._guests.items() if guest.until_s <= now_s}
        if late:
            self._send_away(late)

    def _send_away(self, keys: set[str]) -> None:
        gone = [guest for key, guest in self._guests.items() if key in keys]
        self._guests = {key: guest for key, guest in self._guests.items() if key not in keys}
        for guest in gone:
            for leave in tuple(guest.leave):
                leave()

    def _check_patience(self, address: str, now_s: float) -> None:
        while self._wrong and self._wrong[0][0] <= now_s - WINDOW_S:
            self._wrong.popleft()
        own = sum(who == address for _, who in self._wrong)
        if own >= WRONG_TOKENS or len(self._wrong) >= WRONG_TOKENS_TOTAL:
            raise TooManyError("Too many wrong links. Wait a minute, then scan the code again.")


def _random() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def _equal(shown: str, known: str) -> bool:
    return secrets.compare_digest(shown.encode(), known.encode())
