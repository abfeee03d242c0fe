"""Why samples could not become rotations, each with what to do about it.

FusionError
├── NoDrillError        read, but there is nothing that could be analysed
├── CalibrationError    no usable still or bow, and nothing to fall back on
├── RolesUnclearError   a gesture does not show which sensor is where
└── TooShortError       fewer samples than any drill needs
"""

from __future__ import annotations


class FusionError(Exception):
    """Root of all that :mod:`fusion` raises; ``str()`` is one line for the person at the screen."""


class NoDrillError(FusionError):
    """The session holds no drill that could be analysed."""


class CalibrationError(FusionError):
    """The sensors could not be related to the body."""


class TooShortError(FusionError):
    """There are too few samples to analyse."""


class RolesUnclearError(FusionError):
    """A gesture does not show which sensor is where; ``str()`` says what to do."""
