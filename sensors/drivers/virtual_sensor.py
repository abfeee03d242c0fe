"""What firmware of the open profile does with samples: scale, number, stamp, batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from sensors.drivers.radio import Packet
from sensors.protocols.open_profile import (
    BlockKind,
    Characteristic,
    Config,
    DataPacket,
    DeviceState,
    Info,
    Scale,
    Status,
    capacity,
    encode_packet,
)
from sensors.samples import GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sensors.drivers.radio import RadioSettings
    from sensors.protocols.open_profile.packets import RawArray
    from sensors.samples import ImuBlock

_ACC_RANGE_G = 8
_GYR_RANGE_DPS = 2000
_FULL_SCALE = 32768
_READY_S = 0.001
_STATUS_EVERY_S = 1.0
_WRAP = 1 << 32
_BATTERY_FULL_V = 4.15
_BATTERY_EMPTY_V = 3.3
_BATTERY_LIFE_S = 8 * 3600.0


class Firmware(Protocol):
    """What turns a simulated sensor's samples into the notifications it hands to the radio."""

    def battery_percent(self, t_s: float) -> int:
        """Charge left at true time ``t_s`` (s)."""
        ...

    def on_connect(self, t_s: float) -> Sequence[Packet]:
        """Return the characteristics a host reads when it connects at true time ``t_s`` (s)."""
        ...

    def send(self, block: ImuBlock, dropped: int) -> Sequence[Packet]:
        """Take in the next samples on true time; return the notifications now ready, in order."""
        ...


FirmwareFactory: TypeAlias = "Callable[[RadioSettings, np.random.Generator, float], Firmware]"
"""Makes the firmware of one sensor from its settings, its randomness and its rate (Hz)."""


