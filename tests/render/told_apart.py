"""Scenes of copies, and the instance maps that the label render makes of them, as a run does: image first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray
from scenery import settings

from blender_addon.contract.labels import LabelSet
from blender_addon.label_render import instances, label_maps
from blender_addon.label_render.frame_things import Things
from blender_addon.label_render.label_pass import label_samples, render_passes, sharp
from blender_addon.label_render.thing_ids import Ids
from blender_addon.occurrences import occurrences
from render_scripts import passes


@dataclass(frozen=True)
class Shown:
    instances: Ids
    labels: NDArray[np.uint16]
    samples: NDArray[np.uint16]
    ids: Ids
    things: Things
    image: NDArray[np.uint8]
    positions: NDArray[np.float32]

    def key_of(self, id_: int):
        (key,) = {key for key, each in zip(self.things.keys, self.things.ids.tolist()) if each == id_}
        return key

    def pixels(self) -> dict:
        """{key: pixels}, background left out."""
        return {self.key_of(id_): n for id_, n in Counter(self.instances.ravel().tolist()).items() if id_}

    def names(self) -> dict[str, int]:
        """{"instancer 0.1 object": pixels}."""
        return {" ".join(filter(None, (top, ".".join(map(str, levels)), name))): n
                for (top, levels, name), n in self.pixels().items()}  # fmt: skip


def show(scene: bpy.types.Scene, folder: Path, label_set: LabelSet | None = None, twins=None, **changes) -> Shown:
    chosen = settings(**changes)
    view_layer = bpy.context.view_layer
    things = list(occurrences(view_layer, bpy.context.evaluated_depsgraph_get()))
    with passes.prepared(scene, chosen), instances.instances_prepared(view_layer, things, twins) as telling:
        image = passes.render_image(scene, folder / "image.png", chosen.size)
        return look(scene, chosen, telling, label_set, image)


def look(scene, chosen, telling, label_set=None, image=None, with_triangles=False) -> Shown:
    view_layer, k = scene.view_layers[chosen.view_layer], chosen.label_supersample
    with sharp(scene, chosen, label_set) as ignored:
        with instances.instances_rendered(view_layer, telling, with_triangles) as last:
            rendered = render_passes(scene, chosen)
    samples = label_samples(rendered, ignored)
    labels, _ = label_maps.majority(samples, k)
    ids = instances.read_instances(rendered, last())
    positions = np.stack([rendered[f"Position.{axis}"] for axis in "XYZ"], -1)
    return Shown(instances.reduced(ids, samples, labels, k), labels, samples, ids, last(), image, positions)


def paint(*objects):
    """One material with nodes for all: what most scenes have."""
    material = bpy.data.materials.new("paint")
    if not material.node_tree:
        material.use_nodes = True
    for obj in objects:
        obj.data.materials.append(material)
    return material


def on_points(scene, source, *places, name="grid", primitive=False):
    """A host whose nodes copy an object (or a square of their own) onto its vertices, and show nothing else."""
    tree = bpy.data.node_groups.new("scatter", "GeometryNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=in_out, socket_type="NodeSocketGeometry")
    nodes, links = tree.nodes, tree.links
    scatter = nodes.new("GeometryNodeInstanceOnPoints")
    if primitive:
        what = nodes.new("GeometryNodeMeshGrid")
        for axis in "XY":
            what.inputs[f"Size {axis}"].default_value = 1.0
            what.inputs[f"Vertices {axis}"].default_value = 2
    else:
        what = nodes.new("GeometryNodeObjectInfo")
        what.inputs["Object"].default_value, what.inputs["As Instance"].default_value = source, True
    links.new(nodes.new("NodeGroupInput").outputs[0], scatter.inputs["Points"])
    links.new(what.outputs["Mesh" if primitive else "Geometry"], scatter.inputs["Instance"])
    links.new(scatter.outputs[0], nodes.new("NodeGroupOutput").inputs[0])
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(places, [], [])
    host = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(host)
    host.modifiers.new("scatter", "NODES").node_group = tree
    return host
