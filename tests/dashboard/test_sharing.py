import pytest

from dashboard.sharing import (
    KEY_LIFETIME_S,
    MAX_GUESTS,
    WINDOW_S,
    WRONG_TOKENS,
    WRONG_TOKENS_TOTAL,
    Sharing,
    TooManyError,
)


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sharing(clock):
    return Sharing(now_s=clock, unix_s=lambda: 1.8e9)


def test_the_link_lets_in_and_each_guest_has_a_key_of_their_own(sharing):
    first, second = (sharing.admit(sharing.token, "10.0.0.7") for _ in range(2))
    assert first != second
    assert sharing.token not in {first, second}
    assert [sharing.guest(key).number for key in (first, second)] == [1, 2]
    assert sharing.guest(first).since_unix_s == 1.8e9


@pytest.mark.parametrize("token", ["", "wrong", "tökén", " " * 10_000])
def test_a_wrong_link_does_not(sharing, token):
    assert sharing.admit(token, "10.0.0.7") is None
    assert sharing.guests == ()


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_nobody_is_a_guest_without_a_key(sharing, key):
    sharing.admit(sharing.token, "10.0.0.7")
    assert sharing.guest(key) is None


def test_tokens_are_long_and_never_the_same():
    tokens = {Sharing().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43  # 256 bits


def test_guessing_is_slow(sharing, clock):
    for _ in range(WRONG_TOKENS):
        assert sharing.admit("guess", "10.0.0.7") is None
    with pytest.raises(TooManyError):
        sharing.admit(sharing.token, "10.0.0.7")
    assert sharing.admit(sharing.token, "10.0.0.8") is not None
    clock.now_s += WINDOW_S
    assert sharing.admit(sharing.token, "10.0.0.7") is not None


def test_guessing_from_many_addresses_is_slow_too(sharing):
    for number in range(WRONG_TOKENS_TOTAL):
        assert sharing.admit("guess", f"10.0.1.{number}") is None
    with pytest.raises(TooManyError):
        sharing.admit("guess", "10.0.2.1")


def test_there_is_room_for_a_class_not_for_a_crowd(sharing):
    for _ in range(MAX_GUESTS):
        sharing.admit(sharing.token, "10.0.0.7")
    with pytest.raises(TooManyError):
        sharing.admit(sharing.token, "10.0.0.7")


def test_one_guest_is_sent_away_without_the_others(sharing):
    keys = [sharing.admit(sharing.token, "10.0.0.7") for _ in range(3)]
    told = []
    sharing.guest(keys[1]).leave.add(lambda: told.append("leave"))
    sharing.remove(2)
    assert told == ["leave"]
    assert [sharing.guest(key) is not None for key in keys] == [True, False, True]


def test_a_new_link_ends_the_old_one_and_everybody_who_came_by_it(sharing):
    old = sharing.token
    key = sharing.admit(old, "10.0.0.7")
    sharing.renew()
    assert sharing.guest(key) is None
    assert sharing.admit(old, "10.0.0.7") is None
    assert sharing.admit(sharing.token, "10.0.0.7") is not None


def test_keys_grow_old(sharing, clock):
    key = sharing.admit(sharing.token, "10.0.0.7")
    clock.now_s += KEY_LIFETIME_S - 1.0
    assert sharing.guest(key) is not None
    clock.now_s += 1.0
    assert sharing.guest(key) is None


def test_control_is_one_guests_at_a_time(sharing):
    keys = [sharing.admit(sharing.token, "10.0.0.7") for _ in range(2)]
    assert not any(sharing.guest(key).may_control for key in keys)
    sharing.give_control(1)
    sharing.give_control(2)
    assert [sharing.guest(key).may_control for key in keys] == [False, True]
    sharing.give_control(None)
    assert not any(sharing.guest(key).may_control for key in keys)
