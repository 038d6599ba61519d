#!/bin/sh
# Links what build.sh has compiled to a shared library that needs no Swift and no library but the C
# library, as far as there are static ones, and has no symbols but those of its interface.
# Usage: link-library.sh BUILD PRODUCT OUT [OPTION…], where BUILD is the directory of the build, .build/release,
# and the options are swiftc's.
set -eu

build=$1
product=$2
out=$3
shift 3
case $product in
Chip8C) soname=libchip8.so.1 symbols='chip8_*' ;;
Libretro) soname=chip8_libretro.so symbols='retro_*' ;;
*) echo "link-library.sh: $product: not a library; there are Chip8C and Libretro" >&2 && exit 64 ;;
esac
directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT

# In a directory that is searched first, there is only the static kind of each library.
for name in deflate z gif jansson nettle stdc++; do
  archive=$(clang -print-file-name="lib$name.a")
  [ ! -e "$archive" ] || ln -s "$(realpath "$archive")" "$directory/lib$name.a"
done
# Debian's Jansson takes stdin to be in its own program, which a shared library is not. Nothing of it that
# is used reads that.
jansson=$directory/libjansson.a
if [ -e "$jansson" ]; then
  objcopy --redefine-sym stdin=CLinux_noStream "$(realpath "$jansson")" "$directory/jansson.a"
  mv "$directory/jansson.a" "$jansson"
fi
echo "{ global: $symbols; local: *; };" >"$directory/symbols"

# A symbol that is missing is found here, and not by whoever loads the library.
swiftc -emit-library -use-ld=lld -static-stdlib -L "$directory" -Xclang-linker -static-libgcc \
  "@$build/$product.product/Objects.LinkFileList" -Xlinker --gc-sections -Xlinker -z -Xlinker defs \
  -Xlinker --version-script="$directory/symbols" -Xlinker -soname="$soname" "$@" -o "$out"
