#!/bin/sh
# Builds the fuzz targets and runs each for a number of seconds (10):
# fuzz/run.sh [SECONDS] [TARGET...]
#
# Needs a C++ compiler, but neither nightly Rust nor cargo-fuzz. Prints "N passed, N failed" at the
# end. If a target fails, the status is 1 and the input is in fuzz/artifacts/TARGET; fuzz/run.sh 0
# TARGET runs that input and the corpus again. The corpus is kept in fuzz/corpus/TARGET.
set -eu
cd "$(dirname "$0")"

seconds=10
case ${1-} in
'' | *[!0-9]*) ;;
*) seconds=$1 && shift ;;
esac
[ $# -gt 0 ] || set -- decompress guesses index legacy merge mixture range round_trip words

# The instrumentation that libFuzzer needs: which edges are taken, and which values are compared.
# With an explicit --target, cargo does not apply these flags to build scripts.
host=$(rustc -vV | sed -n 's/^host: //p')
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags="$flags -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS=$flags cargo build --quiet --release --target "$host"

# Seeds: a sample of every format, so that no target has to guess magic bytes.
seed() {
    mkdir -p "corpus/$1"
    cat > "corpus/$1/seed-$2"
}
words() { seq 1 "$1" | sed 's/^/word /'; }
for count in 1 20 2000; do
    words $count | gzip -9n | seed decompress $count
    (printf '\000\004CSxx' && words $count | gzip -1n | tail -c +11) | seed index $count
    (printf '\006\100\002' && words $count) | seed round_trip $count
    (printf '\000\000\000' && words $count | gzip -9n | tail -c +11) | seed guesses raw-$count
    (printf '\021\001\000' && words $count) | head -c 8000 | seed guesses blocks-$count
    (printf '\017\002\002' && words $count) | head -c 8000 | seed guesses damaged-$count
    (printf '\000%c' 200 && words $count) | head -c 4000 | seed mixture $count
    (printf '\007\000\002\001\020\140%c' 200 && words $count) | head -c 4000 | seed range $count
done
(words 20 | gzip -n && words 9) | seed decompress text
(words 20 | gzip -n && printf '\037\235\220\141\304\004\004') | seed decompress lzw
printf '\000\005plain\007\004more\004\010' | seed mixture parts
printf '\000\220\000\141\304\004\004' | seed legacy lzw
printf '\002\000\000\000\000\000\004\002\001\000ab\221' | seed legacy pack
printf '\003\000\000\024\000\000\000\000\000aaaa\246\012\327\066\004\000\000\000\004\000\000\000\001\000\000\000nabab' |
    seed legacy zip
for kind in 4 5 6 7; do
    # shellcheck disable=SC2059
    (printf "\\00$kind\\007\\020" && words 200) | seed legacy "kind-$kind"
done
printf '\001best\t2\nof\t4\n\377be\t18446744073709551615\nof\t1\n' | seed merge two
printf '\002a\t1\na\000\t2\na\000\000\t3\n\377\377fifteen-letters\t1\nfifteen-letters-a\t2\n' | seed merge long
printf '\000\020don'"'"'t 1,000.5 a_b x:y na\303\257ve \342\200\231 _ \327\220"\327\220 e\314\201' | seed words mixed
printf '\004\007\360\237\221\251\342\200\215\360\237\221\251 \342\200\234a\342\200\235 \345\255\227\303' | seed words joined
words 200 | seed words ascii

passed=0 failed=0
for target; do
    mkdir -p "artifacts/$target"
    replay=$(find "artifacts/$target" -type f)
    log=artifacts/$target.log
    mode="-max_total_time=$seconds"
    [ "$seconds" -gt 0 ] || mode=-runs=0
    # shellcheck disable=SC2086
    if { [ -z "$replay" ] || "target/$host/release/$target" $replay; } > "$log" 2>&1 &&
        "target/$host/release/$target" "$mode" -timeout=30 -rss_limit_mb=1024 -max_len=8192 \
            "-artifact_prefix=artifacts/$target/" "corpus/$target" >> "$log" 2>&1; then
        passed=$((passed + 1))
        echo "$target: $(tail -n 1 "$log")"
    else
        failed=$((failed + 1))
        echo "$target: failed"
        tail -n 30 "$log"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
