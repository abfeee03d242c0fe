import os
import stat
import subprocess
import sys

import pytest

from dashboard.service.runfile import (
    AlreadyRunningError,
    RunningService,
    read_running,
    sole_service,
    write_running,
)

RUNNING = RunningService(pid=1, port=4711, token="t0ken", kind="simulated", page_port=8501)


def test_the_running_service_is_found_while_it_runs(tmp_path):
    with sole_service(tmp_path):
        write_running(tmp_path, RUNNING)
        assert read_running(tmp_path) == RUNNING
    assert read_running(tmp_path) is None


def test_only_one_at_a_time(tmp_path):
    with (
        sole_service(tmp_path),
        pytest.raises(AlreadyRunningError, match="already running"),
        sole_service(tmp_path),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_can_read_the_token(tmp_path):
    with sole_service(tmp_path):
        write_running(tmp_path, RUNNING)
        for path in (tmp_path / "run" / "service.json", tmp_path / "run"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_file_left_by_a_crash_is_nobody(tmp_path):
    crash = (
        "import os, sys, pathlib\n"
        "from dashboard.service.runfile import *\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "with sole_service(root):\n"
        "    write_running(root, RunningService(1, 2, 'x', 'simulated'))\n"
        "    os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", crash, str(tmp_path)], check=False)
    assert (tmp_path / "run" / "service.json").exists()
    assert read_running(tmp_path) is None
    with sole_service(tmp_path):
        pass


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"port": 1}', "\0"])
def test_a_spoilt_file_is_nobody(tmp_path, content):
    with sole_service(tmp_path):
        (tmp_path / "run" / "service.json").write_text(content)
        assert read_running(tmp_path) is None
