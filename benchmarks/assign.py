"""How long does it take to label many objects at once?

    python benchmarks/assign.py [--objects 10000]

Selects that many cubes, each with a mesh of its own, and labels them, each time over another label. Best of five, in
one run.

bare       a loop of `obj.pass_index = id` over the same objects
assign     `scene_labels.assign`: checks each object, counts what it overwrites
evaluated  and Blender's evaluation of the change (`view_layer.update()`)
operator   `bpy.ops.labelpass.assign`, as the button: what it did in words, and Blender evaluates as well
undo push  what Blender adds to any operator in this scene, so that it can be undone
"""

from __future__ import annotations

from functools import partial

import bpy
from crowds import add_cubes, empty_scene, number_of_objects, seconds

from blender_addon import scene_labels
from blender_addon.label_render.streams import hushed
from render_scripts import compat

ROUNDS = 5
Times = dict[str, float]


def main() -> None:
    number = number_of_objects(__doc__)
    with empty_scene():
        add_cubes(number)
        report(number, measure())


def measure() -> Times:
    """Seconds of each, the best of the rounds."""
    with hushed((1,)):
        rounds = [one_round(4 * number) for number in range(1, ROUNDS + 1)]
    return {name: min(times[name] for times in rounds) for name in rounds[0]}


def one_round(label_id: int) -> Times:
    objects, update = bpy.context.selected_objects, bpy.context.view_layer.update
    times = {"bare loop": seconds(write, objects, label_id)}
    times["bare loop, evaluated"] = times["bare loop"] + seconds(update)
    times["assign"] = seconds(scene_labels.assign, objects, label_id + 1)
    times["assign, evaluated"] = times["assign"] + seconds(update)
    times["operator"] = seconds(partial(bpy.ops.labelpass.assign, label_id=label_id + 2))
    if any(obj.pass_index != label_id + 2 for obj in objects):
        raise SystemExit("the operator did not label all of them")
    push = seconds(partial(bpy.ops.ed.undo_push, message="assign"))  # a script's operator pushes none of itself
    return times | {"operator and undo push": times["operator"] + push}


def write(objects: list[bpy.types.Object], label_id: int) -> None:
    for obj in objects:
        obj.pass_index = label_id


def report(number: int, times: Times) -> None:
    print(f"\n{number} selected objects, Blender {compat.versions()['blender']}, best of {ROUNDS}\n")
    print(f"{'':34}{'seconds':>12}{'/ bare':>12}{'/ evaluated':>14}")
    bare, evaluated = times["bare loop"], times["bare loop, evaluated"]
    for name, time_s in times.items():
        print(f"{name:34}{time_s:12.4f}{time_s / bare:12.2f}{time_s / evaluated:14.2f}")


if __name__ == "__main__":
    main()
