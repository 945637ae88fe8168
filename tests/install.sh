#!/usr/bin/env bash
# Installs into a scratch directory, checks what is there, and removes it again.
#
#     BUILT=target/debug tests/install.sh
#
# BUILT is the directory of the built commands.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v make >/dev/null; then
    echo 'skipped: make is not installed'
    exit
fi
built=${BUILT:-target/release}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

files() { (cd "$scratch" && find usr ! -type d 2>/dev/null | LC_ALL=C sort); }

packaging/generate.sh "$built" target/dist
make --silent install BUILT="$built" DESTDIR="$scratch" PREFIX=/usr

names='echoback lockdemo parallel-gz pgz wc-race wordcount'
{
    for name in $names; do
        echo "usr/bin/$name"
        echo "usr/share/man/man1/$name.1"
        echo "usr/share/bash-completion/completions/$name"
        echo "usr/share/zsh/site-functions/_$name"
        echo "usr/share/fish/vendor_completions.d/$name.fish"
    done
    printf 'usr/share/doc/csp-toolkit/%s\n' README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT \
        THIRD-PARTY docs/*.md docs/*.svg
} | LC_ALL=C sort >"$scratch/expected"
files | diff "$scratch/expected" -

for name in $names; do
    version=$("$scratch/usr/bin/$name" --version)
    [[ $version == "$name "* ]] || { echo "$name says $version"; exit 1; }
done
for crate in libdeflater clap serde; do
    grep -q "^$crate [0-9]" target/dist/THIRD-PARTY || { echo "no licence of $crate"; exit 1; }
done
# Of libdeflate, which no crate's own licence covers; and of crates under two licences at once.
for text in 'Copyright .* Eric Biggers' 'Copyright .* WHATWG' 'Copyright .* Unicode'; do
    grep -q "$text" target/dist/THIRD-PARTY || { echo "there is no '$text' in THIRD-PARTY"; exit 1; }
done

make --silent uninstall DESTDIR="$scratch" PREFIX=/usr
[ -z "$(files)" ] || { echo 'left behind:'; files; exit 1; }
echo '1 passed, 0 failed'
