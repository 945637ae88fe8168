#!/usr/bin/env bash
# examples/spark/wordcount.py on a cluster of two executor processes, beside wc-race alone.
#
# Usage: tests/spark.sh
#
# PYTHON is a Python with PySpark, by default the one that examples/spark/README.md installs, WC_RACE
# the program to test, by default built here. The tests are skipped, with one line that says so,
# where there is no Java or no PySpark.
#
# A stand-in for wc-race is what lets the tests look into the cluster: its parent is the executor.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
skip() { echo "skipped: tests/spark.sh: $*"; exit 0; }
python=${PYTHON:-$root/target/spark/bin/python}
command -v "$python" >/dev/null || skip "there is no $python"
# Not what the link leads to: that would be a Python without PySpark.
python=$(realpath -s "$(command -v "$python")")
command -v java >/dev/null || skip 'there is no Java'
"$python" -c 'import pyspark' 2>/dev/null || skip "$python has no PySpark"
if [ -z "${WC_RACE:-}" ]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml" --bin wc-race
fi
WC_RACE=$(realpath "${WC_RACE:-$root/target/debug/wc-race}")
export WC_RACE
scratch=$(mktemp -d)
export scratch
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# Both executors are there before the first task, so that both get some; and a progress bar would
# stand in front of what the program says.
spark=(--conf spark.scheduler.minRegisteredResourcesRatio=1.0)
spark+=(--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false)
export PYSPARK_SUBMIT_ARGS="${spark[*]} pyspark-shell"
export SPARK_LOCAL_IP=127.0.0.1
cluster='local-cluster[2,1,1024]'
tab=$(printf '\t')
passed=0 failed=0

# wordcount MASTER ARGUMENT...: one run, whose log is kept for when the test fails.
wordcount() {
  local master=$1; shift
  timeout 300 "$python" "$root/examples/spark/wordcount.py" --master "$master" "$@" >log 2>&1 </dev/null
}

# stand_in NAME: a program of that name from standard input, with wc-race as $WC_RACE.
stand_in() {
  { printf '#!/bin/sh\nWC_RACE=%q scratch=%q\n' "$WC_RACE" "$scratch"; cat; } >"$1"
  chmod +x "$1"
}

# refused RUN...: it fails, and the last line says why, in the words that standard input matches.
refused() {
  local pattern; pattern=$(cat)
  ! "$@" && tail -n 1 log | grep -q -E "^wordcount.py: .*($pattern)"
}

# same DIRECTORY: its parts are the tally that wc-race makes of the inputs.
same() {
  [ -e "$1/_SUCCESS" ] && LC_ALL=C sort -t "$tab" -k 1,1 "$1"/part-* | cmp - alone &&
    "$WC_RACE" merge "$1"/part-* | cmp - <("$WC_RACE" inputs/*)
}

# A test is one condition: in here, set -e would not notice what fails in the middle of it.
it() {
  local test=$1
  if "$test"; then passed=$((passed + 1)); echo "test spark::$test ... ok"
  else failed=$((failed + 1)); echo "test spark::$test ... FAILED"; tail -n 40 log; fi
}

# The King James Bible ten times (or, where Debian's package is missing, a text of this repository
# two thousand times), and lines that are not UTF-8, among them all bytes in a row.
mkdir inputs
if command -v bible >/dev/null; then echo 'gen1:1-rev22:21' | bible -f >once
else for ((i = 0; i < 200; i++)); do cat "$root"/examples/data/*.txt; done >once; fi
for ((i = 0; i < 10; i++)); do cat once; done >inputs/bible.txt
{ printf 'caf\xe9 na\xc3\xafve \xff\xfe \xf0\x9f\x98\n'
  for ((i = 0; i < 256; i++)); do printf "\\x$(printf %02x $i)"; done
  printf '\xed\xa0\x80 \xc0\xaf a\0b \r\n\r caf\xe9 no line end'; } >inputs/bytes.txt
"$WC_RACE" --partial inputs/* -o alone
[ "$(wc -l <alone)" -gt 1000 ]

two_executors_make_the_tally_of_one_machine() {
  stand_in noted <<'END'
echo $PPID >>"$scratch/executors"
exec "$WC_RACE" "$@"
END
  wordcount "$cluster" --binary "$scratch/noted" --reducers 4 --output out inputs/* &&
    same out && [ "$(sort -u executors | wc -l)" -ge 2 ]
}

# One dies with a task under way; another once its maps are done, so that their output is lost too.
killed_executors_are_survived() {
  stand_in deadly <<'END'
if mkdir "$scratch/killed-$1" 2>/dev/null; then
  head -c 1000 >/dev/null
  kill -9 $PPID
  exit 0
fi
exec "$WC_RACE" "$@"
END
  wordcount "$cluster" --binary "$scratch/deadly" --reducers 2 --output survived inputs/* &&
    [ -d killed-map ] && [ -d killed-reduce ] && same survived
}

a_program_that_is_sent_along_collects_into_one_file() {
  ln -s collected link &&
    wordcount "$cluster" --ship "$WC_RACE" --collect link inputs/* && cmp collected alone && [ -L link ]
}

# However deep, whatever they are called, and once each; but for what Spark passes over: files of some
# names, and the mark that a file of UTF-8 may begin with.
directories_are_read_whole() {
  mkdir -p tree/sub/deep tree/x=1 tree/value=abc
  echo 'top text' >tree/top; echo 'deep text' >tree/sub/deep/text; : >tree/empty
  echo 'column text' >tree/x=1/text; echo 'value text' >tree/value=abc/text; gzip <once >tree/packed.gz
  echo 'hidden text' | tee tree/_text >tree/.text; printf '\xef\xbb\xbfmarked text' >tree/marked
  wordcount 'local[2]' --binary "$WC_RACE" --collect whole tree tree/top &&
    cmp whole <("$WC_RACE" --partial tree/top tree/sub/deep/text tree/*=*/text tree/packed.gz <(tail -c +4 tree/marked))
}

