"""Notifications of one sensor to samples on the session clock, with an account of what is missing.

The same notifications in the same order give the same blocks, to the last bit, live and from a
recording. Nothing is made up: lost samples stay lost and are counted, late ones are left out
because time never runs backwards in what is given.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sensors.clock import DeviceClock, Gap, missing_samples
from sensors.errors import ProtocolError
from sensors.protocols.open_profile import (
    PROTOCOL,
    BlockKind,
    Characteristic,
    DataPacket,
    Scale,
    Status,
    decode_packet,
)
from sensors.samples import ImuBlock

if TYPE_CHECKING:
    from sensors.drivers.base import Notification
    from sensors.protocols.open_profile.packets import RawArray
    from sensors.samples import FloatArray, SensorInfo

REORDER_PACKETS = 32
"""A packet more than this far behind is not out of order but of another boot."""

BoolArray = npt.NDArray[np.bool_]

_SEQUENCE_WRAP = 1 << 16
_RATE_MEMORY_S = 10.0
_I16 = np.iinfo(np.int16)
_WITH_IMU = frozenset({int(BlockKind.IMU6), int(BlockKind.IMU6_QUATERNION)})


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """What came and what did not, of one sensor, so far.

    Attributes
    ----------
    received, lost
        Samples given out, and samples missing between them (seen in time, whatever the cause).
    packets, packets_lost
        Data notifications taken in, and those missing by their sequence number (the radio's part).
    duplicates, late
        Notifications that came twice, and those that came after a later one; neither is used.
    errors
        Notifications that could not be read; ``last_error`` says why the last of them could not.
    restarts
        How often the sensor's time base began anew.
    rate_hz
        Sampling rate as measured on the session clock; nominal before it can be measured.
    clock_sd_s, clock_ppm
        Standard deviation of the sensor's time on the session clock, and how fast its clock runs.
    longest_gap_s
        Longest time between two neighbouring samples where some are missing.
    last_arrival_s
        Host monotonic seconds of the last notification of any kind, ``None`` before the first.
    """

    received: int
    lost: int
    packets: int
    packets_lost: int
    duplicates: int
    late: int
    errors: int
    last_error: str | None
    restarts: int
    rate_hz: float
    clock_sd_s: float
    clock_ppm: float
    longest_gap_s: float
    last_arrival_s: float | None

    @property
    def loss(self) -> float:
        """Fraction of samples lost, 0 to 1."""
        expected = self.received + self.lost
        return self.lost / expected if expected else 0.0


class StreamDecoder:
    """The way from one sensor's notifications to blocks.

    Parameters
    ----------
    info
        The sensor; its ``rate_hz`` holds until the sensor's own measured rate is known. Samples
        are corrected by its ``calibration``.
    origin_s
        Host monotonic seconds of the session clock's zero.

    Raises
    ------
    ProtocolError
        ``info.protocol`` is a kind of sensor this program cannot read.
    """

    def __init__(self, info: SensorInfo, origin_s: float) -> None:
        if info.protocol != PROTOCOL:
            raise ProtocolError(info.protocol, "this program cannot read this kind of sensor", b"")
        self.info = info
        self.status: Status | None = None
        self.gaps: list[Gap] = []
        self._origin_s = origin_s
        self._clock = DeviceClock()
        self._scale: Scale | None = None
        self._period_s = 1.0 / info.rate_hz
        self._sequence: int | None = None
        self._recent: deque[tuple[int, int]] = deque(maxlen=REORDER_PACKETS)
        self._last_t_s = -math.inf
        self._last_arrival_s: float | None = None
        self._received = self._lost = self._packets = self._packets_lost = 0
        self._duplicates = self._late = self._errors = 0
        self._last_error: str | None = None
        self._steps = self._steps_s = self._longest_gap_s = 0.0

    @property
    def scale(self) -> Scale | None:
        """What the sensor said its numbers are worth; no sample can be given before."""
        return self._scale

    @property
    def statistics(self) -> LinkStatistics:
        """The account so far."""
        rate_hz = self._steps / self._steps_s if self._steps_s > 0.0 else 1.0 / self._period_s
        return LinkStatistics(
            received=self._received,
            lost=self._lost,
            packets=self._packets,
            packets_lost=self._packets_lost,
            duplicates=self._duplicates,
            late=self._late,
            errors=self._errors,
            last_error=self._last_error,
            restarts=max(self._clock.epochs - 1, 0),
            rate_hz=rate_hz,
            clock_sd_s=self._clock.sd_s,
            clock_ppm=self._clock.rate_ppm,
            longest_gap_s=self._longest_gap_s,
            last_arrival_s=self._last_arrival_s,
        )

    def feed(self, notification: Notification) -> ImuBlock | None:
        """Take in the next notification of this sensor.

        Returns
        -------
        ImuBlock or None
            The new samples on the session clock, later than all before; ``None`` where it brought
            none. Notifications that cannot be read are counted, see :class:`LinkStatistics`.
        """
        self._last_arrival_s = notification.arrival_s
        try:
            return self._read(notification)
        except ProtocolError as error:
            self._errors += 1
            self._last_error = str(error)
            return None

    def _read(self, notification: Notification) -> ImuBlock | None:
        characteristic, data = notification.characteristic, notification.data
        if characteristic == Characteristic.DATA:
            return self._data(decode_packet(data), notification)
        if characteristic == Characteristic.SCALE:
            self._scale = Scale.decode(data)
            self._period_s = 1.0 / self._scale.rate_hz
        elif characteristic == Characteristic.STATUS:
            self.status = Status.decode(data)
        return None

    def _data(self, packet: DataPacket, notification: Notification) -> ImuBlock | None:
        arrival_s = notification.arrival_s
        first_s = self._place(packet, arrival_s)
        if first_s is None:
            return None
        self._packets += 1
        if packet.kind not in _WITH_IMU:
            return None
        if self._scale is None:
            raise ProtocolError(PROTOCOL, "samples came before their scale", notification.data)
        span_s = (len(packet.raw) - 1) * packet.spacing_us * 1e-6
        if not self._clock.is_new(first_s + span_s):
            self._late += 1
            return None
        host_s, rate = self._clock.observe(first_s + span_s, arrival_s)
        return self._block(packet, host_s - self._origin_s, rate, self._scale)

    def _place(self, packet: DataPacket, arrival_s: float) -> float | None:
        """Return the device time of a packet that is in order; ``None`` for one that is not."""
        identity = (packet.sequence, packet.time_us)
        if identity in self._recent:
            self._duplicates += 1
            return None
        ahead = 0 if self._sequence is None else packet.sequence - self._sequence - 1
        ahead %= _SEQUENCE_WRAP
        first_s = None if packet.restarted else self._clock.unwrap(packet.time_us, arrival_s)
        if first_s is not None and ahead >= _SEQUENCE_WRAP // 2:
            if ahead >= _SEQUENCE_WRAP - REORDER_PACKETS:
                self._late += 1
                return None
            ahead = 0
            if not self._clock.is_new(first_s):
                first_s = None
        if first_s is None:
            self._clock.restart()
            self._recent.clear()
            first_s = self._clock.unwrap(packet.time_us, arrival_s)
            ahead = 0
        self._packets_lost += ahead
        self._sequence = packet.sequence
        self._recent.append(identity)
        return first_s

    def _block(
        self, packet: DataPacket, last_t_s: float, rate: float, scale: Scale
    ) -> ImuBlock | None:
        count = len(packet.raw)
        step_s = packet.spacing_us * 1e-6 * rate
        t_s = last_t_s - step_s * np.arange(count - 1, -1, -1, dtype=np.float64)
        raw, clipped = packet.raw, _clipped(packet)
        if t_s[0] <= self._last_t_s:
            new = t_s > self._last_t_s
            t_s, raw, clipped = t_s[new], raw[new], clipped[new]
            if len(t_s) == 0:
                self._late += 1
                return None
        quat = _unit(raw[:, 6:]) if packet.kind == BlockKind.IMU6_QUATERNION else None
        self._account(float(t_s[0]), len(t_s), last_t_s)
        acc = np.multiply(raw[:, :3], scale.acc_mps2, dtype=np.float64)
        gyr = np.multiply(raw[:, 3:6], math.radians(scale.gyr_dps), dtype=np.float64)
        calibration = self.info.calibration
        if calibration is not None:
            acc, gyr = calibration.acc(acc), calibration.gyr(gyr)
        return ImuBlock(t_s, acc, gyr, quat=quat, clipped=clipped)

    def _account(self, first_t_s: float, count: int, last_t_s: float) -> None:
        before_s = self._last_t_s
        self._received += count
        self._last_t_s = last_t_s
        if before_s == -math.inf:
            return
        missing = missing_samples(first_t_s - before_s, self._period_s)
        if missing:
            self._lost += missing
            self.gaps.append(Gap(before_s, first_t_s, missing))
            self._longest_gap_s = max(self._longest_gap_s, first_t_s - before_s)
        steps, span_s = count, last_t_s - before_s
        if missing:
            steps, span_s = count - 1, last_t_s - first_t_s
        keep = max(1.0 - span_s / _RATE_MEMORY_S, 0.0)
        self._steps = self._steps * keep + steps
        self._steps_s = self._steps_s * keep + span_s


def _clipped(packet: DataPacket) -> BoolArray:
    """Which samples were at the end of their range: those at the rails, or else the whole batch."""
    if not packet.clipped:
        return np.zeros(len(packet.raw), dtype=np.bool_)
    imu = packet.raw[:, :6]
    at_rail: BoolArray = np.any((imu == _I16.min) | (imu == _I16.max), axis=1)
    return at_rail if at_rail.any() else ~at_rail


def _unit(raw: RawArray) -> FloatArray:
    """Return unit quaternions (n, 4) of raw ones, whatever their common scale."""
    values = raw.astype(np.float64)
    norm = np.linalg.norm(values, axis=1, keepdims=True)
    if not norm.all():
        raise ProtocolError(PROTOCOL, "a quaternion of length 0", raw.tobytes())
    unit: FloatArray = values / norm
    return unit
