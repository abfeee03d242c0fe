"""How numbers and words are written in our files: the same bytes on any run.

Six significant digits, as shortest text; empty where nothing is known. A word that a spreadsheet
would run as a formula gets a ``'`` in front, as spreadsheets themselves write it. Times count from
an origin that can be far away, so they keep hundredths of a second even where that takes more than
six digits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sensors.samples import FloatArray

_TIME_DIGITS_FROM_S = 10_000.0
_NOTHING = 1e-12
"""Smaller numbers are rounding errors of an exact zero, in any unit we have."""

_POWERS = 10.0 ** np.arange(309.0)


def round_significant(values: FloatArray, digits: int = 6) -> FloatArray:
    """Round to significant digits, so that the shortest text of each has no more.

    Parameters
    ----------
    values
        Any shape; NaN stays NaN, -0 and what is smaller than 1e-12 become 0.
    digits
        How many.
    """
    size = np.abs(values)
    used = np.isfinite(values) & (size >= _NOTHING)
    exponent = np.floor(np.log10(np.where(used, size, 1.0)))
    places = digits - 1 - exponent
    scale = _POWERS.take(np.abs(places).astype(np.intp))
    up = places >= 0
    scaled = np.round(np.where(up, values * scale, values / scale))
    rounded = np.where(up, scaled / scale, scaled * scale)
    return np.where(size < _NOTHING, 0.0, rounded) + 0.0


def round_times(t_s: FloatArray) -> FloatArray:
    """Round times to six significant digits, but never coarser than 0.01 s."""
    far = np.abs(t_s) >= _TIME_DIGITS_FROM_S
    return np.where(far, np.round(t_s, 2), round_significant(t_s)) + 0.0


def number(value: float) -> str:
    """One number as a cell; empty if it is not finite."""
    if not math.isfinite(value):
        return ""
    return "0" if abs(value) < _NOTHING else f"{value:.6g}"


def time(t_s: float) -> str:
    """One time in s as a cell."""
    return f"{t_s:.2f}" if abs(t_s) >= _TIME_DIGITS_FROM_S else number(t_s)


def word(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet runs and that keeps to its row."""
    safe = f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    if any(c in safe for c in ',"\r\n'):
        quoted = safe.replace('"', '""')
        return f'"{quoted}"'
    return safe
