#!/usr/bin/env bash
# Compares pgz with its peers: times, rates, sizes and peak memory, in one run.
#
#   benches/compare-gzip.sh DIR
#
# DIR contains linux64.tar, bin64.tar (binaries), rand64.bin (random bytes), kjv100.txt and small/
# (3,000 files); any others will do under those names. Every output is decoded and compared with the input before its time is
# printed. A peer that is not installed is reported and left out. Compressed data goes through a
# pipe, decompressed data to /dev/null. Each time is the best of RUNS (5). The ratio is the peer's
# time divided by pgz's: above 1, pgz is faster. The processor time, user and system, is the least of
# those runs, without that of the pipe's other end.
#
# Needs: bash, gzip, GNU time for the memory.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(realpath "${1:?usage: compare-gzip.sh DIR}")
runs=${RUNS:-5} threads=${THREADS:-2}
cargo build --release --quiet --bin pgz
pgz=$PWD/target/release/pgz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

has() { command -v "${1%% *}" >/dev/null; }

# best COMMAND [FIRST]: sets $seconds, the shortest wall time, and $processor, the least processor
# time; FIRST runs before each, untimed. The pipe that COMMAND may end with is not counted.
best() {
    local TIMEFORMAT='%U %S' from to
    for _ in $(seq "$runs"); do
        ${2:-true}
        from=$EPOCHREALTIME
        if [[ $1 == *' | cat' ]]; then
            { time bash -c "${1% | cat}" 2>/dev/null; } 2>&3 | cat >/dev/null
        else
            { time bash -c "$1" >/dev/null 2>&1; } 2>&3
        fi
        to=$EPOCHREALTIME
        echo "wall $(((${to/./} - ${from/./})))" >&3
    done 3>"$work/times"
    read -r seconds processor < <(awk '
        $1 == "wall" { if (!wall || $2 < wall) wall = $2; next }
        { used = $1 + $2; if (!least || used < least) least = used }
        END { printf "%.4f %.3f\n", wall / 1e6, least }' "$work/times")
}

row() { printf '%-34s %9s %9s %8s %10s %7s\n' "$@"; }
title() {
    printf '\n%s\n' "$1"
    row tool seconds processor MB/s size ratio
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
rate() { awk -v bytes="$1" -v s="$2" 'BEGIN { printf "%.0f", bytes / s / 1e6 }'; }

# compress INPUT TOOL...: each tool writes to a pipe; the ratio is to the first one's time.
compress() {
    local input=$1 bytes ours='' seconds processor size
    bytes=$(stat -c %s "$input")
    shift
    for tool in "$@"; do
        has "$tool" || { row "${tool%% *}" 'not installed' '' '' '' ''; continue; }
        bash -c "$tool" <"$input" >out.gz
        gzip -dc out.gz | cmp - "$input" || { row "$tool" WRONG '' '' '' ''; continue; }
        best "$tool <'$input' | cat"
        ours=${ours:-$seconds}
        size=$(awk -v a="$(stat -c %s out.gz)" -v b="$bytes" 'BEGIN { printf "%.4f", a / b }')
        row "${tool/#*\/pgz/pgz}" "$seconds" "$processor" "$(rate "$bytes" "$seconds")" "$size" "$(ratio "$seconds" "$ours")"
    done
}

# decompress COMPRESSED INPUT TOOL...
decompress() {
    local compressed=$1 input=$2 ours='' seconds processor bytes
    bytes=$(stat -c %s "$input")
    shift 2
    for tool in "$@"; do
        has "$tool" || { row "${tool%% *}" 'not installed' '' '' '' ''; continue; }
        bash -c "$tool '$compressed'" | cmp - "$input" || { row "$tool" WRONG '' '' '' ''; continue; }
        best "$tool '$compressed'"
        ours=${ours:-$seconds}
        row "${tool/#*\/pgz/pgz}" "$seconds" "$processor" "$(rate "$bytes" "$seconds")" '' "$(ratio "$seconds" "$ours")"
    done
}

# peak COMMAND...: its peak memory in MB.
peak() { command time -f %M bash -c "exec $*" 2>&1 >/dev/null | awk 'END { printf "%.1f", $1 / 1024 }'; }

printf '%s; %s threads; best of %s\n' "$(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)" "$threads" "$runs"
printf '%s; %s; %s\n' "$("$pgz" --version)" "$(gzip --version | head -n 1)" "$(rustc --version)"
for peer in pigz crabz gzippy bgzip igzip libdeflate-gzip; do
    has "$peer" || continue
    version=$("$peer" --version 2>&1) || version=$("$peer" -V 2>&1) || version=unknown
    printf '%s: %s\n' "$peer" "${version%%$'\n'*}"
done

tar=$dir/linux64.tar text=$dir/kjv100.txt
for level in 1 6 9; do
    title "compress linux64.tar through a pipe, level $level"
    compress "$tar" "$pgz -$level -p$threads" "gzip -$level" "pigz -$level -p$threads" \
        "crabz -l$level -p$threads" "gzippy -$level -p$threads" "bgzip -l$level -@$threads -c" \
        "libdeflate-gzip -$level -c" "igzip -$((level > 3 ? 3 : level)) -c"
done

for level in 1 6; do
    title "compress bin64.tar through a pipe, level $level"
    compress "$dir/bin64.tar" "$pgz -$level -p$threads" "pigz -$level -p$threads" \
        "crabz -l$level -p$threads" "gzippy -$level -p$threads" "libdeflate-gzip -$level -c" \
        "igzip -$((level > 3 ? 3 : level)) -c"
done
title 'compress rand64.bin through a pipe, level 6'
compress "$dir/rand64.bin" "$pgz -6 -p$threads" "pigz -6 -p$threads" "crabz -l6 -p$threads" \
    "gzippy -6 -p$threads" "libdeflate-gzip -6 -c" 'igzip -3 -c'

if has bgzip; then
    for level in 1 6 9; do
        title "compress linux64.tar to BGZF through a pipe, level $level"
        compress "$tar" "$pgz -$level -p$threads --format bgzf" "bgzip -l$level -@$threads -c"
    done
fi

title 'compress linux64.tar, from a file and through a pipe'
best "$pgz -p$threads -c '$tar' | cat"
file=$seconds
row 'pgz -6 FILE' "$seconds" "$processor" "$(rate 67108864 "$seconds")" '' 1.00
best "cat '$tar' | $pgz -p$threads | cat"
row 'cat FILE | pgz -6' "$seconds" "$processor" "$(rate 67108864 "$seconds")" '' "$(ratio "$seconds" "$file")"

title 'compress linux64.tar to a file, and decompress that once more to verify it'
cp "$tar" checked
"$pgz" -qf -p"$threads" --verify checked && gzip -dc checked.gz | cmp - checked
best "$pgz -qf -p$threads --verify checked"
verified=$seconds
row 'pgz --verify' "$seconds" "$processor" "$(rate 67108864 "$seconds")" '' 1.00
best 'gzip -kf checked && gzip -t checked.gz'
row 'gzip && gzip -t' "$seconds" "$processor" "$(rate 67108864 "$seconds")" '' "$(ratio "$seconds" "$verified")"

title '3,000 small files, one .gz each'
# In memory if possible: creating thousands of files takes longer on a disk's file system than
# compressing them, and even longer after others were removed.
memory=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$work" "$memory"' EXIT
cp -r "$dir/small" "$memory/small"
cd "$memory"
find small -type f >list
bytes=$(du -sb small | cut -f 1)
ours=''
for tool in "xargs $pgz -f -p$threads" 'xargs -n 100 -P2 libdeflate-gzip -kf' 'xargs igzip -kqf' \
    "xargs pigz -kf -p$threads" 'xargs gzip -kf'; do
    name=${tool#xargs }
    name=${name#-n 100 -P2 }
    has "$name" || { row "${name%% *}" 'not installed' '' '' '' ''; continue; }
    find small -name '*.gz' -delete
    bash -c "$tool" <list >/dev/null
    while read -r file; do gzip -dc "$file.gz" | cmp -s - "$file" || echo "WRONG: $file"; done <list
    best "$tool <list" 'find small -name *.gz -delete'
    ours=${ours:-$seconds}
    size=$(find small -name '*.gz' -printf '%s\n' | awk -v b="$bytes" '{ s += $1 } END { printf "%.4f", s / b }')
    row "${tool/#xargs*\/pgz/pgz}" "$seconds" "$processor" "$(rate "$bytes" "$seconds")" "$size" "$(ratio "$seconds" "$ours")"
done

cd "$work"
readers=("$pgz -p$threads -dc" 'gzip -dc' 'pigz -dc' "crabz -d -p$threads" "gzippy -dc -p$threads" \
    'igzip -dc' 'libdeflate-gzip -dc' "bgzip -dc -@$threads")
ln -s "$text" text && ln -s "$tar" tar
"$pgz" -c tar >/dev/null && cp "$tar" own.tar && "$pgz" own.tar >/dev/null
cp "$text" own.txt && "$pgz" own.txt >/dev/null
title 'decompress kjv100.txt, compressed by pgz -6'
decompress own.txt.gz "$text" "${readers[@]}"
title 'decompress linux64.tar, compressed by pgz -6'
decompress own.tar.gz "$tar" "${readers[@]}"
gzip -6 <"$text" >gzip.txt.gz
gzip -6 <"$tar" >gzip.tar.gz
title 'decompress kjv100.txt, compressed by gzip -6'
decompress gzip.txt.gz "$text" "${readers[@]}"
title 'decompress linux64.tar, compressed by gzip -6'
decompress gzip.tar.gz "$tar" "${readers[@]}"
gzip -6 <"$dir/bin64.tar" >gzip.bin.gz
title 'decompress bin64.tar, compressed by gzip -6'
decompress gzip.bin.gz "$dir/bin64.tar" "${readers[@]}"
if has bgzip; then
    bgzip -c <"$tar" >bgzip.tar.gz
    title 'decompress linux64.tar, compressed by bgzip'
    decompress bgzip.tar.gz "$tar" "${readers[@]}"
fi
# Made from a third of them, since each takes a process.
head -c $((8192 * 1024)) "$tar" >third
split -b 1024 --filter='gzip -c' third >third.gz
cat third third third >members && cat third.gz third.gz third.gz >members.gz
title '24,576 members of 1 KB, compressed by gzip -6'
decompress members.gz members "${readers[@]}"

printf '\npeak memory in MB, %s in\n' "$(du -h "$text" | cut -f 1)"
printf 'pgz from a file %s, from a pipe %s; pgz -d its own %s, of gzip %s\n' \
    "$(peak "$pgz -p$threads -c '$text'")" "$(peak "$pgz -p$threads < <(cat '$text')")" \
    "$(peak "$pgz -p$threads -dc own.txt.gz")" "$(peak "$pgz -p$threads -dc gzip.txt.gz")"
best "$pgz --version"
printf 'pgz --version %s seconds\n' "$seconds"
