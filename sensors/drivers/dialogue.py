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
    """Write a value; where it is not ``needed``, a sensor may refuse it."""

    characteristic: str
    data: bytes
    response: bool = True
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """Give the sensor time."""

    seconds: float


_GOLDEN = 0.6180339887498949

Command: TypeAlias = Read | Write | Pause


@dataclass(frozen=True, slots=True)
class Opening:
    """One way to make a sensor stream: what is said before it is listened to, and after."""

    prepare: tuple[Command, ...]
    start: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Chore:
    """What is asked again and again while the sensor streams.

    ``first_s`` are the moments after the start, ``every_s`` what follows them in the mean; ``ask``
    gets the number of the occasion and host monotonic seconds.
    """

    ask: Callable[[int, float], tuple[Command, ...]]
    first_s: tuple[float, ...]
    every_s: float

    def after_s(self, number: int) -> float:
        """How long to wait before an occasion: never in step with the radio, nor with anything."""
        return self.every_s * (0.9 + 0.2 * (number * _GOLDEN % 1.0))


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One family's part.

    Attributes
    ----------
    needs
        Characteristics without which a device is something else.
    openings
        Ways to begin, tried in turn until data come.
    listen
        Characteristics to subscribe to, as far as they are there.
    data
        Those of them whose silence means that something is wrong.
    stop, identify
        What ends the stream, and what makes the sensor show itself; empty if nothing does.
    counts
        Whether a value of ``data`` is data and not an answer.
    ask_battery
        What makes the sensor tell its charge, where it has no standard battery service.
    battery
        Finds the charge (%) in what a characteristic says; ``None`` if it is not in there.
    chores
        What is asked meanwhile.
    """

    needs: frozenset[str]
    openings: tuple[Opening, ...]
    listen: tuple[str, ...]
    data: frozenset[str]
    stop: tuple[Command, ...]
    identify: tuple[Command, ...]
    counts: Callable[[bytes], bool] = lambda _: True
    ask_battery: tuple[Command, ...] = ()
    battery: Callable[[str, bytes], int | None] = lambda *_: None
    chores: tuple[Chore, ...] = ()
