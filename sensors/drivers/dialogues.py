"""What is said to each family's sensors: configure, start, stop, blink, ask for the battery.

The bytes are the protocols'; here they get an order. A sensor may go on streaming over a lost link,
so every opening begins with a stop. Nothing is saved in a sensor's flash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sensors.drivers.dialogue import Chore, Command, Dialogue, Opening, Pause, Read, Write
from sensors.errors import ProtocolError
from sensors.protocols import (
    metamotion,
    movella_dot,
    movesense,
    open_profile,
    thingy52,
    witmotion,
)
from sensors.protocols.families import all_families, family_named, recognise
from sensors.protocols.metamotion.messages import is_fused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sensors.drivers.link import Advertisement

_SETTLES = Pause(0.1)
_DOT: Final = movella_dot.Characteristic
_OSI: Final = open_profile.Characteristic


def family_of(advertisement: Advertisement) -> str | None:
    """Return the family of a device by what it advertises; ``None`` if it is none of ours."""
    found = recognise(advertisement.name, advertisement.services, advertisement.manufacturer)
    return None if found is None else found.protocol


def services() -> frozenset[str]:
    """Return the services by which sensors of all families are recognised once connected."""
    return frozenset[str]().union(*(family.services for family in all_families()))


def dialogue_for(protocol: str, rate_hz: float | None = None) -> Dialogue:
    """Return what is said to a sensor.

    Parameters
    ----------
    protocol
        Name of its family.
    rate_hz
        Sampling rate to ask for; ``None`` = the family's usual one.

    Raises
    ------
    ProtocolError
        There is no such family, or nothing is known to say to its sensors.
    """
    family = family_named(protocol)
    if protocol not in DIALOGUES:
        raise ProtocolError(protocol, "this program cannot connect to this kind of sensor", b"")
    return DIALOGUES[protocol](family.rate_hz if rate_hz is None else rate_hz)


def _open_profile(rate_hz: float) -> Dialogue:
    def control(command: open_profile.Control) -> tuple[Command, ...]:
        return (Write(_OSI.CONTROL, open_profile.encode_control(command)),)

    def ask_time(number: int, now_s: float) -> tuple[Command, ...]:
        """Ask what time it is; the low bits of the host's µs come back with the answer."""
        low = round(now_s * 1e6) % (1 << 32)
        request = open_profile.SyncRequest(number % (1 << 16), low)
        return (Write(_OSI.TIME_SYNC, request.encode(), response=False),)

    config = open_profile.Config(8, 2000, round(rate_hz), 0, 0, 0b0001)
    opening = Opening(
        (
            *control(open_profile.Control.STOP),
            Write(_OSI.CONFIG, config.encode()),
            Read(_OSI.INFO),
            Read(_OSI.CONFIG),
            Read(_OSI.SCALE),
        ),
        control(open_profile.Control.START),
    )
    return Dialogue(
        needs=frozenset({_OSI.INFO, _OSI.SCALE, _OSI.CONFIG, _OSI.CONTROL, _OSI.DATA}),
        openings=(opening,),
        listen=(_OSI.DATA, _OSI.STATUS, _OSI.TIME_SYNC),
        data=frozenset({_OSI.DATA}),
        stop=control(open_profile.Control.STOP),
        identify=control(open_profile.Control.IDENTIFY),
        chores=(Chore(ask_time, tuple(0.2 + 0.053 * n for n in range(20)), 2.0),),
    )


def _movella_dot(rate_hz: float) -> Dialogue:
    """Orientation and raw in one payload; older firmware does not have it and stays silent.

    Synchronised sensors keep the rate they had and may refuse to be told one. Each is asked
    whether it is, for the decoder to know: it lasts until a sensor is switched off.
    """

    def opening(kind: movella_dot.PayloadId) -> Opening:
        return Opening(
            (
                Write(_DOT.MEASUREMENT, movella_dot.stop_measuring(kind)),
                Write(_DOT.CONTROL, movella_dot.output_rate(round(rate_hz)), needed=False),
            ),
            (
                Write(_DOT.MESSAGE, movella_dot.sync_status(), needed=False),
                Write(_DOT.MEASUREMENT, movella_dot.start_measuring(kind)),
                Read(_DOT.MEASUREMENT),
            ),
        )

    return Dialogue(
        needs=frozenset({_DOT.CONTROL, _DOT.MEASUREMENT, _DOT.MEDIUM}),
        openings=(
            opening(movella_dot.PayloadId.CUSTOM_5),
            opening(movella_dot.PayloadId.RATE_MAG),
        ),
        listen=(_DOT.LONG, _DOT.MEDIUM, _DOT.BATTERY, _DOT.REPORT, _DOT.MESSAGE_NEWS),
        data=frozenset({_DOT.LONG, _DOT.MEDIUM}),
        stop=(Write(_DOT.MEASUREMENT, movella_dot.stop_measuring(movella_dot.PayloadId.CUSTOM_5)),),
        identify=(Write(_DOT.CONTROL, movella_dot.identify()),),
        ask_battery=(Read(_DOT.BATTERY),),
        battery=lambda where, data: data[0] if where == _DOT.BATTERY and data else None,
    )


