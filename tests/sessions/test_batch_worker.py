"""Who does the jobs of a batch does not outlive it."""

import multiprocessing
import time

import pytest

from sessions.batch.worker import begin

CONTEXT = multiprocessing.get_context("spawn")


def worker(lives):
    begin()
    lives.send("begun")
    time.sleep(3600)


def batch(lives):
    process = CONTEXT.Process(target=worker, args=(lives,))
    process.start()
    process.join()


def test_a_worker_ends_with_the_batch_that_was_killed():
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=batch, args=(theirs,))
    process.start()
    theirs.close()
    assert ours.recv() == "begun"
    process.kill()
    process.join()
    assert ours.poll(120), "the pipe is closed once nobody is left to write into it"
    with pytest.raises(EOFError):
        ours.recv()
