#!/bin/sh
# Make the virtual environment; where Python cannot (Debian without python3-venv), mend that first.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

install_python() {
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3 and python3-venv ..."
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv >/dev/null
    else
        fail "Python's venv is missing. Type: sudo apt-get install -y python3 python3-venv"
    fi
}

if [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || install_python
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "torso needs Python 3.11 or newer; $PYTHON is $("$PYTHON" --version 2>&1). Try: make PYTHON=python3.12"
"$PYTHON" -m venv --clear "$VENV"
