#!/usr/bin/env bash
# Makes every system call of every command fail once, and checks that nothing is lost.
#
# Usage: tests/faults.sh [sample | all] [SCENE]...
#
# A scene is a command line on a few small files. A first run under strace counts its system calls;
# then the script runs it again for each of them, with that one call failing. Each run is checked:
#
#   lost     each input or its output is complete, and no output is partial
#   wrong    the status is 0 only if every output is complete
#   left     no temporary file is left
#   panic    it did not panic or abort
#   hang     it ended within a minute
#   noise    standard error has at most a line per file
#   silent   a failure was reported
#
# It is also killed at each call that changes something: nothing is lost then, or after another run
# of the same command line, and that run leaves no temporary file.
#
# `all` takes some minutes; `sample`, the default, does a few hundred of these runs. SCENEs are
# names from the table below. COMMANDS is the directory of the commands; by default the script
# builds them. KEEP is a file for the failures, one per line. The test is skipped, and prints one
# line, if there is no strace or it is not permitted to trace.
set -uo pipefail
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
skip() { echo "skipped: tests/faults.sh: $*"; exit 0; }
command -v strace >/dev/null || skip 'there is no strace'
strace -qq -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
strace -qq -o /dev/null -e inject=close:error=EIO:when=99+ true 2>/dev/null ||
  skip 'strace cannot make calls fail'

