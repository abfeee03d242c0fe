"""Lab Streaming Layer: angles, shares and events as streams that other programs record.

Only on demand (``torso dashboard --lsl``), for what goes out is not encrypted, and whoever is on
the same network finds it. No name of a person is in it. Needs the package ``pylsl``.
"""

from __future__ import annotations

import hashlib
import socket
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from dashboard.service.wire import VALUES, encode_json
from fusion.grid import GRID_HZ
from fusion.results import ANGLES, SD_ANGLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dashboard.service.hub import Happening
    from dashboard.service.wire import Float32Array
    from sensors.samples import FloatArray

CLOCKS_APART_S: Final = 0.02
"""How far the source's clock may leave LSL's before the two are compared anew."""

_N_ANGLES: Final = len(ANGLES) + len(SD_ANGLES)

ANGLE_CHANNELS: Final = (
    *((f"{name}_deg", "degrees", "Angle") for name in ANGLES),
    *((f"{name}_sd_deg", "degrees", "StandardDeviation") for name in SD_ANGLES),
    ("quality", "none", "Quality"),
    ("phase", "none", "Phase"),
)
"""Label, unit and type of each channel of the stream of angles."""

SHARE_CHANNELS: Final = tuple(
    (f"{name}_share", "fraction", "Share") for name in ("pelvis", "lumbar", "thoracic")
)

_MEANINGS: Final = {
    "angles": "Axial rotations in degrees, left positive, and one standard deviation of each;"
    " quality 0 good, 1 doubtful, 2 unusable; phase 0 neutral, 1 out, 2 hold, 3 return.",
    "shares": "Parts of the turn just now; NaN where it is too small to say.",
    "events": "JSON; moments (…_s) are on the clock of the time stamps.",
}


class LslMissingError(Exception):
    """The Lab Streaming Layer cannot be used here; ``str()`` says why and what to do."""


def load_lsl() -> Any:  # noqa: ANN401 - the module, which has no types of its own
    """The package ``pylsl``.

    Raises
    ------
    LslMissingError
        If it, or the library it needs, is not installed.
    """
    try:
        import pylsl
    except ImportError:
        raise LslMissingError(
            "--lsl needs the package pylsl, which is not installed: pip install 'torso[lsl]'"
        ) from None
    except RuntimeError:
        raise LslMissingError(
            "--lsl needs liblsl, which pylsl brings along on most computers, but not on this one:"
            " install it as https://github.com/sccn/liblsl says"
        ) from None
    return pylsl


class Outlets:
    """Three streams, to be heard by a :class:`~dashboard.service.hub.Hub`.

    Every time stamp is that of the sample or of what happened, not of its sending.

    Parameters
    ----------
    data_root
        The data folder; with the name of this computer it tells this service from others, so that
        who listens finds it again after a restart.
    origin_s
        Zero of the session clock on the source's clock.
    now_s
        The source's clock.

    Raises
    ------
    LslMissingError
        If the package ``pylsl`` is not installed.
    """

    def __init__(self, data_root: Path, origin_s: float, now_s: Callable[[], float]) -> None:
        self._lsl = load_lsl()
        self._origin_s = origin_s
        self._now_s = now_s
        self._ahead_s = self._compare()
        home = f"{socket.gethostname()}:{data_root.resolve()}"
        self._home = hashlib.sha256(home.encode()).hexdigest()[:12]
        self._angles = self._open("angles", "MoCap", ANGLE_CHANNELS)
        self._shares = self._open("shares", "Shares", SHARE_CHANNELS)
        self._events = self._open("events", "Markers", [("event", "none", "Marker")])

    def source_id(self, name: str) -> str:
        """What tells ``angles``, ``shares`` or ``events`` of this service from those of others."""
        return f"torso-{self._home}-{name}"

    def frames(self, t_s: FloatArray, values: Float32Array) -> None:
        """Send fused frames: (n,) session times in s, (n, 15) columns as sent on the page."""
        stamps_s = (t_s + self._to_lsl_s()).tolist()
        state = values[:, VALUES.index("state")].astype(int)
        angles = values[:, [*range(_N_ANGLES), -1, -1]]
        angles[:, -2], angles[:, -1] = state % 4, state // 4
        self._angles.push_chunk(angles, stamps_s)
        self._shares.push_chunk(values[:, _N_ANGLES : _N_ANGLES + 3], stamps_s)

    def happened(self, happening: Happening) -> None:
        """Send what happened as one line of JSON."""
        to_lsl_s = self._to_lsl_s()
        moments = {name: round(t_s + to_lsl_s, 4) for name, t_s in happening.moments.items()}
        line = encode_json({"event": happening.name, **happening.facts, **moments})
        self._events.push_sample([line], happening.t_s + to_lsl_s)

    def _to_lsl_s(self) -> float:
        """What makes session time LSL's, the same from call to call while the clocks agree."""
        ahead_s = self._lsl.local_clock() - self._now_s()
        if abs(ahead_s - self._ahead_s) > CLOCKS_APART_S:
            self._ahead_s = self._compare()
        return self._origin_s + self._ahead_s

    def _compare(self) -> float:
        """How far LSL's clock is ahead of the source's: of some readings the least disturbed."""
        readings = []
        for _ in range(5):
            before_s, lsl_s, after_s = self._now_s(), self._lsl.local_clock(), self._now_s()
            readings.append((after_s - before_s, lsl_s - (before_s + after_s) / 2))
        return float(min(readings)[1])

    # An outlet is pylsl's, which has no types.
    def _open(self, name: str, kind: str, channels: Sequence[tuple[str, str, str]]) -> Any:  # noqa: ANN401 - as above
        """Announce one stream, described as the conventions for XDF files ask."""
        lsl = self._lsl
        rate_hz, number = GRID_HZ, lsl.cf_float32
        if kind == "Markers":
            rate_hz, number = lsl.IRREGULAR_RATE, lsl.cf_string
        info = lsl.StreamInfo(
            f"torso {name}", kind, len(channels), rate_hz, number, self.source_id(name)
        )
        labels, units, types = zip(*channels, strict=True)
        info.set_channel_labels(list(labels))
        info.set_channel_units(list(units))
        info.set_channel_types(list(types))
        info.desc().append_child_value("definition", _MEANINGS[name])
        acquisition = info.desc().append_child("acquisition")
        acquisition.append_child_value("model", "torso")
        acquisition.append_child_value("software", f"torso {version('torso')}")
        synchronization = info.desc().append_child("synchronization")
        synchronization.append_child_value("can_drop_samples", "true")
        return lsl.StreamOutlet(info)
