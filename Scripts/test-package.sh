#!/bin/sh
# Checks the Debian package with the distribution's own tools, installs it in a new Debian, and plays there: in a
# window that is looked at, and headless.
# Usage: test-package.sh PACKAGE.deb, as root.
set -eu

package=$1
id=org.chip8.Chip8
directory=$(mktemp -d)
root=$directory/root
server=
end() {
  [ -z "$server" ] || kill "$server"
  for mount in proc tmp/.X11-unix; do
    ! mountpoint -q "$root/$mount" || umount "$root/$mount"
  done
  rm -rf "$directory"
}
trap end EXIT

lintian --fail-on error,warning --suppress-tags-from-file Packaging/lintian-suppressed "$package"
dpkg-deb -x "$package" "$directory/files"
desktop-file-validate "$directory/files/usr/share/applications/$id.desktop"
appstreamcli validate --no-net --pedantic "$directory/files/usr/share/metainfo/$id.metainfo.xml"

# Which types files have there.
install -d "$directory/mime"
cp -r "$directory/files/usr/share/mime" "$directory/mime/"
cp /usr/share/mime/packages/freedesktop.org.xml "$directory/mime/mime/packages/"
update-mime-database "$directory/mime/mime"
expect_type() {
  type=$(XDG_DATA_DIRS="$directory/mime" XDG_DATA_HOME="$directory/none" XDG_UTILS_DEBUG_LEVEL=0 \
    gio info -a standard::content-type "$2" | sed -n 's/.*standard::content-type: //p')
  [ "$type" = "$1" ] || { echo "$2 has the type $type, not $1" >&2 && exit 1; }
}

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
debootstrap --variant=minbase "$suite" "$root" "$mirror"
mount -t proc proc "$root/proc"
cp "$package" "$root/chip8.deb"
chroot "$root" apt-get install -y --no-install-recommends /chip8.deb
rom=/usr/share/chip8/roms/backfire.ch8

# Headless: the same digest as outside.
run() { "$@" --headless --frames 600 --keys 60-90:5 --save /tmp/a.state --json | sed 's/.*"sha256": *"\([0-9a-f]*\)".*/\1/'; }
inside=$(run chroot "$root" chip8 $rom)
outside=$(run "$directory/files/usr/bin/chip8" "$directory/files$rom")
[ -n "$inside" ] && [ "$inside" = "$outside" ]
cp roms/backfire.8o "$directory/a.8o"
"$directory/files/usr/bin/chip8" cart pack "$directory/a.8o"
expect_type application/x-chip8-rom "$directory/files$rom"
expect_type application/x-chip8-state "$root/tmp/a.state"
expect_type text/x-octo "$directory/a.8o"
# A name that ends in .gif alone says image, whatever is in it.
for name in a.cart.gif cartridge; do
  cp "$directory/a.gif" "$directory/$name"
  expect_type application/x-octo-cartridge "$directory/$name"
done

# In a window of a display outside.
display=:97
# It is not to begin anew whenever nobody is connected, which refuses whoever comes then.
Xvfb $display -screen 0 800x600x24 -noreset -nolisten tcp >/dev/null 2>&1 &
server=$!
until DISPLAY=$display xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done
mkdir -p "$root/tmp/.X11-unix"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
chroot "$root" env DISPLAY=$display HOME=/root chip8 $rom &
tries=0
until DISPLAY=$display xdotool search --onlyvisible --class chip8 >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 600 ] || { echo "no window appeared" >&2 && exit 1; }
  sleep 0.1
done
DISPLAY=$display xdotool key --delay 200 space F5 ctrl+q
wait $!
# What was saved with F5 and on leaving.
states=$(cd "$root" && find root/.local/state/chip8 -name '*.state' | sort)
[ "$(echo "$states" | wc -l)" -ge 2 ]
# shellcheck disable=SC2086 # one word for each file
chroot "$root" chip8 image verify $states
echo "The package plays."
