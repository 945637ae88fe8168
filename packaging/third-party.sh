#!/usr/bin/env bash
# Prints the licences of the crates that the commands contain, and of the C library in one of them.
#
# Each crate has its texts in its own source. Where it lets us choose, and one of the choices is MIT,
# that is the text; where it has several licences that all hold, all texts are printed.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fetch --locked --quiet
sources=("${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/ vendor/)

# The directory of a crate's source.
source_of() {
    local directory
    for directory in "${sources[@]}"; do
        for directory in "$directory$1-$2" "$directory$1"; do
            if [ -d "$directory" ]; then
                echo "$directory"
                return
            fi
        done
    done
    echo "third-party.sh: there is no source of $1 $2" >&2
    return 1
}

# The files with the texts of a crate, from its directory and the licences that it names.
texts() {
    local found=
    case $2 in
    *' AND '*) ;;
    *) found=$(find "$1" -maxdepth 2 -type f -iname 'LICENSE-MIT*' | sort) ;;
    esac
    if [ -z "$found" ]; then
        found=$(find "$1" -maxdepth 2 -type f \( -iname 'LICEN[CS]E*' -o -iname 'COPYING*' \) | sort)
    fi
    { echo "$found"; find "$1" -maxdepth 2 -type f -iname 'NOTICE*'; } | grep .
}

echo 'The commands of csp-toolkit contain these crates, under these licences.'
cargo tree --locked --edges normal,no-proc-macro --prefix none --format '{p}|{l}|{r}' |
    sed 's, (\*)$,,' | sort -u |
    while IFS='|' read -r package licence repository; do
        name=${package%% *} version=${package#* v}
        version=${version%% *}
        [ "$name" != csp-toolkit ] || continue
        printf '\n%s\n%s %s: %s\n%s\n' "$(printf '=%.0s' {1..72})" "$name" "$version" \
            "$licence" "$repository"
        directory=$(source_of "$name" "$version")
        texts "$directory" "$licence" | while read -r text; do
            printf '\n'
            # Some have lines that end as on Windows.
            tr -d '\r' <"$text"
        done
    done
