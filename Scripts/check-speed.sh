#!/bin/sh
# Counts the host's instructions that a frame of each program takes and compares them with those in
# Benchmarks/instruction-counts.tsv. They are the same on an idle and on a busy computer, so that is what
# tests can rely on; `make benchmark` measures time.
# Usage: check-speed.sh [--record]
#   --record  write the numbers to the table instead
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
'' | --record) ;;
*) echo "check-speed.sh: $1: not an option; there is --record" >&2 && exit 64 ;;
esac
numbers=Benchmarks/instruction-counts.tsv
program=Benchmarks/.build/release/Benchmarks
if [ "$(uname -m)" != x86_64 ]; then
  echo "The speed is not checked: $numbers has x86-64 instructions, and this computer has others."
  exit 0
fi
# The backtracer does not run under Valgrind.
export SWIFT_BACKTRACE=enable=no
directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT

# Valgrind does not get along with the debug information that Swift writes.
strip -g -o "$directory/Benchmarks" $program

# Counts the instructions of a whole run: workload, engine, frames, file for the number.
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$directory/Benchmarks" --execute "$1" "$3" "$2" </dev/null >"$4.log" 2>&1 || {
    grep -v '^==' "$4.log" >&2
    return 1
  }
  sed -n 's/.*Collected : //p' "$4.log" >"$4"
}

# The difference between two runs of which one is twice as long, for what happens at the start is in both.
instructions_per_frame() {
  count "$1" "$2" "$3" "$directory/once" &
  once=$!
  count "$1" "$2" $(($3 * 2)) "$directory/twice"
  wait $once
  echo $((($(cat "$directory/twice") - $(cat "$directory/once")) / $3))
}

measured=$directory/measured.tsv
grep -v '^#' $numbers | while IFS="$(printf '\t')" read -r workload engine frames recorded tolerance; do
  now=$(instructions_per_frame "$workload" "$engine" "$frames")
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' \
    "$workload" "$engine" "$frames" "$recorded" "$tolerance" "$now" >>"$measured"
done

if [ "${1:-}" = --record ]; then
  {
    sed -n 's/^# With .*/# With COMPILER/; /^#/p' $numbers |
      sed "s/COMPILER/$(swift --version 2>/dev/null | sed -n 's/.*\(Swift version [^ ]*\).*/\1/p')/"
    awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $6, $5 }' "$measured"
  } >"$directory/new.tsv"
  cp "$directory/new.tsv" $numbers
  echo "Recorded in $numbers."
  exit 0
fi

awk -F '\t' '
  BEGIN { printf "%-47s %-10s %12s %12s %8s\n", "host instructions a frame", "engine", "recorded", "now", "" }
  {
    change = ($6 / $4 - 1) * 100
    slow = change > $5
    slower += slow
    faster += change < -$5
    printf "%-47s %-10s %12d %12d %+7.1f%%%s\n", $1, $2, $4, $6, change, slow ? "  SLOWER" : ""
  }
  END {
    if (faster) print "Faster than recorded: Scripts/check-speed.sh --record keeps it so."
    exit (slower > 0)
  }' "$measured" || {
  echo "programs take more of the host's instructions than $numbers allows, which was made with" \
    "$(sed -n 's/^# With //p' $numbers); if there is a good reason, record the new numbers with" \
    "Scripts/check-speed.sh --record" >&2
  exit 1
}
