"""Plays `blender -b FILE -P SCRIPT -- ...` with the bpy module, for tests where no Blender is installed."""

import os
import runpy
import sys

import bpy

bpy.ops.wm.read_factory_settings()
own = sys.argv[1 : sys.argv.index("--")]
for argument in own:
    if argument.endswith(".blend"):
        bpy.ops.wm.open_mainfile(filepath=argument, use_scripts="--enable-autoexec" in own)
code = 0
try:
    runpy.run_path(own[own.index("-P") + 1], run_name="__main__")
except SystemExit as stop:
    code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)  # the module's tear-down may hang for ever in 4.5
