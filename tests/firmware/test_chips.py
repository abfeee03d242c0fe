"""Registers and FIFO bytes of both chips against their datasheets, and the axes."""

import itertools

import numpy as np
import pytest

from sensors.protocols.open_profile import Config
from tests.firmware.device import CDevice

LSM6 = {
    "accelerometer": (0x10, {2: 0x0, 4: 0x8, 8: 0xC, 16: 0x4}),
    "gyroscope": (0x11, {125: 0x2, 250: 0x0, 500: 0x4, 1000: 0x8, 2000: 0xC}),
    "rates": {26: 2, 52: 3, 104: 4, 208: 5, 416: 6},
}
BMI270 = {
    "accelerometer": (0x41, {2: 0, 4: 1, 8: 2, 16: 3}),
    "gyroscope": (0x43, {125: 4, 250: 3, 500: 2, 1000: 1, 2000: 0}),
    "rates": {25: 6, 50: 7, 100: 8, 200: 9, 400: 10},
}


@pytest.mark.parametrize("acc_g", [2, 4, 8, 16])
@pytest.mark.parametrize("gyr_dps", [125, 250, 500, 1000, 2000])
@pytest.mark.parametrize("rate_hz", [26, 52, 104, 208, 416])
def test_registers_of_the_lsm6ds3tr_c(
    device: CDevice, rate_hz: int, gyr_dps: int, acc_g: int
) -> None:
    config = Config(acc_g, gyr_dps, rate_hz, 0, 0, 1)
    writes = device.registers("lsm6ds3tr-c", config, watermark=200)
    last = dict(writes)
    odr = LSM6["rates"][rate_hz]
    assert last[0x10] == odr << 4 | LSM6["accelerometer"][1][acc_g]
    assert last[0x11] == odr << 4 | LSM6["gyroscope"][1][gyr_dps]
    assert last[0x0A] == odr << 3 | 0b110, "FIFO at the same rate, overwriting the oldest"
    assert last[0x06] | (last[0x07] & 7) << 8 == 200 * 6, "threshold in words"
    assert last[0x08] == 0b001001
    assert last[0x0D] == 0b1000
    assert writes.index((0x0A, 0)) < writes.index((0x0A, last[0x0A])), "emptied before it runs"


@pytest.mark.parametrize("acc_g", [2, 4, 8, 16])
@pytest.mark.parametrize("gyr_dps", [125, 250, 500, 1000, 2000])
@pytest.mark.parametrize("rate_hz", [25, 50, 100, 200, 400])
def test_registers_of_the_bmi270(device: CDevice, rate_hz: int, gyr_dps: int, acc_g: int) -> None:
    config = Config(acc_g, gyr_dps, rate_hz, 0, 0, 1)
    writes = device.registers("bmi270", config, watermark=100)
    last = dict(writes)
    odr = BMI270["rates"][rate_hz]
    assert last[0x40] == 0b1010_0000 | odr
    assert last[0x42] == 0b1110_0000 | odr
    assert last[0x41] == BMI270["accelerometer"][1][acc_g]
    assert last[0x43] == BMI270["gyroscope"][1][gyr_dps]
    assert last[0x46] | last[0x47] << 8 == 100 * 12, "threshold in bytes"
    assert last[0x49] == 0b1100_0000, "gyroscope and accelerometer, no headers"
    assert last[0x58] == 0b10
    assert not last[0x7C] & 1, "the FIFO sleeps with advanced power saving"
    assert writes[-1] == (0x7E, 0xB0), "flushed last"


FRAME = np.array([1, -2, 3, 400, -500, 600], "<i2").tobytes()


def test_bytes_of_the_lsm6ds3tr_c(device: CDevice) -> None:
    """Gyroscope first in the FIFO, accelerometer first in the profile; 256 LSB/°C from 25 °C."""
    temperature = np.int16(512).tobytes()
    answer = device.chip_bytes("lsm6ds3tr-c", bytes([0x10, 0x02]), temperature, FRAME)
    assert answer == (0x210 // 6, False, 27.0, [400, -500, 600, 1, -2, 3])
    assert device.chip_bytes("lsm6ds3tr-c", bytes([0, 0x40]), temperature, FRAME)[1]
    assert device.chip_bytes("lsm6ds3tr-c", bytes([0, 0x20]), temperature, FRAME)[1]
    assert not device.chip_bytes("lsm6ds3tr-c", bytes([0, 0x90]), temperature, FRAME)[1]


def test_bytes_of_the_bmi270(device: CDevice) -> None:
    """512 LSB/°C from 23 °C; a FIFO of 2 kB with no room for a frame is losing frames."""
    temperature = np.int16(-512).tobytes()
    answer = device.chip_bytes("bmi270", (1200).to_bytes(2, "little"), temperature, FRAME)
    assert answer == (100, False, 22.0, [400, -500, 600, 1, -2, 3])
    assert device.chip_bytes("bmi270", (2040).to_bytes(2, "little"), temperature, FRAME)[1]
    assert not device.chip_bytes("bmi270", (2036).to_bytes(2, "little"), temperature, FRAME)[1]


def test_only_rotations_are_axes(device: CDevice) -> None:
    """A mirrored axis turns every rotation the wrong way, so it is refused."""
    vector = [3, -5, 7]
    valid = 0
    for axes in itertools.product(range(-4, 5), repeat=3):
        matrix = np.zeros((3, 3))
        for row, axis in enumerate(axes):
            if 1 <= abs(axis) <= 3:
                matrix[row, abs(axis) - 1] = np.sign(axis)
        rotation = round(float(np.linalg.det(matrix))) == 1
        turned = device.turned(axes, vector)
        assert turned == ((matrix @ vector).astype(int).tolist() if rotation else None), axes
        valid += rotation
    assert valid == 24


def test_a_reversed_axis_does_not_overflow(device: CDevice) -> None:
    assert device.turned((-1, -2, 3), [-32768, 32767, -32768]) == [32767, -32767, -32768]
