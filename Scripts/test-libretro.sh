#!/bin/sh
# Plays our programs in the libretro core as a front end does: Tests/Libretro.
# Usage: test-libretro.sh CORE CHIP8
set -eu

core=$(realpath "$1")
chip8=$(realpath "$2")
# What was installed once is used again while the requirements are the same.
tests=.build/libretro-tests
if ! cmp -s $tests/done Tests/Libretro/requirements.txt; then
  python3 -m venv --clear $tests
  $tests/bin/pip install --quiet --no-deps -r Tests/Libretro/requirements.txt
  cp Tests/Libretro/requirements.txt $tests/done
fi
$tests/bin/python -B Tests/Libretro/frontend.py "$core" "$chip8"
$tests/bin/python -B Tests/Libretro/passes.py "$core" "$chip8" 90 roms/*.ch8 roms/tests/*.ch8
