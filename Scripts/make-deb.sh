#!/bin/sh
# Makes a Debian package of chip8: the program, without the C library.
# Usage: make-deb.sh OUT, where OUT is a directory. DEBFULLNAME and DEBEMAIL name the maintainer.
set -eu

out=$1
umask 022
version=$(Scripts/version.sh)
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-$(git log -1 --format=%an)} <${DEBEMAIL:-$(git log -1 --format=%ae)}>"
# The same files at the same moment make the same package.
moment=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH="$moment"
directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT
root=$directory/chip8

Scripts/install.sh "$root/usr" program

# Where Debian has things.
install -d "$root/usr/share/doc/chip8" "$root/usr/share/chip8/roms" "$root/DEBIAN"
install -m 644 roms/*.ch8 "$root/usr/share/chip8/roms/"
install -m 644 Packaging/copyright "$root/usr/share/doc/chip8/"
gzip -9n "$root/usr/share/man/man1/chip8.1"
sed -i '1{/^#!/d}' "$root/usr/share/bash-completion/completions/chip8"
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
{
  printf 'chip8 (%s) unstable; urgency=medium\n\n  * The changes are listed in CHANGELOG.md of the source.\n\n' "$version"
  printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$moment")"
} | gzip -9n >"$root/usr/share/doc/chip8/changelog.gz"

# What the program is linked with, by what this system calls it.
mkdir "$directory/debian"
printf 'Source: chip8\n\nPackage: chip8\nArchitecture: any\n' >"$directory/debian/control"
linked=$(cd "$directory" && dpkg-shlibdeps -O chip8/usr/bin/chip8 | sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<END
Package: chip8
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Depends: $linked, libsdl2-2.0-0
Recommends: libchafa0, libpangocairo-1.0-0
Section: otherosfs
Priority: optional
Description: CHIP-8 machine whose whole state is one file
 Plays programs for the COSMAC VIP, CHIP-48, SUPER-CHIP and XO-CHIP in a
 window or a terminal, or runs them for tests. Any moment can be saved and
 continues bit for bit; everything that was played can be gone back to.
 .
 An assembler for Octo's language, a disassembler, movies and a farm for
 millions of runs are included.
END
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
install -d "$out"
find "$root" -newermt "@$moment" -print0 | xargs -0r touch --no-dereference --date="@$moment"
dpkg-deb --root-owner-group -Zxz --build "$root" "$out/chip8_${version}_$architecture.deb"
