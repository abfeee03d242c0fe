"""Names of the Movella DOT's characteristics."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

PROTOCOL: Final = "movella_dot"

COMPANY: Final = 0x0886


def _uuid(number: str) -> str:
    return f"1517{number}-4947-11e9-8646-d663bd873d93"


class Characteristic(StrEnum):
    """UUIDs."""

    INFO = _uuid("1001")
    CONTROL = _uuid("1002")
    REPORT = _uuid("1004")
    MEASUREMENT = _uuid("2001")
    LONG = _uuid("2002")
    MEDIUM = _uuid("2003")
    SHORT = _uuid("2004")
    BATTERY = _uuid("3001")
    MESSAGE = _uuid("7001")
    ACKNOWLEDGE = _uuid("7002")
    MESSAGE_NEWS = _uuid("7003")


SERVICE: Final = _uuid("2000")
