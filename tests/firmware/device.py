"""The reference firmware's core in a process of its own, and what its radio would carry."""

from __future__ import annotations

import struct
import subprocess
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from sensors.protocols.open_profile import Characteristic, Config

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    import numpy.typing as npt

INFO, SCALE, CONFIG, CONTROL, DATA, TIME_SYNC, STATUS = range(2, 9)
NUMBERS = {
    Characteristic.INFO: INFO,
    Characteristic.SCALE: SCALE,
    Characteristic.CONFIG: CONFIG,
    Characteristic.CONTROL: CONTROL,
    Characteristic.DATA: DATA,
    Characteristic.TIME_SYNC: TIME_SYNC,
    Characteristic.STATUS: STATUS,
}
UUIDS = {number: uuid.value for uuid, number in NUMBERS.items()}

HAS_IMU = 0b00011
HAS_MAG = 0b00100
HAS_QUATERNION = 0b01000
EVERYTHING = HAS_IMU | HAS_MAG | HAS_QUATERNION


class Sent(NamedTuple):
    """A notification: which characteristic (16-bit part of its UUID), and its value."""

    characteristic: int
    data: bytes


@dataclass(frozen=True)
class Hooks:
    """How often the core called what only a board can do."""

    starts: int
    stops: int
    identifies: int
    power_offs: int
    self_tests: int


class CDevice(AbstractContextManager["CDevice"]):
    """One device, booted; sanitizers end its process at the first mistake."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"ASAN_OPTIONS": "detect_leaks=0"},
        )
        self.boot()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _, errors = self._process.communicate(timeout=10)
        if exc is None:
            assert self._process.returncode == 0, errors.decode()

    def _ask(self, operation: str, payload: bytes = b"") -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(operation.encode() + struct.pack("<H", len(payload)) + payload)
            stdin.flush()
            (length,) = struct.unpack("<H", stdout.read(2))
        except (BrokenPipeError, struct.error):
            _, errors = self._process.communicate()
            raise AssertionError(errors.decode()) from None
        return stdout.read(length)

    def boot(
        self,
        *,
        boot_id: int = 1,
        ring_bytes: int = 8192,
        max_payload: int = 244,
        sensors: int = HAS_IMU,
        mag_rate_hz: int = 25,
    ) -> None:
        fields = (boot_id, ring_bytes, max_payload, sensors, mag_rate_hz)
        self._ask("B", struct.pack("<IIHBH", *fields))

    def write(self, characteristic: int, data: bytes, now_us: int = 0) -> int:
        """Write as a host does; returns the ATT error."""
        return self._ask("W", struct.pack("<BQ", characteristic, now_us) + data)[0]

    def read(self, characteristic: int, now_us: int = 0) -> bytes:
        return self._ask("R", struct.pack("<BQ", characteristic, now_us))

    def command(self, number: int, now_us: int = 0) -> int:
        return self.write(CONTROL, bytes([number]), now_us)

    def set_mtu(self, mtu: int) -> None:
        self._ask("M", struct.pack("<H", mtu))

    def disconnect(self) -> None:
        self._ask("D")

    def overrun(self) -> None:
        self._ask("O")

    def fault(self) -> None:
        self._ask("F")

    def measured(self, rate_hz: float, temperature_c: float, battery_v: float) -> None:
        fields = (round(rate_hz * 1e3), round(temperature_c * 1e2), round(battery_v * 1e3))
        self._ask("S", struct.pack("<IhH", *fields))

    def imu(
        self,
        times_us: Iterable[int],
        imu: npt.ArrayLike,
        quat: npt.ArrayLike | None = None,
    ) -> None:
        """Samples: acc and gyro (n, 6), with the chip's own quaternions (n, 4) if it has them."""
        rows = np.asarray(imu, np.int16)
        if quat is not None:
            rows = np.hstack([rows, np.asarray(quat, np.int16)])
        samples = b"".join(
            struct.pack("<Q", time_us) + row.astype("<i2").tobytes()
            for time_us, row in zip(times_us, rows, strict=True)
        )
        self._ask("I", bytes([quat is not None]) + samples)

    def mag(self, time_us: int, mag: npt.ArrayLike) -> None:
        self._ask("G", struct.pack("<Q", time_us) + np.asarray(mag, "<i2").tobytes())

    def notify(self, now_us: int = 0, *, most: int = 60_000, accepted: bool = True) -> list[Sent]:
        """What the radio takes now, or refuses to take."""
        answer = self._ask("N", struct.pack("<QHB", now_us, most, accepted))
        sent: list[Sent] = []
        while answer:
            characteristic, length = answer[0], answer[1]
            sent.append(Sent(characteristic, answer[2 : 2 + length]))
            answer = answer[2 + length :]
        return sent

    def data(self, now_us: int = 0) -> list[bytes]:
        """The data notifications among what the radio takes."""
        return [s.data for s in self.notify(now_us) if s.characteristic == DATA]

    def packet(
        self,
        kind: int,
        flags: int,
        sequence: int,
        time_us: int,
        spacing_us: int,
        raw: npt.NDArray[np.int16],
    ) -> bytes:
        fields = (kind, flags, len(raw), sequence, time_us, spacing_us)
        return self._ask("P", struct.pack("<BBBHIH", *fields) + raw.astype("<i2").tobytes())

    def capacity(self, kind: int, payload_bytes: int) -> int:
        return self._ask("C", struct.pack("<BH", kind, payload_bytes))[0]

    def anchor(self, time_us: int, rate_hz: float) -> None:
        self._ask("A", struct.pack("<QI", time_us, round(rate_hz * 1e3)))

    def pace(self, steps: int, capture_us: int) -> tuple[npt.NDArray[np.uint64], bool, float]:
        """Times of the next samples, whether the capture fits, and the rate measured (Hz)."""
        answer = self._ask("T", struct.pack("<HQ", steps, capture_us))
        fits, rate_mhz = struct.unpack("<BI", answer[-5:])
        return np.frombuffer(answer[:-5], "<u8"), bool(fits), rate_mhz / 1e3

    def turned(self, axes: tuple[int, int, int], vector: npt.ArrayLike) -> list[int] | None:
        """A vector on the board's axes; ``None`` if these are not a rotation of the chip's."""
        answer = self._ask("V", struct.pack("<3b", *axes) + np.asarray(vector, "<i2").tobytes())
        return np.frombuffer(answer[1:], "<i2").tolist() if answer[0] else None

    def registers(self, chip: str, config: Config, watermark: int) -> list[tuple[int, int]]:
        """What is written to the chip to start it: register and value."""
        payload = bytes([chip == "bmi270"]) + config.encode() + struct.pack("<H", watermark)
        answer = self._ask("L", payload)
        return list(zip(answer[::2], answer[1::2], strict=True))

    def chip_bytes(
        self, chip: str, status: bytes, temperature: bytes, frame: bytes
    ) -> tuple[int, bool, float, list[int]]:
        """Frames waiting, overrun, temperature (°C), and a frame as acc and gyro."""
        answer = self._ask("l", bytes([chip == "bmi270"]) + status + temperature + frame)
        frames, overrun, centi_c, *imu = struct.unpack("<HBh6h", answer)
        return frames, bool(overrun), centi_c / 100.0, imu

    def hooks(self, *, healthy: bool = True) -> Hooks:
        """What was called so far; from now on the chip answers, or not."""
        return Hooks(*struct.unpack("<5H", self._ask("H", bytes([healthy]))))
