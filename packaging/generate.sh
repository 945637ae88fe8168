#!/usr/bin/env bash
# Writes what is installed beside the commands: man pages, completions and the licences of all that
# the commands contain.
#
#     packaging/generate.sh COMMANDS DIRECTORY
#
# COMMANDS is the directory of the built commands, such as target/release.
set -euo pipefail
commands=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
rm -rf "$out"/{man,bash,zsh,fish,links}
mkdir -p "$out"/{man,bash,zsh,fish,links}

# The other names are links to a command, and their man pages refer to its page.
other_name() {
    ln -s "$2" "$out/links/$1"
    echo ".so man1/$2.1" >"$out/man/$1.1"
}
other_name parallel-gz pgz
other_name wordcount wc-race

for name in pgz wc-race echoback lockdemo; do
    "$commands/$name" --generate man >"$out/man/$name.1"
done
for name in pgz parallel-gz wc-race wordcount echoback lockdemo; do
    "$commands/$name" --generate bash >"$out/bash/$name"
    "$commands/$name" --generate zsh >"$out/zsh/_$name"
    "$commands/$name" --generate fish >"$out/fish/$name.fish"
done
packaging/third-party.sh >"$out/THIRD-PARTY"
