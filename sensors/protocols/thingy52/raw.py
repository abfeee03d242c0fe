"""The Thingy:52's motion service: its settings, and acceleration, rate and field as they are."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sensors.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROTOCOL: Final = "thingy52"


def _uuid(number: str) -> str:
    return f"ef68{number}-9b35-4933-9b10-52ffa9740042"


ADVERTISED: Final = _uuid("0100")
SERVICE: Final = _uuid("0400")
CONFIG: Final = _uuid("0401")
RAW: Final = _uuid("0406")
LED: Final = _uuid("0301")

RAW_BYTES: Final = 18
RATES_HZ: Final = range(5, 201)
FASTEST_HZ: Final = 100
"""Above it links choke: the sensor throws away what it cannot send, and nobody can tell."""

ACC_LSB_PER_G: Final = 1024.0
GYR_LSB_PER_DPS: Final = 32.0
MAG_LSB_PER_UT: Final = 16.0

_ROW: Final = np.dtype(("<i2", (RAW_BYTES // 2,)))
_SETTINGS: Final = struct.Struct("<4HB")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the motion service does (9 bytes).

    ``step_ms`` between step counts, ``temperature_ms`` and ``mag_ms`` between its corrections;
    ``wake`` = wake up when moved.
    """

    rate_hz: int
    step_ms: int = 5000
    temperature_ms: int = 5000
    mag_ms: int = 1000
    wake: bool = True

    def encode(self) -> bytes:
        """Return the value to write.

        Raises
        ------
        ValueError
            The sensor does not have this rate.
        """
        if self.rate_hz not in RATES_HZ:
            raise ValueError(f"a Thingy:52 measures at 5 to 200 Hz, not at {self.rate_hz}")
        return _SETTINGS.pack(
            self.step_ms, self.temperature_ms, self.mag_ms, self.rate_hz, self.wake
        )

    @classmethod
    def decode(cls, data: bytes) -> Settings:
        """Read a value; :class:`~sensors.errors.ProtocolError` on a wrong size or rate."""
        if len(data) != _SETTINGS.size:
            raise ProtocolError(PROTOCOL, f"settings have {_SETTINGS.size} bytes", data)
        step, temperature, mag, rate, wake = _SETTINGS.unpack(data)
        if rate not in RATES_HZ:
            raise ProtocolError(PROTOCOL, f"a rate of {rate} Hz", data)
        return cls(rate, step, temperature, mag, bool(wake))


def check_raw(data: bytes) -> None:
    """Refuse what is no raw sample.

    Raises
    ------
    ProtocolError
        Its length is not that of one.
    """
    if len(data) != RAW_BYTES:
        raise ProtocolError(PROTOCOL, f"a sample has {RAW_BYTES} bytes", data)


def decode_raw(data: bytes) -> npt.NDArray[np.int16]:
    """Return (n, 9) raw numbers of joined samples: acc, gyr, mag, x y z each."""
    rows: npt.NDArray[np.int16] = np.frombuffer(data, _ROW)
    return rows


def encode_raw(raw: Sequence[int]) -> bytes:
    """Write a sample of nine raw numbers."""
    return struct.pack("<9h", *raw)


def light(red: int, green: int, blue: int) -> bytes:
    """Return what lets the lamp shine, written to :data:`LED`."""
    return bytes([1, red, green, blue])
