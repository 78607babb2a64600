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

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy

import blender_addon
from blender_addon import scene_labels
from render_scripts import compat

ROUNDS = 5
Times = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=10_000)
    number = parser.parse_args().objects
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        with quiet():
            bpy.ops.labelpass.choose_set(source="nyu40")
        cubes(number)
        report(number, measure())
    finally:
        blender_addon.unregister()  # bpy 4.5 hangs at exit otherwise


def cubes(number: int) -> None:
    """So many selected cubes in the scene."""
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    for place in range(number):
        mesh = bpy.data.meshes.new("cube")
        mesh.from_pydata(corners, [], faces)
        cube = bpy.data.objects.new("cube", mesh)
        cube.location = (place % 100 * 2, place // 100 * 2, 0)
        bpy.context.scene.collection.objects.link(cube)
        cube.select_set(True)
    bpy.context.view_layer.update()


def measure() -> Times:
    """Seconds of each, the best of the rounds."""
    with quiet():
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


def seconds(work: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Blender's own lines off the table: it writes them past Python's `sys.stdout`."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def report(number: int, times: Times) -> None:
    print(f"\n{number} selected objects, Blender {compat.versions()['blender']}, best of {ROUNDS}\n")
    print(f"{'':34}{'seconds':>12}{'/ bare':>12}{'/ evaluated':>14}")
    bare, evaluated = times["bare loop"], times["bare loop, evaluated"]
    for name, time_s in times.items():
        print(f"{name:34}{time_s:12.4f}{time_s / bare:12.2f}{time_s / evaluated:14.2f}")


if __name__ == "__main__":
    main()
