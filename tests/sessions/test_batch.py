"""Many sessions: found, done whatever happens to one of them, and never done twice."""

import json
import multiprocessing
import os
import shutil
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import fsspec
import pytest
from pyarrow import parquet

from dashboard.cli import main
from sensors.samples import Activity, Event
from sessions.about import ABOUT, About, Exclusion, write_about
from sessions.batch import run, tables
from sessions.batch.crew import work
from sessions.batch.job import Job, Outcome, Status, do
from sessions.batch.rows import SESSION_COLUMNS, rep_row
from sessions.batch.run import run_batch
from sessions.batch.sources import find_sources
from sessions.batch.tables import Tables
from sessions.errors import ClusterError, OutputError, SourceError
from sessions.exports.parquet import REP_FIELDS
from sessions.exports.raw_folder import write_raw_folder
from sessions.receipts import receipt_now
from tests.sessions.conftest import TWO, make_result, still_block

MAKER = receipt_now({}).maker


class Threads:
    """A crew in this process."""

    def __init__(self, pool):
        self.pool = pool

    def room(self):
        return 2

    def submit(self, job):
        return self.pool.submit(do, job)


@contextmanager
def in_this_process(*_):
    """Does the jobs where everything has been loaded already."""
    with ThreadPoolExecutor(1) as pool:
        yield Threads(pool)


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(run, "crew_of", in_this_process)


def write_session(folder: Path, seed: int = 0) -> Path:
    events = [Event(0.0, 1.5, Activity.CALIBRATION_NEUTRAL), Event(2.0, 2.0, Activity.SEATED)]
    blocks = {p: still_block(seed=10 * seed + n) for n, p in enumerate(TWO)}
    write_raw_folder(folder, blocks, events)
    return folder


@pytest.fixture
def study(tmp_path):
    """Three sessions, and two that are none."""
    folder = tmp_path / "study"
    for n in (1, 2, 3):
        write_session(folder / f"s{n}", n)
    (folder / "garbage.mcap").write_bytes(bytes(1000))
    (folder / "s4").mkdir()
    (folder / "s4" / "pelvis.csv").write_text("time_s\n")
    return folder


def read(path):
    return parquet.read_table(path).to_pylist()


# Where sessions are


def test_sessions_are_found_at_any_depth_and_once(tmp_path):
    raw = tmp_path / "study" / "anna" / "monday"
    raw.mkdir(parents=True)
    (raw / "events.tsv").touch()
    (raw / "recording.mcap").touch()  # belongs to it
    for name in ("ben/recording.mcap", ".writing-1/recording.mcap", "notes.txt", "x/.y.mcap"):
        path = tmp_path / "study" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    both = (str(raw), str(tmp_path / "study" / "ben" / "recording.mcap"))
    assert find_sources([str(tmp_path)]) == both
    assert find_sources([str(tmp_path / "study" / "*"), str(raw), both[1]]) == both
    recordings = (str(raw / "recording.mcap"), both[1])
    assert find_sources([str(tmp_path / "**" / "*.mcap")]) == recordings


def test_what_leads_to_nothing_is_listed_itself(tmp_path):
    (tmp_path / "empty").mkdir()
    named = [str(tmp_path / name) for name in ("empty", "missing", "none*.mcap")]
    assert find_sources(named) == tuple(sorted(named))


def test_a_name_with_brackets_is_a_name(tmp_path):
    folder = write_session(tmp_path / "Anna [left]")
    assert find_sources([str(folder)]) == (str(folder),)


def test_a_url_nobody_reads_is_refused():
    with pytest.raises(SourceError, match="cannot be reached"):
        find_sources(["nosuch://bucket/a.mcap"])


# One session


def test_a_job_says_what_analyze_would_say(study):
    assert do(Job(str(study / "s1"), MAKER)).status is Status.DONE
    for name, code, words in (
        ("garbage.mcap", 2, "is no recording of ours"),
        ("s4", 2, "upper_back.csv: is missing"),
        ("s9", 2, "does not exist"),
    ):
        outcome = do(Job(str(study / name), MAKER))
        assert (outcome.status, outcome.exit_code) == (Status.FAILED, code)
        assert words in outcome.reason


