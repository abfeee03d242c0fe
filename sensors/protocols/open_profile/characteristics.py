"""What can be read from a sensor of the open profile: info, scale, config, status."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from sensors.protocols.open_profile.layout import PROTOCOL, VERSION, Layout, refuse

__all__ = [
    "PROTOCOL",
    "SERVICE",
    "Characteristic",
    "Config",
    "DeviceState",
    "Info",
    "Scale",
    "Status",
]

SERVICE = "c2c80001-a83e-40e3-ab86-6d70f9feefc6"

_INFO = Layout("info", "4B3H2B2I")
_SCALE = Layout("scale", "2BH4fI")
_CONFIG = Layout("config", "2B3H6B")
_STATUS = Layout("status", "2BHQI2HhH")

_AXES_RIGHT_HANDED = 0


class Characteristic(StrEnum):
    """UUIDs of the service's characteristics."""

    INFO = "c2c80002-a83e-40e3-ab86-6d70f9feefc6"
    SCALE = "c2c80003-a83e-40e3-ab86-6d70f9feefc6"
    CONFIG = "c2c80004-a83e-40e3-ab86-6d70f9feefc6"
    CONTROL = "c2c80005-a83e-40e3-ab86-6d70f9feefc6"
    DATA = "c2c80006-a83e-40e3-ab86-6d70f9feefc6"
    TIME_SYNC = "c2c80007-a83e-40e3-ab86-6d70f9feefc6"
    STATUS = "c2c80008-a83e-40e3-ab86-6d70f9feefc6"


class DeviceState(IntEnum):
    """What the sensor is doing."""

    IDLE = 0
    STREAMING = 1
    FAULT = 2


@dataclass(frozen=True, slots=True)
class Info:
    """What the sensor is (20 bytes).

    ``sensor_bits``: 0 acc, 1 gyro, 2 mag, 3 own quaternion, 4 temperature. ``clock_source``: 0 RC,
    1 32.768 kHz crystal, 2 HF crystal, good to ``clock_ppm``. ``ring_ms`` is how long the sensor
    keeps data through a stalled link, ``max_payload`` the longest notification it will send,
    ``boot_id`` a random number of this boot.
    """

    minor: int
    sensor_bits: int
    clock_source: int
    clock_ppm: int
    ring_ms: int
    max_payload: int
    imu_model: int
    mag_model: int
    boot_id: int

    def encode(self) -> bytes:
        """Return the characteristic's value."""
        return _INFO.pack(
            VERSION, self.minor, self.sensor_bits, self.clock_source, self.clock_ppm,
            self.ring_ms, self.max_payload, self.imu_model, self.mag_model, self.boot_id, 0,
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> Info:
        """Read a value; :class:`~sensors.errors.ProtocolError` on a wrong size or version."""
        return cls(*_INFO.unpack_versioned(data)[:-1])


@dataclass(frozen=True, slots=True)
class Scale:
    """What one least significant bit is worth (24 bytes).

    Attributes
    ----------
    group_delay_us
        Delay of the sensor's filter; the firmware has already taken it off its time stamps.
    acc_mps2, gyr_dps, mag_ut, quat
        Worth of one LSB in m/s², °/s, µT and 1; single precision on the wire.
    rate_hz
        Sampling rate as the device measured it, to 1 mHz.
    """

    group_delay_us: int
    acc_mps2: float
    gyr_dps: float
    mag_ut: float
    quat: float
    rate_hz: float

    def encode(self) -> bytes:
        """Return the characteristic's value."""
        return _SCALE.pack(
            VERSION, _AXES_RIGHT_HANDED, self.group_delay_us,
            self.acc_mps2, self.gyr_dps, self.mag_ut, self.quat, round(self.rate_hz * 1000.0),
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> Scale:
        """Read a value.

        Raises
        ------
        ProtocolError
            Wrong size, version or axis code; a scale that is not a positive number where samples
            need one; no rate.
        """
        axes, delay, acc, gyr, mag, quat, rate_mhz = _SCALE.unpack_versioned(data)
        if axes != _AXES_RIGHT_HANDED:
            raise refuse(f"axis code {axes} is reserved", data)
        if not all(math.isfinite(lsb) and lsb > 0.0 for lsb in (acc, gyr)):
            raise refuse("the scale of acc and gyro must be positive", data)
        if not all(math.isfinite(lsb) and lsb >= 0.0 for lsb in (mag, quat)):
            raise refuse("the scale of mag and quaternion must be a number", data)
        if rate_mhz == 0:
            raise refuse("the measured rate is 0", data)
        return cls(delay, acc, gyr, mag, quat, rate_mhz / 1000.0)


@dataclass(frozen=True, slots=True)
class Config:
    """What the sensor was told, or applied, for streaming (14 bytes).

    ``batch`` samples go into one notification (0 = as many as fit in 40 ms). ``blocks`` is a mask:
    bit 0 IMU6, 1 mag, 2 quaternion, 3 IMU6 + quaternion. ``live_link`` asks for a 15 ms connection
    interval. Every ``quat_decimation``-th sample gets a quaternion (0 and 1 = every one).
    """

    acc_range_g: int
    gyr_range_dps: int
    imu_rate_hz: int
    mag_rate_hz: int
    batch: int
    blocks: int
    filter: int = 0
    live_link: bool = True
    quat_decimation: int = 0

    def encode(self) -> bytes:
        """Return the characteristic's value."""
        return _CONFIG.pack(
            VERSION, self.acc_range_g, self.gyr_range_dps, self.imu_rate_hz, self.mag_rate_hz,
            self.batch, self.blocks, self.filter, self.live_link, self.quat_decimation, 0,
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> Config:
        """Read a value; :class:`~sensors.errors.ProtocolError` on a wrong size or version."""
        acc, gyr, imu, mag, batch, blocks, kind, link, decimation, _ = _CONFIG.unpack_versioned(
            data
        )
        if link > 1:
            raise refuse(f"link profile {link} is unknown", data)
        return cls(acc, gyr, imu, mag, batch, blocks, kind, bool(link), decimation)


@dataclass(frozen=True, slots=True)
class Status:
    """How the sensor is doing (24 bytes).

    ``uptime_us`` since boot; ``dropped`` packets thrown out of the full radio queue, ``overruns``
    of the sensor's FIFO, ``refusals`` of the radio stack (retried); temperature in °C to 0.01,
    battery in V to 0.001.
    """

    state: DeviceState
    uptime_us: int
    dropped: int
    overruns: int
    refusals: int
    temperature_c: float
    battery_v: float

    def encode(self) -> bytes:
        """Return the characteristic's value."""
        return _STATUS.pack(
            VERSION, self.state, 0, self.uptime_us, self.dropped, self.overruns, self.refusals,
            round(self.temperature_c * 100.0), round(self.battery_v * 1000.0),
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> Status:
        """Read a value; :class:`~sensors.errors.ProtocolError` on size, version or state."""
        state, _, uptime, dropped, overruns, refusals, centi_c, mv = _STATUS.unpack_versioned(data)
        if state not in set(DeviceState):
            raise refuse(f"state {state} is unknown", data)
        return cls(
            DeviceState(state), uptime, dropped, overruns, refusals, centi_c / 100.0, mv / 1000.0
        )
