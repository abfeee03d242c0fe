"""Streams of the Lab Streaming Layer, read by an inlet of its own library, on loopback."""

import asyncio
import json
import sys
import time

import numpy as np
import pytest

from dashboard.cli import main
from dashboard.service.hub import Happening, Hub
from dashboard.service.live import Service
from dashboard.service.outlets import ANGLE_CHANNELS, LslMissingError, Outlets, load_lsl
from dashboard.service.wire import VALUES
from sensors.drivers.replay import ReplaySource
from sessions.library import Library

PATIENCE_S = 120.0
ON_LOOPBACK = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
ListenAddress = 127.0.0.1
[lab]
KnownPeers = {127.0.0.1}
[log]
level = -3
"""


@pytest.fixture(scope="module")
def lsl(tmp_path_factory):
    """The library, told to stay on this computer before anything of it is used."""
    settings = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    settings.write_text(ON_LOOPBACK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(settings))
        try:
            yield load_lsl()
        except LslMissingError as missing:
            pytest.skip(f"no liblsl for this kind of computer: {missing}")


class Heard:
    """Inlets for all three streams of one service, open before anything is sent."""

    def __init__(self, lsl, outlets):
        self._inlets = {}
        for name in ("angles", "shares", "events"):
            source = outlets.source_id(name)
            (found,) = lsl.resolve_byprop("source_id", source, timeout=PATIENCE_S)
            self._inlets[name] = lsl.StreamInlet(found, recover=False)
            self._inlets[name].open_stream(timeout=PATIENCE_S)

    def info(self, name):
        return self._inlets[name].info(timeout=PATIENCE_S)

    def take(self, name, count):
        """The next so many samples, however long they take to arrive."""
        pulled = [self._inlets[name].pull_sample(timeout=PATIENCE_S) for _ in range(count)]
        assert all(stamp is not None for _, stamp in pulled)
        return np.array([sample for sample, _ in pulled]), [stamp for _, stamp in pulled]

    def close(self):
        for inlet in self._inlets.values():
            inlet.close_stream()


@pytest.fixture
def streams(lsl, tmp_path):
    """A hub with its clock at host time, session time from 1000 s on it, and who hears it."""
    hub = Hub(time.monotonic)
    outlets = Outlets(tmp_path, 1000.0, hub.now_s)
    hub.listeners.append(outlets)
    heard = Heard(lsl, outlets)
    yield hub, heard
    heard.close()


def test_values_arrive_with_labels_units_and_the_time_of_the_sample(lsl, streams):
    hub, heard = streams
    t_s = np.array([5.0, 5.01, 5.02])
    values = np.arange(45, dtype=np.float32).reshape(3, 15)
    values[:, VALUES.index("state")] = [0, 1 + 4 * 3, 2 + 4 * 1]
    values[1, VALUES.index("share_pelvis")] = np.nan
    ahead_s = lsl.local_clock() - time.monotonic()
    hub.publish(t_s, values, 0.0)

    info = heard.info("angles")
    assert (info.type(), info.nominal_srate()) == ("MoCap", 100.0)
    assert info.get_channel_labels() == [label for label, _, _ in ANGLE_CHANNELS]
    assert info.get_channel_labels()[:2] == ["pelvis_deg", "lumbar_deg"]
    assert info.get_channel_units() == ["degrees"] * 11 + ["none"] * 2
    assert "left positive" in info.desc().child_value("definition")
    angles, stamps_s = heard.take("angles", 3)
    np.testing.assert_array_equal(angles[:, :11], values[:, :11])
    np.testing.assert_array_equal(angles[:, 11:], [[0, 0], [1, 3], [2, 1]])
    np.testing.assert_allclose(np.diff(stamps_s), 0.01, atol=1e-9)
    np.testing.assert_allclose(stamps_s, 1000.0 + t_s + ahead_s, atol=0.02)

    assert heard.info("shares").get_channel_units() == ["fraction"] * 3
    shares, share_stamps_s = heard.take("shares", 3)
    np.testing.assert_array_equal(shares, values[:, 11:14])
    assert share_stamps_s == stamps_s


def test_what_happened_arrives_as_json(streams):
    hub, heard = streams
    hub.tell(Happening(7.0, "mark"))
    hub.tell(Happening(9.0, "repetition", {"side": "left"}, {"start_s": 7.5}))
    assert (heard.info("events").type(), heard.info("events").nominal_srate()) == ("Markers", 0.0)
    lines, stamps_s = heard.take("events", 2)
    mark, repetition = (json.loads(line) for (line,) in lines)
    assert mark == {"event": "mark"}
    assert repetition.pop("start_s") == pytest.approx(stamps_s[1] - 1.5, abs=1e-3)
    assert repetition == {"event": "repetition", "side": "left"}
    assert stamps_s[1] - stamps_s[0] == pytest.approx(2.0)


def test_a_clock_that_jumped_is_compared_anew(lsl, tmp_path):
    now_s = 0.0
    outlets = Outlets(tmp_path, 0.0, lambda: now_s)
    hub = Hub(lambda: now_s)
    hub.listeners.append(outlets)
    heard = Heard(lsl, outlets)
    hub.tell(Happening(0.0, "mark"))
    now_s = 50.0
    hub.tell(Happening(50.0, "mark"))
    _, (before_s, after_s) = heard.take("events", 2)
    assert 0.0 <= after_s - before_s < 50.0
    heard.close()


async def test_a_session_is_heard_from_start_to_stop(lsl, demo, tmp_path):
    async with ReplaySource(demo / "recording.mcap", speed=None) as source:
        service = Service(source, Library(tmp_path / "sessions"))
        outlets = Outlets(tmp_path, source.origin_s, source.now_s)
        service.hub.listeners.append(outlets)
        heard = Heard(lsl, outlets)
        service.command("record", {})
        reading = asyncio.create_task(service.read())
        while not reading.done():
            service.engine.advance(source.now_s())
            await asyncio.sleep(0)
        service.engine.advance(source.now_s())
        service.hub.tell(Happening(0.0, "over"))
    events = []
    while not events or events[-1]["event"] != "over":
        ((line,),), _ = heard.take("events", 1)
        events.append(json.loads(line))
    heard.close()
    names = [event["event"] for event in events]
    assert names[0] == "recording_started"
    assert "recording_stopped" in names
    assert {"event": "begin", "activity": "seated_thoracic_rotation"} in events
    reps = service.snapshot()["reps"]
    heard_reps = [event for event in events if event["event"] == "repetition"]
    assert len(reps) >= 2
    for key in ("side", "total_deg", "shares", "verdict"):
        assert [rep[key] for rep in heard_reps] == [rep[key] for rep in reps]


def test_a_listener_that_fails_hears_no_more_and_nobody_else_notices(caplog):
    class Deaf:
        def happened(self, happening):
            raise RuntimeError(happening.name)

    hub = Hub(time.monotonic)
    hub.listeners.append(Deaf())
    hub.tell(Happening(0.0, "mark"))
    assert hub.listeners == []
    assert "hears no more" in caplog.text


def test_without_the_package_a_sentence_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "pylsl", None)
    assert main(["dashboard", "--lsl", "--no-browser", "--data", str(tmp_path)]) == 1
    assert "pip install 'torso[lsl]'" in capsys.readouterr().out


def test_it_is_for_what_happens_live(capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["demo", "--headless", "--lsl", "--out", str(tmp_path)])
    assert "leave out --headless" in capsys.readouterr().err
