#!/bin/sh
# Builds for release, as everything is built that is played, installed, tested or measured. The register
# that would hold the stack frame's address is one more to work with, which interpreters are short of.
# CHIP8_ALIGNED: Package.swift.
# Usage: build.sh OPTION…, options of `swift build`.
set -eu

export CHIP8_ALIGNED=1
exec swift build -c release --omit-frame-pointers "$@"
