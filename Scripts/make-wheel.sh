#!/bin/sh
# Builds the Python package, with the C library of dist/ in it, to one wheel for all Pythons.
# Usage: make-wheel.sh DIST
set -eu

dist=$1
tools=.build/python/build
if [ ! -e $tools/done ] || ! cmp -s $tools/done python/requirements-build.txt; then
  python3 -m venv --clear $tools
  $tools/bin/pip install --quiet --no-deps -r python/requirements-build.txt
  cp python/requirements-build.txt $tools/done
fi

work=$(mktemp -d)
trap 'rm -rf "$work" python/build python/src/*.egg-info' EXIT
rm -rf python/build
$tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" ./python
rm -f "$dist"/chip8-*.whl
# The library needs nothing but the C library, so this finds how old that may be, and says so in the name.
PATH=$PWD/$tools/bin:$PATH $tools/bin/python -m auditwheel repair --wheel-dir "$dist" "$work"/*.whl 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}
ls "$dist"/chip8-*.whl
