#!/bin/sh
# Links what build.sh has compiled once more, to a chip8 that needs no Swift and no
# library but the C library, as far as there are static ones.
# Usage: link.sh BUILD OUT [OPTION…], where BUILD is the directory of the build, .build/release, and the options are
# swiftc's.
set -eu

build=$1
out=$2
shift 2
libraries=$(mktemp -d)
trap 'rm -r "$libraries"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# In a directory that is searched first, there is only the static kind of each library.
for name in deflate z png png16 gif jansson nettle stdc++; do
  archive=$(clang -print-file-name="lib$name.a")
  [ ! -e "$archive" ] || ln -s "$(realpath "$archive")" "$libraries/lib$name.a"
done

# At a fixed address, and with no symbol for libraries to find, there is next to nothing to relocate or
# to look up when the program starts.
# A program's own main has another name, so that tests can be linked with it. swift-argument-parser
# uses FoundationEssentials, whose archive does not name the two that it needs itself.
swiftc -use-ld=lld -static-stdlib -L "$libraries" -Xclang-linker -static-libgcc \
  "@$build/chip8.product/Objects.LinkFileList" -Xlinker --defsym=main=chip8_main \
  -l_FoundationCShims -l_FoundationCollections -Xlinker --gc-sections \
  -Xclang-linker -no-pie -Xlinker --no-export-dynamic "$@" -o "$out"
