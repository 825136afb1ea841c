#!/bin/sh
# Serves the demonstration paper and judges its pages by Lighthouse and the Nu HTML Checker, its feeds and sitemaps by their
# grammars, and what it tells machines by schema.org's vocabulary. Needs Go, node, npm, Java and
# Chromium; the npm packages are installed outside the tree, into $COURANT_AUDIT if that is set.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
there=${COURANT_AUDIT:-$work/npm}
paper=
trap '[ -z "$paper" ] || kill "$paper" 2>/dev/null; rm -rf "$work"' EXIT

if ! command -v java >/dev/null 2>&1; then
	if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null
	else
		echo "The Nu HTML Checker needs Java: install default-jre-headless, or what your system calls it."
		exit 1
	fi
fi
mkdir -p "$there"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$here"/*.mjs "$here"/*.rng "$there/"
(cd "$there" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)

cd "$here/../.."
go build -tags nodynamic -o "$work/courant" ./cmd/courant
"$work/courant" demo --listen 127.0.0.1:0 --address-file "$work/address" >"$work/log" 2>&1 &
paper=$!
n=0
while [ ! -s "$work/address" ]; do
	n=$((n + 1))
	[ $n -lt 1800 ] && kill -0 "$paper" 2>/dev/null || { cat "$work/log"; exit 1; }
	sleep 0.1
done
cd "$there"
paper_at=http://$(cat "$work/address")
node feeds.mjs "$paper_at"
node jsonld.mjs "$paper_at"
node audit.mjs "$paper_at" /2026/09/29/the-euro-against-the-dollar-in-2026
