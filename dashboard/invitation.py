"""The link that lets a phone on the same network watch, as words and as a code to scan."""

from __future__ import annotations

import io
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import segno

from dashboard.doors import INVITATION

if TYPE_CHECKING:
    from dashboard.sharing import Sharing

# Reserved for documentation (RFC 5737): no packet goes there, none is sent at all.
_SOMEWHERE: Final = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Invitation:
    """How to come in from outside.

    Attributes
    ----------
    sharing
        Who is let in.
    address
        Of this computer on its network.
    port
        Of the page.
    """

    sharing: Sharing
    address: str
    port: int

    @property
    def link(self) -> str:
        """What to open; worth as much as a key."""
        return f"http://{self.address}:{self.port}{INVITATION}{self.sharing.token}"

    def as_svg(self) -> str:
        """Return the link as a code to scan: an ``<svg>`` element, dark on light in any theme."""
        return segno.make(self.link, micro=False).svg_inline(
            scale=5, border=4, dark="#000", light="#fff", omitsize=True
        )

    def as_text(self) -> str:
        """Return link and code for a terminal."""
        drawn = io.StringIO()
        segno.make(self.link, micro=False).terminal(out=drawn, compact=True)
        return f"Watch on a phone in the same network:\n  {self.link}\n{drawn.getvalue()}"


def network_address() -> str | None:
    """Return this computer's address on its network; ``None`` if it is on none.

    Asks the operating system which address it would send from; nothing is sent.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith(("127.", "0.")) else address


_announced: list[Invitation] = []


def announce(invitation: Invitation) -> None:
    """Tell the pages of this process how people are let in; the newest word holds."""
    _announced[:] = [invitation]


def announced() -> Invitation | None:
    """Return how people are let in; ``None`` if this process does not share."""
    return _announced[-1] if _announced else None
