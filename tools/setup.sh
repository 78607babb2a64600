#!/bin/sh
# Makes the virtual environment that the Makefile works in: setup.sh PYTHON VENV BPY_VERSION
# The bpy module links to X11 and OpenGL libraries, headless or not; on a Debian without them they are installed,
# where we may, and named where we may not.
set -eu
python=$1 venv=$2 bpy=$3

command -v "$python" >/dev/null || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "setup: the bpy module exists for Python 3.11 alone; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
"$python" -c 'import venv, ensurepip' 2>/dev/null || {
  echo "setup: this Python has no venv: apt-get install python3.11-venv" >&2; exit 1; }

"$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --editable ".[test]" "bpy==$bpy.*"

works() { "$venv/bin/python" -c 'import bpy, cv2, OpenEXR' 2>"$venv/import-error"; }
works && exit 0
packages="libx11-6 libxrender1 libxxf86vm1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libegl1 libgomp1"
echo "setup: $(tail -n 1 "$venv/import-error")" >&2
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "setup: installing the libraries that Blender links to" >&2
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $packages >/dev/null
else
  echo "setup: Blender links to libraries that are not here; on Debian: sudo apt-get install $packages" >&2; exit 1
fi
works || { cat "$venv/import-error" >&2; exit 1; }
