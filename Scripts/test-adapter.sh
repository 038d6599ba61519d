#!/bin/sh
# Debugs a program with a client that others have written, dap-python: Tests/DebugAdapter.
# Usage: test-adapter.sh CHIP8
set -eu

# What was installed once is used again while the requirements are the same.
tests=.build/adapter-tests
if ! cmp -s $tests/done Tests/DebugAdapter/requirements.txt; then
  python3 -m venv --clear $tests
  $tests/bin/pip install --quiet --no-deps -r Tests/DebugAdapter/requirements.txt
  cp Tests/DebugAdapter/requirements.txt $tests/done
fi
timeout 300 $tests/bin/python -B Tests/DebugAdapter/session.py "$1" Tests/DebugAdapter/lives.8o
