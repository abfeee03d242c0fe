import asyncio

import numpy as np
import pytest

from dashboard.service.hub import BACKLOG_FRAMES, HISTORY_FRAMES, Hub, Viewer
from dashboard.service.wire import VALUES, decode_frames


@pytest.fixture
def hub():
    return Hub(lambda: 100.0, lambda: 1.7e9)


def publish(hub, count, arrival_s=99.9):
    numbers = np.arange(hub.count, hub.count + count)
    values = np.repeat(numbers[:, None], len(VALUES), axis=1).astype(np.float32)
    hub.publish(numbers / 100, values, arrival_s)


def frames_of(news):
    (message,) = [decode_frames(m) for m in news if isinstance(m, bytes)]
    return message


def test_each_viewer_gets_every_frame_once(hub):
    with Viewer(hub) as one, Viewer(hub) as other:
        publish(hub, 3)
        assert frames_of(one.take()).values[:, 0].tolist() == [0, 1, 2]
        publish(hub, 2)
        assert frames_of(one.take()).first == 3
        assert len(frames_of(other.take())) == 5
        assert one.take() == []


def test_the_age_counts_from_the_newest_notification(hub):
    with Viewer(hub) as viewer:
        publish(hub, 1, arrival_s=99.75)
        assert frames_of(viewer.take()).age_s == pytest.approx(0.25)


def test_a_new_viewer_gets_the_ring(hub):
    publish(hub, HISTORY_FRAMES + 50)
    with Viewer(hub) as viewer:
        message = frames_of(viewer.take())
    assert (message.first, len(message), message.skipped) == (50, HISTORY_FRAMES, 0)
    assert message.values[:, 0].tolist() == list(range(50, HISTORY_FRAMES + 50))


def test_a_slow_viewer_gets_the_newest_and_a_counter(hub):
    with Viewer(hub) as viewer:
        publish(hub, 10)
        viewer.take()
        for _ in range(70):
            publish(hub, 100)
        message = frames_of(viewer.take())
        assert len(message) == BACKLOG_FRAMES
        assert message.first + len(message) == 7010
        assert message.skipped == 7000 - BACKLOG_FRAMES
        publish(hub, 1)
        assert frames_of(viewer.take()).skipped == 7000 - BACKLOG_FRAMES


def test_more_frames_at_once_than_the_ring_holds(hub):
    publish(hub, 3 * HISTORY_FRAMES)
    with Viewer(hub) as viewer:
        message = frames_of(viewer.take())
    assert message.values[-1, 0] == 3 * HISTORY_FRAMES - 1
    assert np.all(np.diff(message.t_s) > 0)


def test_the_snapshot_comes_first_and_only_when_new(hub):
    publish(hub, 1)
    hub.publish_snapshot("old")
    hub.publish_snapshot("new")
    with Viewer(hub) as viewer:
        assert viewer.take()[0] == "new"
        publish(hub, 1)
        assert "new" not in viewer.take()


async def test_a_waiting_viewer_is_woken(hub):
    with Viewer(hub) as viewer:
        viewer.news.clear()
        waiting = asyncio.create_task(viewer.messages())
        await asyncio.sleep(0)
        assert not waiting.done()
        publish(hub, 1)
        assert len(await waiting) == 1


def test_who_leaves_is_not_counted(hub):
    with Viewer(hub):
        assert hub.viewers == 1
    assert hub.viewers == 0
