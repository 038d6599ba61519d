#!/bin/sh
# Installs the libretro core, and the file that tells front ends about it.
# Usage: install-libretro.sh BUILD CORES INFO, where BUILD is the directory of a build of Libretro.
set -eu

build=$1
cores=$2
info=$3
core=$(mktemp)
description=$(mktemp)
trap 'rm -f "$core" "$description"' EXIT

Scripts/link-library.sh "$build" Libretro "$core"
install -d "$cores" "$info"
install -s -m 755 "$core" "$cores/chip8_libretro.so"
sed "s/@VERSION@/$(Scripts/version.sh)/" Sources/Libretro/chip8_libretro.info >"$description"
install -m 644 "$description" "$info/chip8_libretro.info"
echo "Installed $cores/chip8_libretro.so"
