#!/bin/sh
# Installs what desktops want to know: the entry of the menu, the icon, types of files, and a description.
# Usage: install-desktop.sh PREFIX
set -eu

prefix=$1
id=org.chip8.Chip8
version=$(Scripts/version.sh)
# The day of the last change; of the release's files where there is no history.
day=$(git log -1 --format=%cs 2>/dev/null || date -r CHANGELOG.md +%F)

install -d "$prefix/share/applications" "$prefix/share/metainfo" "$prefix/share/mime/packages" \
  "$prefix/share/icons/hicolor/scalable/apps"
install -m 644 Packaging/$id.desktop "$prefix/share/applications/"
install -m 644 Packaging/$id.xml "$prefix/share/mime/packages/"
install -m 644 Packaging/$id.svg "$prefix/share/icons/hicolor/scalable/apps/"
sed "s/@VERSION@/$version/; s/@DATE@/$day/" Packaging/$id.metainfo.xml \
  >"$prefix/share/metainfo/$id.metainfo.xml"
chmod 644 "$prefix/share/metainfo/$id.metainfo.xml"
