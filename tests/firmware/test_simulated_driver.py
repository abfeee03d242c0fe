"""The simulated driver with the C core inside each sensor: both sides proven on each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.drivers.radio import PERFECT_RADIO, USUAL_RADIO, Packet, RadioSettings
from sensors.drivers.simulated import SimulatedSource
from sensors.drivers.virtual_sensor import Firmware, VirtualSensor
from sensors.protocols.open_profile import Characteristic, Config, Control, DeviceState, Scale
from tests.firmware.device import CONFIG, DATA, HAS_IMU, INFO, SCALE, STATUS, UUIDS, CDevice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sensors.samples import ImuBlock

WISH = Config(8, 2000, 104, 0, 4, 1)
READY_S = 0.001


class CFirmware(VirtualSensor):
    """A virtual sensor whose every byte comes out of the C core; it samples and tells the time."""

    def __init__(
        self, device: CDevice, settings: RadioSettings, rng: np.random.Generator, rate_hz: float
    ) -> None:
        super().__init__(settings, rng, rate_hz)
        self._device = device
        device.boot(boot_id=self._boot_id, max_payload=settings.payload_bytes, sensors=HAS_IMU)
        device.set_mtu(settings.payload_bytes + 3)
        assert device.write(CONFIG, WISH.encode()) == 0
        device.measured(self.scale.rate_hz, 31.0, 4.1)
        self.scale = Scale.decode(device.read(SCALE))

    def on_connect(self, t_s: float) -> tuple[Packet, ...]:
        device, now_us = self._device, self.device_us(t_s)
        device.disconnect()
        device.set_mtu(self._payload + 3)
        assert device.command(Control.START, now_us) == 0
        device.measured(self.scale.rate_hz, 31.0, 4.1)
        return tuple(
            Packet(t_s, UUIDS[number], device.read(number, now_us))
            for number in (INFO, SCALE, CONFIG)
        )

    def send(self, block: ImuBlock, dropped: int) -> list[Packet]:
        self._keep(block)
        packets: list[Packet] = []
        n = self._batch
        while len(self._t_s) >= n:
            ready_s = float(self._t_s[n - 1]) + READY_S
            self._device.imu([self.device_us(t_s) for t_s in self._t_s[:n]], self._raw[:n])
            sent = self._device.notify(self.device_us(ready_s))
            packets += [Packet(ready_s, UUIDS[s.characteristic], s.data) for s in sent]
            self._t_s, self._raw, self._clipped = self._t_s[n:], self._raw[n:], self._clipped[n:]
        return packets


class SameScale(VirtualSensor):
    """The Python firmware with the ranges of the chip the C core has."""

    def __init__(
        self, scale: Scale, settings: RadioSettings, rng: np.random.Generator, rate_hz: float
    ) -> None:
        super().__init__(settings, rng, rate_hz)
        self.scale = replace(scale, rate_hz=self.scale.rate_hz)


@pytest.fixture
def in_c(host_program: Path) -> Iterator[Callable[..., Firmware]]:
    """Makes firmware with a process of its own for each sensor."""
    devices: list[CDevice] = []

    def make(settings: RadioSettings, rng: np.random.Generator, rate_hz: float) -> Firmware:
        devices.append(CDevice(host_program))
        return CFirmware(devices[-1], settings, rng, rate_hz)

    yield make
    for device in devices:
        device.__exit__(None, None, None)


async def notifications(
    firmware: Callable[..., Firmware], radio: RadioSettings, seconds: float
) -> tuple[SimulatedSource, list[Notification]]:
    source = SimulatedSource(
        seed=3, firmware=firmware, radio=radio, speed=None, duration_s=seconds, origin_s=50.0
    )
    async with source:
        return source, [item async for item in source if isinstance(item, Notification)]


async def test_both_firmwares_send_the_same_bytes(
    in_c: Callable[..., Firmware], device: CDevice
) -> None:
    device.write(CONFIG, WISH.encode())
    scale = Scale.decode(device.read(SCALE))

    def in_python(settings: RadioSettings, rng: np.random.Generator, rate_hz: float) -> Firmware:
        return SameScale(scale, settings, rng, rate_hz)

    _, from_c = await notifications(in_c, PERFECT_RADIO, 20.0)
    _, from_python = await notifications(in_python, PERFECT_RADIO, 20.0)

    def data(items: list[Notification]) -> dict[str, list[bytes]]:
        return {
            sensor: [
                i.data for i in items if i.sensor == sensor and i.characteristic == UUIDS[DATA]
            ]
            for sensor in {i.sensor for i in items}
        }

    sent = data(from_c)
    assert len(sent) == 3
    assert all(len(packets) > 500 for packets in sent.values())
    assert sent == data(from_python)


async def test_a_session_through_a_bad_link_is_decoded_and_accounted(
    in_c: Callable[..., Firmware],
) -> None:
    radio = replace(USUAL_RADIO, loss=0.01, dropouts_per_min=2.0, dropout_s=(3.0, 4.0))
    source, items = await notifications(in_c, radio, 60.0)
    decoders = {info.sensor: StreamDecoder(info, source.origin_s) for info in source.sensors}
    at_rest = dict.fromkeys(decoders, 0.0)
    for item in items:
        block = decoders[item.sensor].feed(item)
        if block is not None:
            at_rest[item.sensor] = float(np.linalg.norm(block.acc[-1]))
    assert sum(item.characteristic == Characteristic.STATUS for item in items) > 100
    assert {UUIDS[STATUS], UUIDS[SCALE]} <= {item.characteristic for item in items}
    for sensor, decoder in decoders.items():
        account = decoder.statistics
        assert (account.errors, account.duplicates, account.late) == (0, 0, 0)
        assert account.restarts == 0, "the sensor's clock goes on through a lost link"
        assert account.packets_lost * 4 == pytest.approx(account.lost, abs=8)
        assert account.received + account.lost == pytest.approx(60 * 104, rel=0.02)
        assert account.rate_hz == pytest.approx(104.0, rel=1e-3)
        assert decoder.status is not None
        assert decoder.status.state is DeviceState.STREAMING
        assert at_rest[sensor] == pytest.approx(9.8, abs=2.0)
