"""How well sensors are on one clock: device ticks, counted samples, and clocks that are asked.

Two sensors per line, over a made-up radio with one connection interval and stalls of 250 ms with
catch-up: 1 % loss and clocks ± 50 ppm, or 0.2 % loss and ± 0.6 % where samples are counted. Errors
after 20 s of settling (60 s where counted); what every packet of a sensor waits is in them. *In
step*: packets every 40 ms, a multiple of the interval, so that all of them wait alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sensors.clock import DeviceClock
from sensors.counting import CountClock
from sensors.drivers.dialogues import dialogue_for

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST_S = 54321.0
INTERVALS_S = (0.0075, 0.015, 0.030, 0.040, 0.050)
BATCH = 4
WRAP = 1 << 32


class Packet(NamedTuple):
    """True time of its last sample and of its arrival, and whether it arrives (s)."""

    true_s: float
    arrival_s: float
    arrives: bool


def packets(
    seed: int, interval_s: float, rate_hz: float, loss: float, minutes: float
) -> Iterator[Packet]:
    """Packets of one sensor over one link."""
    rng = np.random.default_rng(seed)
    phase_s = rng.uniform(0.0, interval_s)
    stall_s, last_s = rng.exponential(15.0), 0.0
    for true_s in np.arange(BATCH - 1, minutes * 60.0 * rate_hz, BATCH) / rate_hz:
        ready_s = true_s + 0.0005
        if stall_s <= ready_s < stall_s + 0.25:
            ready_s = stall_s + 0.25
        elif ready_s >= stall_s + 0.25:
            stall_s = ready_s + rng.exponential(15.0)
        event_s = phase_s + math.ceil((ready_s - phase_s) / interval_s) * interval_s
        last_s = max(event_s + rng.exponential(0.0005), last_s)
        yield Packet(float(true_s), last_s, bool(rng.random() >= loss))


def questions(seed: int, interval_s: float, minutes: float) -> Iterator[tuple[float, float]]:
    """When the host asks what time it is and when the device hears it, as the driver does it."""
    rng = np.random.default_rng(seed + 1000)
    phase_s = np.random.default_rng(seed).uniform(0.0, interval_s)
    (chore,) = dialogue_for("open_profile").chores
    moments = [1.0 + at_s for at_s in chore.first_s]
    while moments[-1] < minutes * 60.0:
        moments.append(moments[-1] + chore.after_s(len(moments) + 1))
    for at_s in moments:
        asked_s = at_s + rng.exponential(0.001)
        heard_s = phase_s + math.ceil((asked_s - phase_s) / interval_s) * interval_s
        yield asked_s, heard_s


def ticking(
    seed: int, interval_s: float, ppm: float, minutes: float, *, asked: bool, rate_hz: float
) -> np.ndarray:
    """True times and errors (s) of a device with a clock."""
    clock, rows = DeviceClock(), []
    to_ask = list(questions(seed, interval_s, minutes)) if asked else []

    def device_us(true_s: float) -> int:
        return round((100.0 + true_s) * (1.0 + ppm * 1e-6) * 1e6)

    for packet in packets(seed, interval_s, rate_hz, 0.01, minutes):
        while to_ask and to_ask[0][1] + interval_s < packet.arrival_s:
            asked_s, heard_s = to_ask.pop(0)
            heard = clock.unwrap(device_us(heard_s) % WRAP, HOST_S + packet.arrival_s)
            if heard is not None:
                clock.exchange(HOST_S + asked_s, heard)
        if packet.arrives:
            device_s = clock.unwrap(device_us(packet.true_s) % WRAP, HOST_S + packet.arrival_s)
            assert device_s is not None
            host_s, _ = clock.observe(device_s, HOST_S + packet.arrival_s)
            rows.append((packet.true_s, host_s - HOST_S - packet.true_s))
    return np.array(rows).T


def counted(
    seed: int, interval_s: float, off: float, minutes: float
) -> tuple[np.ndarray, int, int]:
    """True times and errors (s) of a device that is counted, and samples lost and found lost."""
    count, rows, lost, found = CountClock(1.0 / 100.0), [], 0, 0
    for packet in packets(seed, interval_s, 100.0 * (1.0 + off), 0.002, minutes):
        if not packet.arrives:
            lost += BATCH
            continue
        host_s, _, missing = count.observe(BATCH, HOST_S + packet.arrival_s)
        found += missing
        rows.append((packet.true_s, host_s - HOST_S - packet.true_s))
    return np.array(rows).T, lost, found


def between(one: np.ndarray, two: np.ndarray, minutes: float, settled_s: float) -> np.ndarray:
    """How far two sensors are apart, each 0.1 s (s)."""
    at_s = np.arange(settled_s, minutes * 60.0 - 1.0, 0.1)
    return np.asarray(np.interp(at_s, *one) - np.interp(at_s, *two))


def run(minutes: float, seeds: int) -> bool:
    """Print a line per interval and kind; returns whether ticking ones are within 5 ms."""
    good = True
    print(
        f"{minutes:g} min, {seeds} pairs per line; ms (max, p95): sensor against truth, between two"
    )
    for interval_s in INTERVALS_S:
        for name in ("ticks", "asked", "ticks in step", "asked in step", "counted"):
            alone, apart, accounts = [], [], []
            for seed in range(seeds):
                if name == "counted":
                    (one, *a), (two, *b) = (
                        counted(2 * seed + k, interval_s, off, minutes)
                        for k, off in ((0, -0.006), (1, 0.006))
                    )
                    accounts += [a, b]
                    settled_s = 60.0
                else:
                    rate_hz = 104.0
                    if "in step" in name:
                        rate_hz = 4.0 / (math.ceil(0.04 / interval_s) * interval_s)
                    one, two = (
                        ticking(
                            2 * seed + k, interval_s, ppm, minutes,
                            asked="asked" in name, rate_hz=rate_hz,
                        )
                        for k, ppm in ((0, 50.0), (1, -50.0))
                    )  # fmt: skip
                    settled_s = 20.0
                alone += [np.abs(e[t > settled_s]) for t, e in (one, two)]
                apart.append(np.abs(between(one, two, minutes, settled_s)))
            all_alone, all_apart = np.concatenate(alone), np.concatenate(apart)
            line = f"  {1e3 * interval_s:4.1f} ms  {name:13} {1e3 * all_alone.max():6.1f}"
            line += f" {1e3 * np.percentile(all_alone, 95):6.1f}   "
            line += f"{1e3 * all_apart.max():6.1f} {1e3 * np.percentile(all_apart, 95):6.1f}"
            if accounts:
                line += (
                    f"   lost {sum(a for a, _ in accounts)}, found {sum(b for _, b in accounts)}"
                )
            elif all_apart.max() > 0.005 and name != "ticks in step":
                good = False
                line += "   MORE THAN 5 ms"
            print(line, flush=True)
    return good
