"""Start the dashboard and watch over it: the service and the page's server, one command.

Both are children of this process with a pipe to their standard input; when it closes, whatever the
reason, they end in good order. A crash of the page never touches the recording; a crash of the
service loses nothing that was recorded until then. Both are started again.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import webbrowser
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from dashboard.service.ask import get_json
from dashboard.service.outlets import LslMissingError, load_lsl
from dashboard.service.runfile import ALREADY_RUNNING, RunningService, read_running
from dashboard.serving import PORT_TAKEN, listen
from sessions.library import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import FrameType, TracebackType

PORTS_TO_TRY: Final = 20
START_TIMEOUT_S: Final = 60.0
CLOSE_TIMEOUT_S: Final = 8.0
POLL_S: Final = 0.1

NOT_SHARED_LATER: Final = (
    "--share can only be asked for at the start: if the Share page shows no link, end torso"
    " (Ctrl-C where it runs) and start it again with --share."
)

LSL_ON: Final = (
    "Lab Streaming Layer: whoever is on your network can read 'torso angles', 'torso shares' and"
    " 'torso events' while torso runs; they are not encrypted."
)

NO_LSL_LATER: Final = (
    "--lsl can only be asked for at the start: if no stream is found, end torso (Ctrl-C where it"
    " runs) and start it again with --lsl."
)

IN_VAIN: Final = frozenset({ALREADY_RUNNING, PORT_TAKEN})
"""Exit statuses after which another start changes nothing; the child has said why."""

MAX_STARTS: Final = 5
WITHIN_S: Final = 60.0
"""A child that ends this often in this time will not get better by starting it again."""


def run_dashboard(
    *,
    port: int = 8501,
    open_browser: bool = True,
    data: Path | None = None,
    seed: int = 1,
    speed: float = 1.0,
    demo: bool = False,
    source: str = "simulated",
    share: bool = False,
    lsl: bool = False,
) -> int:
    """Show the dashboard until Ctrl-C; return the exit status.

    Parameters
    ----------
    port
        Where the page is wanted; the next free one is taken if it is not.
    open_browser
        Open the page in the browser.
    data
        Data folder; ``None`` = the user's.
    seed, speed
        Of the simulated wearer; ``speed`` in simulated seconds per second.
    source
        Which sensors: ``simulated`` or ``ble``.
    demo
        Let the wearer calibrate and begin the seated drill without being asked.
    share
        Let whoever has the link that is printed watch from the same network.
    lsl
        Stream to the Lab Streaming Layer, too.
    """
    if lsl:
        try:
            load_lsl()
        except LslMissingError as error:
            _say(str(error))
            return 1
    data_root = data_folder(data)
    running = read_running(data_root)
    if running is not None:
        later = [NOT_SHARED_LATER] * share + [NO_LSL_LATER] * lsl
        return _show_running(running, later, open_browser=open_browser)
    found = free_port(port)
    if found is None:
        _say(f"No free port between {port} and {port + PORTS_TO_TRY - 1}: choose with --port.")
        return 1
    if found != port:
        _say(f"Port {port} is taken by another program; using {found}.")
    own = ("--data", str(data_root), "--supervised")
    service = ["-P", "-m", "dashboard.service", *own, "--page-port", str(found)]
    service += ["--source", source, "--seed", str(seed), "--speed", str(speed)]
    service += ["--autostart"] if demo else []
    service += ["--lsl"] if lsl else []
    page = ["-P", "-m", "dashboard.server", *own, "--port", str(found)]
    page += ["--share"] if share else []
    with _Household(Child("service", service), Child("page", page)) as household:
        if lsl:
            _say(LSL_ON)
        return household.keep(found, open_browser=open_browser)


def free_port(wanted: int) -> int | None:
    """Return the first port from ``wanted`` on that is free; ``None`` if there is none near."""
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65536)):
        try:
            listen(port).close()
        except OSError:
            continue
        return port
    return None


def _show_running(running: RunningService, too_late: Sequence[str], *, open_browser: bool) -> int:
    """Show the page of the torso that runs; say what can only be asked for at its start."""
    _say(f"torso is already running: {running.page_url}")
    for words in too_late:
        _say(words)
    if open_browser:
        webbrowser.open(running.page_url)
    return 1 if too_late else 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Child:
    """A process that is started again when it ends by itself.

    Attributes
    ----------
    name
        What a person calls it.
    arguments
        For this Python; ``-P`` keeps a folder named like one of ours, where the person happens to
        stand, from being taken for ours.
    """

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts_s: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it, out of reach of the terminal's Ctrl-C."""
        self.starts_s.append(time.monotonic())
        command = [sys.executable, *self.arguments]
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, creationflags=flags)
        else:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    @property
    def ended(self) -> bool:
        """Whether it is not running."""
        return self.process is None or self.process.poll() is not None

    @property
    def hopeless(self) -> bool:
        """Whether it ended too often to be started again."""
        recent = [s for s in self.starts_s if time.monotonic() - s < WITHIN_S]
        return len(recent) >= MAX_STARTS

    def close(self) -> None:
        """Ask it to end; wait; end it if it does not."""
        process = self.process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Household:
    """Service and page, from start to end."""

    def __init__(self, service: Child, page: Child) -> None:
        self._children: Sequence[Child] = (service, page)
        self._closing = False
        self._handlers: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._close_soon)
        for child in self._children:
            child.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for child in reversed(self._children):
            child.close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def keep(self, port: int, *, open_browser: bool) -> int:
        """Announce the page when it is there and keep both alive until told to end."""
        announced = False
        started_s = time.monotonic()
        while not self._closing:
            for child in self._children:
                if child.ended and not self._revive(child):
                    return 1
            if not announced:
                announced = self._announce(port, open_browser=open_browser)
                if not announced and time.monotonic() - started_s > START_TIMEOUT_S:
                    _say("The page did not come up within a minute. Please try again.")
                    return 1
            time.sleep(POLL_S)
        return 0

    def _announce(self, port: int, *, open_browser: bool) -> bool:
        if get_json(f"http://127.0.0.1:{port}/api/health") is None:
            return False
        url = f"http://localhost:{port}"
        _say(f"torso is running: {url}  (Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(url)
        return True

    def _revive(self, child: Child) -> bool:
        if child.process is not None and child.process.returncode in IN_VAIN:
            return False
        if child.hopeless:
            _say(f"The {child.name} ended again and again; giving up. What was recorded is kept.")
            return False
        _say(f"The {child.name} ended unexpectedly; starting it again.")
        child.start()
        return True

    def _close_soon(self, _number: int, _frame: FrameType | None) -> None:
        self._closing = True
