"""What three sensors of the open profile ask of one radio: air, packets, latency, on paper and
in simulation.

On paper: an LE 1M packet costs 10 bytes around it and 7 of L2CAP and ATT, the empty answer 10, and
150 µs of silence after each (Bluetooth Core, vol. 6 part B). In simulation: each sensor makes
packets as the reference firmware does, they wait for the next connection event, and as many go as
the host's share of the interval and its limit of packets per event allow; the ring keeps 2 s.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from sensors.protocols.open_profile import BlockKind, capacity

SENSORS = 3
RATES_HZ = (100, 200)
INTERVALS_MS = (7.5, 15.0, 30.0, 50.0)
MTUS = (23, 65, 104, 185, 247)
BATCH_S = 0.040
RING_S = 2.0
SECONDS = 120.0

HEADER_BYTES = 8
SPACING_BYTES = 2
SAMPLE_BYTES = 12
ATT_BYTES = 3

LINK_BYTES = 10
L2CAP_ATT_BYTES = 7
SILENCE_US = 150
US_PER_BYTE = 8
DLE_PAYLOAD = 251
PLAIN_PAYLOAD = 27

PACKETS_PER_EVENT = 4
"""What may be counted on: hosts have been seen to take four to seven."""

TIMING_MARGIN_US = 300.0
"""Of each connection event, for the host's own timing."""


@dataclass(frozen=True, slots=True)
class Load:
    """One sensor's packets.

    Attributes
    ----------
    batch
        Samples per packet.
    packet_bytes
        Length of a notification's value.
    per_s
        Packets a second.
    air_us
        Time on the air of one packet with its answer.
    """

    batch: int
    packet_bytes: int
    per_s: float
    air_us: float

    @property
    def air_share(self) -> float:
        """Part of the time that one sensor's packets fill the air."""
        return self.per_s * self.air_us * 1e-6


@dataclass(frozen=True, slots=True)
class Flow:
    """What came of it in simulation: age of samples on arrival (ms), part of the samples lost."""

    p50_ms: float
    p95_ms: float
    lost: float


def load(rate_hz: int, mtu: int, *, long_packets: bool = True) -> Load:
    """Work out one sensor's packets as the firmware makes them by default."""
    batch = max(1, min(round(rate_hz * BATCH_S), capacity(BlockKind.IMU6, mtu - ATT_BYTES)))
    size = HEADER_BYTES + SPACING_BYTES * (batch > 1) + SAMPLE_BYTES * batch
    return Load(batch, size, rate_hz / batch, air_us(size, long_packets=long_packets))


def air_us(value_bytes: int, *, long_packets: bool = True) -> float:
    """Time on the air (µs, LE 1M) of a notification, cut as the link layer has to, with answers."""
    limit = DLE_PAYLOAD if long_packets else PLAIN_PAYLOAD
    left = value_bytes + L2CAP_ATT_BYTES
    total = 0.0
    while left > 0:
        part = min(left, limit)
        total += (LINK_BYTES + part) * US_PER_BYTE + LINK_BYTES * US_PER_BYTE + 2 * SILENCE_US
        left -= part
    return total


def packets_per_event(packet: Load, interval_ms: float) -> int:
    """How many packets of one of three sensors fit its part of a connection interval."""
    part_us = interval_ms * 1e3 / SENSORS - TIMING_MARGIN_US
    return min(PACKETS_PER_EVENT, int(part_us // packet.air_us))


def simulate(
    rate_hz: int, mtu: int, interval_ms: float, *, seconds: float = SECONDS, stalls: bool = True
) -> Flow:
    """Let one of three sensors stream; stalls of 250 ms come once in 15 s on average."""
    packet = load(rate_hz, mtu)
    rng = np.random.default_rng(rate_hz + mtu)
    room = packets_per_event(packet, interval_ms)
    interval_s, made_s = interval_ms * 1e-3, packet.batch / rate_hz
    ring: deque[float] = deque(maxlen=max(1, round(RING_S / made_s)))
    event_s, next_s, stalled_until_s = rng.uniform(0, interval_s), made_s, 0.0
    ages: list[float] = []
    made = lost = 0
    while event_s < seconds:
        while next_s <= event_s:
            lost += len(ring) == ring.maxlen
            ring.append(next_s)
            made += 1
            next_s += made_s
        if stalls and rng.random() < interval_s / 15.0:
            stalled_until_s = event_s + 0.25
        if event_s >= stalled_until_s:
            ages += [event_s - ring.popleft() for _ in range(min(room, len(ring)))]
        event_s += interval_s
    samples_ms = 1e3 * (np.array(ages)[:, None] + np.arange(packet.batch) / rate_hz).ravel()
    p50, p95 = np.percentile(samples_ms, [50, 95])
    return Flow(float(p50), float(p95), lost / made)


def run(seconds: float = SECONDS) -> None:
    """Print both tables."""
    print("On paper, one sensor (air: LE 1M, long link-layer packets; plain: cut to 27 bytes)\n")
    print("| rate Hz | MTU | samples/packet | bytes | packets/s | air, three | plain, three |")
    print("|---|---|---|---|---|---|---|")
    for rate_hz in RATES_HZ:
        for mtu in MTUS:
            p, plain = load(rate_hz, mtu), load(rate_hz, mtu, long_packets=False)
            print(
                f"| {rate_hz} | {mtu} | {p.batch} | {p.packet_bytes} | {p.per_s:.0f}"
                f" | {SENSORS * p.air_share:.0%} | {SENSORS * plain.air_share:.0%} |"
            )
    print("\nIn simulation, three sensors: age of samples on arrival, p50 / p95 in ms; lost\n")
    print("| rate Hz | MTU |" + "".join(f" {i:g} ms |" for i in INTERVALS_MS))
    print("|---|---|" + "---|" * len(INTERVALS_MS))
    for rate_hz in RATES_HZ:
        for mtu in MTUS:
            flows = [simulate(rate_hz, mtu, i, seconds=seconds) for i in INTERVALS_MS]
            cells = [
                f"{f.p50_ms:.0f} / {f.p95_ms:.0f}" + (f"; {f.lost:.0%}" if f.lost > 0.001 else "")
                for f in flows
            ]
            print(f"| {rate_hz} | {mtu} | " + " | ".join(cells) + " |")
