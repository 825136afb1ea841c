#!/bin/sh
# Prints, as JSON, the attacks by script that npm packages publish. Needs node and npm; the packages are installed outside
# the tree, into $COURANT_VECTORS if that is set, where axe-core stands then too.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
there=${COURANT_VECTORS:-}
if [ -z "$there" ]; then
	there=$(mktemp -d)
	trap 'rm -rf "$there"' EXIT
fi
mkdir -p "$there"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$here/vectors.mjs" "$there/"
cd "$there"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
node vectors.mjs
