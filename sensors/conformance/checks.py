"""What is demanded of a family's reader, whatever its bytes: nothing invented, nothing unsaid."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sensors.conformance.device import NUMBERS
from sensors.conformance.playing import ORIGIN_S, Sent, Setting, info_of, play
from sensors.decoding import StreamDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sensors.drivers.base import Notification
    from sensors.drivers.plugins import Driver
    from sensors.samples import FloatArray

TOLERANCE_MPS2 = 1e-4

NOT_APPLICABLE = "not applicable: "


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one play."""

    decoder: StreamDecoder
    t_s: FloatArray
    acc_x: FloatArray
    sent: int

    def faults(self, driver: Driver) -> list[str]:
        """What must never be, under any circumstances."""
        found = []
        if self.sent == 0:
            found.append("the dialogue does not make the device stream")
        if (np.diff(self.t_s) <= 0.0).any():
            found.append("time does not run forwards")
        if len(self.t_s) > self.sent:
            found.append(f"{len(self.t_s)} samples of {self.sent}: some were invented")
        numbers = known_numbers(driver)
        after = np.clip(np.searchsorted(numbers, self.acc_x), 1, len(numbers) - 1)
        nearest = np.minimum(
            np.abs(numbers[after] - self.acc_x), np.abs(numbers[after - 1] - self.acc_x)
        )
        strange = int((nearest > TOLERANCE_MPS2).sum())
        if strange:
            found.append(f"{strange} samples that the device never measured")
        return found


def known_numbers(driver: Driver) -> FloatArray:
    """Return every value that x of the accelerometer can have (m/s²), rising."""
    device = driver.device(1, driver.family.rate_hz, ORIGIN_S, 1.0)
    return np.sort([device.acc_x(number) for number in range(NUMBERS)])


def run(driver: Driver, sent: Iterable[Sent]) -> Run:
    """Decode what was sent."""
    reader = driver.family.reader(driver.family.rate_hz)
    decoder = StreamDecoder(info_of(driver), ORIGIN_S, reader)
    count, blocks = 0, []
    for samples, notification, _ in sent:
        count += samples
        block = decoder.feed(notification)
        if block is not None:
            blocks.append(block)
    t_s = np.concatenate([b.t_s for b in blocks]) if blocks else np.empty(0)
    acc_x = np.concatenate([b.acc[:, 0] for b in blocks]) if blocks else np.empty(0)
    return Run(decoder, t_s, acc_x, count)


def decode(driver: Driver) -> list[str]:
    """Every sample, in order, with its number and in its time."""
    done = run(driver, play(driver, Setting()))
    found = done.faults(driver)
    statistics = done.decoder.statistics
    if statistics.errors:
        found.append(f"{statistics.errors} notifications refused: {statistics.last_error}")
    if len(done.t_s) < done.sent or statistics.lost:
        found.append(f"{len(done.t_s)} of {done.sent} samples, {statistics.lost} counted lost")
    if statistics.restarts:
        found.append(f"its clock seems to have begun anew {statistics.restarts} times")
    if len(done.t_s) and abs(statistics.rate_hz / driver.family.rate_hz - 1.0) > 0.03:
        found.append(f"{statistics.rate_hz:.1f} Hz instead of {driver.family.rate_hz:g}")
    return found


def loss(driver: Driver) -> list[str]:
    """Single notifications and two seconds in one go: the account adds up."""
    rng = random.Random(2)
    kept, lost = [], 0
    for sent in play(driver, Setting(seconds=60.0)):
        t_s = sent.notification.arrival_s - ORIGIN_S
        if sent.is_data and 15.0 < t_s < 50.0 and (30.0 < t_s < 32.0 or rng.random() < 0.005):
            lost += sent.samples
        else:
            kept.append(sent)
    done = run(driver, kept)
    found = done.faults(driver)
    counted = done.decoder.statistics.lost
    known = _has_time(driver)
    # Parts of a measurement that are lost take samples with them that arrived.
    truly = lost + done.sent - len(done.t_s)
    if abs(counted - truly) > (2 if known else 0.002 * (done.sent + lost)):
        found.append(f"{truly} samples lost, {counted} counted")
    return found