amount=sample
case ${1:-} in sample | all) amount=$1; shift ;; esac
if [ -z "${COMMANDS:-}" ]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml" --bins || exit 1
fi
commands=$(realpath "${COMMANDS:-$root/target/debug}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
T=$scratch/templates
mkdir "$T" "$scratch/bin"
for name in pgz wc-race echoback lockdemo; do ln -s "$commands/$name" "$scratch/bin/$name"; done
for name in gzip gunzip zcat; do ln -s "$commands/pgz" "$scratch/bin/$name"; done

# --- The files of the scenes ---------------------------------------------------------------------

cd "$T" || exit 1
seq 1 900 >small
seq 1 500000 >big                                    # four chunks
seq 1 150000 | awk '{ print "word" $1, "word" $1 % 977 }' >words   # more than 4 MiB of counters
gzip -nc small >small.gz
gzip -nc big >plain.gz                               # one member, without an index
"$scratch/bin/pgz" -c big >big.gz
"$scratch/bin/pgz" -q --format bgzf --index -o big.bgzf big
tail -c +1000001 big | head -c 100000 >range
for part in 1 2 3; do
  seq $part 7 9000 | "$scratch/bin/wc-race" map >part$part
done
"$scratch/bin/wc-race" small big >counted
"$scratch/bin/wc-race" small >counted.small
"$scratch/bin/wc-race" big >counted.big
"$scratch/bin/wc-race" /dev/null >counted.none
"$scratch/bin/wc-race" words >words.counted
"$scratch/bin/wc-race" merge part1 part2 part3 >merged
"$scratch/bin/wc-race" map <small >mapped
"$scratch/bin/wc-race" combine <part1 >combined
echo old >old

# put TEMPLATE:NAME...: copies templates to these names.
put() { local pair; for pair; do cp "$T/${pair%%:*}" "${pair#*:}"; done; }
# is NAME TEMPLATE: checks that the file exists and has this content.
is() { cmp -s "$1" "$T/$2"; }
# packs NAME TEMPLATE: the same for a gzip file, decompressed by the installed gzip.
packs() { [ -f "$1" ] && gzip -dc <"$1" 2>/dev/null | cmp -s - "$T/$2"; }
gone() { [ ! -e "$1" ]; }
# counted NAME: checks that the file is the list of small, big, both or neither: a file that cannot
# be read is reported, and the others are counted.
counted() { is "$1" counted || is "$1" counted.small || is "$1" counted.big || is "$1" counted.none; }
# events NAME: checks that the file has an object on each line, and all six events of two workers.
events() { [ "$(grep -c '^{.*}$' "$1")" = 6 ] && [ "$(wc -l <"$1")" = 6 ]; }

# Sets for each scene: its files, its command line, the conditions that must always hold ($safe) and
# those that must hold after status 0 ($whole), and the names of files that may exist. $in and $out
# are its standard input and output, and $reports is the maximum number of lines on standard error:
# one for each input.
scene() {
  in=/dev/null out=/dev/null safe=true reports=1
  case $1 in
  gzip)        put small:x; line='gzip x' names='x x.gz'
               safe='is x small || packs x.gz small; gone x.gz || packs x.gz small'
               whole='packs x.gz small && gone x' ;;
  gzip-big)    put big:x; line='gzip x' names='x x.gz'
               safe='is x big || packs x.gz big; gone x.gz || packs x.gz big'
               whole='packs x.gz big && gone x' ;;
  gzip-over)   put small:x old:x.gz; line='gzip -f x' names='x x.gz'
               safe='is x small || packs x.gz small; is x.gz old || packs x.gz small'
               whole='packs x.gz small && gone x' ;;
  gunzip)      put small.gz:x.gz; line='gunzip x.gz' names='x x.gz'
               safe='is x small || packs x.gz small; gone x || is x small'
               whole='is x small && gone x.gz' ;;
  gunzip-big)  put big.gz:x.gz; line='gunzip x.gz' names='x x.gz'
               safe='is x big || packs x.gz big; gone x || is x big'
               whole='is x big && gone x.gz' ;;
  keep)        reports=2; put small:x big:y; line='pgz -q x y' names='x y x.gz y.gz'
               safe='is x small; is y big; gone x.gz || packs x.gz small; gone y.gz || packs y.gz big'
               whole='packs x.gz small && packs y.gz big' ;;
  remove)      reports=2; put small:x big:y; line='pgz -q --rm x y' names='x y x.gz y.gz'
               safe='is x small || packs x.gz small; gone x.gz || packs x.gz small
                     is y big || packs y.gz big; gone y.gz || packs y.gz big'
               whole='packs x.gz small && packs y.gz big && gone x && gone y' ;;
  checked)     reports=2; put small:x big:y; line='pgz -q --verify --rm x y' names='x y x.gz y.gz'
               safe='is x small || packs x.gz small; gone x.gz || packs x.gz small
                     is y big || packs y.gz big; gone y.gz || packs y.gz big'
               whole='packs x.gz small && packs y.gz big && gone x && gone y' ;;
  unpack)      put plain.gz:x.gz; line='pgz -qd --rm x.gz' names='x x.gz'
               safe='is x big || packs x.gz big; gone x || is x big'
               whole='is x big && gone x.gz' ;;
  blocks)      put big:x; line='pgz -q --rm --format bgzf --index x' names='x x.gz x.gz.gzi'
               safe='is x big || packs x.gz big; is x big || is x.gz.gzi big.bgzf.gzi
                     gone x.gz || packs x.gz big; gone x.gz.gzi || is x.gz.gzi big.bgzf.gzi'
               whole='packs x.gz big && is x.gz.gzi big.bgzf.gzi && gone x' ;;
  range)       put big.bgzf:x.gz big.bgzf.gzi:x.gz.gzi; line='pgz --range 1000000:100000 x.gz' out=z
               names='x.gz x.gz.gzi z' safe='is x.gz big.bgzf' whole='is z range' ;;
  tree)        reports=2; mkdir d d/e; put small:d/x small:d/e/y; line='pgz -qr --rm d'
               names='d d/x d/x.gz d/e d/e/y d/e/y.gz'
               safe='is d/x small || packs d/x.gz small; gone d/x.gz || packs d/x.gz small
                     is d/e/y small || packs d/e/y.gz small; gone d/e/y.gz || packs d/e/y.gz small'
               whole='packs d/x.gz small && packs d/e/y.gz small && gone d/x && gone d/e/y' ;;
  named)       put small:x; line='pgz -q -o y x' names='x y'
               safe='is x small; gone y || packs y small' whole='packs y small' ;;
  named-check) put big:x; line='pgz -q --verify -o y' in=x names='x y'
               safe='is x big; gone y || packs y big' whole='packs y big' ;;
  named-over)  put big:x old:y; line='pgz -qf --rm -o y x' names='x y'
               safe='is x big || packs y big; is y old || packs y big' whole='packs y big' ;;
  named-in)    put small.gz:x.gz; line='pgz -qd -o y' in=x.gz names='x.gz y'
               safe='is x.gz small.gz; gone y || is y small' whole='is y small' ;;
  stdout)      reports=2; put small:x big:y; line='pgz -qc x y' out=z names='x y z'
               safe='is x small; is y big' whole='gzip -dc <z | { cat x y | cmp -s - /dev/fd/3; } 3<&0' ;;
  through)     put big:x; line='pgz' in=x out=z names='x z' safe='is x big' whole='packs z big' ;;
  idle)        put big:x; line='pgz --flush-idle' in=x out=z names='x z' safe='is x big'
               whole='packs z big' ;;
  unpack-out)  put big.gz:x.gz; line='gzip -dc x.gz' out=z names='x.gz z'
               safe='is x.gz big.gz' whole='is z big' ;;
  unpack-in)   put plain.gz:x.gz; line='zcat' in=x.gz out=z names='x.gz z'
               safe='is x.gz plain.gz' whole='is z big' ;;
  verify)      put big.gz:x.gz; line='pgz -qt x.gz' names='x.gz' safe='is x.gz big.gz' whole=true ;;
  list)        put big.gz:x.gz; line='pgz -l x.gz' out=z names='x.gz z' safe='is x.gz big.gz'
               whole='tail -n 1 z | grep -q " 3388895 .* x\$"' ;;
  count)       reports=2; put small:x big:y; line='wc-race x y' out=z names='x y z'
               safe='is x small; is y big' whole='is z counted' ;;
  count-gz)    reports=2; put small:x big.gz:y; line='wc-race -o z x y' names='x y z'
               safe='is x small; is y big.gz; gone z || counted z' whole='is z counted' ;;
  count-over)  reports=2; put small:x big:y old:z; line='wc-race -o z x y' names='x y z'
               safe='is z old || counted z' whole='is z counted' ;;
  spill)       reports=2; put words:x; line='wc-race --memory 4M -o z x' names='x z'
               # Words read before an error are counted, and the error is reported.
               safe='is x words' whole='is z words.counted' ;;
  merge)       reports=3; put part1:x part2:y part3:w; line='wc-race merge x y w' out=z names='x y w z'
               safe='is x part1' whole='is z merged' ;;
  merge-file)  reports=3; put part1:x part2:y part3:w; line='wc-race merge -o z x - w' in=y names='x y w z'
               safe='gone z || is z merged' whole='is z merged' ;;
  map)         put small:x; line='wc-race map' in=x out=z names='x z' whole='is z mapped' ;;
  combine)     put part1:x; line='wc-race combine' in=x out=z names='x z' whole='is z combined' ;;
  echo)        put small:x; line='echoback -e' in=x out=z names='x z' whole='is z small' ;;
  locks)       line='lockdemo --workers 2 --hold 1ms --json z' names=z
               safe='gone z || events z' whole='events z' ;;
  locks-out)   line='lockdemo --workers 2 --hold 1ms --json -' out=z names=z whole='events z' ;;
  *)           return 1 ;;
  esac
}
scenes='gzip gzip-big gzip-over gunzip gunzip-big keep remove checked unpack blocks range tree named
  named-check named-over named-in stdout through idle unpack-out unpack-in verify list count count-gz
  count-over spill merge merge-file map combine echo locks locks-out'