def _witmotion(rate_hz: float) -> Dialogue:
    """Streams while it is listened to; six axes, because a magnetometer indoors does harm."""

    def write(data: bytes) -> tuple[Command, ...]:
        return (Write(witmotion.WRITE, data, response=False), _SETTLES)

    def battery(_: str, data: bytes) -> int | None:
        at = data.find(bytes([0x55, 0x71, witmotion.Register.BATTERY]))
        hundredths = int.from_bytes(data[at + 4 : at + 6], "little") if at >= 0 else 0
        return witmotion.battery_percent(hundredths) if hundredths else None

    settings = (
        (witmotion.Register.CONTENT, 0),
        (witmotion.Register.ALGORITHM, 1),
    )
    return Dialogue(
        needs=frozenset({witmotion.WRITE, witmotion.NOTIFY}),
        openings=(
            Opening(
                (
                    *write(witmotion.unlock()),
                    *(c for at in settings for c in write(witmotion.write_register(*at))),
                    *write(witmotion.set_rate(round(rate_hz))),
                ),
                (),
            ),
        ),
        listen=(witmotion.NOTIFY,),
        data=frozenset({witmotion.NOTIFY}),
        stop=(),
        identify=(),
        ask_battery=write(witmotion.read_register(witmotion.Register.BATTERY)),
        battery=battery,
    )


def _movesense(rate_hz: float) -> Dialogue:
    def write(data: bytes) -> tuple[Command, ...]:
        return (Write(movesense.WRITE, data),)

    reference = movesense.IMU6_REFERENCE
    begin = write(movesense.subscribe(reference, movesense.imu6_path(round(rate_hz))))
    end = write(movesense.unsubscribe(reference))
    data_code = movesense.Code.DATA
    return Dialogue(
        needs=frozenset({movesense.WRITE, movesense.NOTIFY}),
        openings=(Opening(end, begin),),
        listen=(movesense.NOTIFY,),
        data=frozenset({movesense.NOTIFY}),
        stop=end,
        identify=(),
        counts=lambda data: data[:1] == bytes([data_code]),
    )


def _metamotion(rate_hz: float) -> Dialogue:
    """The two chips it is built with are configured differently; the wrong way it is silent."""

    def writes(commands: Iterable[bytes]) -> tuple[Command, ...]:
        return tuple(Write(metamotion.WRITE, command) for command in commands)

    def battery(_: str, data: bytes) -> int | None:
        return data[2] if data[:2] == b"\x11\x8c" and len(data) > 2 else None

    stop = writes(metamotion.stop())
    return Dialogue(
        needs=frozenset({metamotion.WRITE, metamotion.NOTIFY}),
        openings=tuple(
            Opening(
                (*stop, *writes(metamotion.configure(round(rate_hz), chip))),
                writes(metamotion.start()),
            )
            for chip in (metamotion.Chip.BMI160, metamotion.Chip.BMI270)
        ),
        listen=(metamotion.NOTIFY,),
        data=frozenset({metamotion.NOTIFY}),
        stop=stop,
        identify=writes(metamotion.blink()),
        counts=is_fused,
        ask_battery=writes((metamotion.read_battery(),)),
        battery=battery,
    )


def _thingy52(rate_hz: float) -> Dialogue:
    """Streams while it is listened to."""
    settings = thingy52.Settings(round(rate_hz)).encode()
    blue, off = thingy52.light(0, 0, 255), thingy52.light(0, 0, 0)
    return Dialogue(
        needs=frozenset({thingy52.CONFIG, thingy52.RAW}),
        openings=(Opening((Write(thingy52.CONFIG, settings),), ()),),
        listen=(thingy52.RAW,),
        data=frozenset({thingy52.RAW}),
        stop=(),
        identify=(Write(thingy52.LED, blue), Pause(3.0), Write(thingy52.LED, off)),
    )


DIALOGUES: Final[dict[str, Callable[[float], Dialogue]]] = {
    open_profile.PROTOCOL: _open_profile,
    movella_dot.PROTOCOL: _movella_dot,
    witmotion.PROTOCOL: _witmotion,
    movesense.PROTOCOL: _movesense,
    metamotion.PROTOCOL: _metamotion,
    thingy52.PROTOCOL: _thingy52,
}
"""By name of the family; :mod:`sensors.drivers.plugins` adds those of other packages."""
