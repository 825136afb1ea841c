#!/bin/sh
# Installs what the tests need beside Go: PostgreSQL and Chromium. Where it may not, it says what to install and goes on;
# the tests that need it are then skipped by name.
set -u

missing=
have() { command -v "$1" >/dev/null 2>&1; }
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
[ -n "$missing" ] || exit 0

run=
if [ "$(id -u)" -ne 0 ]; then
	if have sudo && sudo -n true 2>/dev/null; then run="sudo -n"; else run=no; fi
fi
if have apt-get && [ "$run" != no ]; then
	echo "installing for the tests:$missing"
	# shellcheck disable=SC2086 # words are meant to be split
	$run apt-get update -qq && $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "To run every test, install:$missing. The tests that need them are skipped until then."
