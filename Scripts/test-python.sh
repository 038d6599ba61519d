#!/bin/sh
# Tests the wheel of dist/ as a user has it: installed in an environment of its own, without Swift.
# Usage: test-python.sh [OPTION…], options of pytest.
set -eu

# What was installed once is used again while the requirements are the same.
tests=.build/python/test
if [ ! -e $tests/done ] || ! cmp -s $tests/done python/requirements-test.txt; then
  python3 -m venv --clear $tests
  $tests/bin/pip install --quiet --no-deps -r python/requirements-test.txt
  cp python/requirements-test.txt $tests/done
fi
$tests/bin/pip install --quiet --no-deps --force-reinstall dist/chip8-*.whl

size=$(stat -c %s dist/chip8-*.whl)
if [ "$size" -gt 6291456 ]; then
  echo "the wheel has $size bytes, and 6 MiB are allowed" >&2
  exit 1
fi
(cd python && ../$tests/bin/ruff check -q . && ../$tests/bin/ruff format -q --check . && ../$tests/bin/mypy src/chip8)

# Without anything that was installed by hand, and from a directory in which there is no package.
cd python/tests
exec env -i HOME="$HOME" PATH=/usr/bin:/bin LANG=C.UTF-8 ${CHIP8_ROMS:+CHIP8_ROMS="$CHIP8_ROMS"} \
  ../../$tests/bin/python -B -m pytest -q -rs -p no:cacheprovider "$@" .
