# Each target installs what it needs (apt-get, through sudo if needed).

PREFIX ?= /usr/local
CORES ?= $(HOME)/.config/retroarch/cores
INFO ?= $(CORES)
ROM ?= roms/backfire.ch8
SECONDS_EACH ?= 600
FUZZERS ?= commands dap calls image journal slots recordings roms engines octo

.PHONY: play test test-libretro test-adapter test-sanitizer test-package test-python lint format fuzz benchmark benchmark-window lib wheel deb libretro install-libretro install uninstall clean

play: ## build chip8 and play a program: make play [ROM=path]
	Scripts/need.sh build
	Scripts/build.sh --product chip8
	Scripts/play.sh "$(ROM)"

test: ## format, warnings, unit, conformance and end-to-end tests
	Scripts/need.sh build test
	Scripts/test.sh

test-python: wheel ## the Python package as it is installed, without Swift: make test-python [CHIP8_ROMS=directories]
	Scripts/test-python.sh

test-libretro: ## our programs in the libretro core, driven as a front end drives it
	Scripts/need.sh build python
	Scripts/build.sh --product chip8
	Scripts/build.sh --product Libretro
	Scripts/install-libretro.sh .build/release .build/libretro .build/libretro
	Scripts/test-libretro.sh .build/libretro/chip8_libretro.so .build/release/chip8

test-sanitizer: ## both libraries with an address sanitizer, loaded, used and unloaded a hundred times
	Scripts/need.sh build
	Scripts/test-sanitizer.sh

test-adapter: ## a whole session in the debug adapter, by a client that others have written
	Scripts/need.sh build python
	Scripts/build.sh --product chip8
	Scripts/test-adapter.sh .build/release/chip8

test-package: deb ## the Debian package, in a new Debian that debootstrap makes; as root
	Scripts/need.sh package
	Scripts/test-package.sh dist/chip8_*.deb

lint: ## check format and style of the sources
	swift format lint --strict --recursive --parallel Package.swift Sources Snippets Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources

format: ## format the sources
	swift format --in-place --recursive --parallel Package.swift Sources Snippets Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources

fuzz: ## fuzz file formats and command lines: make fuzz [SECONDS_EACH=600] [FUZZERS=image]
	Scripts/need.sh build fuzz
	Scripts/fuzz.sh "$(SECONDS_EACH)" $(FUZZERS)

benchmark: ## measure the machine's speed: make benchmark [ONLY=text] [ROMS=paths]
	Scripts/need.sh build
	Scripts/install.sh .build/benchmark
	Scripts/build.sh --package-path Benchmarks
	Benchmarks/.build/release/Benchmarks --only "$(ONLY)" $(ROMS)

benchmark-window: ## measure the window: make benchmark-window [ONLY=rows]; a quarter of an hour
	Scripts/need.sh build test
	Scripts/install.sh .build/benchmark program
	xvfb-run -a -s "-screen 0 1280x800x24 -noreset" \
		/usr/bin/python3 Benchmarks/window.py .build/benchmark/bin/chip8 $(ONLY)

lib: ## the C library, its header and its pkg-config file in dist/
	Scripts/need.sh build
	Scripts/build.sh --product Chip8C
	Scripts/install-library.sh .build/release dist

wheel: lib ## the Python package in dist/, one wheel for all Pythons
	Scripts/need.sh python
	Scripts/make-wheel.sh dist

deb: ## a Debian package in dist/
	Scripts/need.sh build
	rm -f dist/chip8_*.deb
	Scripts/make-deb.sh dist

libretro: ## the core for RetroArch and other libretro front ends in dist/
	Scripts/need.sh build
	Scripts/build.sh --product Libretro
	Scripts/install-libretro.sh .build/release dist dist

install-libretro: ## the core and its description for RetroArch: make install-libretro [CORES=directory] [INFO=directory]
	Scripts/need.sh build
	Scripts/build.sh --product Libretro
	Scripts/install-libretro.sh .build/release "$(CORES)" "$(INFO)"

install: ## chip8 with manual page, completions and menu entry, and the C library, below PREFIX
	Scripts/need.sh build
	Scripts/install.sh "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what install installed
	Scripts/uninstall.sh "$(DESTDIR)$(PREFIX)"

clean: ## remove all build products
	rm -rf .build Benchmarks/.build Fuzz/.build dist