class VirtualSensor:
    """One simulated sensor from its samples to the bytes it hands to the radio.

    Parameters
    ----------
    settings
        Batch, payload and the scatter of the clock.
    rng
        Draws clock rate, clock offset and boot number.
    rate_hz
        Sampling rate.
    uptime_s
        What its clock shows at true time 0; ``None`` = drawn, too.
    """

    def __init__(
        self,
        settings: RadioSettings,
        rng: np.random.Generator,
        rate_hz: float,
        uptime_s: float | None = None,
    ) -> None:
        self.skew = 1e-6 * settings.clock_ppm * rng.standard_normal()
        drawn_s = rng.uniform(10.0, 8000.0)
        self._uptime_s = drawn_s if uptime_s is None else uptime_s
        self._rate_hz = rate_hz
        self._batch = min(settings.batch, capacity(BlockKind.IMU6, settings.payload_bytes))
        self._ring_ms = round(settings.ring_s * 1000.0)
        self._payload = settings.payload_bytes
        self._clock_ppm = round(settings.clock_ppm)
        self._boot_id = int(rng.integers(_WRAP))
        self.scale = Scale(
            group_delay_us=4500,
            acc_mps2=_ACC_RANGE_G * GRAVITY_MPS2 / _FULL_SCALE,
            gyr_dps=_GYR_RANGE_DPS / _FULL_SCALE,
            mag_ut=0.15,
            quat=1.0 / 32767.0,
            rate_hz=rate_hz / (1.0 + self.skew),
        )
        self._t_s = np.empty(0)
        self._raw: RawArray = np.empty((0, 6), dtype=np.int16)
        self._clipped = np.empty(0, dtype=np.bool_)
        self._sequence = 0
        self._fresh = True
        self._next_status_s = 0.0

    def begin_with(self, sequence: int) -> None:
        """Give the next packet this number."""
        self._sequence = sequence

    def forget_rest(self) -> None:
        """Throw away samples that did not fill a batch; streaming begins anew."""
        self._keep_from(len(self._t_s))

    def battery_percent(self, t_s: float) -> int:
        """Charge left at true time ``t_s`` (s)."""
        return round(100.0 * self._charge(t_s))

    def on_connect(self, t_s: float) -> tuple[Packet, ...]:
        """Return the characteristics a host reads when it connects at true time ``t_s`` (s)."""
        info = Info(
            minor=0,
            sensor_bits=0b00011,
            clock_source=2,
            clock_ppm=self._clock_ppm,
            ring_ms=self._ring_ms,
            max_payload=self._payload,
            imu_model=0,
            mag_model=0,
            boot_id=self._boot_id,
        )
        config = Config(
            acc_range_g=_ACC_RANGE_G,
            gyr_range_dps=_GYR_RANGE_DPS,
            imu_rate_hz=round(self._rate_hz),
            mag_rate_hz=0,
            batch=self._batch,
            blocks=0b0001,
        )
        return (
            Packet(t_s, Characteristic.INFO.value, info.encode()),
            Packet(t_s, Characteristic.SCALE.value, self.scale.encode()),
            Packet(t_s, Characteristic.CONFIG.value, config.encode()),
        )

    def send(self, block: ImuBlock, dropped: int) -> list[Packet]:
        """Take in the next samples on true time; return the notifications now ready, in order.

        Parameters
        ----------
        block
            Samples after those before.
        dropped
            Packets thrown out of the radio queue so far, for the status.
        """
        self._keep(block)
        packets: list[Packet] = []
        while len(self._t_s) >= self._batch:
            packet = self._packet()
            packets.append(packet)
            if packet.ready_s >= self._next_status_s:
                packets.append(self.status(packet.ready_s, dropped))
                self._next_status_s = packet.ready_s + _STATUS_EVERY_S
        return packets

    def _keep(self, block: ImuBlock) -> None:
        scaled = np.hstack(
            [block.acc / self.scale.acc_mps2, np.rad2deg(block.gyr) / self.scale.gyr_dps]
        )
        raw = np.clip(np.rint(scaled), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
        clipped = ((raw == -_FULL_SCALE) | (raw == _FULL_SCALE - 1)).any(axis=1)
        self._t_s = np.concatenate([self._t_s, block.t_s])
        self._raw = np.concatenate([self._raw, raw])
        self._clipped = np.concatenate([self._clipped, clipped])

    def _packet(self) -> Packet:
        n = self._batch
        first_s, last_s = float(self._t_s[0]), float(self._t_s[n - 1])
        first_us, last_us = self.device_us(first_s), self.device_us(last_s)
        packet = DataPacket(
            BlockKind.IMU6,
            self._sequence,
            first_us % _WRAP,
            round((last_us - first_us) / (n - 1)) if n > 1 else 0,
            self._raw[:n],
            clipped=bool(self._clipped[:n].any()),
            restarted=self._fresh,
        )
        self._fresh = False
        self._keep_from(n)
        self._sequence = (self._sequence + 1) % (1 << 16)
        return Packet(last_s + _READY_S, Characteristic.DATA.value, encode_packet(packet))

    def _keep_from(self, n: int) -> None:
        self._t_s, self._raw, self._clipped = self._t_s[n:], self._raw[n:], self._clipped[n:]

    def status(self, t_s: float, dropped: int) -> Packet:
        """Return how the sensor is doing at true time ``t_s`` (s)."""
        status = Status(
            DeviceState.STREAMING,
            uptime_us=self.device_us(t_s),
            dropped=dropped,
            overruns=0,
            refusals=0,
            temperature_c=31.0,
            battery_v=_BATTERY_EMPTY_V + self._charge(t_s) * (_BATTERY_FULL_V - _BATTERY_EMPTY_V),
        )
        return Packet(t_s, Characteristic.STATUS.value, status.encode())

    @staticmethod
    def _charge(t_s: float) -> float:
        return max(1.0 - t_s / _BATTERY_LIFE_S, 0.0)

    def device_us(self, t_s: float) -> int:
        """Return what its clock shows at true time ``t_s`` (s), in µs since boot."""
        return round((self._uptime_s + t_s) * (1.0 + self.skew) * 1e6)
