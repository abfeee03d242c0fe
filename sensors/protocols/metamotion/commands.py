"""Commands of the MetaMotion: ``[module, register, data…]``, at most 18 bytes."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

PROTOCOL: Final = "metamotion"

SERVICE: Final = "326a9000-85cb-9195-d9dd-464cfbbae75a"
WRITE: Final = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY: Final = "326a9006-85cb-9195-d9dd-464cfbbae75a"

ACC_RANGE_G: Final = 8
GYR_RANGE_DPS: Final = 1000

ACC: Final = 0x03
GYR: Final = 0x13
PROCESSOR: Final = 0x09
SETTINGS: Final = 0x11

BUFFER_ID, FUSER_ID, ACCOUNTER_ID = 0, 1, 2
"""Processors get their numbers in the order they are made, after all were cleared."""

_ODR: Final = {25: 0x06, 50: 0x07, 100: 0x08, 200: 0x09}


class Chip(IntEnum):
    """Which motion chip, as the sensor's module 13 answers when it is probed."""

    BMI160 = 0
    BMI270 = 1


def _gyro_register(chip: Chip) -> int:
    return 0x05 if chip is Chip.BMI160 else 0x04


def configure(rate_hz: int, chip: Chip) -> tuple[bytes, ...]:
    """Return what sets rate and ranges and joins acc, gyro and tick into one packet, in order.

    Raises
    ------
    ValueError
        The sensor does not have this rate.
    """
    if rate_hz not in _ODR:
        raise ValueError(f"a MetaMotion measures at {tuple(_ODR)} Hz, not at {rate_hz}")
    odr, gyro = _ODR[rate_hz], _gyro_register(chip)
    old = chip is Chip.BMI160
    acc_mode, acc_range = (0x20, 0x08) if old else (0xA0, 0x02)
    return (
        bytes([PROCESSOR, 0x08]),  # whatever an earlier program left behind
        bytes([ACC, 0x03, acc_mode | odr, acc_range]),
        bytes([GYR, 0x03, 0x20 | odr, 0x01]),
        bytes([PROCESSOR, 0x02, GYR, gyro, 0xFF, 0xA0, 0x0F, 0x05]),
        bytes([PROCESSOR, 0x02, ACC, 0x04, 0xFF, 0xA0, 0x1B, 0x01, BUFFER_ID]) + bytes(11),
        bytes([PROCESSOR, 0x02, PROCESSOR, 0x03, FUSER_ID, 0x60, 0x11, 0x31, 0x03]),
        bytes([PROCESSOR, 0x07, ACCOUNTER_ID, 0x01]),
        bytes([PROCESSOR, 0x03, 0x01]),
        # 7.5 ms wished for: above 100 packets a second nothing longer will do.
        bytes([SETTINGS, 0x09, 0x06, 0x00, 0x06, 0x00, 0x00, 0x00, 0x58, 0x02]),
    )


def start() -> tuple[bytes, ...]:
    """Return what starts both chips."""
    return (
        bytes([ACC, 0x02, 0x01, 0x00]),
        bytes([GYR, 0x02, 0x01, 0x00]),
        bytes([ACC, 0x01, 0x01]),
        bytes([GYR, 0x01, 0x01]),
    )


def stop() -> tuple[bytes, ...]:
    """Return what stops them and clears the processors."""
    return (
        bytes([ACC, 0x01, 0x00]),
        bytes([GYR, 0x01, 0x00]),
        bytes([ACC, 0x02, 0x00, 0x01]),
        bytes([GYR, 0x02, 0x00, 0x01]),
        bytes([PROCESSOR, 0x08]),
    )


def read_battery() -> bytes:
    """Return what asks for the battery."""
    return bytes([SETTINGS, 0xCC])


def blink() -> tuple[bytes, ...]:
    """Return what blinks the LED green ten times."""
    pattern = "02030002 1f00 0000 3200 0000 f401 0000 0a"
    return bytes.fromhex(pattern), bytes([0x02, 0x01, 0x01])
