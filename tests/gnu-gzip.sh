#!/usr/bin/env bash
# GNU gzip's own test suite, with pgz in gzip's place.
#
# Usage: tests/gnu-gzip.sh [SOURCE]
#
# SOURCE is a directory with the source of GNU gzip; without one, Debian's is got with
# `apt-get source` from SUITE, by default this system's own. Only the scripts around gzip (zdiff,
# zgrep, znew and the like) are used of what is built of it: gzip, gunzip and zcat are links to pgz.
# PGZ is the command to test, by default built here. KEEP is a directory for the scripts' logs.
# A line for each script, and the sum at the end. Skipped, with one line that says so, where the
# source cannot be had or built.
set -euo pipefail
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
skip() { echo "skipped: tests/gnu-gzip.sh: $*"; exit 0; }
if [ -z "${PGZ:-}" ]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml" --bin pgz
fi
pgz=$(realpath "${PGZ:-$root/target/debug/pgz}")
for tool in cc make perl; do command -v $tool >/dev/null || skip "there is no $tool"; done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# fetch: Debian's source, unpacked in $scratch; by the system's own list of sources, for $SUITE.
fetch() (
  command -v dpkg-source >/dev/null || skip 'there is no dpkg-source'
  cd "$scratch"
  mkdir -p lists/partial cache/archives/partial parts
  . /etc/os-release
  own=${VERSION_CODENAME:-stable}
  # Of each file the paragraphs for this release, without those for its updates.
  for file in /etc/apt/sources.list.d/*.sources; do
    awk -v RS= -v ORS='\n\n' -v own="$own" '$0 ~ "(^|\n)Suites: *" own "( |\n|$)"' "$file" |
      sed -e 's/^Types:.*/Types: deb-src/' -e "s/^Suites:.*/Suites: ${SUITE:-$own}/" >"parts/${file##*/}"
  done
  sed -n "s|^deb \\(.*\\) $own main.*|deb-src \\1 ${SUITE:-$own} main|p" /etc/apt/sources.list >sources.list 2>/dev/null || true
  apt=(apt-get -qq -o "Dir::Etc::sourcelist=$scratch/sources.list" -o "Dir::Etc::sourceparts=$scratch/parts"
    -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root)
  timeout 120 "${apt[@]}" update && timeout 120 "${apt[@]}" source gzip
)
if [ $# -gt 0 ]; then
  cp -a "$1" "$scratch/gzip"
else
  fetch >"$scratch/log" 2>&1 || skip "its source cannot be had: $(tail -n 1 "$scratch/log")"
  mv "$scratch"/gzip-*/ "$scratch/gzip"
fi
cd "$scratch/gzip"
# What its authors' tools make is there; patches only made some of it look old.
export ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=: MAKEINFO=:
{ ./configure --quiet && make -s; } >"$scratch/log" 2>&1 ||
  skip "it cannot be built: $(tail -n 1 "$scratch/log")"
for name in gzip gunzip zcat; do ln -sf "$pgz" $name; done

make -k check </dev/null >"$scratch/log" 2>&1 || true
# Those that failed are in the log twice.
grep -E '^(PASS|FAIL|SKIP|XFAIL|XPASS|ERROR): ' "$scratch/log" | sort -k 2 -u | tee "$scratch/results" || true
if [ -n "${KEEP:-}" ]; then
  mkdir -p "$KEEP" && cp tests/*.log "$KEEP"
fi
awk '/^PASS/ { passed++ } /^(FAIL|ERROR|XPASS)/ { failed++ } /^(SKIP|XFAIL)/ { skipped++ }
    END { printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
        exit failed > 0 || passed == 0 }' "$scratch/results"
