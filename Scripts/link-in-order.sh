#!/bin/sh
# Links as link.sh does, with the functions next to each other that short runs call: so they are on few pages, each of
# which takes time and memory when such a run starts.
# Usage: link-in-order.sh BUILD OUT, where BUILD is the directory of the build.
set -eu

build=$1
out=$2
# Breakpoints are made for this processor alone; for others the order stays as it is.
[ "$(uname -m)" = x86_64 ] || exec Scripts/link.sh "$build" "$out"
directory=$(mktemp -d "$out.XXXXXX")
trap 'rm -r "$directory"' EXIT
# Not every shell runs that when a signal ends it.
trap 'exit 130' INT
trap 'exit 143' TERM
map=$directory/map
sections=$directory/sections
export LC_ALL=C FUNCTIONS CALLED
FUNCTIONS=$(realpath "$directory")/functions
CALLED=$(realpath "$directory")/called

Scripts/link.sh "$build" "$out" -Xlinker -Map="$map"

# A function is alone in its section, which has an address, and a name even where the function has none:
# an address with 16 digits, file, section.
tab=$(printf '\t')
sed -n "s/^ *\([0-9a-f]*\) *[0-9a-f]* *[0-9a-f]* *[0-9]* \{9\}\(.*\):(\(\.text\.[^)]*\))\$/\1$tab\2$tab\3/p" "$map" |
  sed -e :pad -e 's/^\([0-9a-f]\{1,15\}\)\t/0\1\t/' -e 't pad' >"$sections"
cut -f 1 "$sections" | uniq >"$FUNCTIONS"
clang -shared -fPIC -O1 -o "$directory/record.so" Scripts/record-functions.c

# The same functions every time. What is preloaded has no space or colon in its path.
run() {
  (cd "$directory" && LD_PRELOAD=./record.so SWIFT_DETERMINISTIC_HASHING=1 SWIFT_BACKTRACE=enable=no \
    "$program" "$@" --headless --frames 60 >report)
}
program=$(realpath "$out")
roms=$(realpath roms)
record() {
  for rom in "$roms"/*.ch8; do
    run "$rom" --print screen && run "$rom" --json --save state && run --restore state || return 1
  done
  [ -s "$CALLED" ]
}
record || {
  echo "link-in-order.sh: what short runs call could not be recorded; $out is linked in the usual order" >&2
  exit 0
}

# A member of an archive, wherever that is, is written ARCHIVE:MEMBER.
{
  echo 'SECTIONS { .text.first : {'
  sort -u "$CALLED" | join -t "$tab" - "$sections" | sed -n \
    -e 's|^[^\t]*\t.*/\([^/(\t]*\)(\([^)\t]*\))\t\(.*\)$|*\1:\2(\3)|p; t' -e 's/^[^\t]*\t\(.*\)\t\(.*\)$/"\1"(\2)/p'
  echo '} } INSERT BEFORE .text;'
} >"$directory/order"
Scripts/link.sh "$build" "$out" -Xlinker -T -Xlinker "$directory/order"
