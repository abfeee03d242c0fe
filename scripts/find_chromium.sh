#!/bin/sh
# The browser tests drive Debian's Chromium; elsewhere they skip and say so.
set -eu

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium for the browser tests ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
    echo "No Chromium: the browser tests will be skipped. To run them: sudo apt-get install -y chromium" >&2
fi
