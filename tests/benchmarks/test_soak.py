"""Moments of what `python -m benchmarks soak` does for hours."""

from benchmarks import soak


def test_everything_is_recorded_and_looked_at():
    said = []
    soak.run(6 / 3600, looks=3, say=said.append)
    assert len(said) == 3 + 3 + 1
    assert "(0 skipped)" in said[-1]


def test_what_grows_is_not_flat():
    def outcome(slope):
        looks = tuple(
            soak.Look(600.0 * n, 100 + slope * n, 5, 2, n, 1.0, 2.0) for n in range(1, 13)
        )
        return soak.Outcome(looks, 0, 0, 0, complete=True, messages=1, taken=1)

    assert outcome(0.0).flat
    assert not outcome(2.0).flat
