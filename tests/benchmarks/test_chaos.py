"""A few of the faults of `python -m benchmarks chaos`, through the real processes."""

from benchmarks import chaos


def test_a_session_outlives_what_fails_around_it():
    said = []
    faults = ["the disk is full", "a sensor dies", "the clock jumps an hour", "the service dies"]
    assert chaos.run_these(faults, say=said.append), said
    assert "none missing" in said[-1]
    assert "4 faults" in said[-1]


def test_what_does_not_hold_is_said(monkeypatch):
    """A service that nobody starts again, or whatever else: no fault passes unseen."""
    said = []

    async def nothing_goes_on(self, kinds, say):
        raise chaos.ChaosError("the recording does not grow")

    monkeypatch.setattr(chaos.Chaos, "keep", nothing_goes_on)
    assert not chaos.run_these(["the disk is full"], say=said.append)
    assert "does not grow" in said[-1]