# --- One run -------------------------------------------------------------------------------------

# fresh SCENE: creates its files in an empty directory, and changes to it.
fresh() {
  here=$scratch/run-$slot
  rm -rf "$here" && mkdir -p "$here/files" "$here/tmp" && cd "$here/files" || exit 1
  scene "$1"
  [ "$out" = /dev/null ] || : >"$out"
}

# traced STRACE_OPTION...: runs the scene's command line under strace; returns its status.
traced() {
  # shellcheck disable=SC2086
  PATH=$scratch/bin:$PATH TMPDIR=$here/tmp timeout -s KILL 60 \
    strace -f -e quiet=all "$@" $line <"$in" >"$out" 2>"$here/err"
}

# focus: sets $options so that strace sees only the calls on the scene's own files.
focus() {
  local name
  options=(-P . -P "$PWD")
  for name in $names; do options+=(-P "$name" -P "$PWD/$name"); done
}

# check_safe, check_left: add to $verdict if something is lost, or if a file is left behind.
check_safe() {
  local part
  while IFS= read -r part; do eval "$part" || verdict='lost '; done <<<"${safe//; /$'\n'}"
}
check_left() {
  local left
  left=$(find . "$here/tmp" -mindepth 1 -printf '%P\n' | grep -vxF "${names// /$'\n'}")
  [ -z "$left" ] || verdict+='left '
}

