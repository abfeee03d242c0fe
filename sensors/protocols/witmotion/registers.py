"""WitMotion's registers: settings, what is asked, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sensors.errors import ProtocolError

PROTOCOL: Final = "witmotion"

# The family's own base, one letter away from Bluetooth's.
SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"

RATE_CODES: Final = {1: 0x03, 2: 0x04, 5: 0x05, 10: 0x06, 20: 0x07, 50: 0x08, 100: 0x09, 200: 0x0B}
"""0x0A is left out: the maker's papers disagree about it, and it was measured as 99 Hz."""

_CHARGE: Final = (
    (396, 100), (393, 90), (387, 75), (382, 60), (379, 50), (377, 40), (373, 30), (370, 20),
    (368, 15), (350, 10), (340, 5),
)  # fmt: skip


class Register(IntEnum):
    """Registers in use."""

    SAVE = 0x00
    CALIBRATE = 0x01
    RATE = 0x03
    ALGORITHM = 0x24
    READ = 0x27
    MAG = 0x3A
    TEMPERATURE = 0x40
    QUATERNION = 0x51
    BATTERY = 0x64
    KEY = 0x69
    CONTENT = 0x96


@dataclass(frozen=True, slots=True)
class RegisterReply:
    """Eight registers from ``first`` on, signed."""

    first: int
    values: tuple[int, ...]


def write_register(register: int, value: int) -> bytes:
    """Return what sets a register; ignored unless :func:`unlock` came within ten seconds before."""
    return bytes([0xFF, 0xAA, register, value & 0xFF, value >> 8 & 0xFF])


def unlock() -> bytes:
    """Return what lets registers be set."""
    return write_register(Register.KEY, 0xB588)


def save() -> bytes:
    """Return what keeps the settings through power-off; the unit is deaf for 0.3 s after it."""
    return write_register(Register.SAVE, 0)


def set_rate(rate_hz: int) -> bytes:
    """Return what sets the output rate.

    Raises
    ------
    ValueError
        The unit does not have this rate.
    """
    if rate_hz not in RATE_CODES:
        raise ValueError(f"a WitMotion unit sends at {tuple(RATE_CODES)} Hz, not at {rate_hz}")
    return write_register(Register.RATE, RATE_CODES[rate_hz])


def read_register(register: int) -> bytes:
    """Return what asks for eight registers; the answer comes among the data. One at a time."""
    return write_register(Register.READ, register)


def battery_percent(hundredths_of_volt: int) -> int:
    """Return the charge that a battery's voltage means, by the maker's table.

    Raises
    ------
    ProtocolError
        0: the unit was busy.
    """
    if hundredths_of_volt <= 0:
        raise ProtocolError(PROTOCOL, "a battery without voltage", b"")
    return next((percent for least, percent in _CHARGE if hundredths_of_volt >= least), 0)
