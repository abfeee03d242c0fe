"""Families of sensors that the driver can talk to: how they are recognised, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensors.drivers.dialogue import Chore, Command, Dialogue, Read, Write
from sensors.errors import ProtocolError
from sensors.protocols.open_profile import (
    PROTOCOL,
    SERVICE,
    Characteristic,
    Config,
    Control,
    SyncRequest,
    encode_control,
)

if TYPE_CHECKING:
    from sensors.samples import SensorInfo


def dialogue_for(info: SensorInfo) -> Dialogue:
    """Return what is said to a sensor.

    Raises
    ------
    ProtocolError
        This program knows no such family.
    """
    if info.protocol != PROTOCOL:
        raise ProtocolError(info.protocol, "this program cannot read this kind of sensor", b"")
    return _open_profile(info.rate_hz)


def _open_profile(rate_hz: float) -> Dialogue:
    def control(command: Control) -> tuple[Command, ...]:
        return (Write(Characteristic.CONTROL.value, encode_control(command)),)

    def ask_time(number: int, now_s: float) -> tuple[Command, ...]:
        low = round(now_s * 1e6) % (1 << 32)
        request = SyncRequest(number % (1 << 16), low).encode()
        return (Write(Characteristic.TIME_SYNC.value, request, response=False),)

    config = Config(8, 2000, round(rate_hz), 0, 0, 0b0001)
    return Dialogue(
        service=SERVICE,
        needs=frozenset(
            {
                Characteristic.INFO,
                Characteristic.SCALE,
                Characteristic.CONTROL,
                Characteristic.DATA,
                Characteristic.CONFIG,
            }
        ),
        prepare=(
            *control(Control.STOP),
            Write(Characteristic.CONFIG.value, config.encode()),
            Read(Characteristic.INFO.value),
            Read(Characteristic.CONFIG.value),
            Read(Characteristic.SCALE.value),
        ),
        listen=(
            Characteristic.DATA.value,
            Characteristic.STATUS.value,
            Characteristic.TIME_SYNC.value,
        ),
        data=frozenset({Characteristic.DATA.value}),
        start=control(Control.START),
        stop=control(Control.STOP),
        identify=control(Control.IDENTIFY),
        chores=(Chore(ask_time, tuple(0.2 + 0.053 * n for n in range(20)), 5.0),),
    )
