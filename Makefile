# Installs the commands with their man pages and completions:
#
#     make && make install PREFIX=$HOME/.local
#
# `make` builds; `make install` only copies, so that it can run as another user, and into DESTDIR.
PREFIX = /usr/local
DESTDIR =
CARGO = cargo
# The directory of the built commands.
BUILT = target/release

bin = $(DESTDIR)$(PREFIX)/bin
share = $(DESTDIR)$(PREFIX)/share
man = $(share)/man/man1
bash = $(share)/bash-completion/completions
zsh = $(share)/zsh/site-functions
fish = $(share)/fish/vendor_completions.d
doc = $(share)/doc/csp-toolkit

commands = pgz wc-race echoback lockdemo
links = parallel-gz wordcount
names = $(commands) $(links)
documents = README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT

all:
	$(CARGO) build --locked --release --bins
	packaging/generate.sh $(BUILT) target/dist

install:
	@test -f target/dist/THIRD-PARTY || { echo "run 'make' first" >&2; exit 1; }
	install -d "$(bin)" "$(man)" "$(bash)" "$(zsh)" "$(fish)" "$(doc)/docs"
	install -m 755 $(commands:%=$(BUILT)/%) "$(bin)"
	cp -P $(links:%=target/dist/links/%) "$(bin)"
	install -m 644 $(names:%=target/dist/man/%.1) "$(man)"
	install -m 644 $(names:%=target/dist/bash/%) "$(bash)"
	install -m 644 $(names:%=target/dist/zsh/_%) "$(zsh)"
	install -m 644 $(names:%=target/dist/fish/%.fish) "$(fish)"
	install -m 644 $(documents) target/dist/THIRD-PARTY "$(doc)"
	install -m 644 docs/*.md docs/*.svg "$(doc)/docs"

uninstall:
	cd "$(bin)" && rm -f $(names)
	cd "$(man)" && rm -f $(names:%=%.1)
	cd "$(bash)" && rm -f $(names)
	cd "$(zsh)" && rm -f $(names:%=_%)
	cd "$(fish)" && rm -f $(names:%=%.fish)
	rm -rf "$(doc)"

.PHONY: all install uninstall
