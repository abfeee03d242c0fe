"""One clock for sensors that keep one: Movella DOTs synchronised by their own radio.

Equal time stamps of such sensors are equal instants. So there is one line of device time to host
time for all of them, under the arrivals of all of them, and two sensors are apart by what their own
radio left, not by what each packet's way to this computer took.

Every sensor's own clock is fitted all the same. It tells a reboot from a wrap, it is what the
sensor falls back on when its time stamps no longer are the others', and going over from one clock
to the other bends time, it never steps.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Final

from sensors.clock import DeviceClock, worked_off

if TYPE_CHECKING:
    from sensors.protocols.burst import ClockFacts
    from sensors.samples import SensorId

AGREE_S: Final = 0.15
"""No link's shortest delay is so much longer than another's: these stamps are of another clock."""

BENDS_S: Final = 1.0
"""A difference between two clocks that is worked off; over a larger one time steps."""

SETTLED_S: Final = 5.0
"""Before so much is known of both clocks they are not compared."""

logger = logging.getLogger(__name__)


class CommonClock:
    """The clock that several sensors keep.

    Parameters
    ----------
    facts
        What all their clocks are.
    """

    def __init__(self, facts: ClockFacts) -> None:
        self._facts = facts
        self._clock = DeviceClock(facts.tick_s, facts.bits, facts.max_rate)
        # Whose time stamps run ahead must not draw the others with it before it is found out.
        self._clock.brakes = False
        self._members: set[SensorId] = set()

    def enter(self, sensor: SensorId) -> None:
        """A sensor says that it keeps this clock; the first one begins it."""
        if not self._members:
            self._clock.restart()
        self._members.add(sensor)

    def leave(self, sensor: SensorId, *, wrong: bool = False) -> None:
        """A sensor keeps it no longer; if its times were wrong, the line is drawn without them."""
        self._members.discard(sensor)
        if wrong:
            self._clock.restart()

    @property
    def lines(self) -> int:
        """How often its line was begun anew."""
        return self._clock.epochs

    @property
    def observed_s(self) -> float:
        """How much time the line is drawn from (s)."""
        return self._clock.observed_s

    @property
    def sd_s(self) -> float:
        """One standard deviation of its times on the host's clock (s)."""
        return self._clock.sd_s

    def host_s(self, device_s: float, arrival_s: float) -> float | None:
        """Return the host monotonic seconds of a device time that just arrived from any of them.

        Whole turns of the counter apart, one sensor's times may differ from another's. ``None`` if
        it cannot be a time of this clock.
        """
        common_s = self._clock.unwrap(round(device_s / self._facts.tick_s), arrival_s)
        if common_s is None or self._too_early(common_s, arrival_s):
            return None
        if self._clock.is_new(common_s):
            return self._clock.observe(common_s, arrival_s)[0]
        return self._clock.observe_old(common_s, arrival_s)

    def _too_early(self, common_s: float, arrival_s: float) -> bool:
        """Whether that time has not come yet, as far as the line is settled."""
        settled = self._clock.observed_s >= SETTLED_S
        return settled and self._clock.delay_of(common_s, arrival_s) < -AGREE_S


class Membership:
    """One sensor's part in a common clock: when it keeps it, and how it goes over to it and back.

    Parameters
    ----------
    sensor
        Which.
    common
        The clock.
    own
        The sensor's own.
    """

    def __init__(self, sensor: SensorId, common: CommonClock, own: DeviceClock) -> None:
        self.within = False
        self.left = 0
        """How often it left because it had to."""
        self._sensor = sensor
        self._common = common
        self._own = own
        self._epoch = 0
        self._told = False
        self._on_common = False
        self._away_s = 0.0
        self._last_s = self._given_s = -math.inf
        self._line = 0

    @property
    def sd_s(self) -> float:
        """One standard deviation of the times given out now (s)."""
        sd_s = self._common.sd_s if self._on_common else self._own.sd_s
        return math.hypot(sd_s, self._away_s)

    @property
    def idle(self) -> bool:
        """Whether the sensor is followed by itself, and nothing else is left to be worked off."""
        return not (self.within or self._on_common or self._away_s)

    def told(self, *, synchronised: bool) -> None:
        """Take in what the sensor says of itself."""
        if synchronised:
            self._common.enter(self._sensor)
            self.within = self._told = True
            self._own.brakes = False
        elif self.within:
            self._leave("it says that it is not synchronised any more")

    def host_s(self, device_s: float, own_s: float, arrival_s: float) -> float:
        """Return host monotonic seconds of a sample.

        Parameters
        ----------
        device_s
            Its device time, unwrapped.
        own_s
            Host monotonic seconds by the sensor's own clock.
        arrival_s
            Host monotonic seconds of its arrival.
        """
        if self.idle:
            return own_s
        if self._told:  # what it says holds for what it sends next, even if it was off before
            self._told, self._epoch = False, self._own.epochs
        rebooted = self._own.epochs > self._epoch
        concerned = self.within or self._on_common
        common_s = None if rebooted or not concerned else self._common.host_s(device_s, arrival_s)
        if self.within and rebooted:
            self._leave("it was off meanwhile")
        elif self.within and common_s is None:
            self._leave("its time stamps are not the others'")
        elif self.within and common_s is not None and self._disagree(common_s, own_s):
            self._leave("its time stamps are not the others'", wrong=True)
        step_s = max(device_s - self._last_s, 0.0)
        base_s = self._base_s(common_s, own_s, step_s)
        self._away_s = worked_off(self._away_s, step_s)
        self._last_s, self._given_s = device_s, base_s + self._away_s
        return self._given_s

    def _base_s(self, common_s: float | None, own_s: float, step_s: float) -> float:
        """Return the time by the clock in force; a change of clocks begins where the other was.

        So does a common clock whose line was begun anew.
        """
        before_s = common_s if self._on_common else own_s
        after_s = common_s if self.within else own_s
        assert after_s is not None, "who is within has a common time"
        if self._on_common is not self.within:
            self._on_common = self.within
            away_s = math.inf if before_s is None else before_s + self._away_s - after_s
        elif self.within and self._line != self._common.lines:
            away_s = self._given_s + step_s - after_s
        else:
            away_s = self._away_s
        self._line = self._common.lines
        self._away_s = away_s if abs(away_s) < BENDS_S else 0.0
        return after_s

    def _disagree(self, common_s: float, own_s: float) -> bool:
        if min(self._common.observed_s, self._own.observed_s) < SETTLED_S:
            return False
        # A first packet that was held back makes the sensor's own clock late for a minute or two.
        bound_for_s = own_s - self._own.behind_s
        return min(abs(common_s - own_s), abs(common_s - bound_for_s)) > AGREE_S

    def _leave(self, reason: str, *, wrong: bool = False) -> None:
        self.within = False
        self._own.brakes = True
        self.left += 1
        self._common.leave(self._sensor, wrong=wrong)
        logger.warning(
            "%s does not keep the common clock, %s; it is followed by itself", self._sensor, reason
        )
