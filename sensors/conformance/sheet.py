"""The sheet: one line per demand, passed or what is wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sensors.conformance import checks
from sensors.conformance.checks import NOT_APPLICABLE
from sensors.conformance.links import reconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sensors.drivers.plugins import Driver

DEMANDS: Final[dict[str, Callable[[Driver], list[str]]]] = {
    "decode": checks.decode,
    "loss": checks.loss,
    "reorder": checks.reorder,
    "duplicate": checks.duplicate,
    "wrap": checks.wrap,
    "reboot": checks.reboot,
    "stall": checks.stall,
    "garbage": checks.garbage,
    "reconnect": lambda driver: asyncio.run(reconnect(driver)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One demand.

    Attributes
    ----------
    demand
        Its name.
    meaning
        What is demanded, in a sentence.
    passed
        ``None`` where it does not apply.
    found
        What is wrong, or why it does not apply.
    """

    demand: str
    meaning: str
    passed: bool | None
    found: tuple[str, ...]


def examine(driver: Driver) -> Iterator[Line]:
    """Put a driver through everything, one line at a time."""
    for demand, check in DEMANDS.items():
        try:
            found = check(driver)
        except Exception as error:  # noqa: BLE001  # whatever a foreign driver raises is its fault
            found = [f"it raised {error!r}"]
        meaning = (reconnect if demand == "reconnect" else check).__doc__ or ""
        if found and found[0].startswith(NOT_APPLICABLE):
            reason = found[0].removeprefix(NOT_APPLICABLE)
            yield Line(demand, meaning.strip(), None, (reason,))
        else:
            yield Line(demand, meaning.strip(), not found, tuple(found))
