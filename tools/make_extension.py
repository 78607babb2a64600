"""Makes the add-on's zip with Blender's own builder: `python tools/make_extension.py OUT_FOLDER`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bpy

ADDON = Path(__file__).resolve().parents[1] / "blender_addon"


def make(out: Path) -> None:
    """Validate the add-on's folder and build `labelpass-VERSION.zip` in `out`, which must exist."""
    builder = Path(bpy.utils.system_resource("SCRIPTS"), "addons_core/bl_pkg/cli/blender_ext.py")
    for step in (["validate", ADDON], ["build", "--source-dir", ADDON, "--output-dir", out]):
        subprocess.run([sys.executable, str(builder), *map(str, step)], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    make(Path(sys.argv[1]))
