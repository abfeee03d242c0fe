"""The made-up radio: late, bunched, lossy, gone, and as settings say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.drivers.base import LinkState
from sensors.drivers.radio import PERFECT_RADIO, Packet, Radio, RadioSettings

EVERY_S = 0.04


def packets(duration_s):
    count = int(duration_s / EVERY_S)
    return [Packet(k * EVERY_S, "data", k.to_bytes(4, "little")) for k in range(count)]


def carried(settings, duration_s=60.0, chunk_s=0.1, seed=0):
    radio = Radio(settings, np.random.default_rng(seed), 0.0)
    waiting = packets(duration_s)
    arrivals = []
    for step in range(1, round(duration_s / chunk_s) + 1):
        until_s = step * chunk_s
        ready = [packet for packet in waiting if packet.ready_s < until_s]
        waiting = waiting[len(ready) :]
        arrivals.extend(radio.carry(ready, until_s))
    return radio, arrivals


def delays(arrivals):
    return np.array([a.arrival_s - a.content.ready_s for a in arrivals])


def test_a_perfect_radio_only_waits_for_the_next_event():
    _, arrivals = carried(PERFECT_RADIO)
    assert [a.content for a in arrivals] == packets(60.0)[: len(arrivals)]
    assert len(arrivals) >= len(packets(60.0)) - 1
    assert delays(arrivals).min() >= 0.0
    assert delays(arrivals).max() <= PERFECT_RADIO.interval_s + 1e-9


def test_arrivals_lie_on_the_grid_of_connection_events():
    _, arrivals = carried(replace(PERFECT_RADIO, interval_s=0.030))
    steps = np.diff([a.arrival_s for a in arrivals]) / 0.030
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)


def test_a_stall_makes_packets_late_and_a_burst_but_loses_none():
    stalling = replace(PERFECT_RADIO, stalls_per_min=6.0, stall_s=(0.25, 0.25))
    _, arrivals = carried(stalling)
    assert [a.content for a in arrivals] == packets(60.0)[: len(arrivals)]
    assert 0.2 < delays(arrivals).max() < 0.3
    assert np.diff([a.arrival_s for a in arrivals]).min() == 0.0


@pytest.mark.parametrize(("loss", "burst"), [(0.01, 1.0), (0.05, 4.0), (0.3, 2.0)])
def test_loss_has_the_given_rate_and_burst_length(loss, burst):
    lossy = replace(PERFECT_RADIO, loss=loss, burst_packets=burst)
    _, arrivals = carried(lossy, duration_s=2000.0, chunk_s=10.0)
    came = np.zeros(50_000, dtype=bool)
    came[[int.from_bytes(a.content.data, "little") for a in arrivals]] = True
    assert np.mean(~came) == pytest.approx(loss, rel=0.25)
    bursts = np.sum(np.diff(came.astype(int)) == -1)
    assert np.sum(~came) / bursts == pytest.approx(burst, rel=0.2)


def test_a_dropout_is_noticed_survived_and_costs_what_the_ring_cannot_hold():
    dropping = replace(
        PERFECT_RADIO, dropouts_per_min=3.0, dropout_s=(5.0, 5.0), supervision_s=2.0, ring_s=1.0
    )
    radio, arrivals = carried(dropping)
    states = [a for a in arrivals if isinstance(a.content, LinkState)]
    assert [a.content for a in states[:2]] == [LinkState.LOST, LinkState.CONNECTING]
    assert states[1].arrival_s - states[0].arrival_s == pytest.approx(3.0, abs=0.04)
    data = [a for a in arrivals if not isinstance(a.content, LinkState)]
    longest_s = max(np.diff([a.content.ready_s for a in data]))
    assert longest_s == pytest.approx(4.0, abs=0.1)
    times_lost = [a.content for a in states].count(LinkState.LOST)
    assert states[-1].content is LinkState.CONNECTING
    assert radio.dropped == pytest.approx(times_lost * 4.0 / EVERY_S, rel=0.02)


def test_nothing_is_sent_before_it_is_ready_nor_in_another_order():
    harsh = RadioSettings(loss=0.1, stalls_per_min=20.0, dropouts_per_min=2.0, jitter_s=0.01)
    _, arrivals = carried(harsh, duration_s=120.0)
    times = [a.arrival_s for a in arrivals]
    assert times == sorted(times)
    data = [a for a in arrivals if isinstance(a.content, Packet)]
    assert delays(data).min() >= 0.0
    assert [a.content.ready_s for a in data] == sorted(a.content.ready_s for a in data)


@settings(max_examples=15, deadline=None)
@given(chunk_s=st.sampled_from([0.02, 0.05, 0.1, 0.5, 1.0]), seed=st.integers(0, 100))
def test_arrivals_do_not_depend_on_how_time_is_cut(chunk_s, seed):
    radio = RadioSettings(loss=0.05, stalls_per_min=10.0, dropouts_per_min=3.0)
    assert carried(radio, 20.0, chunk_s, seed)[1] == carried(radio, 20.0, 20.0, seed)[1]
