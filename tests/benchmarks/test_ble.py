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
    assert "2 losses and 2 gaps" in said
    assert 0.0 < seconds < ble.PATIENCE_S
