#!/usr/bin/env bash
# Builds the Debian package, and where the tools are there, checks it: lintian must find no error, and
# in a fresh Debian the package must install, work, and leave nothing behind when it is removed.
#
#     packaging/deb.sh [SUITE]
#
# Needs cargo-deb (`cargo install cargo-deb`). The checks need lintian, debootstrap, and root. SUITE is
# that of the fresh Debian, by default the one that this machine runs.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked --release --bins
packaging/generate.sh target/release target/dist
cargo deb --locked --no-build --quiet >/dev/null
package=$(ls -t target/debian/csp-toolkit_*.deb | head -n 1)
echo "$package"

if command -v lintian >/dev/null; then
    echo '== lintian'
    # It runs as another user, who may not be able to read this directory.
    copy=$(mktemp -d)
    chmod 755 "$copy"
    cp "$package" "$copy"
    lintian --allow-root --fail-on error "$copy"/*.deb
    rm -r "$copy"
else
    echo 'skipped: lintian is not installed'
fi

if ! command -v debootstrap >/dev/null || [ "$(id -u)" != 0 ]; then
    echo 'skipped: installing it in a fresh Debian needs debootstrap and root'
    exit
fi
suite=${1:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
echo "== a fresh Debian ($suite)"
debootstrap --variant=minbase "$suite" "$root" >/dev/null
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
# What dpkg writes for itself does not count.
files() {
    (cd "$root" && find . \( -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print) |
        LC_ALL=C sort
}

files >"$root.before"
trap 'rm -rf "$root" "$root.before"' EXIT
cp "$package" "$root/package.deb"
inside dpkg -i /package.deb
inside sh -ec '
    for name in pgz parallel-gz wc-race wordcount echoback lockdemo; do $name --version; done
    cd /tmp
    echo text >a
    pgz a && pgz -t a.gz && gzip -dc a.gz | cmp - a
    gzip --version | grep -q "Free Software Foundation"
    # In the place of gzip, as docs/install.md says, and back.
    dpkg-divert --local --rename --divert /usr/bin/gzip.gnu --add /usr/bin/gzip
    ln -s pgz /usr/bin/gzip
    gzip --version | grep pgz
    gunzip -c a.gz | cmp - a
    rm /usr/bin/gzip
    dpkg-divert --local --rename --remove /usr/bin/gzip
    gzip --version | grep -q "Free Software Foundation"
    rm a a.gz
'
inside dpkg --purge csp-toolkit
rm "$root/package.deb"
files | diff "$root.before" -
echo '1 passed, 0 failed'
