#!/bin/sh
# Prints the version of chip8, for what is not in Swift.
set -eu
cd "$(dirname "$0")/.."
sed -n 's/^package let productVersion = "\(.*\)"$/\1/p' Sources/Chip8Player/Version.swift
