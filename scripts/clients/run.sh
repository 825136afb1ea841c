#!/bin/sh
# Runs other people's clients against a Courant: run.sh http://127.0.0.1:8080 [service ...]
# The services are frankfurter (where none is named), exchangerate-api, fixer, openexchangerates, currencylayer and
# exchangeratesapi. Needs node and npm; the clients are installed outside the tree, into $COURANT_CLIENTS if that is set.
set -eu

[ $# -ge 1 ] || { echo "say where the Courant is: run.sh http://127.0.0.1:8080 [service ...]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
there=${COURANT_CLIENTS:-}
if [ -z "$there" ]; then
	there=$(mktemp -d)
	trap 'rm -rf "$there"' EXIT
fi
mkdir -p "$there"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$here/clients.mjs" "$there/"
cd "$there"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
node clients.mjs "$@"
