"""All device families: how each is recognised and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sensors.errors import ProtocolError
from sensors.protocols import metamotion, movella_dot, movesense, open_profile, witmotion
from sensors.protocols.movella_dot import characteristics as dot
from sensors.protocols.movesense import commands as movesense_commands
from sensors.protocols.open_profile.reader import OpenProfileReader
from sensors.protocols.thingy52 import raw as thingy52_raw
from sensors.protocols.thingy52.reader import Thingy52Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sensors.protocols.burst import Reader
    from sensors.samples import SensorInfo


@dataclass(frozen=True, slots=True)
class Family:
    """One device family.

    Attributes
    ----------
    protocol
        Its name in recordings.
    title
        What people call it.
    services
        128-bit UUIDs that are advertised or found once connected, lower case.
    names
        Beginnings of advertised names, lower case.
    companies
        Company numbers in manufacturer data.
    rate_hz
        What we ask for.
    live
        Fit for live feedback; otherwise for recordings only.
    reader
        Makes a reader for a sensor.
    """

    protocol: str
    title: str
    services: frozenset[str]
    names: tuple[str, ...]
    companies: frozenset[int]
    rate_hz: float
    live: bool
    reader: Callable[[float], Reader]

    def matches(
        self, name: str | None, services: Collection[str], companies: Collection[int]
    ) -> bool:
        """Whether an advertisement is of this family: by service, name or maker, any of them."""
        called = (name or "").lower()
        return (
            not self.services.isdisjoint(services)
            or any(called.startswith(beginning) for beginning in self.names)
            or not self.companies.isdisjoint(companies)
        )


FAMILIES: Final = (
    Family(
        protocol=open_profile.PROTOCOL,
        title="open profile",
        services=frozenset({open_profile.SERVICE}),
        names=("osi-",),
        companies=frozenset(),
        rate_hz=100.0,
        live=True,
        reader=lambda _: OpenProfileReader(),
    ),
    Family(
        protocol=movella_dot.PROTOCOL,
        title="Movella DOT",
        services=frozenset({dot.SERVICE}),
        names=("movella dot", "xsens dot"),
        companies=frozenset({dot.COMPANY}),
        rate_hz=60.0,
        live=True,
        reader=movella_dot.MovellaDotReader,
    ),
    Family(
        protocol=witmotion.PROTOCOL,
        title="WitMotion",
        services=frozenset({witmotion.SERVICE}),
        names=("wt901", "wt9011"),
        companies=frozenset(),
        rate_hz=100.0,
        live=True,
        reader=lambda _: witmotion.WitMotionReader(),
    ),
    Family(
        protocol=movesense.PROTOCOL,
        title="Movesense",
        services=movesense_commands.ADVERTISED | {movesense.SERVICE},
        names=("movesense",),
        companies=frozenset({movesense_commands.COMPANY}),
        rate_hz=104.0,
        live=True,
        reader=movesense.MovesenseReader,
    ),
    Family(
        protocol=metamotion.PROTOCOL,
        title="MetaMotion",
        services=frozenset({metamotion.SERVICE}),
        names=("metawear",),
        companies=frozenset(),
        rate_hz=100.0,
        live=True,
        reader=lambda _: metamotion.MetaMotionReader(),
    ),
    Family(
        protocol=thingy52_raw.PROTOCOL,
        title="Thingy:52",
        services=frozenset({thingy52_raw.ADVERTISED, thingy52_raw.SERVICE}),
        names=("thingy",),
        companies=frozenset(),
        rate_hz=float(thingy52_raw.FASTEST_HZ),
        live=False,
        reader=lambda _: Thingy52Reader(),
    ),
)


_OTHERS: Final[dict[str, Family]] = {}
"""Families that other packages brought."""


def register(family: Family) -> None:
    """Know one more family from now on."""
    _OTHERS[family.protocol] = family


def all_families() -> tuple[Family, ...]:
    """Return the families of this program and those registered."""
    return (*FAMILIES, *_OTHERS.values())


def family_named(protocol: str) -> Family:
    """Return a family by its name in recordings.

    Raises
    ------
    ProtocolError
        This program knows no such family.
    """
    for family in all_families():
        if family.protocol == protocol:
            return family
    raise ProtocolError(protocol, "this program cannot read this kind of sensor", b"")


def recognise(
    name: str | None, services: Collection[str], companies: Collection[int]
) -> Family | None:
    """Tell which family an advertisement is of; ``None`` if it is none of ours.

    Parameters
    ----------
    name
        The advertised name.
    services
        Advertised 128-bit UUIDs, lower case.
    companies
        Company numbers of its manufacturer data.
    """
    return next((f for f in all_families() if f.matches(name, services, companies)), None)


def reader_of(info: SensorInfo) -> Reader:
    """Make a reader for a sensor.

    Raises
    ------
    ProtocolError
        This program knows no such family.
    """
    return family_named(info.protocol).reader(info.rate_hz)
