"""The service's loop: source, engine, doors and analysis, from start to a clean end."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from dashboard.messages import SOURCE_FAILED, SOURCE_NAMES
from dashboard.service.analysis import Analyst
from dashboard.service.commands import obey
from dashboard.service.engine import Engine, Place
from dashboard.service.finder import COMMANDS as FINDER_COMMANDS
from dashboard.service.http import CommandError, service_app
from dashboard.service.hub import Hub
from dashboard.service.outlets import Outlets
from dashboard.service.remembered import remembered, sits_otherwise, usual_turns
from dashboard.service.replayed import items_of
from dashboard.service.runfile import RunningService, sole_service, write_running
from dashboard.service.snapshot import describe, describe_recording, describe_sensors, state_of
from dashboard.service.steps import RefusedError
from dashboard.service.wire import encode_json
from dashboard.serving import LiveServer, listen, watch_lifeline
from dashboard.settings import load
from fusion.setup import Setup
from sensors.drivers.replay import ReplaySource
from sensors.errors import SensorError
from sensors.samples import Placement
from sessions.about import person_name
from sessions.errors import SessionError
from sessions.library import RECORDING, Library, open_library
from sessions.own_share import own_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
    from pathlib import Path

    from dashboard.service.finder import Finder
    from dashboard.service.remembered import Remembered
    from fusion.results import Flag
    from sensors.drivers.base import Source
    from sensors.samples import Activity
    from sessions.own_share import OwnShare

TICK_S: Final = 0.016
SNAPSHOT_S: Final = 0.25
QUIET_SNAPSHOT_S: Final = 1.0
"""How often the snapshot is sent while only its clocks and counters change."""

_CLOCKS: Final = frozenset({"activity_s", "session_s", "recording", "sensors", "guide", "viewers"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to run the service.

    Attributes
    ----------
    data_root
        The data folder.
    autostart
        Activities to lead the wearer through from the start (the demonstration).
    page_port
        The port of the page, to be found by a second start.
    supervised
        End when standard input closes.
    lsl
        Stream to the Lab Streaming Layer, too.
    """

    data_root: Path
    autostart: tuple[Activity, ...] = ()
    page_port: int = 0
    supervised: bool = False
    lsl: bool = False


class Service:
    """What the doors lead to: one source's engine, its hub and its analyst."""

    def __init__(self, source: Source, library: Library, finder: Finder | None = None) -> None:
        self.hub = Hub(source.now_s)
        self.failure: str | None = None
        self.analyst = Analyst(library)
        self.finder = finder
        self._source = source
        self._remembered: Remembered | None = None
        self._usual: dict[str, dict[str, float]] = {}
        self._own: OwnShare | None = None
        self._library = library
        self._published: dict[str, object] = {}
        self._published_s = 0.0
        started_unix_s = time.time() - (source.now_s() - source.origin_s)
        self.engine = Engine(
            source,
            Setup(tuple(info.placement for info in source.sensors)),
            self.hub,
            session_place(library, self._meta, lambda: self.engine.validity.wearer),
            started_unix_s,
        )

    def snapshot(self) -> dict[str, object]:
        """Everything but the frames."""
        engine, now_s = self.engine, self._source.now_s()
        snapshot = {
            **describe(engine, now_s, self._otherwise()),
            "version": version("torso"),
            "source": {"kind": self._source.kind, "name": SOURCE_NAMES[self._source.kind]},
            "paused": isinstance(self._source, ReplaySource) and self._source.held,
            "viewers": self.hub.viewers,
            "analysis": self.analyst.news,
            "failure": self.failure,
            "wearer": self._describe_wearer(),
            "nearby": None if self.finder is None else self.finder.describe(),
        }
        return snapshot | ({"state": "failed"} if self.failure else {})

    def health(self) -> dict[str, object]:
        """Version, state, sensors, recording."""
        engine, now_s = self.engine, self._source.now_s()
        return {
            "version": version("torso"),
            "state": "failed" if self.failure else state_of(engine),
            "sensors": describe_sensors(engine, now_s),
            "recording": describe_recording(engine, now_s),
        }

    def command(self, name: str, fields: dict[str, object]) -> None:
        """Do what a viewer asks and show at once what came of it."""
        try:
            if self.finder is not None and name in FINDER_COMMANDS:
                idle = self.engine.recorder is None and self.engine.activity is None
                self.finder.obey(name, fields, idle=idle)
            elif name in {"pause", "play"}:
                self._hold(pause=name == "pause")
            elif name == "wearer":
                self._change_wearer(str(fields.get("person", "")))
            else:
                obey(self.engine, name, fields, self._source.now_s())
        except RefusedError as error:
            raise CommandError(str(error)) from None
        self.publish_snapshot()

    def _hold(self, *, pause: bool) -> None:
        """Let what is played stand still, or go on."""
        if not isinstance(self._source, ReplaySource):
            raise RefusedError("Only what is played can be paused.")
        if pause:
            self._source.hold()
        else:
            self._source.go_on()

    def _change_wearer(self, person: str) -> None:
        """Recordings are somebody else's from now on."""
        if self.engine.recorder is not None:
            raise RefusedError("Stop the recording before somebody else wears the sensors.")
        try:
            name = person_name(person)
        except SessionError as error:
            raise RefusedError(str(error)) from None
        self.engine.validity.wearer = name
        self._remembered = remembered(self._library, name)
        self._own = self._own_share(name)
        self.engine.fuser.use_split(None if self._own is None else self._own.split)
        self._usual = usual_turns(self._library, name)

    def _own_share(self, person: str) -> OwnShare | None:
        """The wearer's own lumbar share, as far as it is known and of use."""
        if any(info.placement is Placement.THORACOLUMBAR for info in self._source.sensors):
            return None
        try:
            return own_share(self._library, person, time.time())
        except SessionError:
            logger.warning("the library does not tell the wearer's own share", exc_info=True)
            return None

    def _meta(self) -> dict[str, object]:
        """What a reader of the next recording should know."""
        meta: dict[str, object] = {"software": version("torso"), "source": self._source.kind}
        if self._own is not None:
            meta["personal_split"] = asdict(self._own.split)
        return meta

    def _describe_wearer(self) -> dict[str, object]:
        before = self._remembered
        return {
            "person": self.engine.validity.wearer,
            "calibrated": None if before is None else before.started,
            "usual": self._usual,
            "own_share": None if self._own is None else asdict(self._own),
        }

    def _otherwise(self) -> list[Flag]:
        """Which sensors sit otherwise than when this person was calibrated last."""
        status = self.engine.fuser.status
        wizard = self.engine.tutor.wizard
        calibrated = wizard is not None and wizard.finished
        if self._remembered is None or not calibrated or status is None or not status.calibration:
            return []
        worn = {info.placement: info.sensor for info in self._source.sensors}
        return sits_otherwise(self._remembered, status.calibration, worn)

    def publish_snapshot(self) -> None:
        """Send the snapshot if something in it changed, or if the last one is a second old."""
        snapshot, now_s = self.snapshot(), time.monotonic()
        changed = _without_clocks(snapshot) != _without_clocks(self._published)
        if changed or now_s - self._published_s >= QUIET_SNAPSHOT_S:
            self._published, self._published_s = snapshot, now_s
            self.hub.publish_snapshot(encode_json(snapshot))

    async def read(self) -> None:
        """Take in what the source yields, until it ends or fails."""
        try:
            async for item in items_of(self._source):
                self.engine.take(item)
        except SensorError as error:
            self.failure = str(error)
        except Exception:
            logger.exception("the source failed")
            self.failure = SOURCE_FAILED
        self.engine.close(self._source.now_s())

    async def tick(self) -> None:
        """Fuse and publish, many times a second; hand finished recordings to the analyst."""
        next_snapshot_s = 0.0
        while True:
            self.engine.advance(self._source.now_s())
            while self.engine.closed:
                self.analyst.add(self.engine.closed.popleft())
            if time.monotonic() >= next_snapshot_s:
                next_snapshot_s = time.monotonic() + SNAPSHOT_S
                self.publish_snapshot()
            await asyncio.sleep(TICK_S)


