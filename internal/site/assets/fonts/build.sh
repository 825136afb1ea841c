#!/bin/sh
# Cuts Courant's fonts from the npm packages of the two families and writes them beside this script; and those with which
# cards are drawn, as plain TrueType without the compression of the web, into internal/render/fonts.
#
# Needs: npm, and Python with fontTools and brotli (Debian: fonttools python3-fonttools python3-brotli).
# Set PYTHON when the interpreter that has them is not /usr/bin/python3.
#
# Why cut at all: the packaged Newsreader with both axes is 132 kB. A page needs three points of it, so each is
# instanced (optical size fixed) and subset. Public Sans keeps its weight axis, 400 to 600, as tables, navigation
# and labels use all of it. Latin Extended is a second file for each, fetched only by a page that has such a letter.
set -eu

PYTHON=${PYTHON:-/usr/bin/python3}
NEWSREADER=5.3.0
PUBLIC_SANS=5.3.0

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
npm pack --silent "@fontsource-variable/newsreader@$NEWSREADER" "@fontsource-variable/public-sans@$PUBLIC_SANS" >/dev/null
for family in newsreader public-sans; do
	mkdir "$family"
	tar -xzf "fontsource-variable-$family"-*.tgz -C "$family" --strip-components=1
	cp "$family/LICENSE" "$here/OFL-$family.txt"
done

# Latin-1 without the signs nobody types (ordinals, cent, spacing accents), dashes, quotes, bullet, ellipsis, primes,
# euro and the true minus. No arrows and no other currency signs: neither family draws them, CSS and ISO codes do.
latin='U+20-7E,U+A0-A1,U+A3,U+A5,U+A7,U+A9,U+AB,U+AD-AE,U+B0-B3,U+B5-B7,U+BB-FF,U+131,U+152-153,U+2013-2014,U+2018-201A,U+201C-201E,U+2020,U+2022,U+2026,U+2032-2033,U+2039-203A,U+20AC,U+2122,U+2212'
# Headlines and tables go without the fractions, superscripts, primes and daggers of running text.
short='U+20-7E,U+A0-A1,U+A3,U+A5,U+A7,U+A9,U+AB,U+AD,U+B0-B1,U+B7,U+BB,U+BF-FF,U+131,U+152-153,U+2013-2014,U+2018-201A,U+201C-201E,U+2022,U+2026,U+2039-203A,U+20AC,U+2212'
# Latin Extended-A, the Azerbaijani schwa, Romanian comma letters, capital sharp s.
extended='U+100-130,U+132-151,U+154-17F,U+18F,U+259,U+218-21B,U+1E9E'

# cut SOURCE TARGET UNICODES AXES...
cut() {
	source=$1 target=$2 unicodes=$3
	shift 3
	"$PYTHON" -m fontTools.varLib.instancer --quiet "$source" "$@" -o "$target.ttf"
	"$PYTHON" -m fontTools.subset "$target.ttf" --unicodes="$unicodes" --no-hinting --desubroutinize \
		--layout-features=kern,liga,tnum,pnum,locl --name-IDs=0,1,2,13,14 --name-languages=0x409 \
		--drop-tables+=DSIG,meta,gasp,STAT --flavor=woff2 --output-file="$here/$target.woff2"
}

for script in latin latin-ext; do
	case $script in latin) set_=$latin few=$short suffix= ;; *) set_=$extended few=$extended suffix=-ext ;; esac
	upright=newsreader/files/newsreader-$script-opsz-normal.woff2
	slanted=newsreader/files/newsreader-$script-opsz-italic.woff2
	cut "$upright" "newsreader-text$suffix" "$set_" wght=400 opsz=16
	cut "$upright" "newsreader-bold$suffix" "$set_" wght=600 opsz=16
	cut "$upright" "newsreader-display$suffix" "$few" wght=500 opsz=72
	cut "$slanted" "newsreader-italic$suffix" "$set_" wght=400 opsz=16
	cut "public-sans/files/public-sans-$script-wght-normal.woff2" "public-sans$suffix" "$few" wght=400:600
done

# plain SOURCE TARGET UNICODES AXES...: what the program itself draws with. It asks for kerning and for nothing else.
drawn=$(cd "$here/../../../render/fonts" && pwd)
plain() {
	source=$1 target=$2 unicodes=$3
	shift 3
	"$PYTHON" -m fontTools.varLib.instancer --quiet "$source" "$@" -o "$target.ttf"
	"$PYTHON" -m fontTools.subset "$target.ttf" --unicodes="$unicodes" --no-hinting --layout-features=kern --no-glyph-names \
		--name-IDs=0,1,2,13,14 --name-languages=0x409 --drop-tables+=DSIG,meta,gasp,GSUB,STAT --output-file="$drawn/$target.ttf"
}

for script in latin latin-ext; do
	case $script in latin) set_=$latin suffix= ;; *) set_=$extended suffix=-ext ;; esac
	plain "newsreader/files/newsreader-$script-opsz-normal.woff2" "display$suffix" "$set_" wght=500 opsz=72
	plain "public-sans/files/public-sans-$script-wght-normal.woff2" "sans$suffix" "$set_" wght=500
done

"$PYTHON" "$here/fallback.py" "$here"
wc -c "$here"/*.woff2 "$drawn"/*.ttf
