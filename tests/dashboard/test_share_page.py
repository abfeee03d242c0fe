from streamlit.testing.v1 import AppTest

from dashboard import invitation
from dashboard.invitation import Invitation, network_address
from dashboard.views import share


def page():
    from dashboard.views.share import show

    show()


def run():
    test = AppTest.from_function(page, default_timeout=30).run()
    assert not test.exception
    return test


def test_without_share_it_says_how(monkeypatch):
    monkeypatch.setattr(invitation, "_announced", [])
    assert run().info[0].value == share.NOT_SHARED


def test_the_link_and_nobody(shared):
    test = run()
    assert test.text[0].value == f"http://192.0.2.7:8501/share/{shared.token}"
    assert share.NOBODY in [caption.value for caption in test.caption]


def test_control_is_given_and_a_guest_removed(shared):
    key = shared.admit(shared.token, "192.0.2.9")
    test = run()
    next(b for b in test.button if b.label == "Give control").click().run()
    assert shared.guest(key).may_control
    next(b for b in test.button if b.label == "Remove").click().run()
    assert shared.guest(key) is None


def test_a_new_link_sends_everybody_away(shared):
    old, _ = shared.token, shared.admit(shared.token, "192.0.2.9")
    next(b for b in run().button if b.label == "New link").click().run()
    assert shared.token != old
    assert shared.guests == ()


def test_the_code_is_dark_on_light_and_has_a_quiet_edge(shared):
    svg = Invitation(shared, "192.0.2.7", 8501).as_svg()
    assert svg.startswith("<svg")
    assert "#fff" in svg
    text = Invitation(shared, "192.0.2.7", 8501).as_text()
    assert shared.token in text
    assert text.count("\n") > 15


def test_finding_the_own_address_sends_nothing(monkeypatch):
    """Connecting a datagram socket sends nothing; where there is no way out, it says so."""
    found = network_address()
    assert found is None or not found.startswith("127.")
