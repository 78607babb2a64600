"""What does it cost to tell all copies of a frame apart, and are they told right?

    python benchmarks/instances.py [--objects 10000] [--size 480x360]

That many squares on a grid, seen from above, each a few pixels wide, with 3 x 3 samples; as copies by
nodes, as copies by nodes without a material (which are told by where they lie), as instances of a collection, and as
objects of their own. Best of three frames in one run, the image render in between.

labels    seconds of the label render alone
told      and with what tells things apart; reading the map and reducing it included
table     rows of all that is visible
wrong     pixels that show another thing than stands there
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np
from crowds import seconds

from blender_addon.compat import enable_cycles
from blender_addon.contract.arguments import parse_size
from blender_addon.contract.run import Settings
from blender_addon.label_render import instances
from blender_addon.label_render.instance_table import table
from blender_addon.label_render.label_maps import majority
from blender_addon.label_render.label_pass import label_samples, render_labels, render_passes, sharp
from blender_addon.label_render.streams import hushed
from blender_addon.occurrences import occurrences
from render_scripts import compat, passes

ROUNDS, K = 3, 3
Size = tuple[int, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--size", type=parse_size, default=(480, 360))
    options = parser.parse_args()
    number, size = options.objects, options.size
    print(f"\n{number} things, Blender {compat.versions()['blender']}, best of {ROUNDS}, seconds a frame\n")
    print(f"{'':32}{'labels':>10}{'told':>10}{'table':>10}{'visible':>10}{'wrong':>10}")
    for name, build in KINDS.items():
        with hushed((1,)):
            columns = empty_scene(number, size)
            build(columns, number)
            labels_s, told_s, table_s, visible, wrong = measure(columns, number, size)
        print(f"{name:32}{labels_s:10.3f}{told_s:10.3f}{table_s:10.3f}{visible:10}{wrong:10}", flush=True)


def empty_scene(number: int, size: Size) -> int:
    """Seen from above, the whole grid of cells a metre wide; returns its columns."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    enable_cycles()
    scene.render.engine = "CYCLES"
    columns = math.ceil(math.sqrt(number * size[0] / size[1]))
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", columns
    camera.location = (columns / 2, columns * size[1] / size[0] / 2, 5)
    scene.collection.objects.link(camera)
    scene.camera = camera
    return columns


def square(paint: bool = True) -> bpy.types.Object:
    mesh = bpy.data.meshes.new("square")
    mesh.from_pydata([(x, y, 0) for x, y in ((-0.4, -0.4), (0.4, -0.4), (0.4, 0.4), (-0.4, 0.4))], [], [(0, 1, 2, 3)])
    if paint:
        material = bpy.data.materials.new("paint")
        if not material.node_tree:
            material.use_nodes = True
        mesh.materials.append(material)
    return bpy.data.objects.new("square", mesh)


def places(columns: int, number: int) -> list[tuple[float, float, float]]:
    return [(place % columns + 0.5, place // columns + 0.5, 0.0) for place in range(number)]


def by_nodes(columns: int, number: int, paint: bool = True) -> None:
    mesh = bpy.data.meshes.new("grid")
    mesh.from_pydata(places(columns, number), [], [])
    host = bpy.data.objects.new("grid", mesh)
    bpy.context.scene.collection.objects.link(host)
    tree = bpy.data.node_groups.new("scatter", "GeometryNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=in_out, socket_type="NodeSocketGeometry")
    nodes, links = tree.nodes, tree.links
    scatter, what = nodes.new("GeometryNodeInstanceOnPoints"), nodes.new("GeometryNodeMeshGrid")
    if paint:
        what = nodes.new("GeometryNodeObjectInfo")
        what.inputs["Object"].default_value, what.inputs["As Instance"].default_value = square(), True
    else:
        for side in ("Size X", "Size Y"):
            what.inputs[side].default_value = 0.8
    links.new(nodes.new("NodeGroupInput").outputs[0], scatter.inputs["Points"])
    links.new(next(each for each in what.outputs if each.type == "GEOMETRY"), scatter.inputs["Instance"])
    links.new(scatter.outputs[0], nodes.new("NodeGroupOutput").inputs[0])
    host.modifiers.new("scatter", "NODES").node_group = tree


def by_collection(columns: int, number: int) -> None:
    collection = bpy.data.collections.new("squares")
    collection.objects.link(square())
    for at in places(columns, number):
        empty = bpy.data.objects.new("copy", None)
        empty.instance_type, empty.instance_collection, empty.location = "COLLECTION", collection, at
        bpy.context.scene.collection.objects.link(empty)


def by_themselves(columns: int, number: int) -> None:
    one = square()
    for at in places(columns, number):
        obj = one.copy()
        obj.location = at
        bpy.context.scene.collection.objects.link(obj)


KINDS = {
    "copies by nodes": by_nodes,
    "copies by nodes, no material": lambda columns, number: by_nodes(columns, number, paint=False),
    "instances of a collection": by_collection,
    "objects": by_themselves,
}


def measure(columns: int, number: int, size: Size) -> tuple[float, float, float, int, int]:
    scene, view_layer = bpy.context.scene, bpy.context.view_layer
    settings = Settings(size, 1, 0, K, "CPU", False, 0.5, view_layer.name)
    things = list(occurrences(view_layer, bpy.context.evaluated_depsgraph_get()))
    best = [math.inf] * 3
    with tempfile.TemporaryDirectory() as folder, passes.prepared(scene, settings):
        image = Path(folder, "image.png")
        for _ in range(ROUNDS):
            passes.render_image(scene, image, size)
            best[0] = min(best[0], seconds(render_labels, scene, settings, None))
        with instances.instances_prepared(view_layer, things) as telling:
            for _ in range(ROUNDS):
                passes.render_image(scene, image, size)
                started = time.perf_counter()
                with sharp(scene, settings, None) as ignored:
                    with instances.instances_rendered(view_layer, telling) as last:
                        rendered = render_passes(scene, settings)
                samples = label_samples(rendered, ignored)
                labels, _ = majority(samples, K)
                found = instances.reduced(instances.read_instances(rendered, last()), samples, labels, K)
                best[1] = min(best[1], time.perf_counter() - started)
                best[2] = min(best[2], seconds(table, found, labels, last()))
    return *best, len(np.unique(found)) - 1, wrong_pixels(found, last(), columns)


def wrong_pixels(found, things, columns: int) -> int:  # type: ignore[no-untyped-def]
    """Pixels that are some thing's, though another stands in their cell of the grid."""
    x, y = things.matrices[:, 0, 3], things.matrices[:, 1, 3]
    drawn = (x > 0) & (y > 0)
    by_cell = np.zeros(int(drawn.sum()), np.uint64)
    by_cell[(np.floor(y[drawn]) * columns + np.floor(x[drawn])).astype(int)] = things.ids[drawn]
    ys, xs = np.nonzero(found)
    cell = columns / found.shape[1]
    across, up = (xs + 0.5) * cell, (found.shape[0] - ys - 0.5) * cell
    return int((by_cell[(np.floor(up) * columns + np.floor(across)).astype(int)] != found[ys, xs]).sum())


if __name__ == "__main__":
    main()
