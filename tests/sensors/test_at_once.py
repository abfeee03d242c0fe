"""How many notifications are decoded at once changes nothing, whatever happens on the way.

Nor do the short cuts for the usual packet: without them the same comes out.
"""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.drivers.base import Notification
from sensors.errors import ProtocolError
from sensors.protocols import metamotion, movella_dot, movesense, open_profile, thingy52, witmotion
from sensors.protocols.families import FAMILIES, family_named
from sensors.protocols.metamotion.messages import TICK_S
from sensors.protocols.movella_dot import SyncReply
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.session_decoder import SessionDecoder

ORIGIN_S = 100.0
SECONDS = 1.5
WRAP = 1 << 32
FAMILY = pytest.mark.parametrize("protocol", [family.protocol for family in FAMILIES])


def of_open_profile(n, t_s):
    """Packets of 4 and 3 samples, in turns."""
    sevens, at = divmod(n, 7)
    if at not in {0, 4}:
        return
    raw = (np.arange(24).reshape(4, 6) + n).astype(np.int16)[: 4 if at == 0 else 3]
    number = (2 * sevens + (at > 0)) % 65536
    packet = open_profile.DataPacket(1, number, round(t_s * 1e6) % WRAP, 10_000, raw)
    packet = replace(packet, clipped=n % 49 == 0)
    yield open_profile.Characteristic.DATA.value, open_profile.encode_packet(packet)


def of_movella_dot(n, t_s):
    payload = movella_dot.Payload(
        round(t_s * 1e6) % WRAP, quat=np.array([0.6, 0.0, 0.8, 0.0]),
        acc=np.array([n, 0.5 * n, 9.81]), gyr_dps=np.array([n, -n, 2000.0 * (n % 7 == 0)]),
    )  # fmt: skip
    kind = movella_dot.PayloadId.CUSTOM_5
    yield movella_dot.Characteristic.LONG.value, movella_dot.encode_payload(kind, payload)


def of_witmotion(n, _):
    if n % 2:
        frame = witmotion.encode_frame([n, -n, 2048, 1, 2, 32767 * (n % 3 == 0), 7, 8, 9])
        yield witmotion.NOTIFY, 2 * frame


def of_movesense(n, t_s):
    if n % 8:
        return
    values = np.arange(48.0).reshape(2, 8, 3) + n
    time_ms = round(t_s * 1e3) % WRAP
    data = movesense.encode_measurement(movesense.Measurement(time_ms, values))
    for code, part in ((2, data[:150]), (3, data[150:])):
        yield movesense.NOTIFY, bytes([code, movesense.IMU6_REFERENCE]) + part


def of_metamotion(n, t_s):
    raw = np.array([n, -n, 4096, 1, 2, -32767 * (n % 5 == 0)], np.int16)
    fused = metamotion.Fused(2, int(t_s / TICK_S) % WRAP, raw)
    yield metamotion.NOTIFY, metamotion.encode_fused(fused)


def of_thingy52(n, _):
    yield thingy52.RAW, thingy52.encode_raw([n, -n, 1024, 1, 2, -32768 * (n % 5 == 0), 7, 8, 9])


PACKETS = {
    "open_profile": of_open_profile,
    "movella_dot": of_movella_dot,
    "witmotion": of_witmotion,
    "movesense": of_movesense,
    "metamotion": of_metamotion,
    "thingy52": of_thingy52,
}

SENSORS = (SensorId("one"), SensorId("two"))


def beginning(protocol, sensor):
    """What a sensor says before it streams, such that it is understood."""
    if protocol == "open_profile":
        scale = open_profile.Scale(0, 0.5, 0.25, 0.15, 1 / 32767, 100.0)
        yield Notification(
            sensor, open_profile.Characteristic.SCALE.value, ORIGIN_S, scale.encode()
        )
    if protocol == "movella_dot":
        data = movella_dot.encode_message(2, bytes(SyncReply.SYNCED.value))
        news = movella_dot.Characteristic.MESSAGE_NEWS.value
        yield Notification(sensor, news, ORIGIN_S, data)


@cache
def produced(protocol, up_s):
    """All that a sensor sends: sample, characteristic and value; up for ``up_s`` at the first."""
    rate_hz = family_named(protocol).rate_hz
    numbers = range(round(SECONDS * rate_hz))
    return [(n, *value) for n in numbers for value in PACKETS[protocol](n, up_s + n / rate_hz)]


def sent(protocol, sensor, jitter_s=(0.01,), reboot_at=None):
    """Its notifications: it reboots before one of them, its counter wraps in the midst."""
    family = family_named(protocol)
    clock = family.reader(family.rate_hz).clock
    before = produced(protocol, WRAP * clock.tick_s - SECONDS / 2 if clock else 0.0)
    values = before[:reboot_at] + produced(protocol, 0.0)[len(before[:reboot_at]) :]
    yield from beginning(protocol, sensor)
    for at, (n, characteristic, data) in enumerate(values):
        arrival_s = ORIGIN_S + n / family.rate_hz + jitter_s[at % len(jitter_s)]
        yield Notification(sensor, characteristic, arrival_s, data)


def garbled(note, size):
    data = bytearray(note.data or b"0")
    data[size % len(data)] ^= 0x5A
    return note._replace(data=bytes(data))


def later(notes, wait_s):
    return [note._replace(arrival_s=note.arrival_s + wait_s) for note in notes]


