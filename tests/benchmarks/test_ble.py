"""The benchmark of the Bluetooth driver runs, and its account adds up."""

import re
import shutil

import pytest

from benchmarks import ble


@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no dbus-daemon: install 'dbus'")
async def test_a_short_account_and_a_drop(capsys, monkeypatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "")
    assert await ble.account("bluez", 0.1)
    seconds = await ble.drops("bluez", 2)
    said = capsys.readouterr().out
    assert re.search(r"OSI-0000 +sent +\d{3,}", said)
    # A busy computer may lose the link once more, and come back before a gap is long.
    losses, gaps = map(int, re.search(r"(\d+) losses and (\d+) gaps", said).groups())
    assert losses >= 2
    assert gaps >= 1
    assert 0.0 < seconds < ble.PATIENCE_S
