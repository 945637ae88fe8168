#!/usr/bin/env bash
# Builds a tarball of the commands, their man pages and completions, the licences and the docs:
#
#     packaging/tarball.sh [TARGET]
#
# It has the layout of `make install`, so that it can be unpacked into a PREFIX. The commands for Linux
# are linked statically, so that they run on any distribution.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
case $target in
*-linux-*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" ;;
esac
cargo build --locked --release --bins --target "$target"
built=target/$target/release
packaging/generate.sh "$built" target/dist
version=$("$built/pgz" --version | cut -d ' ' -f 2)
name=csp-toolkit-$version-$target
case $target in
*-linux-*)
    # A program that is linked dynamically names its interpreter.
    if readelf --program-headers "$built/pgz" | grep -q INTERP; then
        echo 'tarball.sh: pgz is not linked statically' >&2
        exit 1
    fi
    ;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
make --silent install BUILT="$built" DESTDIR="$scratch" PREFIX="/$name"
tar -C "$scratch" -czf "target/$name.tar.gz" "$name"
echo "target/$name.tar.gz"