def reorder(driver: Driver) -> list[str]:
    """Neighbours that change places: nothing raised, nothing invented, no way back in time."""
    sent = list(play(driver, Setting(seconds=20.0)))
    data = [i for i, s in enumerate(sent) if s.is_data]
    for a, b in zip(data[50::40], data[51::40], strict=False):
        first, second = sent[a], sent[b]
        sent[a] = second._replace(notification=_at(second, first))
        sent[b] = first._replace(notification=_at(first, second))
    done = run(driver, sent)
    return done.faults(driver)


def duplicate(driver: Driver) -> list[str]:
    """Notifications that come twice are used once."""
    if not _has_time(driver):
        return [NOT_APPLICABLE + "without a clock or counter nobody can tell"]
    twice: list[Sent] = []
    for number, sent in enumerate(play(driver, Setting(seconds=20.0))):
        twice.append(sent)
        if sent.is_data and number % 20 == 0:
            twice.append(sent._replace(samples=0))
    done = run(driver, twice)
    return done.faults(driver)


def wrap(driver: Driver) -> list[str]:
    """Clock and counter begin again at 0: no loss, no restart."""
    clock = driver.family.reader(driver.family.rate_hz).clock
    if clock is None:
        return [NOT_APPLICABLE + "it has no clock"]
    uptime_s = clock.tick_s * (1 << clock.bits) - 10.0
    done = run(driver, play(driver, Setting(seconds=30.0, uptime_s=uptime_s)))
    found = done.faults(driver)
    statistics = done.decoder.statistics
    if statistics.lost or statistics.packets_lost or statistics.restarts:
        found.append(
            f"{statistics.lost} samples and {statistics.packets_lost} packets counted lost, "
            f"{statistics.restarts} restarts"
        )
    return found


def reboot(driver: Driver) -> list[str]:
    """The clock begins anew: a new beginning, not an hour of lost samples."""
    done = run(driver, play(driver, Setting(reboot_s=20.0)))
    found = done.faults(driver)
    statistics = done.decoder.statistics
    if _has_time(driver) and statistics.restarts != 1:
        found.append(f"{statistics.restarts} restarts were noticed, not 1")
    if len(done.t_s) and done.t_s[-1] < 38.0:
        found.append("no samples after it")
    if statistics.lost > 2.0 * driver.family.rate_hz:
        found.append(f"{statistics.lost} samples counted lost in half a second")
    return found


def stall(driver: Driver) -> list[str]:
    """A link that holds back and catches up loses nothing, and nobody says so."""
    stalls = tuple((at, at + 0.25) for at in (12.0, 20.0, 21.0, 30.0))
    done = run(driver, play(driver, Setting(stalls=stalls)))
    found = done.faults(driver)
    if done.decoder.statistics.lost or len(done.t_s) < done.sent:
        found.append(
            f"{done.decoder.statistics.lost} counted lost, {len(done.t_s)} of {done.sent} given"
        )
    if len(done.t_s) and float(np.diff(done.t_s).max()) > 3.0 / driver.family.rate_hz:
        found.append("time jumps where the link was late")
    return found


def garbage(driver: Driver) -> list[str]:
    """Random, cut and overlong bytes: refused or harmless, and what is good after them is used."""
    rng = random.Random(3)
    mixed: list[Sent] = []
    for number, sent in enumerate(play(driver, Setting(seconds=30.0))):
        mixed.append(sent)
        if sent.is_data and number % 10 == 0:
            data = sent.notification.data
            bad = (
                rng.randbytes(rng.randrange(0, 80)),
                data[: rng.randrange(0, len(data))],
                b"",
            )[number // 10 % 3]
            mixed.append(Sent(0, sent.notification._replace(data=bad), is_data=True))
    done = run(driver, mixed)
    found = []
    if (np.diff(done.t_s) <= 0.0).any():
        found.append("time does not run forwards")
    if len(done.t_s) < 0.8 * done.sent:
        found.append(f"only {len(done.t_s)} of {done.sent} good samples were used")
    return found


def _has_time(driver: Driver) -> bool:
    return driver.family.reader(driver.family.rate_hz).clock is not None


def _at(sent: Sent, other: Sent) -> Notification:
    return sent.notification._replace(arrival_s=other.notification.arrival_s)
