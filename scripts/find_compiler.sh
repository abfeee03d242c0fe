#!/bin/sh
# The reference firmware's core is compiled and tested on this computer; without a compiler its
# tests skip and say so.
set -eu

works() {
    command -v "$1" >/dev/null && echo '#include <stdio.h>' | "$1" -x c -c - -o /dev/null 2>/dev/null
}

for name in cc gcc clang; do
    works "$name" && exit 0
done
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing gcc for the firmware's tests ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev >/dev/null
else
    echo "No C compiler: the firmware's tests will be skipped. To run them: sudo apt-get install -y gcc libc6-dev" >&2
fi
