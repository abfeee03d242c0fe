"""A played recording with what the person did in it, as a source that can tell it would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensors.drivers.base import ActivityChange
from sensors.drivers.replay import ReplaySource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from sensors.drivers.base import Source, SourceItem
    from sensors.samples import Event


async def items_of(source: Source) -> AsyncIterator[SourceItem]:
    """Yield the items of a source; a played recording's events take their place among them.

    What a simulated wearer announced when it was recorded is left out: the events say it.
    """
    if not isinstance(source, ReplaySource):
        async for item in source:
            yield item
        return
    changes = changes_of(source.recording.events, source.origin_s)
    async for item in source:
        while changes and changes[0].arrival_s <= item.arrival_s:
            yield changes.pop(0)
        if not isinstance(item, ActivityChange):
            yield item


def changes_of(events: Iterable[Event], origin_s: float) -> list[ActivityChange]:
    """Turn events into beginnings and ends, in order; an end comes before a beginning."""
    changes = []
    for event in events:
        changes.append(ActivityChange(origin_s + event.onset_s, event.activity, begins=True))
        if event.duration_s:
            changes.append(ActivityChange(origin_s + event.end_s, event.activity, begins=False))
    return sorted(changes, key=lambda change: (change.arrival_s, change.begins))
