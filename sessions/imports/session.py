"""What every importer hands over, whatever it read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from fusion.results import Flag
    from fusion.setup import Setup
    from sensors.samples import Event, ImuBlock, Placement, SensorInfo


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """A session's samples and events on one clock, ready for :mod:`fusion.pipeline`.

    Attributes
    ----------
    path
        What was read.
    kind
        The format: ``raw_folder``, ``recording``, or a vendor's.
    setup
        What the pipeline has to know before the first sample.
    blocks
        All samples of each sensor as one block.
    events
        In order of their onset.
    sensors
        What is known of each sensor; ``rate_hz`` is the measured one.
    subject
        Pseudonym of the wearer, or ``None``.
    loss
        Fraction of samples lost per sensor as its packets say; empty where packets are unknown.
    flags
        What the importer had to leave out or doubts.
    files
        What was read, where ``kind`` and ``path`` do not tell.
    """

    path: Path
    kind: str
    setup: Setup
    blocks: dict[Placement, ImuBlock]
    events: tuple[Event, ...]
    sensors: dict[Placement, SensorInfo]
    subject: str | None = None
    loss: dict[Placement, float] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    files: tuple[Path, ...] = ()