# judge STATUS CALL: sets $verdict to the words for the checks that failed.
judge() {
  local status=$1 call=$2 lines
  verdict=''
  check_safe
  [ "$status" != 0 ] || eval "$whole" || verdict+='wrong '
  check_left
  lines=$(grep -c . "$here/err")
  case $status in
  0 | 1 | 2) ;;
  137) verdict+='hang ' ;;
  # Without memory a Rust program ends by SIGABRT; one line says so.
  134) grep -q '^memory allocation of .* failed' "$here/err" || verdict+='panic ' ;;
  *) verdict+='panic ' ;;
  esac
  [[ $verdict == *panic* ]] || ! grep -q 'panicked' "$here/err" || verdict+='panic '
  [ "$lines" -le $reports ] || [[ $verdict == *panic* ]] || verdict+='noise '
  # If a write failed, it can be the report itself; and -q suppresses warnings.
  case $status:$line in
  0:* | 2:*' -q'*) ;;
  *) [ "$lines" -gt 0 ] || [ "$call" = write ] || verdict+='silent ' ;;
  esac
}

# try SCENE CALL ERROR WHEN WHERE: does one run; prints `ok`, or a line that says what failed.
try() {
  local name=$1 call=$2 error=$3 when=$4 where=$5 options=() status verdict
  fresh "$name"
  if [ "$call" = undisturbed ]; then
    echo "wrong: $name: undisturbed: $when"
    return
  fi
  [ "$where" != files ] || focus
  local failure=error=$error
  [ "$error" != KILL ] || failure=signal=KILL
  traced -o /dev/null --seccomp-bpf -e "trace=$call" -e "inject=$call:$failure:when=$when" \
    "${options[@]}"
  status=$?
  if [ "$error" = KILL ]; then
    verdict=''
    check_safe
    # shellcheck disable=SC2086
    PATH=$scratch/bin:$PATH TMPDIR=$here/tmp timeout 60 $line <"$in" >"$out" 2>"$here/err"
    check_safe
    check_left
  else
    judge "$status" "$call"
  fi
  if [ "$where" = start ]; then
    # Before `main` it may end in any way. strace counts calls in each thread, so the calls of the
    # first thread before `main` hide a few calls of the others.
    verdict=$(grep -oE '(lost|hang|wrong) ' <<<"$verdict" | tr -d '\n')
  fi
  if [ -z "$verdict" ]; then
    echo ok
  else
    echo "${verdict% }: $name: $call $error $when $where: $status: $(head -c 200 "$here/err" | tr '\n' ' ')"
  fi
}

# --- All runs ------------------------------------------------------------------------------------

# errors CALL: prints the errors that the call can fail with.
errors() {
  case $1 in
  openat) echo EIO EINTR EPERM ENOSPC EDQUOT ;;
  read | pread64) echo EIO EINTR EAGAIN ;;
  write | pwrite64) echo ENOSPC EIO EINTR EAGAIN EDQUOT ;;
  close) echo EIO ENOSPC EINTR EDQUOT ;;
  clone | clone3) echo EAGAIN ;;
  mmap) echo ENOMEM ;;
  fchmod | fchown | utimensat) echo EPERM EIO ;;
  fsync | fdatasync | ftruncate | fallocate) echo EIO ENOSPC ;;
  link | linkat | rename | renameat | renameat2) echo ENOSPC EIO EPERM EDQUOT ;;
  unlink | unlinkat | mkdir | mkdirat) echo EIO EPERM ;;
  *) echo EIO ;;
  esac
}
# killing CALL: prints KILL if the call can change a file.
killing() {
  case $1 in openat | *write* | close | fchmod | utimensat | fsync | *link* | *rename*) echo KILL ;; esac
}
calls=(openat read pread64 write pwrite64 close clone clone3 mmap fchmod fchown utimensat fsync
  fdatasync ftruncate fallocate link linkat rename renameat renameat2 unlink unlinkat mkdir mkdirat
  statx fstat newfstatat getdents64 lseek)

