#!/bin/sh
# Adds an image to the corpus of the present format, with what it must give forever.
# Usage: Tests/Corpus/add.sh IMAGE NAME, with the chip8 that made the image built.
set -eu

image=$1 name=$2
chip8=$(dirname "$0")/../../.build/release/chip8
directory=$(dirname "$0")/v1

if [ -e "$directory/$name.state" ]; then
  echo "$name is there already, and stays as it is: choose another name" >&2
  exit 73
fi
cp "$image" "$directory/$name.state"
{
  "$chip8" --restore "$image" --headless --json --frames 0 || [ $? -eq 70 ]
  "$chip8" --restore "$image" --headless --json --frames 60 --keys 5-15:5,20-30:A || [ $? -eq 70 ]
} >"$directory/$name.json" 2>/dev/null
(cd "$directory" && sha256sum "$name.state" "$name.json" >>SHA256SUMS)
