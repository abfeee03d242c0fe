"""What is said to a sensor, in what order: data that the supervisor carries out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Read:
    """Read a value; it is reported like a notification of its characteristic."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write a value."""

    characteristic: str
    data: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """Give the sensor time."""

    seconds: float


Command: TypeAlias = Read | Write | Pause


@dataclass(frozen=True, slots=True)
class Chore:
    """What is asked again and again while the sensor streams.

    ``first_s`` are the moments after the start, ``every_s`` what follows them; ``ask`` gets the
    number of the occasion and host monotonic seconds.
    """

    ask: Callable[[int, float], tuple[Command, ...]]
    first_s: tuple[float, ...]
    every_s: float


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One family's part.

    Attributes
    ----------
    service
        UUID by which a sensor of the family is told from others once connected.
    needs
        Characteristics without which it is something else.
    prepare
        Said before anything is subscribed to: stop what an earlier program left running, configure.
    listen
        Characteristics to subscribe to, as far as they are there.
    data
        Those of them whose silence means that something is wrong.
    start, stop, identify
        What begins and ends the stream, and what makes the sensor show itself.
    chores
        What is asked meanwhile.
    """

    service: str
    needs: frozenset[str]
    prepare: tuple[Command, ...]
    listen: tuple[str, ...]
    data: frozenset[str]
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    identify: tuple[Command, ...]
    chores: tuple[Chore, ...] = ()
