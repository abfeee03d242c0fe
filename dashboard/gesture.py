"""Places from a gesture: watch the sensors while their wearer bows and turns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion.errors import RolesUnclearError
from fusion.roles import PLACES, RoleProposal, propose_roles
from sensors.drivers.base import Notification
from sensors.samples import ImuBlock, SensorId, SensorInfo
from sensors.session_decoder import SessionDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.nearby import Nearby
    from sensors.drivers.base import Source

GESTURE_S: Final = 25.0
WAIT_S: Final = 40.0
WHAT_TO_DO: Final = (
    "Sit tall and still for three seconds, bow forward slowly, sit up, then turn to the left and "
    "to the right as far as is comfortable, the pelvis still on the chair."
)


def provisional(sensors: Sequence[Nearby]) -> tuple[SensorInfo, ...]:
    """Give sensors places only to have them streamed.

    Raises
    ------
    RolesUnclearError
        Not two or three.
    """
    from sensors.protocols.families import family_named

    places = PLACES.get(len(sensors))
    if places is None:
        raise RolesUnclearError(
            f"{len(sensors)} sensors are in reach: wear two or three and switch off all others."
        )
    return tuple(
        SensorInfo(s.sensor, place, s.name or s.sensor, s.family, family_named(s.family).rate_hz)
        for s, place in zip(sensors, places, strict=True)
        if s.family is not None
    )


async def watch_gesture(
    source: Source, told: Callable[[str], None], seconds: float = GESTURE_S
) -> RoleProposal:
    """Watch until the gesture is over; tell who is where.

    Parameters
    ----------
    source
        Not yet entered.
    told
        Gets what the wearer should do, when all sensors stream.
    seconds
        How long the gesture takes.

    Raises
    ------
    RolesUnclearError
        A sensor does not stream, or the gesture does not show the places.
    """
    blocks: dict[SensorId, list[ImuBlock]] = {}
    begun_s: float | None = None
    async with source:
        decoder = SessionDecoder(source.sensors, source.origin_s)
        async for item in source:
            now_s = item.arrival_s
            if begun_s is None and len(blocks) == len(decoder.streams):
                begun_s = now_s
                told(WHAT_TO_DO)
                blocks = {sensor: [] for sensor in decoder.streams}
            if begun_s is None and now_s - source.origin_s > WAIT_S:
                raise RolesUnclearError("Not all sensors connected: see 'torso doctor'.")
            if begun_s is not None and now_s - begun_s > seconds:
                break
            if isinstance(item, Notification):
                for sensor, block in decoder.feed_all((item,)).items():
                    blocks.setdefault(sensor, []).append(block)
    if begun_s is None or not all(blocks.values()):
        raise RolesUnclearError("A sensor sent nothing: see 'torso doctor'.")
    return propose_roles({sensor: _joined(parts) for sensor, parts in blocks.items()})


def assigned(proposal: RoleProposal, sensors: Sequence[SensorInfo]) -> tuple[SensorInfo, ...]:
    """Give sensors the proposed places."""
    by_id = {info.sensor: info for info in sensors}
    return tuple(replace(by_id[s], placement=place) for place, s in proposal.roles.items())


def _joined(parts: Sequence[ImuBlock]) -> ImuBlock:
    return ImuBlock(
        np.concatenate([part.t_s for part in parts]),
        np.concatenate([part.acc for part in parts]),
        np.concatenate([part.gyr for part in parts]),
    )
