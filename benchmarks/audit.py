"""How long does it take to find what is wrong with the labels of a large scene?

    python benchmarks/audit.py [--objects 10000]

That many cubes, each with a mesh of its own, names as people give them, a third without a label. Best of five, in one
run; `first` is the first look, which reads each name for the first time.

occurrences   what the scene shows
first, audit  and everything that is wrong with it, without a look through the cameras
list          and the rows for Blender's list, as the button does it
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy
from assign import quiet, seconds
from suggestion_list import fill

import blender_addon
from blender_addon.audit import current_audit
from blender_addon.occurrences import occurrences
from render_scripts import compat

ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=10_000)
    number = parser.parse_args().objects
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        with quiet():
            bpy.ops.labelpass.choose_set(source="nyu40")
            fill(number)
            for place, obj in enumerate(bpy.data.objects):
                obj.pass_index = 1 + place % 40 if place % 3 else 0
            bpy.context.view_layer.update()
            times = measure()
        found = current_audit.last(bpy.context.scene, bpy.context.view_layer)
        print(f"\n{number} objects, {len(found.findings)} findings, Blender {compat.versions()['blender']}, "
              f"best of {ROUNDS}\n")  # fmt: skip
        for name, time_s in times.items():
            print(f"{name:16}{time_s:10.3f} s")
    finally:
        blender_addon.unregister()  # bpy 4.5 hangs at exit otherwise


def measure() -> dict[str, float]:
    """Seconds of each."""
    view_layer, context = bpy.context.view_layer, bpy.context
    times = {"first": seconds(current_audit.run, context)}
    for name, work in (
        ("occurrences", lambda: list(occurrences(view_layer, context.evaluated_depsgraph_get()))),
        ("audit", lambda: current_audit.run(context)),
        ("list", bpy.ops.labelpass.audit),
    ):
        times[name] = min(seconds(work) for _ in range(ROUNDS))
    return times


if __name__ == "__main__":
    main()
