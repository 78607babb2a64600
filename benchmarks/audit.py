"""How long does it take to find what is wrong with the labels of a large scene?

    python benchmarks/audit.py [--objects 10000]

That many cubes, each with a mesh of its own, names as people give them, a third without a label. Best of five, in one
run; `first` is the first look, which reads each name for the first time.

occurrences   what the scene shows
first, audit  and everything that is wrong with it, without a look through the cameras
list          and the rows for Blender's list, as the button does it
"""

from __future__ import annotations

import bpy
from crowds import add_named, empty_scene, number_of_objects, seconds

from blender_addon.audit import current_audit
from blender_addon.label_render.streams import hushed
from blender_addon.occurrences import occurrences
from render_scripts import compat

ROUNDS = 5


def main() -> None:
    number = number_of_objects(__doc__)
    with empty_scene():
        add_named(number)
        for place, obj in enumerate(bpy.data.objects):
            obj.pass_index = 1 + place % 40 if place % 3 else 0
        bpy.context.view_layer.update()
        with hushed((1,)):
            times = measure()
        found = len(current_audit.last(bpy.context.scene, bpy.context.view_layer).findings)
        print(f"\n{number} objects, {found} findings, Blender {compat.versions()['blender']}, best of {ROUNDS}\n")
        for name, time_s in times.items():
            print(f"{name:16}{time_s:10.3f} s")


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
