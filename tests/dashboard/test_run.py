"""The whole household as processes: what survives what."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from dashboard.run import NOT_SHARED_LATER, Child, free_port, run_dashboard
from dashboard.service.ask import get_json
from dashboard.service.runfile import (
    RunningService,
    read_running,
    sole_service,
    write_running,
)
from dashboard.serving import listen
from sensors.recording import read_recording

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")

PATIENCE_S = 200.0


def wait_for(something):
    """Return the first true answer; fail after minutes."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if answer := something():
            return answer
        time.sleep(0.05)
    pytest.fail(f"it did not happen within {PATIENCE_S:g} s")


class Household:
    """``run_dashboard`` in a process of its own."""

    def __init__(self, data_root):
        self.data_root = data_root
        self.port = free_port(18500)
        self.process = self.start(self.port)

    def start(self, port):
        code = (
            "import sys; from pathlib import Path; from dashboard.run import run_dashboard\n"
            "sys.exit(run_dashboard(port=int(sys.argv[1]), data=Path(sys.argv[2]),"
            " open_browser=False, demo=True, speed=4.0))"
        )
        command = [sys.executable, "-c", code, str(port), str(self.data_root)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @property
    def service(self):
        return read_running(self.data_root)

    def health(self):
        return get_json(f"http://127.0.0.1:{self.port}/api/health")

    def recorded_bytes(self):
        health = self.health()
        return health and health["recording"] and health["recording"]["bytes"]

    def page_pid(self):
        """The process that serves the page: the child that is not the service."""
        listing = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        (pid,) = {int(pid) for pid in listing.stdout.split()} - {self.service.pid}
        return pid

    def recording(self):
        (path,) = (self.data_root / "sessions").glob("*/recording.mcap")
        return path


@pytest.fixture
def household(tmp_path):
    household = Household(tmp_path)
    yield household
    household.process.kill()
    household.process.communicate()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_life_of_the_dashboard(household):
    assert str(household.port) in household.process.stdout.readline()
    before = wait_for(household.recorded_bytes)

    second = household.start(household.port)
    said, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0
    assert f"already running: http://localhost:{household.port}" in said

    page, service = household.page_pid(), household.service.pid
    os.kill(page, signal.SIGKILL)
    wait_for(lambda: household.health() is None)
    during = get_json(household.service.url + "/health", household.service.headers)
    assert during["recording"]["bytes"] > before
    wait_for(lambda: (household.recorded_bytes() or 0) > during["recording"]["bytes"])
    assert household.service.pid == service

    page = household.page_pid()
    household.process.send_signal(signal.SIGINT)
    assert household.process.wait(PATIENCE_S) == 0
    assert not alive(page)
    assert not alive(service)
    assert household.service is None
    assert read_recording(household.recording()).complete


def test_a_killed_service_leaves_a_readable_recording_and_comes_back(household):
    wait_for(lambda: (household.recorded_bytes() or 0) > 100_000)
    first, recording = household.service.pid, household.recording()
    os.kill(first, signal.SIGKILL)
    found = read_recording(recording)
    assert not found.complete
    assert found.messages > 500
    wait_for(lambda: (running := household.service) and running.pid != first)
    wait_for(household.health)


def test_children_do_not_outlive_a_killed_parent(household):
    wait_for(household.recorded_bytes)
    children = [household.service.pid, household.page_pid()]
    recording = household.recording()
    household.process.kill()
    wait_for(lambda: not any(alive(pid) for pid in children))
    assert read_recording(recording).complete


def test_sharing_cannot_be_asked_for_later(tmp_path, capsys):
    with sole_service(tmp_path):
        write_running(tmp_path, RunningService(1, 2, "t0ken", "made up", 8501))
        assert run_dashboard(data=tmp_path, open_browser=False, share=True) == 1
        said = capsys.readouterr().out
        assert "already running: http://localhost:8501" in said
        assert NOT_SHARED_LATER in said
        assert run_dashboard(data=tmp_path, open_browser=False) == 0


def test_a_taken_port_is_stepped_over():
    port = free_port(18600)
    with listen(port):
        assert free_port(port) > port


def test_a_child_that_keeps_ending_is_given_up():
    child = Child("nothing", ["-c", ""])
    starts = 0
    while not child.hopeless:
        child.start()
        child.process.communicate()
        starts += 1
        assert child.ended
    assert 2 < starts < 10


def test_the_snapshot_is_json_all_the_way(household):
    wait_for(household.recorded_bytes)
    running = household.service
    snapshot = get_json(running.url + "/snapshot", running.headers)
    assert json.loads(json.dumps(snapshot, allow_nan=False)) == snapshot
    assert set(snapshot) >= {"version", "source", "state", "viewers", "analysis", "failure"}
    assert running.page_port == household.port
