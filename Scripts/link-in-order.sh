#!/bin/sh
# Links as link.sh does, with those functions next to each other that short runs call: so they are on a tenth of the
# pages, which take time and memory when such a run starts.
# Usage: link-in-order.sh BUILD OUT, where BUILD is the directory of the build.
set -eu

build=$1
out=$2
# Breakpoints are made for this processor alone; for others the order stays as it is.
[ "$(uname -m)" = x86_64 ] || exec Scripts/link.sh "$build" "$out"
directory=$(mktemp -d "$out.XXXXXX")
trap 'rm -r "$directory"' EXIT
map=$directory/map
sections=$directory/sections
export LC_ALL=C FUNCTIONS="$directory/functions" CALLED="$directory/called"

Scripts/link.sh "$build" "$out" -Xlinker -Map="$map"

# A function is alone in its section, which has an address, and a name even where the function has none:
# an address with 16 digits, file, section.
sed -n 's/^ *\([0-9a-f]\{1,16\}\) .* \([^ ]*\):(\(\.text\.[^)]*\))$/\1 \2 \3/p' "$map" |
  awk '{ printf "%16s %s %s\n", $1, $2, $3 }' | sed ':zero s/^\(0*\) /\10/; t zero' >"$sections"
cut -d ' ' -f 1 "$sections" | uniq >"$FUNCTIONS"
clang -shared -fPIC -O1 -o "$directory/record.so" Scripts/record-functions.c

# The same functions every time.
run() {
  LD_PRELOAD="$directory/record.so" SWIFT_DETERMINISTIC_HASHING=1 SWIFT_BACKTRACE=enable=no \
    "$out" "$@" --headless --frames 60 >"$directory/report"
}
record() {
  for rom in roms/*.ch8; do
    run "$rom" --print screen && run "$rom" --json --save "$directory/state" &&
      run --restore "$directory/state" || return 1
  done
}
record || {
  echo "link-in-order.sh: what short runs call could not be recorded; $out is linked in the usual order" >&2
  exit 0
}

# A member of an archive, wherever that is, is written ARCHIVE:MEMBER.
{
  echo 'SECTIONS { .text.first : {'
  sort -u "$CALLED" | join - "$sections" |
    sed 's|^[^ ]* [^ (]*/\([^/(]*\)(\([^ )]*\)) \(.*\)|*\1:\2(\3)|; s/^[^ ]* \([^ (]*\) \(.*\)/"\1"(\2)/'
  echo '} } INSERT BEFORE .text;'
} >"$directory/order"
Scripts/link.sh "$build" "$out" -Xlinker -T -Xlinker "$directory/order"
