#!/bin/sh
# Makes the virtual environment that the Makefile works in: setup.sh PYTHON VENV BPY_VERSION
# What Debian has to add (Python's venv; the X11 and OpenGL libraries that the bpy module links to, headless or not)
# is installed where we may, and named where we may not.
set -eu
python=$1 venv=$2 bpy=$3

command -v "$python" >/dev/null || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "setup: the bpy module exists for Python 3.11 alone; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }

add() { # WHY PACKAGE...
  echo "setup: $1" >&2
  shift
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "setup: installing $*" >&2
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@" >/dev/null
  else
    echo "setup: on Debian: sudo apt-get install $*" >&2; exit 1
  fi
}

has_venv() { "$python" -c 'import venv, ensurepip' 2>/dev/null; }
has_venv || { add "this Python has no venv" python3.11-venv; has_venv; }

"$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --editable ".[test]" "bpy==$bpy.*"

works() { "$venv/bin/python" -c 'import bpy, cv2, OpenEXR' 2>"$venv/import-error"; }
works && exit 0
add "$(tail -n 1 "$venv/import-error")" libx11-6 libxrender1 libxxf86vm1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 \
  libgl1 libegl1 libgomp1
works || { cat "$venv/import-error" >&2; exit 1; }
