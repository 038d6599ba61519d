#!/bin/sh
# Installs a chip8 that needs no Swift on the machine, with its manual page, completions and what desktops
# want to know of it, and the C library.
# Usage: install.sh PREFIX [PART…], where a part is program or library; all of them if none is named.
set -eu

prefix=$1
shift
build=.build/install
chip8=$build/chip8

# Types are asked for by what makes them, and not by their names, which would be looked up among all
# conformances to protocols when the program starts. Each function is apart, for the linker to leave out or to
# put where it is best.
compile() {
  Scripts/build.sh --product "$1" --scratch-path $build \
    -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
    -Xswiftc -Xfrontend -Xswiftc -function-sections
}

install_program() {
  compile chip8
  Scripts/link-in-order.sh $build/release $chip8
  swift build --product generate-manual --scratch-path $build
  $build/debug/generate-manual $chip8 --output-directory $build

  install -d "$prefix/bin" "$prefix/share/man/man1" \
    "$prefix/share/bash-completion/completions" "$prefix/share/zsh/site-functions" \
    "$prefix/share/fish/vendor_completions.d"
  install -s -m 755 $chip8 "$prefix/bin/chip8"
  install -m 644 $build/chip8.1 "$prefix/share/man/man1/"
  $chip8 --generate-completion-script bash >"$prefix/share/bash-completion/completions/chip8"
  $chip8 --generate-completion-script zsh >"$prefix/share/zsh/site-functions/_chip8"
  $chip8 --generate-completion-script fish >"$prefix/share/fish/vendor_completions.d/chip8.fish"
  Scripts/install-desktop.sh "$prefix"
  echo "Installed $prefix/bin/chip8"
}

install_library() {
  compile Chip8C
  Scripts/install-library.sh $build/release "$prefix"
}

[ $# -gt 0 ] || set -- program library
for part in "$@"; do
  case $part in
  program | library) "install_$part" ;;
  *) echo "install.sh: no such part: $part; there are program and library" >&2 && exit 64 ;;
  esac
done
