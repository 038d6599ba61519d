#!/bin/sh
# Runs fuzzers one after another, each for some time, after the canary has shown that those for files
# find what there is to be found. Ends with an error at the first finding, which is kept in Fuzz/Findings.
# Usage: fuzz.sh SECONDS FUZZER…
set -eu
cd "$(dirname "$0")/.."

seconds=$1
shift

# Command lines and the debug adapter need the program itself and no instrumentation.
fuzzers=
for fuzzer in "$@"; do
  case $fuzzer in
  commands | dap)
    Scripts/build.sh --product chip8
    echo "$fuzzer, $seconds seconds:"
    python3 "Fuzz/$fuzzer" .build/release/chip8 --seconds "$seconds"
    ;;
  *) fuzzers="$fuzzers $fuzzer" ;;
  esac
done
[ -n "$fuzzers" ] || exit 0

# The backtracer would take minutes over each finding.
export SWIFT_BACKTRACE=enable=no
# Less freed memory is held back than usual, so that the limit below is one of the program itself.
export ASAN_OPTIONS=quarantine_size_mb=16

# The first flag tells the linker about libFuzzer, the second tells the compiler about both.
swift build -c release --package-path Fuzz --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address

built=Fuzz/.build/release
mkdir -p Fuzz/Findings

# What a fuzzer starts from: its own, but for those that read the same as another.
seeds() {
  case $1 in
  calls | engines) echo roms ;;
  *) echo "$1" ;;
  esac
}

# Everything that a fuzzer starts from, in the directory where it keeps what it finds interesting.
corpus() {
  corpus=Fuzz/.build/corpus/$1
  mkdir -p "$corpus"
  [ ! -d Fuzz/Corpus/"$2" ] || cp Fuzz/Corpus/"$2"/* "$corpus"
  [ "$1" != octo ] || cp roms/*.8o roms/tests/*.8o "$corpus"
}

# Runs a fuzzer: its name, what its corpus is called, where findings go, for how long.
run() {
  corpus "$1" "$2"
  dictionary=
  [ ! -e "Fuzz/Dictionaries/$2.dict" ] || dictionary=-dict=Fuzz/Dictionaries/$2.dict
  "$built/$1" $dictionary "$4" -timeout=10 -rss_limit_mb=512 \
    -malloc_limit_mb=33 -print_final_stats=1 -artifact_prefix="$3" "$corpus"
}

started=$(date +%s)
# The canary has an error planted in it: fuzzers that do not find it, which takes some ten thousand
# inputs, find nothing.
if run canary image Fuzz/.build/canary- -runs=200000 >Fuzz/.build/canary.log 2>&1; then
  echo "the canary's error was not found, so these fuzzers would find none" >&2
  exit 1
fi
grep -q 'ERROR: AddressSanitizer' Fuzz/.build/canary.log || {
  echo "the canary ended without its error: Fuzz/.build/canary.log" >&2
  exit 1
}
echo "The canary's error was found in $(($(date +%s) - started)) seconds."

for fuzzer in $fuzzers; do
  echo "$fuzzer, $seconds seconds:"
  run "$fuzzer" "$(seeds "$fuzzer")" "Fuzz/Findings/$fuzzer-" -max_total_time="$seconds" \
    >"Fuzz/.build/$fuzzer.log" 2>&1 || {
    tail -n 40 "Fuzz/.build/$fuzzer.log" >&2
    exit 1
  }
  grep -e DONE -e executed_units -e peak_rss "Fuzz/.build/$fuzzer.log"
done