def session_place(
    library: Library, meta: Callable[[], dict[str, object]], wearer: Callable[[], str] = str
) -> Place:
    """Put each recording into a session of the library, named after its time and drill.

    ``wearer`` tells whose it is; by default nobody's in particular.
    """

    def new_recording(drill: Activity | None) -> Path:
        stamp = datetime.now().astimezone().strftime("%Y-%m-%d_%H%M%S")
        what = "recording" if drill is None else drill.value.split("_")[0]
        return library.create(f"{stamp}_{what}", person=wearer()) / RECORDING

    return Place(new_recording, meta, lambda: load().keep_before)


async def serve(source: Source, options: ServiceOptions, finder: Finder | None = None) -> bool:
    """Run the service until told to end; the recording is then finished and closed.

    Returns
    -------
    bool
        Whether it ended because other sensors were chosen, and should begin again with them.

    Raises
    ------
    AlreadyRunningError
        If another service works in the data folder.
    SensorError
        If the source cannot be opened.
    LslMissingError
        If that layer is wanted and not installed.
    """
    library = open_library(options.data_root)
    with sole_service(options.data_root):
        async with source:
            service = Service(source, library, finder)
            if options.lsl:
                service.hub.listeners.append(
                    Outlets(options.data_root, source.origin_s, source.now_s)
                )
            listener = listen(0)
            token = secrets.token_urlsafe(32)
            server = LiveServer(service_app(service, token))
            if finder is not None:
                finder.on_chosen = server.stop
            if options.supervised:
                watch_lifeline(server.stop)
            port: int = listener.getsockname()[1]
            write_running(
                options.data_root,
                RunningService(os.getpid(), port, token, source.kind, options.page_port),
            )
            if options.autostart:
                service.engine.tutor.calibrate(source.now_s(), options.autostart)
            async with _background((service.read(), service.tick(), service.analyst.run())):
                await server.serve(sockets=[listener])
            service.engine.close(source.now_s())
            service.hub.listeners.clear()
            if finder is not None:
                await finder.close()
    return finder is not None and finder.chosen_anew


@asynccontextmanager
async def _background(works: Sequence[Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Let coroutines run beside what is done inside."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                logger.error("the service stumbled", exc_info=outcome)


def _without_clocks(snapshot: dict[str, object]) -> dict[str, object]:
    """Leave out what changes by itself; of sensors, guide and recording keep what does not."""
    steady: dict[str, object] = {k: v for k, v in snapshot.items() if k not in _CLOCKS}
    steady["recording"] = _pick(snapshot.get("recording"), ("name", "state", "error"))
    steady["guide"] = _pick(snapshot.get("guide"), ("step", "phase"))
    sensors = snapshot.get("sensors")
    if isinstance(sensors, list):
        steady["sensors"] = [_pick(s, ("state", "battery_percent", "words")) for s in sensors]
    return steady


def _pick(entry: object, names: tuple[str, ...]) -> object:
    return {name: entry.get(name) for name in names} if isinstance(entry, dict) else entry
