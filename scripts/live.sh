#!/bin/sh
# Fetch the newest table of the open dataset from the npm registry that this machine is configured for, with a paper of
# its own that is thrown away, and show what a reader would see: the figure, its true age, and whether it is marked stale.
set -eu
cd "$(dirname "$0")/.."

registry=$(npm config get registry 2>/dev/null)
case $registry in
http://* | https://*) registry=${registry%/}/ ;;
*) echo "npm names no registry: set one with npm config set registry" >&2; exit 2 ;;
esac

paper=$(mktemp -d)
serving=
trap 'test -z "$serving" || kill "$serving" 2>/dev/null; rm -rf "$paper"' EXIT
go build -o "$paper/courant" ./cmd/courant
export COURANT_DATA="$paper/data" COURANT_WIRE=currency-npm COURANT_MIRROR="currency-npm=$registry"

"$paper/courant" serve --listen 127.0.0.1:0 --address-file "$paper/address" 2>"$paper/log" &
serving=$!
tries=0
until "$paper/courant" sources currency-npm --format json 2>/dev/null | grep -q '"got"'; do
	tries=$((tries + 1))
	if [ $tries -gt 90 ] || ! kill -0 "$serving" 2>/dev/null; then
		echo "nothing came:" >&2
		"$paper/courant" sources currency-npm >&2 || true
		cat "$paper/log" >&2
		exit 1
	fi
	sleep 1
done

"$paper/courant" sources currency-npm
"$paper/courant" rates EUR/USD --explain
"$paper/courant" rates USD/JPY USD/GBP USD/INR USD/XAU
"$paper/courant" quarantine list
address=$(cat "$paper/address")
echo "the board says:"
curl -sS --fail "http://${address#http://}/markets/" | grep -o '<[^>]*class="[^"]*stale[^"]*"[^>]*>[^<]*' | sort | uniq -c | sort -rn | head -n 5
