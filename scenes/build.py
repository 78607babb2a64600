"""Builds one scene of a recipe and saves it: the script of a process of its own, with the bpy module or in a Blender.

    blender -b -P scenes/build.py -- WISH.json SCENE.blend

WISH.json has `builder`, its `settings`, `seed` and `scene_number`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # Last, not first: installed by pip our rooms stand among packages of another Python, such as its numpy.
    sys.path.append(str(Path(__file__).resolve().parents[1]))

import bpy

from blender_addon.compat import remove_temporary_files
from blender_addon.contract.strict import build as build_settings
from scenes.catalogue import builder


def build(wish: dict[str, object], place: Path) -> None:
    """What is open is gone; raises ValueError for what cannot be built."""
    module = builder(str(wish["builder"]))
    settings = build_settings(module.Settings, wish["settings"], "settings")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    module.build(settings, wish["seed"], wish["scene_number"], module.FRAMES_A_SCENE)
    bpy.ops.wm.save_as_mainfile(filepath=str(place), compress=True)


def main(arguments: list[str]) -> int:
    told, place = arguments
    try:
        build(json.loads(Path(told).read_text(encoding="utf-8")), Path(place))
    except (ValueError, OSError, RuntimeError) as error:
        print(f"labelpass: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    code = main(sys.argv[sys.argv.index("--") + 1 :])
    if not bpy.app.binary_path:  # the module, whose tear-down may hang for ever in 4.5
        remove_temporary_files()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
