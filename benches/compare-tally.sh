#!/usr/bin/env bash
# Times wc-race against the tools that its users might choose instead, and prints tables in
# Markdown.
#
# Usage: benches/compare-tally.sh DIR [RUNS]
#
# DIR contains kjv.txt, kjv10.txt (ten times that), kjv100.txt (a hundred times), kjvs/ (kjv10.txt
# in pieces), src.txt (much source code), log.txt (a server's log with many distinct words)
# and small/ (thousands of small files). Each time is the best of RUNS (3), taken in turns with the
# other side of the comparison. A peer that is not installed is reported and left out. WC_RACE and PGZ
# are the programs to time; by default the script builds them. COUNTWORDS_C and COUNTWORDS_RUST can
# name the optimized programs of the countwords comparison, which no package provides. DISTINCT=1 adds
# a text whose words do not fit in memory (2 GB made in DIR, some minutes).
set -euo pipefail
dir=${1:?usage: compare-tally.sh DIR [RUNS]}
runs=${2:-3}
root=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${WC_RACE:-}" ] || [ -z "${PGZ:-}" ]; then
  cargo build --release --quiet --manifest-path "$root/Cargo.toml" --bin wc-race --bin pgz
fi
wc_race=${WC_RACE:-$root/target/release/wc-race}
pgz=${PGZ:-$root/target/release/pgz}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() { echo "compare-tally.sh: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null || { echo "Not installed, so left out: $1." >&2; false; }; }

# best COMMAND... - COMMAND...: runs the commands in turns, and prints a line for each: the shortest
# wall time in seconds, and the shortest processor time, which is more reliable on a busy machine.
best() {
  local commands=() current=() argument run line
  for argument in "$@" -; do
    if [ "$argument" = - ]; then commands+=("$(printf '%q ' "${current[@]}")"); current=()
    else current+=("$argument"); fi
  done
  for ((run = 0; run < runs; run++)); do
    for line in "${!commands[@]}"; do
      local TIMEFORMAT='%R %U %S'
      { time bash -c "${commands[$line]}" >/dev/null 2>&1; } 2>>"$scratch/time.$line"
    done
  done
  for line in "${!commands[@]}"; do
    awk 'NR == 1 || $1 < wall { wall = $1 } NR == 1 || $2 + $3 < cpu { cpu = $2 + $3 } END { print wall, cpu }' "$scratch/time.$line"
    rm "$scratch/time.$line"
  done
}

# row NAME FILES COMMAND... - COMMAND...: how many times as fast the first command is. FILES are its
# input, for the rate.
row() {
  local name=$1 files=$2 bytes times; shift 2
  bytes=$(find -L $files -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
  times=$(best "$@" | tr '\n' ' ')
  awk -v name="$name" -v bytes="$bytes" -v times="$times" 'BEGIN {
    split(times, t, " ")
    printf "| %s | %.2f s, %.0f MB/s | %.2f s | %.2f | %.2f |\n", name, t[1], bytes / t[1] / 1e6, t[3], t[3] / t[1], t[4] / t[2]
  }'
}

# First check that the results are equal. The plain pipeline splits at ASCII white space, the only
# kind in these texts.
plain() { LC_ALL=C tr -s '[:space:]' '\n' <"$1" | LC_ALL=C tr A-Z a-z | grep . | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2; }
"$wc_race" -n1 -f uniq "$dir/kjv.txt" >"$scratch/ours"
plain "$dir/kjv.txt" | cmp - "$scratch/ours" || fail "kjv.txt: not the words of the plain pipeline"
[ "$(awk '{ sum += $1 } END { print sum }' "$scratch/ours")" = "$(wc -w <"$dir/kjv.txt")" ] || fail "kjv.txt: not as many words as wc finds"
[ "$("$wc_race" --total=words,lines,bytes "$dir/kjv.txt")" = "$(LC_ALL=C wc -wlc <"$dir/kjv.txt" | awk '{ print $2, $1, $3 }')" ] || fail "kjv.txt: not the totals of wc"
cmp <("$wc_race" -n1 --match '^[a-c]' -f tsv "$dir/kjv.txt") <("$wc_race" -n1 -f tsv "$dir/kjv.txt" | grep '^[a-c]') || fail "--match: not the words of grep"
cmp <("$wc_race" "$dir/kjv10.txt") <("$wc_race" "$dir/kjvs/"*) || fail "kjvs: not the words of kjv10.txt"
cmp <("$wc_race" "$dir/kjv10.txt") <("$wc_race" -j1 <"$dir/kjv10.txt") || fail "standard input: not the same"
"$pgz" -o "$scratch/kjv100.txt.gz" "$dir/kjv100.txt" >/dev/null
cmp <("$wc_race" "$dir/kjv100.txt") <("$wc_race" "$scratch/kjv100.txt.gz") || fail "gzip: not the same"

echo "Machine: $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | xargs). $("$wc_race" --version), $(rustc --version | cut -d' ' -f1,2). Best of $runs."
echo
echo '| work | wc-race | the other | times as fast | times the processor time |'
echo '|---|---|---|---|---|'
if have word-tally; then
  # It splits by UAX 29, so compare its list with ours split by the same rule. One or two words
  # differ, because the two versions of Unicode do (a colon between letters).
  same=$(comm -12 <(word-tally -c lower -f csv "$dir/kjv.txt" 2>/dev/null | sort) <("$wc_race" -n1 -w unicode -f csv "$dir/kjv.txt" | sort) | wc -l)
  all=$("$wc_race" -n1 -w unicode -f csv "$dir/kjv.txt" | wc -l)
  [ $((same * 1000)) -gt $((all * 999)) ] || fail "word-tally: only $same of $all words and counts are the same"
  version=$(word-tally --version)
  for file in kjv10 kjv100 src log; do
    row "\`$file.txt\`, each by default, $version" "$dir/$file.txt" "$wc_race" "$dir/$file.txt" - word-tally "$dir/$file.txt"
  done
  for file in kjv100 src; do
    row "\`$file.txt\`, both by UAX 29, in lower case, $version" "$dir/$file.txt" "$wc_race" -n1 -w unicode "$dir/$file.txt" - word-tally -c lower "$dir/$file.txt"
  done
fi
for peer in "countwords, optimized C:${COUNTWORDS_C:-}:kjv100" "countwords, optimized Rust:${COUNTWORDS_RUST:-}:src"; do
  IFS=: read -r name program file <<<"$peer"
  if [ -n "$program" ]; then
    row "\`$file.txt\`, $name" "$dir/$file.txt" "$wc_race" "$dir/$file.txt" - sh -c "$program <$dir/$file.txt"
  else
    echo "Not named, so left out: $name." >&2
  fi
done
# In the same encoding, and so with the same white space.
for file in kjv100 src log; do
  wc=(env LC_ALL=C.UTF-8 wc -w "$dir/$file.txt")
  [ "$("$wc_race" --total=words "$dir/$file.txt")" = "$("${wc[@]}" | cut -d ' ' -f 1)" ] || fail "$file.txt: not as many words as wc finds"
  row "\`$file.txt\`, \`--total=words\`, against \`wc -w\`" "$dir/$file.txt" "$wc_race" --total=words "$dir/$file.txt" - "${wc[@]}"
  row "\`$file.txt\`, \`--total\` with distinct words, against \`wc -w\`" "$dir/$file.txt" "$wc_race" --total "$dir/$file.txt" - "${wc[@]}"
done
row '`src.txt`, `--match "^[a-m]" --no-match [0-9]` against without' "$dir/src.txt" "$wc_race" --match '^[a-m]' --no-match '[0-9]' "$dir/src.txt" - "$wc_race" "$dir/src.txt"
row '16 files, `kjvs/*`, against one, `kjv10.txt`' "$dir/kjv10.txt" "$wc_race" "$dir/kjvs/"* - "$wc_race" "$dir/kjv10.txt"
row '`small/`, thousands of files, against one pipe with all of it' "$dir/small" "$wc_race" -r --hidden --binary "$dir/small" - sh -c "find $dir/small -type f -print0 | xargs -0 cat | $wc_race"
row '`kjv100.txt` through a pipe against the file' "$dir/kjv100.txt" sh -c "cat $dir/kjv100.txt | $wc_race" - "$wc_race" "$dir/kjv100.txt"
row '`kjv100.txt.gz` against `pgz -dc` alone' "$dir/kjv100.txt" "$wc_race" "$scratch/kjv100.txt.gz" - sh -c "$pgz -dc $scratch/kjv100.txt.gz"
if [ -n "${DISTINCT:-}" ]; then
  many=$dir/distinct.txt
  [ -e "$many" ] || { awk 'BEGIN { srand(1); for (i = 0; i < 200000000; i++) printf "w%d\n", int(rand() * 61500000) }' >"$many.tmp"; mv "$many.tmp" "$many"; }
  cmp <("$wc_race" "$many") <("$wc_race" --memory 64M "$many") || fail "distinct.txt: not the same in 64 MiB"
  runs=1 row '200 million words, 60 million different, in 64 MiB, against itself without that limit' "$many" "$wc_race" --memory 64M "$many" - "$wc_race" "$many"
fi
if [ -x /usr/bin/time ]; then
  echo
  echo '| peak memory | MB |'
  echo '|---|---|'
  peak() {
    local name=$1; shift
    /usr/bin/time -f %M -o "$scratch/peak" "$@" >/dev/null 2>&1
    awk -v name="$name" '{ printf "| %s | %.0f |\n", name, $1 * 1024 / 1e6 }' "$scratch/peak"
  }
  peak '`kjv100.txt`, 2 threads' "$wc_race" -j2 "$dir/kjv100.txt"
  peak '`src.txt`, 2 threads' "$wc_race" -j2 "$dir/src.txt"
  if have word-tally; then peak '`kjv100.txt`, word-tally' word-tally "$dir/kjv100.txt"; fi
  if [ -n "${DISTINCT:-}" ]; then peak '200 million words, `--memory 64M`' "$wc_race" --memory 64M "$dir/distinct.txt"; fi
fi
