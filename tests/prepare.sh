#!/bin/sh
# What the tests need beside Python packages. On Debian as root it is installed; elsewhere what is left out is
# named. Tests that miss it skip with the same words.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing chromium for the browser tests."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
    >/dev/null 2>&1 && exit 0
  echo "chromium could not be installed."
fi
echo "Left out: the browser tests (marked browser), as chromium is not here."