def test_a_drill_that_is_none_is_not_analysable(study):
    (study / "s1" / "events.tsv").write_text("onset\tduration\ttrial_type\n0\t0\tmark\n")
    assert do(Job(str(study / "s1"), MAKER)).exit_code == 3


def test_a_fault_of_ours_is_an_outcome(study, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("sessions.analyze.analyze_imported", fail)
    outcome = do(Job(str(study / "s1"), MAKER))
    assert outcome.exit_code == 1
    assert "fault of this program (ZeroDivisionError: by nothing)" in outcome.reason


def test_another_program_does_no_job_of_ours(study):
    outcome = do(Job(str(study / "s1"), "torso 0.0.1"))
    assert outcome.exit_code == 1
    assert MAKER in outcome.reason
    assert "torso 0.0.1" in outcome.reason


def test_the_key_changes_with_what_is_read_and_with_nothing_else(study):
    def key():
        return do(Job(str(study / "s1"), MAKER)).key

    before = key()
    assert do(Job(str(study / "s1"), MAKER, before)).status is Status.UNCHANGED
    (study / "s1" / "summary.json").write_text("{}")  # results are no input
    assert key() == before
    write_about(study / "s1", About(person="Heron"))
    named = key()
    assert named != before
    with (study / "s1" / "pelvis.csv").open("a") as file:
        file.write("9.99,0,9.81,0,0,0,0\n")
    assert key() not in {before, named}


def test_rows_hold_what_a_person_typed_and_nothing_for_nan():
    first, second = make_result().drills[0].reps
    about = About(excluded=(Exclusion(second.peak_s, "sneezed"),))
    rows = [rep_row(rep, "Heron", about) for rep in (first, second)]
    assert set(rows[0]) == {"subject", *REP_FIELDS, "excluded"}
    assert [row["excluded"] for row in rows] == ["", "sneezed"]
    assert [row["total_deg"] for row in rows] == [44.0, None]


# Who does them


class Frail:
    """A crew that dies with all its jobs where a job is named ``killer``."""

    def __init__(self):
        self.handed_out = []
        self.running = []

    def room(self):
        return 4

    def submit(self, job):
        self.handed_out.append(job.source)
        future = Future()
        self.running.append((job, future))
        if len(self.running) == 4 or job.source in {"killer", "last"}:
            running, self.running = self.running, []
            dies = any(job.source == "killer" for job, _ in running)
            for job, future in running:
                if dies:
                    future.set_exception(BrokenProcessPool())
                else:
                    future.set_result(Outcome(job.source, Status.DONE))
        elif len(self.handed_out) > 6:  # one at a time
            self.running.remove((job, future))
            future.set_result(Outcome(job.source, Status.DONE))
        return future


def test_a_session_that_kills_its_process_is_found_and_the_rest_done():
    jobs = [Job(name, MAKER) for name in ("a", "b", "c", "d", "e", "killer", "f", "last")]
    outcomes = {o.source: o for o in work(jobs, Frail())}
    assert set(outcomes) == {job.source for job in jobs}
    assert {n for n, o in outcomes.items() if o.status is Status.FAILED} == {"killer"}
    assert "ended the process" in outcomes["killer"].reason


def test_a_lost_cluster_is_said():
    class Lost(Frail):
        def submit(self, job):
            future = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    with pytest.raises(ClusterError, match="same command again"):
        list(work([Job("a", MAKER)], Lost()))


def test_what_a_cluster_gives_up_has_failed():
    class Tired(Frail):
        def submit(self, job):
            future = Future()
            future.set_exception(RuntimeError("four workers died"))
            return future

    (outcome,) = work([Job("a", MAKER)], Tired())
    assert (outcome.exit_code, outcome.status) == (1, Status.FAILED)
    assert "four workers died" in outcome.reason


def test_a_process_that_is_killed_costs_nothing(study, tmp_path):
    killed = threading.Event()
    others = multiprocessing.active_children()

    def kill(batch):
        if batch.ended and not killed.is_set():
            killed.set()
            for child in set(multiprocessing.active_children()) - set(others):
                os.kill(child.pid, signal.SIGKILL)

    batch = run_batch([str(study)], str(tmp_path / "out"), workers=1, progress=kill)
    assert killed.is_set()
    assert (batch.analysed, len(batch.failed)) == (3, 2)


# The tables


def test_a_batch_gives_two_tables(here, study, tmp_path):
    out = tmp_path / "out"
    shown = []
    batch = run_batch([str(study)], str(out), progress=lambda b: shown.append(b.ended))
    assert (batch.total, batch.analysed, batch.unchanged) == (5, 3, 0)
    assert [Path(f.source).name for f in batch.failed] == ["garbage.mcap", "s4"]
    assert shown == [0, 1, 2, 3, 4, 5]
    assert sorted(p.name for p in out.iterdir()) == ["reps.parquet", "sessions.parquet"]
    rows = read(out / "sessions.parquet")
    assert list(rows[0]) == list(SESSION_COLUMNS)
    assert [Path(r["source"]).name for r in rows] == ["garbage.mcap", "s1", "s2", "s3", "s4"]
    assert [r["exit_code"] for r in rows] == [2, 0, 0, 0, 2]
    assert json.loads(rows[1]["summary"])["source"]["kind"] == "raw_folder"
    assert all(p.stat().st_mode & 0o077 == 0 for p in (out, *out.iterdir()))
    field = parquet.read_schema(out / "reps.parquet").field("thoracic_deg")
    assert field.metadata[b"unit"] == b"deg"


def test_what_is_done_is_not_done_again(here, study, tmp_path):
    out = tmp_path / "out"
    run_batch([str(study)], str(out))
    first = (out / "sessions.parquet").read_bytes()
    again = run_batch([str(study)], str(out))
    assert (again.analysed, again.unchanged, len(again.failed)) == (0, 3, 2)
    assert (out / "sessions.parquet").read_bytes() == first
    write_session(study / "s2", 20)
    write_session(study / "s4", 4)
    changed = run_batch([str(study)], str(out))
    assert (changed.analysed, changed.unchanged, len(changed.failed)) == (2, 2, 1)


def test_a_batch_broken_off_goes_on_and_ends_the_same(here, study, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run_batch([str(study)], str(whole))

    def stop(batch):
        if batch.ended == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([str(study)], str(broken), progress=stop)
    assert not (broken / "sessions.parquet").exists()
    rest = run_batch([str(study)], str(broken))
    assert rest.unchanged == 2
    for name in ("reps.parquet", "sessions.parquet"):
        assert (broken / name).read_bytes() == (whole / name).read_bytes()


def test_paths_may_be_elsewhere(here, study, tmp_path):
    memory = fsspec.filesystem("memory")
    memory.put(f"{study}/", "/study/", recursive=True)
    write_about(study / "s1", About(person="Heron"))
    memory.put_file(str(study / "s1" / ABOUT), f"/study/s1/{ABOUT}")
    batch = run_batch(["memory://study/s*", "memory://study/garbage.mcap"], "memory://out")
    assert (batch.analysed, len(batch.failed)) == (3, 2)
    assert batch.failed[0].reason.startswith("is no recording of ours")
    assert batch.failed[1].reason.startswith("memory:///study/s4/upper_back.csv: is missing")
    with memory.open("/out/sessions.parquet") as file:
        rows = parquet.read_table(file).to_pylist()
    assert rows[1]["source"] == "memory:///study/s1"
    assert rows[1]["subject"] == "Heron"
    assert memory.find("/out") == ["/out/reps.parquet", "/out/sessions.parquet"]
    memory.rm("/out", recursive=True)
    memory.rm("/study", recursive=True)


def outcome(source, peaks, key="k"):
    rep = make_result().drills[0].reps[0]
    reps = [{**rep_row(rep, "", About()), "peak_s": peak} for peak in peaks]
    return Outcome(source, Status.DONE, key, {"subject": ""}, reps)


def test_the_newest_of_each_source_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "STRETCH", 2)
    found = Tables(str(tmp_path / "out"))
    found.add([outcome("b", (1.0, 2.0)), outcome("a", (3.0,)), outcome("c", ())])
    found.add([Outcome("d", Status.FAILED, exit_code=2, reason="bad"), outcome("e", (5.0,))])
    found.merge()
    found = Tables(str(tmp_path / "out"))
    found.add([outcome("b", (7.0, 6.0), "new")])
    assert found.known() == {"a": "k", "b": "new", "c": "k", "e": "k"}
    found.merge()
    reps = [(r["source"], r["peak_s"]) for r in read(tmp_path / "out" / "reps.parquet")]
    assert reps == [("a", 3.0), ("b", 7.0), ("b", 6.0), ("e", 5.0)]
    sessions = [(r["source"], r["key"]) for r in read(tmp_path / "out" / "sessions.parquet")]
    assert sessions == [("a", "k"), ("b", "new"), ("c", "k"), ("d", ""), ("e", "k")]


def test_a_crash_at_any_step_of_the_end_loses_nothing(tmp_path, monkeypatch):
    """Whatever file operation is the last one, the next batch ends as it would have."""
    template = tmp_path / "template"
    found = Tables(str(template))
    found.add([outcome("a", (1.0,)), outcome("b", (2.0,))])
    found.merge()
    found = Tables(str(template))
    found.add([outcome("b", (3.0,), "new")])
    found.add([outcome("c", (4.0,))])
    wanted = [("a", 1.0), ("b", 3.0), ("c", 4.0)]
    for last in range(20):
        folder = tmp_path / f"crash{last}"
        shutil.copytree(template, folder)
        left = iter(range(last))
        with monkeypatch.context() as patch:
            crash_after(patch, left)
            try:
                Tables(str(folder)).merge()
            except ZeroDivisionError:
                pass
            else:
                break
        Tables(str(folder)).merge()
        assert [(r["source"], r["peak_s"]) for r in read(folder / "reps.parquet")] == wanted
        assert not (folder / "parts").exists()
    assert 4 < last < 19


def crash_after(patch, left):
    """Let ``replace`` and ``unlink`` of files work as often as ``left`` has items."""
    replace, remove = Path.replace, os.remove

    def step(function):
        def one(*args, **kwargs):
            if next(left, None) is None:
                raise ZeroDivisionError
            return function(*args, **kwargs)

        return one

    patch.setattr(Path, "replace", step(replace))
    patch.setattr(os, "remove", step(remove))


@pytest.mark.parametrize("name", ["sessions.parquet", "reps.parquet"])
def test_somebody_elses_table_is_left_alone(tmp_path, name):
    import pyarrow as pa

    parquet.write_table(pa.table({"x": [1]}), tmp_path / name)
    with pytest.raises(OutputError, match="give another folder"):
        Tables(str(tmp_path)).known()
    (tmp_path / name).write_bytes(b"no parquet")
    with pytest.raises(OutputError, match="cannot be read"):
        Tables(str(tmp_path)).known()


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        Tables(str(tmp_path / "out"))


# The command


def test_the_command_lists_what_failed(here, study, tmp_path, capsys):
    assert main(["batch", str(study), "--out", str(tmp_path / "out")]) == 3
    said = capsys.readouterr()
    assert "3 analysed, 0 up to date, 2 could not be.\n" in said.out
    assert "5 of 5 sessions" in said.err
    lines = said.err.splitlines()[-2:]
    assert lines[0].startswith(f"{study / 'garbage.mcap'}: is no recording")
    assert lines[1].startswith(f"{study / 's4' / 'upper_back.csv'}: is missing")
    assert all(line.endswith("(exit status 2)") for line in lines)


def test_the_command_answers_a_script(here, study, tmp_path, capsys):
    assert main(["batch", str(study / "s1"), "--out", str(tmp_path / "out"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["analysed"] == 1
    assert answer["failed"] == []
    assert Path(answer["reps"]).is_file()


def test_processes_are_counted_in_whole_numbers(capsys):
    for bad in ("0", "-1", "two"):
        with pytest.raises(SystemExit):
            main(["batch", "x", "--out", "y", "--workers", bad])
    assert "no number of processes" in capsys.readouterr().err
