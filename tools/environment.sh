#!/bin/sh
# Make the virtual environment and install the project with the given extras.
# Usage: tools/environment.sh VENV EXTRAS
set -eu
venv=$1
extras=$2

fail() {
    printf '\n%s\n' "$1" >&2
    exit 1
}

recent_enough() {
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null
}

install_debian() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && recent_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

make_venv() {
    "$1" -m venv "$venv" 2>/dev/null && return 0
    rm -rf "$venv"
    install_debian python3-venv && "$1" -m venv "$venv"
}

if ! [ -x "$venv/bin/python" ]; then
    python=$(find_python) || { install_debian python3 && python=$(find_python); } ||
        fail "Python 3.11 or newer is needed and was not found. Install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or name it: make PYTHON=/path/to/python3"
    printf 'Creating the environment in %s ...\n' "$venv"
    make_venv "$python" ||
        fail "Python's venv module is not complete. Debian, Ubuntu: apt install python3-venv, then run the command again."
fi

printf 'Installing driada_widgets and what it needs (about a minute the first time) ...\n'
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[$extras]" ||
    fail "The packages could not be installed: see the message above."