a_program_that_spark_submit_sends_along_is_found() {
  local submit; submit=$("$python" -c 'import pyspark; print(pyspark.__path__[0])')/bin/spark-submit
  PYSPARK_PYTHON=$python timeout 300 "$submit" "${spark[@]}" --master "$cluster" --files "$WC_RACE" \
    "$root/examples/spark/wordcount.py" --binary ./wc-race --output sent inputs/* >log 2>&1 </dev/null && same sent
}

# Built and run as the README says, but for where the clone, PySpark and the result are.
the_readme_s_second_command_makes_the_tally() {
  local command; command=$(grep '^cargo build' "$root/examples/spark/README.md")
  command=${command//target\/spark\/bin\/python/\"\$python\"}
  command=${command//target\/tally.tsv/\"\$scratch\"/tally.tsv}
  (cd "$root" && python=$python bash -c "$command") >log 2>&1 </dev/null &&
    cmp tally.tsv <("$WC_RACE" --partial "$root"/examples/data/*.txt)
}

# It has done its work, and says that something is wrong with it.
a_program_that_exits_1_fails_the_job() {
  stand_in failing <<'END'
"$WC_RACE" "$@"
exit 1
END
  refused wordcount "$cluster" --binary "$scratch/failing" --output not-there inputs/* <<<'status 1' &&
    [ ! -e not-there/_SUCCESS ]
}

a_step_that_exits_1_leaves_no_collected_file() {
  stand_in half <<'END'
"$WC_RACE" "$@" || exit
[ "$1" = map ]
END
  refused wordcount 'local[2]' --binary "$scratch/half" --collect not-there inputs/bytes.txt <<<'status 1' &&
    [ ! -e not-there ] && [ ! -e not-there.unfinished ]
}

what_cannot_work_is_refused_in_a_line() {
  mkdir there hollow &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --collect none no-such-input <<<'no-such-input' &&
    refused wordcount 'local[1]' --binary "$scratch/no-such-program" --collect none inputs/bytes.txt <<<'no-such-program' &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --output there inputs/bytes.txt <<<'there: exists already' &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --collect none inputs/_bytes.txt <<<'inputs/_bytes.txt: Spark passes over' &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --collect none $'caf\xe9' <<<'caf.xe9: Spark has no names' &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --collect none hollow <<<'hollow: there are no files' &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --collect there inputs/bytes.txt <<<'there: not a file' &&
    refused wordcount 'local[1]' --binary "$WC_RACE" --collect not/there inputs/bytes.txt <<<'not/there: not a file' &&
    refused wordcount 'local[1]' --binary wc-race --collect none inputs/bytes.txt <<<'absolute path' &&
    [ ! -e none ]
}

it two_executors_make_the_tally_of_one_machine
it killed_executors_are_survived
it a_program_that_is_sent_along_collects_into_one_file
it directories_are_read_whole
it a_program_that_spark_submit_sends_along_is_found
it the_readme_s_second_command_makes_the_tally
it a_program_that_exits_1_fails_the_job
it a_step_that_exits_1_leaves_no_collected_file
it what_cannot_work_is_refused_in_a_line
[ "$failed" = 0 ] && result=ok || result=FAILED
echo "test result: $result. $passed passed; $failed failed; 0 ignored; 0 measured; 0 filtered out"
[ "$failed" = 0 ]
