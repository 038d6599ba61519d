#!/bin/sh
# Builds both libraries with an address sanitizer, and loads, uses and unloads each of them a hundred times.
set -eu

build=.build/sanitized
directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT
# What Swift's runtime allocates for itself once stays when a library is unloaded.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1 SWIFT_BACKTRACE=enable=no

# Usage: cycles PRODUCT SOURCE INCLUDE
cycles() {
  Scripts/build.sh --scratch-path $build --sanitize=address --product "$1"
  # The sanitizer's own functions are in the program that loads the library.
  Scripts/link-library.sh $build/release "$1" "$directory/$1.so" -sanitize=address \
    -Xlinker -z -Xlinker undefs
  clang -std=c99 -g -fuse-ld=lld -fsanitize=address -I "$3" -o "$directory/$1" "$2" -pthread -ldl
  for program in roms/backfire.ch8 roms/loom.ch8; do
    echo "$1, $program: $("$directory/$1" "$directory/$1.so" $program)"
  done
}

cycles Chip8C Tests/Chip8CTests/Support/cycles.c Sources/CChip8/include
cycles Libretro Tests/Libretro/cycles.c Sources/CLibretro/include
