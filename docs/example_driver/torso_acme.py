"""ACME's motion sensors for torso: a whole driver in one file.

ACME's sensor does not exist. It sends 17 bytes per sample: u8 packet number, u32 µs since boot,
3 × i16 acceleration (2048 = 1 g), 3 × i16 rate (16.4 = 1 °/s), little-endian; 1 to its control
characteristic starts it, 0 stops it, 2 makes it blink.
"""

from __future__ import annotations

import struct

import numpy as np

from sensors.conformance.device import NOTIFY, NUMBERS, WRITE, SampleClock
from sensors.drivers.dialogue import Dialogue, Opening, Write
from sensors.drivers.plugins import Driver
from sensors.errors import ProtocolError
from sensors.protocols.burst import Burst, ClockFacts
from sensors.protocols.families import Family

NAME = "acme"
SERVICE = "ac3e0001-7b1c-4f53-9a0e-5d2f6c8b1e47"
CONTROL = "ac3e0002-7b1c-4f53-9a0e-5d2f6c8b1e47"
DATA = "ac3e0003-7b1c-4f53-9a0e-5d2f6c8b1e47"

G = 9.80665
PACKET = struct.Struct("<BI6h")


class AcmeReader:
    """Bytes to samples in SI units, with the times the device put on them."""

    clock = ClockFacts(tick_s=1e-6, bits=32)
    sequence_wrap = 256

    def __init__(self) -> None:
        self.period_s = None
        self.status = None
        self.exchange = None

    def feed(self, characteristic: str, data: bytes) -> tuple[Burst, ...]:
        if characteristic != DATA:
            return ()
        if len(data) != PACKET.size:
            raise ProtocolError(NAME, f"a packet has {PACKET.size} bytes", data)
        number, time_us, *raw = PACKET.unpack(data)
        values = np.array(raw, dtype=float)[None]
        return (
            Burst(
                acc=values[:, :3] * G / 2048,
                gyr=np.radians(values[:, 3:] / 16.4),
                clipped=np.any(np.abs(values) >= 32767, axis=1),
                ticks=time_us,
                sequence=number,
            ),
        )


def dialogue(_rate_hz: float) -> Dialogue:
    """What is said to it, in what order."""
    start, stop, blink = (Write(CONTROL, bytes([code])) for code in (1, 0, 2))
    return Dialogue(
        needs=frozenset({CONTROL, DATA}),
        openings=(Opening(prepare=(stop,), start=(start,)),),
        listen=(DATA,),
        data=frozenset({DATA}),
        stop=(stop,),
        identify=(blink,),
    )


class AcmeDevice:
    """A simulated one, for the conformance sheet."""

    services = {SERVICE: {CONTROL: (WRITE,), DATA: (NOTIFY,)}}
    data = DATA

    def __init__(self, seed: int, rate_hz: float, now_s: float, uptime_s: float) -> None:
        self._clock = SampleClock(rate_hz, now_s)
        self._uptime_s = uptime_s + 0.01 * seed
        self._packets = 200 if uptime_s > 1000 else 0
        self._streaming = False

    def acc_x(self, number: int) -> float:
        return (number % NUMBERS - NUMBERS // 2) * G / 2048

    def read(self, characteristic: str) -> bytes:
        raise KeyError(characteristic)

    def write(self, _characteristic: str, value: bytes, now_s: float) -> list[tuple[str, bytes]]:
        if value in {b"\x00", b"\x01"}:
            self._streaming = value == b"\x01"
            self._clock.start(now_s)
        return []

    def produce(self, now_s: float) -> list[tuple[int, tuple[str, bytes]]]:
        if not self._streaming:
            return []
        return [(1, (DATA, self._packet(number))) for number in self._clock.due(now_s)]

    def _packet(self, number: int) -> bytes:
        time_us = round((self._uptime_s + number / self._clock.rate_hz) * 1e6) % (1 << 32)
        self._packets += 1
        acc_x = number % NUMBERS - NUMBERS // 2
        return PACKET.pack(self._packets % 256, time_us, acc_x, 0, 2048, 0, 0, 0)

    def link_closed(self) -> None:
        self._streaming = False


DRIVER = Driver(
    family=Family(
        protocol=NAME,
        title="ACME",
        services=frozenset({SERVICE}),
        names=("acme",),
        companies=frozenset(),
        rate_hz=100.0,
        live=True,
        reader=lambda _rate_hz: AcmeReader(),
    ),
    dialogue=dialogue,
    device=AcmeDevice,
)
