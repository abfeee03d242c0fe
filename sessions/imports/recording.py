"""A recording of ours: raw notifications decoded again, exactly as they were live."""

from __future__ import annotations

import gc
import itertools
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Flag
from sensors.drivers.base import Notification
from sensors.errors import ProtocolError, RecordingError, RecordingFormatError
from sensors.recording import Reading
from sensors.samples import Event, ImuBlock, Placement, SensorId
from sensors.session_decoder import SessionDecoder
from sessions.errors import SourceError
from sessions.imports.description import parse_description
from sessions.imports.session import ImportedSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sensors.accounting import LinkStatistics
    from sensors.decoding import StreamDecoder
    from sensors.recording import Recording
    from sensors.recording.format import Meta

PAUSE_S = 10.0
"""No sensor was silent for so long by itself: the recording leaves something out."""

AT_ONCE = 3000
"""How many notifications are decoded together: that is several times faster."""

_NEEDED = (Placement.PELVIS, Placement.UPPER_BACK)


def read_recorded(path: Path) -> ImportedSession:
    """Read a recording (``.mcap``), which may be cut off anywhere.

    Raises
    ------
    SourceError
        It is none of ours, or holds too few sensors or no samples.
    """
    reading = Reading(path)
    with _named(path), _no_cycles():
        decoder, parts = _decoded(path, reading)
    recording, decoders = reading.recording(), decoder.streams
    blocks = {decoders[s].info.placement: _joined(p) for s, p in parts.items() if p}
    _check_sensors(path, recording, blocks)
    statistics = {d.info.placement: d.statistics for d in decoders.values()}
    lost = {d.info.placement: _loss(d) for d in decoders.values()}
    description = parse_description(path, recording.meta)
    last_s = max(float(block.t_s[-1]) for block in blocks.values())
    return ImportedSession(
        path=path,
        kind="recording",
        setup=description.setup(tuple(blocks)),
        blocks=blocks,
        events=tuple(_ended(event, last_s) for event in recording.events),
        sensors={
            d.info.placement: replace(d.info, rate_hz=d.statistics.rate_hz)
            for d in decoders.values()
            if d.info.placement in blocks
        },
        subject=description.subject,
        loss={placement: lost[placement] for placement in blocks},
        flags=tuple(_flags(recording, statistics)),
    )


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Do not look for garbage in cycles: packets make none, and looking is a fourth of the time."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def _decoded(path: Path, reading: Reading) -> tuple[SessionDecoder, dict[SensorId, list[ImuBlock]]]:
    """Decode the notifications in one pass, in the order in which they came."""
    notifications = (item for item in reading if isinstance(item, Notification))
    together = list(itertools.islice(notifications, AT_ONCE))
    decoder = _decoder(path, reading.meta)
    parts: dict[SensorId, list[ImuBlock]] = {sensor: [] for sensor in decoder.streams}
    while together:
        for sensor, block in decoder.feed_all(together).items():
            parts[sensor].append(block)
        together = list(itertools.islice(notifications, AT_ONCE))
    return decoder, parts


def _loss(decoder: StreamDecoder) -> float:
    """Fraction of samples lost; what lies between a calibration and a later session was not."""
    found = decoder.statistics
    apart = sum(gap.missing for gap in decoder.gaps if gap.end_s - gap.start_s > PAUSE_S)
    expected = found.received + found.lost - apart
    return (found.lost - apart) / expected if expected else 0.0


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say what is wrong with a recording as of any other source."""
    try:
        yield
    except RecordingFormatError as error:
        raise SourceError(path, f"is no recording of ours: {error.reason}.") from error
    except RecordingError as error:
        raise SourceError(path, str(error).removeprefix(f"{path}: ")) from error


def _decoder(path: Path, meta: Meta) -> SessionDecoder:
    if not meta.sensors:
        raise SourceError(path, "was cut before it says which sensors were worn.")
    if len({info.placement for info in meta.sensors}) < len(meta.sensors):
        raise SourceError(path, "says that two sensors were worn at the same place.")
    try:
        return SessionDecoder(meta.sensors, meta.origin_s)
    except ProtocolError as error:
        raise SourceError(path, f"holds a sensor of an unknown kind ({error}).") from error


def _check_sensors(path: Path, recording: Recording, blocks: dict[Placement, ImuBlock]) -> None:
    worn = {info.placement for info in recording.sensors}
    for placement in _NEEDED:
        if placement not in worn:
            raise SourceError(
                path,
                f"has no sensor on {placement}; spine rotation needs at least two sensors:"
                f" {_NEEDED[0]} and {_NEEDED[1]}.",
            )
    for placement in _NEEDED:
        if placement not in blocks:
            raise SourceError(path, f"holds no samples of the sensor on {placement}.")


def _joined(parts: list[ImuBlock]) -> ImuBlock:
    mags = [part.mag for part in parts if part.mag is not None]
    quats = [part.quat for part in parts if part.quat is not None]
    clipped = [part.clipped for part in parts if part.clipped is not None]
    return ImuBlock(
        t_s=np.concatenate([part.t_s for part in parts]),
        acc=np.concatenate([part.acc for part in parts]),
        gyr=np.concatenate([part.gyr for part in parts]),
        mag=np.concatenate(mags) if len(mags) == len(parts) else None,
        quat=np.concatenate(quats) if len(quats) == len(parts) else None,
        clipped=np.concatenate(clipped) if len(clipped) == len(parts) else None,
    )


def _ended(event: Event, last_s: float) -> Event:
    """Close an activity whose end was cut off together with the recording."""
    if event.duration_s is not None:
        return event
    return replace(event, duration_s=max(last_s - event.onset_s, 0.0))


def _flags(recording: Recording, statistics: dict[Placement, LinkStatistics]) -> Iterable[Flag]:
    name = recording.path.name
    if not recording.complete:
        yield Flag(
            "recording_cut",
            f"{name} was not closed properly; everything up to its last whole message is used.",
        )
    if recording.damaged:
        yield Flag("recording_damaged", f"{recording.damaged} messages in {name} are unreadable.")
    for placement, found in statistics.items():
        if found.errors:
            words = f"{found.errors} packets could not be read and are left out."
            yield Flag("unreadable_packets", words, placement)
        if found.desynchronised:
            words = (
                "It left the clock of the others: their times may be some ms apart from then on."
            )
            yield Flag("clock_left", words, placement)
        if not found.received:
            yield Flag("no_samples", "This sensor sent no samples.", placement)
