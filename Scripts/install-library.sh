#!/bin/sh
# Installs the C library, its header and its pkg-config file, which finds both wherever they are moved.
# Usage: install-library.sh BUILD PREFIX, where BUILD is the directory of a build of Chip8C.
set -eu

build=$1
prefix=$2
library=$(mktemp)
trap 'rm -f "$library"' EXIT

Scripts/link-library.sh "$build" Chip8C "$library"
install -d "$prefix/include" "$prefix/lib/pkgconfig"
install -s -m 755 "$library" "$prefix/lib/libchip8.so.1"
ln -sf libchip8.so.1 "$prefix/lib/libchip8.so"
install -m 644 Sources/CChip8/include/chip8.h "$prefix/include/chip8.h"
cat >"$prefix/lib/pkgconfig/chip8.pc" <<END
prefix=\${pcfiledir}/../..
Name: chip8
Description: CHIP-8 machines whose whole state is one file
Version: $(Scripts/version.sh)
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lchip8
END
echo "Installed $prefix/lib/libchip8.so"
