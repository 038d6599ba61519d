#!/bin/sh
# Each program in roms/ and roms/tests/ is what its source assembles to.
set -eu

messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
Scripts/build.sh --product chip8
for source in roms/*.8o roms/tests/*.8o; do
  if ! .build/release/chip8 asm "$source" -o - 2>"$messages" | cmp - "${source%.8o}.ch8"; then
    cat "$messages" >&2
    echo "${source%.8o}.ch8 is out of date: chip8 asm $source" >&2
    exit 1
  fi
done