# counts WHERE: prints from a trace, for each call, the maximum number of times that one thread
# makes it; with `all` also how often the first thread makes it before `main`, which begins after
# the runtime's sigaltstack.
counts() {
  awk -v where="$1" '
    { split($2, name, "("); call = name[1]; if ($2 == "<...") next }
    NR == 1 { first = $1 }
    $1 == first && call == "sigaltstack" { if (++stacks == 2) for (c in mine) start[c] = mine[c] }
    $1 == first { mine[call]++ }
    { if (++count[$1, call] > most[call]) most[call] = count[$1, call] }
    END { for (c in most) if (c != "sigaltstack") print c, (where == "all" ? start[c] + 0 : 0), most[c] }
  ' trace
}

# plan SCENE: prints a line for each run of it.
plan() {
  local set name=$1 where call start most error when options verdict
  set=$(IFS=,; echo "${calls[*]}")
  for where in all files; do
    fresh "$name"
    options=()
    [ $where = all ] || focus
    traced -o "$here/trace" -e "trace=$set,sigaltstack" "${options[@]}"
    judge $? ''
    if [ -n "$verdict" ]; then
      echo "$name undisturbed 0 ${verdict// /-} $where"
      continue
    fi
    (cd "$here" && counts $where) | sort | while read -r call start most; do
      for ((when = 1; when <= most; when++)); do
        for error in $(errors "$call") $(killing "$call"); do
          # Of many calls in a row, take the first and the last ones, and every ninth in between.
          if ((when > start + 24 && when < most - 4 && (when - start) % 9)); then continue; fi
          if ((when > start)); then
            echo "$name $call $error $when $where"
          elif [ $amount = all ] && [ "$error" != KILL ]; then
            echo "$name $call $error $when start"
          fi
        done
      done
    done
  done
}

slot=0
for name in ${*:-$scenes}; do
  (cd "$scratch" && mkdir -p check && cd check && scene "$name") || { echo "no scene is called $name" >&2; exit 2; }
  plan "$name"
done >"$scratch/plan"
runs=$(wc -l <"$scratch/plan")
stride=1
[ $amount = all ] || stride=$((runs / 400 + 1))
awk -v stride=$stride 'NR % stride == 0' "$scratch/plan" >"$scratch/taken"

# Two at a time, since starting strace is mostly waiting. Standard error is where bash reports
# killed processes.
for slot in 0 1; do
  awk -v slot=$slot 'NR % 2 == slot' "$scratch/taken" >"$scratch/taken-$slot"
  while read -r -u 3 name call error when where; do
    try "$name" "$call" "$error" "$when" "$where"
  done 3<"$scratch/taken-$slot" >"$scratch/results-$slot" 2>/dev/null &
done
wait
cat "$scratch"/results-? >"$scratch/results"

# --- Errors that only close reports --------------------------------------------------------------

# close_reported FILE: with every close of FILE failing, checks that the status is 1, and that the
# error is reported.
close_reported() {
  local file=$1 verdict='' status
  traced -o /dev/null -P "$PWD/$file" -e inject=close:error=ENOSPC
  status=$?
  [ $status = 1 ] || verdict='wrong '
  grep -q 'No space left on device' "$here/err" || verdict+='silent '
  eval "$safe" || verdict+='lost '
  if [ -z "$verdict" ]; then
    echo ok
  else
    echo "${verdict% }: $line: every close of $file ENOSPC: $status: $(head -c 200 "$here/err" | tr '\n' ' ')"
  fi
}

slot=0
for name in ${*:-$scenes}; do
  fresh "$name"
  [ "$out" = /dev/null ] || close_reported "$out"
done >>"$scratch/results"
if [ -z "$*" ]; then
  fresh gzip; mkdir d; mv x d; line='gzip d/x' safe='is d/x small'
  close_reported d/x.gz
  fresh gunzip; safe='packs x.gz small'
  close_reported x
  fresh count-over; safe='is z old || counted z'
  close_reported z
fi >>"$scratch/results"

# --- The sum -------------------------------------------------------------------------------------

grep -v '^ok$' "$scratch/results" | sort | tee "${KEEP:-/dev/null}" | head -n 60
echo "$(grep -c . "$scratch/results") runs of $runs:" \
  "$(for word in lost wrong left panic hang noise silent; do
       echo -n " $(grep -v '^ok$' "$scratch/results" | cut -d: -f1 | grep -c $word) $word,"
     done | sed 's/,$//')"
failed=$(grep -cv '^ok$' "$scratch/results")
echo "$(grep -c '^ok$' "$scratch/results") passed, $failed failed"
[ "$failed" = 0 ]