def stalled(notes, stall_s):
    """All that would have come meanwhile comes at its end."""
    end_s = notes[0].arrival_s + stall_s
    return [note._replace(arrival_s=max(note.arrival_s, end_s)) for note in notes]


HAPPENS = {
    "nothing": lambda rest, _: rest,
    "loss": lambda rest, size: rest[1 + size % 7 :],
    "duplicate": lambda rest, size: [*rest[: 1 + size % 3], rest[0], *rest[1 + size % 3 :]],
    "disorder": lambda rest, size: [*rest[: 2 + size % 3][::-1], *rest[2 + size % 3 :]],
    "garbage": lambda rest, size: [garbled(rest[0], size), *rest[1:]],
    "cut": lambda rest, size: [rest[0]._replace(data=rest[0].data[:size]), *rest[1:]],
    "noise": lambda rest, size: [rest[0]._replace(data=bytes(range(size))), *rest],
    "silence": lambda rest, size: later(rest, 0.1 * size),
    "stall": lambda rest, size: stalled(rest, 0.01 * size),
}
"""What is made of the rest of the notifications, from some place on."""

EVENTS = st.tuples(st.sampled_from(sorted(HAPPENS)), st.integers(0, 200), st.integers(0, 40))


@st.composite
def arrivals(draw, protocol):
    """Notifications of two sensors as they come in, and where they are split into batches."""
    jitter_s = draw(st.lists(st.floats(0.0, 0.05), min_size=1, max_size=5))
    both = [
        note
        for sensor in SENSORS
        for note in sent(protocol, sensor, jitter_s, draw(st.none() | st.integers(0, 150)))
    ]
    both.sort(key=lambda note: note.arrival_s)
    notes = both
    for what, at, size in draw(st.lists(EVENTS, max_size=8)):
        at %= len(notes) - 8
        notes = [*notes[:at], *HAPPENS[what](notes[at:], size)]
    splits = draw(st.lists(st.integers(1, len(notes)), max_size=30))
    return notes, sorted({0, *splits, len(notes)})


def decoded(protocol, batches, *, short_cuts=True):
    """Everything that comes of it."""
    infos = [
        SensorInfo(sensor, placement, sensor, protocol, family_named(protocol).rate_hz)
        for sensor, placement in zip(SENSORS, Placement, strict=False)
    ]
    decoder = SessionDecoder(infos, ORIGIN_S)
    if not short_cuts:
        for stream in decoder.streams.values():
            stream.joining = None
            stream._clock.follow = lambda *_: None
            if protocol == "open_profile":
                stream._reader._known = NeverKnown()
            if protocol == "witmotion":
                stream._reader._frames.are_data = lambda _: False
    blocks = {sensor: [] for sensor in SENSORS}
    for batch in batches:
        for sensor, block in decoder.feed_all(batch).items():
            blocks[sensor].append(block)
    columns = ("t_s", "acc", "gyr", "mag", "quat", "clipped")
    values = {
        (sensor, name): [getattr(block, name) for block in blocks[sensor]]
        for sensor in SENSORS
        for name in columns
    }
    joined = {
        key: None if not parts or parts[0] is None else np.concatenate(parts).tobytes()
        for key, parts in values.items()
    }
    found = [(s.statistics, s.gaps, s.status) for s in decoder.streams.values()]
    return joined, found


class NeverKnown(dict):
    """Forgets at once."""

    def __setitem__(self, _key, _value):
        pass


@FAMILY
@settings(max_examples=12)
@given(data=st.data())
def test_batches_and_short_cuts_change_nothing(protocol, data):
    notes, splits = data.draw(arrivals(protocol))
    one_by_one = decoded(protocol, [[note] for note in notes])
    batches = [notes[start:end] for start, end in pairwise(splits)]
    assert decoded(protocol, batches) == one_by_one
    assert decoded(protocol, [notes], short_cuts=False) == one_by_one


@FAMILY
def test_what_is_compared_is_all_that_was_sent(protocol):
    """And one notification less is not the same."""
    notes = list(sent(protocol, SENSORS[0]))
    everything, found = decoded(protocol, [notes])
    assert len(everything[SENSORS[0], "t_s"]) == 8 * found[0][0].received > 8 * 60
    assert decoded(protocol, [notes[:5] + notes[6:]])[0] != everything


def test_a_usual_packet_is_still_refused_where_its_samples_have_no_time_between():
    reader = family_named("open_profile").reader(100.0)
    scale = next(beginning("open_profile", SENSORS[0]))
    reader.feed(scale.characteristic, scale.data)
    values = [data for _, _, data in produced("open_profile", 0.0)]
    for data in values[1:4]:
        reader.feed(open_profile.Characteristic.DATA, data)
    with pytest.raises(ProtocolError, match="several samples at one time"):
        reader.feed(open_profile.Characteristic.DATA, values[4][:8] + bytes(2) + values[4][10:])


def test_usual_frames_after_half_a_frame_end_it():
    reader = witmotion.WitMotionReader()
    frame = witmotion.encode_frame(range(9))
    assert reader.feed(witmotion.NOTIFY, frame[:10]) == ()
    (packed,) = reader.feed(witmotion.NOTIFY, 4 * frame)
    assert (packed.count, packed.raw, reader.skipped) == (4, 4 * frame, 10)
