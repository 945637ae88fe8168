#!/usr/bin/env bash
# Fails if a page of the built book, DIRECTORY, leads to a file or a heading that is not there, or
# contains an include that was not found.
set -euo pipefail
cd "$1"
status=0
pages=0
for page in *.html; do
    pages=$((pages + 1))
    if grep -n '{{#' "$page"; then
        echo "$page: an include is left" >&2
        status=1
    fi
    while read -r link; do
        [[ $link == *:* ]] && continue
        file=${link%%#*} heading=
        [[ $link == *#* ]] && heading=${link#*#}
        file=${file:-$page}
        if [ ! -e "$file" ] || { [ -n "$heading" ] && ! grep -q "id=\"$heading\"" "$file"; }; then
            echo "$page: $link leads nowhere" >&2
            status=1
        fi
    done < <(grep -oE '(href|src)="[^"]+"' "$page" | sed -E 's/^[a-z]+="//; s/"$//')
done
[ "$pages" -gt 7 ] || { echo "only $pages pages" >&2; status=1; }
exit "$status"
