"""Families of sensors that the driver can talk to: how they are recognised, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
    from sensors.drivers.link import Advertisement


RATES_HZ: Final = {PROTOCOL: 104.0}
"""Families, each with the sampling rate it is used at."""


def recognise(advertisement: Advertisement) -> str | None:
    """Return the family of a device by what it advertises; ``None`` if it is none of ours."""
    if SERVICE in advertisement.services or (advertisement.name or "").startswith("OSI-"):
        return PROTOCOL
    return None


def services() -> frozenset[str]:
    """Return the services by which sensors of all families are recognised once connected."""
    return frozenset(dialogue_for(name).service for name in RATES_HZ)


def dialogue_for(family: str, rate_hz: float | None = None) -> Dialogue:
    """Return what is said to a sensor.

    Parameters
    ----------
    family
        Name of its protocol.
    rate_hz
        Sampling rate to ask for; ``None`` = the family's usual one.

    Raises
    ------
    ProtocolError
        There is no such family.
    """
    if family != PROTOCOL:
        raise ProtocolError(family, "this program cannot read this kind of sensor", b"")
    return _open_profile(RATES_HZ[family] if rate_hz is None else rate_hz)


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
