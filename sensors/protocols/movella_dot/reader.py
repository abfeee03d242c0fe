"""The Movella DOT's stream: one sample a notification, its own microseconds, no counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sensors.protocols.burst import Claim, ClockFacts, Exchange, Joined, Packed
from sensors.protocols.movella_dot.characteristics import Characteristic
from sensors.protocols.movella_dot.device import Battery, Report
from sensors.protocols.movella_dot.forms import Form
from sensors.protocols.movella_dot.messages import SYNC, SyncReply, decode_message
from sensors.protocols.movella_dot.payloads import LAYOUTS, PayloadId, measured_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

_USUAL: Final[dict[str, PayloadId]] = {
    Characteristic.LONG: PayloadId.CUSTOM_5,
    Characteristic.MEDIUM: PayloadId.RATE_MAG,
    Characteristic.SHORT: PayloadId.QUATERNION,
}
"""What comes on each characteristic as long as the sensor has not said what it sends."""

_SYNCHRONISED: Final = {
    (SYNC, bytes(SyncReply.SYNCED.value)): True,
    (SYNC, bytes(SyncReply.STARTED.value)): True,
    (SYNC, bytes(SyncReply.NOT_SYNCED.value)): False,
    (SYNC, bytes(SyncReply.STOPPED.value)): False,
}
"""Which answers say whether it is; all others leave it open."""


class MovellaDotReader:
    """A :class:`~sensors.protocols.burst.Reader` of Movella DOTs.

    Parameters
    ----------
    rate_hz
        Output rate, for payloads that hold changes over one period.
    """

    clock: ClockFacts | None = ClockFacts(1e-6, 32)
    sequence_wrap = 0

    def __init__(self, rate_hz: float) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None
        self.claim: Claim | None = None
        self._rate_hz = rate_hz
        self._kind: PayloadId | None = None
        self._forms: dict[str, Form] = {}

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        form = self._forms.get(characteristic)
        if form is None and characteristic in _USUAL:
            form = self._form_of(characteristic)
        if form is not None:
            return (form.packed(data),)
        match characteristic:
            case Characteristic.MEASUREMENT:
                self._kind = measured_kind(data)
                self._forms.clear()
            case Characteristic.BATTERY:
                self.status = Battery.decode(data)
            case Characteristic.REPORT:
                self.status = Report.decode(data)
            case Characteristic.ACKNOWLEDGE | Characteristic.MESSAGE_NEWS:
                self.status = decode_message(data)
                synchronised = _SYNCHRONISED.get(self.status)
                if synchronised is not None:
                    self.claim = Claim(synchronised)
        return ()

    def join(self, characteristic: str, data: Sequence[bytes]) -> Joined | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        form = self._forms.get(characteristic)
        return None if form is None else form.join(data)

    def _form_of(self, characteristic: str) -> Form:
        kind = self._kind
        if kind is None or LAYOUTS[kind].characteristic != characteristic:
            kind = _USUAL[characteristic]
        form = self._forms[characteristic] = Form(kind, self._rate_hz)
        return form
