#!/bin/sh
# The browser tests drive Debian's Chromium, the page's modules run in Node; elsewhere these tests
# skip and say so.
set -eu

missing=""
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && found=yes && break
done
[ "${found:-}" = yes ] || missing="chromium"
command -v node >/dev/null || missing="$missing nodejs"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests of the page: $missing ..."
    apt-get update -qq
    # shellcheck disable=SC2086  # several packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
else
    echo "Tests of the page will be skipped. To run them: sudo apt-get install -y $missing" >&2
fi
