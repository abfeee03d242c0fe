"""What decoding costs: bytes to blocks on the session clock, per sample and sensor.

Notifications go the way they go in a session, a second at a time, as from a recording; as many at
once as come together over a radio that speaks every 45 ms, as in a live session on Linux; and one
by one. What comes out is the same to the last bit. The best of many short rounds counts: what else
the machine does costs this one less that way.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.fuzz import Subject, subjects
from benchmarks.tables import table
from sensors.drivers.base import Notification
from sensors.protocols import metamotion, movella_dot, movesense, open_profile
from sensors.protocols.families import FAMILIES, Family
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.session_decoder import SessionDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = ("protocol", "samples per notification", "a second at once", "live", "one by one")
SAMPLES = 4_000
ROUNDS = 25
RADIO_S = 0.045
"""Between two moments in which a sensor's notifications come, where the computer chooses."""


def stream(family: Family, subject: Subject, samples: int) -> list[Notification]:
    """Good notifications of so many samples, each with its own time and number."""
    notes = [Notification(SensorId("x"), c, 0.0, d) for c, d in subject.prepare]
    for burst in range(samples // subject.samples):
        t_s = 1.0 + burst * subject.samples / family.rate_hz
        for characteristic, data in subject.good:
            stamped = _stamped(family.protocol, data, burst, t_s)
            notes.append(Notification(SensorId("x"), characteristic, t_s + 0.02, stamped))
    return notes


def _stamped(protocol: str, data: bytes, burst: int, t_s: float) -> bytes:
    """Put time and number into a notification, where its family has them."""
    out = bytearray(data)
    match protocol:
        case open_profile.PROTOCOL:
            out[2:4] = (burst % 65536).to_bytes(2, "little")
            out[4:8] = round(t_s * 1e6).to_bytes(4, "little")
        case movella_dot.PROTOCOL:
            out[0:4] = round(t_s * 1e6).to_bytes(4, "little")
        case movesense.PROTOCOL if out[0] == 2:
            out[2:6] = round(t_s * 1e3).to_bytes(4, "little")
        case metamotion.PROTOCOL:
            out[3:7] = int(t_s / (48 / 32768)).to_bytes(4, "little")
    return bytes(out)


def cost_us(
    family: Family,
    subject: Subject,
    at_once: int,
    samples: int = SAMPLES,
    rounds: int = ROUNDS,
) -> float:
    """Process time per sample (µs), ``at_once`` notifications at a time: the best of rounds."""
    notes = stream(family, subject, samples)
    parts = [notes[at : at + at_once] for at in range(0, len(notes), at_once)]
    best_s = np.inf
    for _ in range(rounds):
        info = SensorInfo(SensorId("x"), Placement.PELVIS, "x", family.protocol, family.rate_hz)
        decoder = SessionDecoder([info], 0.0)
        start_s = time.process_time()
        for part in parts:
            decoder.feed_all(part)
        best_s = min(best_s, time.process_time() - start_s)
        assert decoder.streams[info.sensor].statistics.received >= 0.99 * samples
    return 1e6 * best_s / samples


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one family: samples per notification; µs a sample, by how many came at once."""

    family: Family
    each: float
    second_us: float
    live_us: float
    single_us: float


def measure(samples: int = SAMPLES, rounds: int = ROUNDS) -> Iterator[Costs]:
    """Every family in turn."""
    known = subjects()
    for family in FAMILIES:
        subject = known[family.protocol]
        each = subject.samples / len(subject.good)
        live = max(round(RADIO_S * family.rate_hz / each), 1)
        second, some, single = (
            cost_us(family, subject, at_once, samples, rounds)
            for at_once in (round(family.rate_hz / each), live, 1)
        )
        yield Costs(family, each, second, some, single)


def row(costs: Costs) -> list[str]:
    """One family's row of a table."""
    figures = (costs.second_us, costs.live_us, costs.single_us)
    return [costs.family.title, f"{costs.each:g}", *(f"{cost:.1f}" for cost in figures)]


def run() -> None:
    """Print the cost of every family, µs per sample."""
    print(table(HEAD, ()), end="")
    for costs in measure():
        print(f"| {' | '.join(row(costs))} |", flush=True)
