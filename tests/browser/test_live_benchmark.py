"""A second of `python -m benchmarks live`, which takes minutes: both pages, drawn and timed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import in_use, live_page
from benchmarks.effort import Effort

missing = live_page.missing()
pytestmark = pytest.mark.skipif(bool(missing), reason=f"needs {missing}")


def test_both_pages_are_timed(monkeypatch):
    monkeypatch.setattr(live_page, "REPS_BEFORE", 0)
    monkeypatch.setattr(live_page, "VIEWERS", 2)
    # Playwright runs once in a thread, and does so already for the other tests.
    with ThreadPoolExecutor(1) as pool:
        text = pool.submit(in_use.page, Effort(page_s=1.0)).result()
    assert "| pictures a second |" in text
    assert "with 2 viewers" in text
    assert "nan" not in text
