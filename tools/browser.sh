#!/bin/sh
# See to it that the browser tests find a Chromium: the one installed, or Debian's where we may install it.
set -eu

mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -x "$mac" ] && exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    printf 'Installing Chromium for the browser tests ...\n'
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
    command -v chromium >/dev/null 2>&1 && exit 0
fi

printf '\n%s\n' "The browser tests need Chromium or Chrome, and none was found. Install one (Debian: apt install chromium; Ubuntu, macOS: Google Chrome), or name it: make test CHROMIUM=/path/to/chromium" >&2
exit 1
