"""The same batch on a real Dask cluster: a scheduler and two workers, one of them killed."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from distributed import Client

from sessions.batch import crew, run
from sessions.errors import ClusterError
from tests.sessions.test_batch import in_this_process, write_session

GATE = """\
import os, pathlib, time
from sessions.batch import job

whole = getattr(job, "whole", job.do)  # Dask loads this more than once
job.whole = whole


def do(one):
    if one.source.endswith("s3"):
        pathlib.Path("writing").write_text(str(os.getpid()))
        pathlib.Path("writing").rename("begun")
        while not pathlib.Path("go").exists():
            time.sleep(0.01)
    return whole(one)


job.do = do
"""
"""Loaded by the workers: tells who has begun a certain job, and does it when it may go on."""


@pytest.fixture
def start(tmp_path):
    """Starts a process of Dask; all end with the test."""
    started = []

    def one(name, *options):
        file = ("--scheduler-file", str(tmp_path / "scheduler"), "--host", "127.0.0.1")
        no_page = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        command = (sys.executable, "-m", f"distributed.cli.{name}", *no_page, *file, *options)
        env = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
        with (tmp_path / f"log{len(started)}").open("wb") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, env=env))

    yield one
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(start, tmp_path):
    start("dask_scheduler", "--port", "0")
    with Client(scheduler_file=str(tmp_path / "scheduler"), set_as_default=False) as client:
        yield client


@pytest.mark.timeout(900)  # four programs start, each of which loads a lot
def test_a_worker_killed_half_way_costs_nothing(start, scheduler, tmp_path, monkeypatch):
    address = scheduler.scheduler.address
    with monkeypatch.context() as patch:
        patch.setattr(crew, "FIRST_WORKER_S", 0.01)
        with pytest.raises(ClusterError, match="has no workers"):
            crew.crew_of(address, None).__enter__()
    study = tmp_path / "study"
    for n in range(6):
        write_session(study / f"s{n}", n)
    (study / "garbage.mcap").write_bytes(bytes(1000))
    (tmp_path / "gate.py").write_text(GATE)
    for _ in range(2):
        start("dask_worker", "--no-nanny", "--nthreads", "1", "--preload", "gate.py")
    scheduler.wait_for_workers(2)

    def kill():
        begun = tmp_path / "begun"
        while not begun.exists():
            time.sleep(0.01)
        os.kill(int(begun.read_text()), signal.SIGKILL)
        (tmp_path / "go").touch()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    there, out = tmp_path / "there", tmp_path / "here"
    batch = run.run_batch([str(study)], str(there), scheduler=address)
    killer.join()
    assert len(scheduler.nthreads()) == 1
    assert (batch.analysed, [f.exit_code for f in batch.failed]) == (6, [2])
    again = run.run_batch([str(study)], str(there), scheduler=address)
    assert (again.analysed, again.unchanged) == (0, 6)
    monkeypatch.setattr(run, "crew_of", in_this_process)
    run.run_batch([str(study)], str(out))
    for name in ("reps.parquet", "sessions.parquet"):
        assert (there / name).read_bytes() == (out / name).read_bytes()


def test_a_cluster_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr(crew, "CONNECT_S", 0.01)
    with pytest.raises(ClusterError, match="cannot be reached"):
        crew.crew_of("tcp://127.0.0.1:9", None).__enter__()


def test_without_dask_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="torso\\[batch\\]"):
        crew.crew_of("tcp://127.0.0.1:9", None).__enter__()
