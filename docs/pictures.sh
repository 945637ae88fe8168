#!/usr/bin/env bash
# Makes the pictures in docs/ again, each from one real run on this machine, and prints the output
# of the runs.
#
# Usage: docs/pictures.sh FILE...
#
# FILEs are the texts for the comparison of the strategies. The pictures in docs/ were made with the
# King James Bible (Debian's bible-kjv) ten times over, in 16 pieces. Nothing else should be
# running. Each picture is replaced once the new one is complete.
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
