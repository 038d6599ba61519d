#!/bin/sh
# Removes what install.sh has installed; saved states stay.
# Usage: uninstall.sh PREFIX
set -eu

rm -f "$1/bin/chip8" "$1/share/man/man1/chip8.1" \
  "$1/share/bash-completion/completions/chip8" "$1/share/zsh/site-functions/_chip8" \
  "$1/share/fish/vendor_completions.d/chip8.fish" \
  "$1/share/applications/org.chip8.Chip8.desktop" "$1/share/metainfo/org.chip8.Chip8.metainfo.xml" \
  "$1/share/mime/packages/org.chip8.Chip8.xml" \
  "$1/share/icons/hicolor/scalable/apps/org.chip8.Chip8.svg" \
  "$1/include/chip8.h" "$1/lib/libchip8.so" "$1/lib/libchip8.so.1" "$1/lib/pkgconfig/chip8.pc"
