# What there is to do here. Each target installs what it needs (apt-get, through sudo if need be).

PREFIX ?= /usr/local
ROM ?= roms/backfire.ch8
SECONDS_EACH ?= 600
FUZZERS ?= commands image slots recordings roms octo

.PHONY: play test lint format fuzz benchmark install uninstall clean

play: ## build chip8 and play a program: make play [ROM=path]
	Scripts/need.sh build
	swift build -c release --product chip8
	Scripts/play.sh "$(ROM)"

test: ## everything that must hold: format, warnings, unit, conformance and end-to-end tests
	Scripts/need.sh build test
	Scripts/test.sh

lint: ## the format of the sources, and what a linter can see
	swift format lint --strict --recursive --parallel Package.swift Sources Snippets Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources

format: ## put the sources into their format
	swift format --in-place --recursive --parallel Package.swift Sources Snippets Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources

fuzz: ## look for inputs and command lines that break a rule: make fuzz [SECONDS_EACH=600] [FUZZERS=image]
	Scripts/need.sh build fuzz
	Scripts/fuzz.sh "$(SECONDS_EACH)" $(FUZZERS)

benchmark: ## how fast the machine is
	Scripts/need.sh build
	swift run -c release --package-path Benchmarks Benchmarks

install: ## chip8, its manual page and shell completions below PREFIX
	Scripts/need.sh build
	Scripts/install.sh "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what install has put there
	Scripts/uninstall.sh "$(DESTDIR)$(PREFIX)"

clean: ## remove everything that was built
	rm -rf .build Benchmarks/.build Fuzz/.build
