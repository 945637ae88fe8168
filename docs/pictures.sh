#!/usr/bin/env bash
# Makes the pictures in docs/ anew, from one real run each on this machine, and prints what the
# runs say.
#
# Usage: docs/pictures.sh FILE...
#
# FILEs are the texts that the strategies race on; the pictures here are of the King James Bible
# (Debian's bible-kjv) ten times over, in 16 pieces. Nothing else should be running. Every picture
# comes into its place when it is complete.
set -euo pipefail
[ $# -gt 0 ] || { echo 'usage: docs/pictures.sh FILE...' >&2; exit 2; }
docs=$(cd "$(dirname "$0")" && pwd)
cargo build --release --quiet --manifest-path "$docs/../Cargo.toml" --bin wc-race --bin lockdemo
bin=$docs/../target/release

"$bin/wc-race" --race --svg "$docs/race.svg" "$@"
echo
"$bin/lockdemo" --timeline --hold 50ms --svg "$docs/timeline.svg"
echo
"$bin/lockdemo" --bench --svg "$docs/locks.svg"
