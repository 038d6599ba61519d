#!/bin/sh
# Installs the Debian packages that a purpose needs and that are missing.
# Usage: need.sh PURPOSE…, where a purpose is build, fuzz, package, python or test.
set -eu

packages() {
  case $1 in
  build) echo binutils libdeflate-dev libgif-dev libjansson-dev libpangocairo-1.0-0 libpng-dev libsdl2-dev libtomlplusplus-dev nettle-dev zlib1g-dev ;;
  fuzz) echo python3 ;;
  package) echo appstream debootstrap desktop-file-utils libglib2.0-bin lintian shared-mime-info xdotool xvfb ;;
  python) echo gcc python3 python3-venv ;;
  test) echo file fonts-noto-core fonts-noto-cjk gcc imagemagick iproute2 libchafa0 pkg-config python3 python3-xlib socat strace valgrind xdotool xvfb ;;
  *) echo "need.sh: no such purpose: $1" >&2 && exit 64 ;;
  esac
}

missing=
for purpose in "$@"; do
  for package in $(packages "$purpose"); do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
echo "Installing$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086 # one word for each package
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
