"""What every device family's bytes come to, and what a family's reader promises.

A reader is fed values of characteristics in the order they came and gives bursts: samples in SI
units with the times the *device* put on them. When that was on the host's clock, and what is
missing in between, is found out by :mod:`sensors.decoding`, the same way for all families.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sensors.samples import FloatArray

BoolArray = npt.NDArray[np.bool_]
BOOL = np.dtype(np.bool_)
"""The kind of such an array, as numpy need not look it up."""


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """A device's clock.

    Attributes
    ----------
    tick_s
        Length of a tick (s).
    bits
        Width of the counter that is sent.
    max_rate
        Largest believable deviation of its rate from 1.
    """

    tick_s: float
    bits: int
    max_rate: float = 300e-6


@dataclass(slots=True)
class Burst:
    """Consecutive, evenly spaced samples of one packet.

    Attributes
    ----------
    acc, gyr
        (n, 3) specific force in m/s² and angular rate in rad/s; NaN where a device sends
        orientations only. n = 0: a packet that counts but holds no such samples.
    mag
        (n, 3) µT, or ``None``.
    quat
        (n, 4) unit quaternions wxyz, sensor → earth (z up), or ``None``.
    clipped
        (n,) true where any axis was at the end of its range.
    ticks
        The device's clock at the first sample, modulo its width; ``None`` = it has no clock.
    spacing_ticks
        From sample to sample.
    sequence
        Number of the packet, modulo :attr:`Reader.sequence_wrap`; ``None`` = it has none.
    restarted
        The device says that its clock began anew.
    """

    acc: FloatArray
    gyr: FloatArray
    mag: FloatArray | None = None
    quat: FloatArray | None = None
    clipped: BoolArray | None = None
    ticks: int | None = None
    spacing_ticks: float = 0.0
    sequence: int | None = None
    restarted: bool = False

    def __len__(self) -> int:
        return len(self.acc)

    @property
    def count(self) -> int:
        """How many samples."""
        return len(self.acc)

    def part(self, rows: slice) -> Burst:
        """Return some of the samples, without their times."""
        return Burst(
            self.acc[rows],
            self.gyr[rows],
            None if self.mag is None else self.mag[rows],
            None if self.quat is None else self.quat[rows],
            None if self.clipped is None else self.clipped[rows],
        )


@dataclass(slots=True)
class Packed:
    """A burst whose samples are known to be sound but still bytes.

    Turning bytes into arrays costs about the same for one sample as for a hundred. So a reader
    checks every packet by itself, and the bytes of many become arrays in one go.

    Attributes
    ----------
    count
        How many samples.
    raw
        Their bytes, nothing else: those of several packets can be joined.
    unpack
        Makes one burst of the joined bytes of packets that came with this very function.
    ticks, spacing_ticks, sequence, restarted
        As of a :class:`Burst`.
    """

    count: int
    raw: bytes
    unpack: Callable[[bytes], Burst]
    ticks: int | None = None
    spacing_ticks: float = 0.0
    sequence: int | None = None
    restarted: bool = False

    def __len__(self) -> int:
        return self.count


def unpacked(burst: Burst | Packed) -> Burst:
    """Return the same burst as arrays."""
    if isinstance(burst, Burst):
        return burst
    return replace(
        burst.unpack(burst.raw),
        ticks=burst.ticks,
        spacing_ticks=burst.spacing_ticks,
        sequence=burst.sequence,
        restarted=burst.restarted,
    )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A device's answer to what time it is.

    Attributes
    ----------
    asked_us
        The lowest 32 bits of the host's monotonic µs when it asked, as they came back.
    ticks
        The device's clock when it heard the question, modulo its width.
    """

    asked_us: int
    ticks: int


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A sensor says whether it keeps the others' clock; a new object each time that it does."""

    synchronised: bool


class Reader(Protocol):
    """One family's way from bytes to bursts; one object per sensor.

    Attributes
    ----------
    clock
        ``None``: the family's packets carry no time, samples are counted.
    sequence_wrap
        Modulus of the packets' numbers; 0 = they have none.
    period_s
        Time between samples as the device states it; ``None`` until it did.
    status
        The newest thing the device said of its state, in the family's own terms, or ``None``.
    exchange
        Its newest answer to what time it is; ``None`` if it never gave one.
    """

    clock: ClockFacts | None
    sequence_wrap: int
    period_s: float | None
    status: object | None
    exchange: Exchange | None

    def feed(self, characteristic: str, data: bytes) -> Sequence[Burst | Packed]:
        """Take in a value of a characteristic (128-bit UUID, lower case).

        Raises
        ------
        ProtocolError
            The bytes are nothing this family sends.
        """
        ...


@dataclass(slots=True)
class Joined:
    """Several values that are all of the usual kind.

    Attributes
    ----------
    count, raw, unpack
        The samples of all, as of :class:`Packed`.
    sizes
        How many samples each value holds.
    ticks
        The device's clock at each value's first sample; empty if it has none.
    spacings_ticks
        For each value, from sample to sample; empty if each holds one.
    sequences
        The values' numbers; empty if they have none.
    """

    count: int
    raw: bytes
    unpack: Callable[[bytes], Burst]
    sizes: Sequence[int]
    ticks: Sequence[int] = ()
    spacings_ticks: Sequence[float] = ()
    sequences: Sequence[int] = ()


@runtime_checkable
class Joining(Protocol):
    """A reader that can tell at once that several values are all of the usual kind."""

    def join(self, characteristic: str, data: Sequence[bytes]) -> Joined | None:
        """Take in values of one characteristic as one after the other would be, all together.

        ``None`` if one of them is not of the usual kind; then nothing was taken in.
        """
        ...


@runtime_checkable
class Synchronised(Protocol):
    """A reader of sensors that can keep one clock.

    Attributes
    ----------
    claim
        What the sensor last said of that; ``None`` until it said something.
    """

    claim: Claim | None


NOTHING = np.empty((0, 3))


def unknown(count: int) -> FloatArray:
    """Return (n, 3) NaN, for what a device does not send."""
    return np.full((count, 3), np.nan)
