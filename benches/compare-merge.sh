#!/usr/bin/env bash
# Times wc-race merge against sort -m with a sum in awk, and prints a table in Markdown.
#
# Usage: benches/compare-merge.sh DIR [RUNS]
#
# Makes FILES (2,000) partial tallies of about 100,000 words each in DIR/parts, the same on every
# run (2.4 GB). A tenth of the words are in every file, the others on average in one file of five.
# Each time is the best of RUNS (3), taken in turns. WC_RACE is the program to time; by default the
# script builds it.
set -euo pipefail
dir=${1:?usage: compare-merge.sh DIR [RUNS]}
runs=${2:-3}
files=${FILES:-2000}
root=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${WC_RACE:-}" ]; then
  cargo build --release --quiet --manifest-path "$root/Cargo.toml" --bin wc-race
fi
export WC_RACE=${WC_RACE:-$root/target/release/wc-race}
export LC_ALL=C parts=$dir/parts
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "compare-merge.sh: $*" >&2; exit 1; }

if [ "$(cat "$parts/made" 2>/dev/null)" != "$files" ]; then
  rm -rf "$parts"
  mkdir -p "$parts"
  awk 'BEGIN { srand(1); for (i = 0; i < 520000; i++) {
    word = ""
    for (n = 1 + int(rand() * 3) + int(rand() * 3); n > 0; n--)
      word = word substr("bcdfghklmnprstvwz", 1 + int(rand() * 17), 1) substr("aeiou", 1 + int(rand() * 5), 1)
    print word i % 97 } }' | sort -u >"$scratch/words"
  for ((file = 0; file < files; file++)); do
    # Steps of 1 to 8 words, and every 50th word, which all files have.
    awk -v file="$file" 'BEGIN { srand(file); next_one = 1 }
      NR % 50 == 0 || NR == next_one { print $0 "\t" 1 + int(1 / (rand() + 0.0005)) }
      NR >= next_one { next_one = NR + 1 + int(rand() * 8) }' "$scratch/words" >"$parts/$(printf %05d "$file")"
  done
  echo "$files" >"$parts/made"
fi
lines=$(cat "$parts"/[0-9]* | wc -l)
bytes=$(cat "$parts"/[0-9]* | wc -c)

# sort opens as many files at once as the limit allows; awk prints the sums as integers.
ulimit -n "$(ulimit -H -n)"
cat >"$scratch/sort" <<'END'
sort -m --batch-size=$(($(ulimit -n) < 4096 ? $(ulimit -n) - 16 : 4080)) "$parts"/[0-9]* |
  awk -F'\t' '$1 == word { sum += $2; next } NR > 1 { printf "%s\t%.0f\n", word, sum } { word = $1; sum = $2 } END { printf "%s\t%.0f\n", word, sum }'
END
cat >"$scratch/merge" <<'END'
exec "$WC_RACE" merge --partial "$parts"/[0-9]*
END

# First check that the results are equal.
bash "$scratch/merge" >"$scratch/ours" || fail "wc-race merge failed"
bash "$scratch/sort" | cmp - "$scratch/ours" || fail "not the sums of sort and awk"

TIMEFORMAT='%R %U %S'
for ((run = 0; run < runs; run++)); do
  for who in merge sort; do
    { time bash "$scratch/$who" >/dev/null; } 2>>"$scratch/time.$who"
  done
done
least() { awk 'NR == 1 || $1 < wall { wall = $1 } NR == 1 || $2 + $3 < cpu { cpu = $2 + $3 } END { print wall, cpu }' "$scratch/time.$1"; }
peak() {
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -f %M -o "$scratch/peak" bash "$scratch/$1" >/dev/null
    awk 'END { printf "%.0f MB", $1 * 1024 / 1e6 }' "$scratch/peak"
  else echo -; fi
}

echo "Machine: $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | xargs). $("$WC_RACE" --version), $(sort --version | head -n 1), $(readlink -f "$(command -v awk)" | xargs basename). Best of $runs."
echo
echo "$files files, $lines lines, $((bytes / 1000000)) MB, $(wc -l <"$scratch/ours") words."
echo
echo '| | time | lines a second | processor time | peak memory of a process |'
echo '|---|---|---|---|---|'
for who in merge sort; do
  read -r wall cpu <<<"$(least $who)"
  name=$([ $who = merge ] && echo '`wc-race merge`' || echo '`sort -m`, then `awk`')
  awk -v name="$name" -v wall="$wall" -v cpu="$cpu" -v lines="$lines" -v peak="$(peak $who)" \
    'BEGIN { printf "| %s | %.2f s | %.1f million | %.2f s | %s |\n", name, wall, lines / wall / 1e6, cpu, peak }'
done
awk -v ours="$(least merge)" -v other="$(least sort)" 'BEGIN { split(ours, a); split(other, b); printf "\nTimes as fast: %.2f; times the processor time: %.2f.\n", b[1] / a[1], b[2] / a[2] }'
