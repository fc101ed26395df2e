#!/bin/sh
# What the tests need beside Python packages: a browser, and from the world of JavaScript the carrier's official
# SDK, its own description of its interface, and axe. On Debian as root it is installed; elsewhere what is left
# out is named. Tests that miss it skip with the same words.
set -eu
cd "$(dirname "$0")/contract/node"

SPEC=twilio-cli-core-8.3.2.tgz # the carrier's OpenAPI file ships in this package; nothing else of it is used
SPEC_SHA512=a914c0652d798bf9ec78a1eedb36486f5043efc58545539633ae620bd26a8d974da73e4a41a884235925b0b7160e2d69c171fd246ea96c55c9ac8898449c3f77

has() { command -v "$1" >/dev/null 2>&1; }

debian() { # debian COMMAND PACKAGE...: install what gives the command, if it is missing and we may
  has "$1" && return 0
  [ "$(id -u)" = 0 ] && has apt-get || return 1
  shift
  echo "Installing $*."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >/dev/null 2>&1
}

debian chromium chromium || echo "Left out: the browser tests (marked browser), as chromium is not here."

if ! { debian node nodejs && debian npm npm; } || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  echo "Left out: the contract tests with the carrier's JavaScript SDK and axe, as Node.js 20 and npm are not here."
  exit 0
fi
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  echo "Installing the carrier's JavaScript SDK and axe."
  npm ci --ignore-scripts --no-audit --no-fund --silent
  touch node_modules/.installed
fi
if [ ! -f node_modules/.spec/twilio_api_v2010.json ]; then
  echo "Fetching the carrier's description of its interface."
  npm pack --silent @twilio/cli-core@8.3.2 >/dev/null
  echo "$SPEC_SHA512  $SPEC" | sha512sum --check --quiet
  mkdir -p node_modules/.spec
  tar -xzf "$SPEC" -C node_modules/.spec --strip-components=4 package/src/services/twilio-api/twilio_api_v2010.json
  rm "$SPEC"
fi
