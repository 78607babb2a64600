"""Plays `blender -b FILE -P SCRIPT -- ...` with the bpy module, for tests where no Blender is installed."""

import runpy
import sys

import bpy

bpy.ops.wm.read_factory_settings()
own = sys.argv[1 : sys.argv.index("--")]
for argument in own:
    if argument.endswith(".blend"):
        bpy.ops.wm.open_mainfile(filepath=argument, use_scripts="--enable-autoexec" in own)
runpy.run_path(own[own.index("-P") + 1], run_name="__main__")
