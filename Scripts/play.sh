#!/bin/sh
# Plays a program: in a window where there is a display, else in the terminal, else headless, as a
# demonstration: 300 frames, saved, and resumed in a new process, which shows what the first one showed.
# Usage: play.sh ROM
set -eu

rom=$1
chip8=.build/release/chip8

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ -t 1 ]; then
  exec $chip8 "$rom"
fi

echo "No display and no terminal: $rom runs headless."
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
echo "After 300 frames, saved:"
$chip8 "$rom" --headless --frames 300 --save "$directory/300.state" --print hashes
echo "Resumed in a new process:"
$chip8 --restore "$directory/300.state" --headless --frames 0 --print hashes --print screen
