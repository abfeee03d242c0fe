"""Commands and answers: a code, a reference that the client chose, and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sensors.errors import ProtocolError
from sensors.protocols.values import need

PROTOCOL: Final = "movesense"

SERVICE: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY: Final = "34800002-7185-4d5d-b431-630e7050e8f0"
ADVERTISED: Final = frozenset(
    {"0000fdf3-0000-1000-8000-00805f9b34fb", "0000fe06-0000-1000-8000-00805f9b34fb"}
)
COMPANY: Final = 0x009F

MAX_SUBSCRIPTIONS: Final = 4
MAX_PART_BYTES: Final = 150
"""What fits the sensor's buffer; longer measurements come in parts."""

_HELLO, _SUBSCRIBE, _UNSUBSCRIBE, _GET = 0, 1, 2, 4


class Code(IntEnum):
    """What an answer is."""

    RESULT = 1
    DATA = 2
    DATA_PART_2 = 3
    DATA_PART_3 = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One notification."""

    code: Code
    reference: int
    content: bytes

    @property
    def succeeded(self) -> bool:
        """Whether a result says that it was done. Firmwares differ in the order of its bytes."""
        pair = self.content[:2]
        return self.code is Code.RESULT and pair in (b"\xc8\x00", b"\x00\xc8", b"He")


def _command(code: int, reference: int, text: str = "") -> bytes:
    if not 1 <= reference <= 255:
        raise ValueError(f"{reference} is no reference: use 1 to 255")
    return bytes([code, reference]) + text.encode("ascii")


def hello(reference: int) -> bytes:
    """Return what the sensor answers with *Hello*."""
    return _command(_HELLO, reference)


def subscribe(reference: int, path: str) -> bytes:
    """Return what subscribes to a path; its data carry the reference."""
    return _command(_SUBSCRIBE, reference, path)


def unsubscribe(reference: int) -> bytes:
    """Return what ends the subscription of that reference."""
    return _command(_UNSUBSCRIBE, reference)


def get(reference: int, path: str) -> bytes:
    """Return what asks for a value once."""
    return _command(_GET, reference, path)


def decode_answer(data: bytes) -> Answer:
    """Read a notification.

    Raises
    ------
    ProtocolError
        It is too short or of a kind that is not known.
    """
    need(data, 2, PROTOCOL, "an answer")
    try:
        code = Code(data[0])
    except ValueError:
        raise ProtocolError(PROTOCOL, f"an answer of kind {data[0]}", data) from None
    return Answer(code, data[1], data[2:])


def encode_answer(answer: Answer) -> bytes:
    """Write a notification."""
    return bytes([answer.code, answer.reference]) + answer.content
