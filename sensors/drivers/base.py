"""What anything that yields sensor data promises: bytes as they arrived, and when.

A source moves bytes and stamps them; it decodes nothing. A value *read* from a sensor (its scale,
its status) is reported as a :class:`Notification` of that characteristic, so that a recording of
the items is all a decoder ever needs.

All times are **host monotonic seconds** on the source's own scale: :meth:`Source.now_s` reads it
and :attr:`Source.origin_s` is the zero of the session clock. For a replay that is the clock of the
day the recording was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from sensors.samples import Activity, SensorId, SensorInfo


class LinkState(StrEnum):
    """How a sensor's link is doing."""

    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALLED = "stalled"
    LOST = "lost"


class LinkTrouble(StrEnum):
    """Why a link is not there, as far as a person can do something about it."""

    NOT_CHOSEN = "not_chosen"
    NOT_SEEN = "not_seen"
    REFUSED = "refused"
    FOREIGN = "foreign"
    UNRESPONSIVE = "unresponsive"
    SILENT = "silent"
    BROKEN = "broken"
    NO_RADIO = "no_radio"
    RADIO_OFF = "radio_off"
    NOT_ALLOWED = "not_allowed"


class Notification(NamedTuple):
    """One value of one characteristic, as it came. A tuple: there are some hundred each second.

    Attributes
    ----------
    sensor
        The sensor that sent it.
    characteristic
        The characteristic's 128-bit UUID, lower case.
    arrival_s
        Host monotonic seconds, read before anything else was done.
    data
        The bytes, whatever they are.
    """

    sensor: SensorId
    characteristic: str
    arrival_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A sensor's link entered ``state`` at host monotonic ``arrival_s``; ``trouble`` says why."""

    sensor: SensorId
    arrival_s: float
    state: LinkState
    trouble: LinkTrouble | None = None


@dataclass(frozen=True, slots=True)
class SensorReport:
    """Battery (0–100 %) and signal strength (dBm) of a sensor; ``None`` where not known."""

    sensor: SensorId
    arrival_s: float
    battery_percent: int | None
    rssi_dbm: int | None


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """The source knows that the wearer began, or ended, an activity.

    Sources that know nothing of the wearer never send it; an :attr:`Activity.MARK` only begins.
    """

    arrival_s: float
    activity: Activity
    begins: bool


SourceItem: TypeAlias = Notification | LinkChange | SensorReport | ActivityChange


class Source(Protocol):
    """Anything that yields what sensors send: real ones, simulated ones, a recording.

    Constructors do nothing that can fail; entering the context connects. ``sensors`` and
    ``origin_s`` hold from then on. Iteration ends when the source has nothing more to give and
    raises a :class:`~sensors.errors.SensorError` when it cannot go on; a single lost sensor is no
    error but a :class:`LinkChange`. One iteration per source.
    """

    @property
    def sensors(self) -> tuple[SensorInfo, ...]:
        """The sensors of this source."""
        ...

    @property
    def kind(self) -> str:
        """``simulated``, ``replay`` or ``ble``."""
        ...

    @property
    def origin_s(self) -> float:
        """Host monotonic seconds of the session clock's zero."""
        ...

    def now_s(self) -> float:
        """Host monotonic seconds just now, on the scale of every ``arrival_s`` of this source."""
        ...

    def perform(self, activity: Activity | None, posture: Activity | None = None) -> None:
        """Ask the wearer to do something; ``None`` = sit still as before.

        ``posture`` is the drill in whose posture a neutral is to be taken; by default sitting tall.
        The simulated wearer does it (and answers with :class:`ActivityChange`); a replay and real
        sensors cannot, and ignore it.
        """
        ...

    async def __aenter__(self) -> Self:
        """Connect."""
        ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect and release everything."""
        ...

    def __aiter__(self) -> AsyncIterator[SourceItem]:
        """Items in order of arrival."""
        ...
