#!/bin/sh
# The tests of the Bluetooth driver stand in for BlueZ on a D-Bus of their own; without dbus-daemon
# that half of them is skipped and says so.
set -eu

command -v dbus-daemon >/dev/null && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing dbus for the tests of the Bluetooth driver ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq dbus >/dev/null
else
    echo "No dbus-daemon: half of the Bluetooth driver's tests will be skipped. To run them: sudo apt-get install -y dbus" >&2
fi
