"""Random and mutated notifications into every protocol's reader.

Half are noise of random length, half are good notifications with bytes changed, cut off, added or
doubled. A reader may refuse them (:class:`ProtocolError`) or give samples; it may not raise
anything else, give more samples than the bytes can hold, or give numbers that are none; and what it
takes in together with others has to be what it would have read alone. Now and then two good
notifications follow: the second must be read as if nothing had been.
"""

from __future__ import annotations

import contextlib
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols import (
    metamotion,
    movella_dot,
    movesense,
    open_profile,
    thingy52,
    witmotion,
)
from sensors.protocols.burst import Joining, Packed, unpacked
from sensors.protocols.families import FAMILIES, Family, family_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sensors.protocols.burst import Burst, Joined, Reader

MAX_NOISE_BYTES = 250
CHECK_EVERY = 50


@dataclass(frozen=True, slots=True)
class Subject:
    """What is fuzzed.

    Attributes
    ----------
    prepare
        Values a reader has to see first.
    good
        Notifications of one whole burst, and how many samples are in it.
    sample_bytes
        The least a sample takes.
    """

    prepare: Sequence[tuple[str, bytes]]
    good: Sequence[tuple[str, bytes]]
    samples: int
    sample_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    notifications: int
    refused: int
    samples: int
    resynchronised: int
    checks: int
    seconds: float


def subjects() -> dict[str, Subject]:
    """Good notifications of every family."""
    profile = open_profile.Characteristic
    scale = open_profile.Scale(4500, 0.001, 0.0175, 0.15, 1 / 32767, 104.0)
    packet = open_profile.DataPacket(1, 1, 1000, 9615, np.arange(24, dtype=np.int16).reshape(4, 6))
    dot = movella_dot.Payload(
        1000, quat=np.array([1.0, 0, 0, 0]), acc=np.array([0, 0, 9.81]), gyr_dps=np.ones(3)
    )
    custom = movella_dot.encode_payload(movella_dot.PayloadId.CUSTOM_5, dot)
    frame = witmotion.encode_frame([0, 0, 2048, 10, 20, 30, 0, 0, 0])
    measured = movesense.encode_measurement(movesense.Measurement(1000, np.ones((2, 8, 3))))
    parts = [
        (movesense.NOTIFY, bytes([code, movesense.IMU6_REFERENCE]) + part)
        for code, part in ((2, measured[:150]), (3, measured[150:]))
    ]
    fused = metamotion.encode_fused(metamotion.Fused(2, 1000, np.arange(6, dtype=np.int16)))
    return {
        open_profile.PROTOCOL: Subject(
            [(profile.SCALE, scale.encode())],
            [(profile.DATA, open_profile.encode_packet(packet))],
            4,
            12,
        ),
        movella_dot.PROTOCOL: Subject([], [(movella_dot.Characteristic.LONG, custom)], 1, 20),
        witmotion.PROTOCOL: Subject([], [(witmotion.NOTIFY, 4 * frame)], 4, 20),
        movesense.PROTOCOL: Subject([], parts, 8, 24),
        metamotion.PROTOCOL: Subject([], [(metamotion.NOTIFY, fused)], 1, 12),
        thingy52.PROTOCOL: Subject([], [(thingy52.RAW, thingy52.encode_raw(range(9)))], 1, 18),
    }


def fuzz(family: Family, subject: Subject, notifications: int, seed: int) -> Outcome:
    """Feed a reader ``notifications`` bad values.

    Raises
    ------
    AssertionError
        It did something it may not.
    """
    rng = random.Random(seed)
    reader = family.reader(family.rate_hz)
    for characteristic, data in subject.prepare:
        reader.feed(characteristic, data)
    joining = reader if isinstance(reader, Joining) else None
    refused = samples = resynchronised = checks = 0
    held_bytes = 0
    start_s = time.process_time()
    for number in range(notifications):
        characteristic, good = rng.choice(subject.good)
        bad = rng.randbytes(rng.randrange(MAX_NOISE_BYTES)) if number % 2 else mutated(good, rng)
        held_bytes += len(bad)
        joined = joining.join(characteristic, [bad]) if joining else None
        try:
            bursts = reader.feed(characteristic, bad)
        except ProtocolError:
            refused += 1
            bursts = ()
        assert joined is None or _alike(joined, bursts), "not the same together as alone"
        count = sum(map(len, bursts))
        samples += count
        held_bytes -= count * subject.sample_bytes
        assert held_bytes >= -MAX_NOISE_BYTES, "samples out of nothing"
        assert all(_sound(unpacked(burst)) for burst in bursts), "a number that is none"
        if number % CHECK_EVERY == 0:
            checks += 1
            resynchronised += _recovers(reader, subject)
    assert resynchronised == checks, "it did not find back"
    seconds = time.process_time() - start_s
    return Outcome(notifications, refused, samples, resynchronised, checks, seconds)


def mutated(good: bytes, rng: random.Random) -> bytes:
    """Change, cut, lengthen or double a good notification."""
    data = bytearray(good)
    match rng.randrange(5):
        case 0:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        case 1:
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
        case 2:
            del data[rng.randrange(len(data)) :]
        case 3:
            at = rng.randrange(len(data) + 1)
            data[at:at] = rng.randbytes(rng.randrange(1, 30))
        case _:
            data += bytes(data)
    return bytes(data)


def _alike(joined: Joined, bursts: Sequence[Burst | Packed]) -> bool:
    expected = Packed(
        joined.count,
        joined.raw,
        joined.unpack,
        ticks=joined.ticks[0] if joined.ticks else None,
        spacing_ticks=joined.spacings_ticks[0] if joined.spacings_ticks else 0.0,
        sequence=joined.sequences[0] if joined.sequences else None,
    )
    return list(bursts) == [expected] and list(joined.sizes) == [expected.count]


def _sound(burst: Burst) -> bool:
    parts = (burst.acc, burst.gyr, burst.mag, burst.quat)
    return all(part is None or not np.isinf(part).any() for part in parts)


def _recovers(reader: Reader, subject: Subject) -> bool:
    """Whether the second of two good bursts is read whole."""
    counts = []
    for _ in range(2):
        count = 0
        for characteristic, data in subject.good:
            with contextlib.suppress(ProtocolError):  # the first may be mixed up with what was
                count += sum(map(len, reader.feed(characteristic, data)))
        counts.append(count)
    return counts[1] >= subject.samples


def run(
    notifications: int,
    protocol: str | None = None,
    seed: int = 1,
    say: Callable[[str], None] = print,
) -> None:
    """Fuzz every family, or the one of a protocol, and print the table."""
    say(f"{notifications} bad notifications each\n")
    say("| protocol | refused | samples | found back | µs each |")
    say("|---|---|---|---|---|")
    known = subjects()
    for family in FAMILIES if protocol is None else (family_named(protocol),):
        o = fuzz(family, known[family.protocol], notifications, seed)
        say(
            f"| {family.title} | {o.refused / o.notifications:.0%} | {o.samples}"
            f" | {o.resynchronised} of {o.checks} | {1e6 * o.seconds / o.notifications:.1f} |"
        )
