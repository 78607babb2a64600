"""Tiny scenes whose pictures are known on paper, and the renders of them, in real Blender."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.contract.run import Plan, Settings, View
from blender_addon.label_render import stage
from blender_addon.label_render.label_pass import render_labels
from blender_addon.label_render.thing_ids import whole
from blender_addon.occurrences import Occurrence, occurrences
from render_scripts import passes
from render_scripts.modalities.staging import staged
from render_scripts.shot import Clock, take_shot

WIDTH, HEIGHT = 16, 12


def new_scene() -> bpy.types.Scene:
    """The scene of an empty file in factory settings, set to Cycles."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    return scene


def camera(scene: bpy.types.Scene, *, ortho: float | None = None, at=(0.0, 0.0, 5.0)) -> bpy.types.Object:
    """A camera that looks straight down; `ortho` is the width of what it sees, in metres."""
    data = bpy.data.cameras.new("Camera")
    if ortho:
        data.type, data.ortho_scale = "ORTHO", ortho
    obj = bpy.data.objects.new("Camera", data)
    obj.location = at
    scene.collection.objects.link(obj)
    scene.camera = obj
    return obj


def rectangle(scene, x0, x1, y0=-9.0, y1=9.0, *, z=0.0, label=0, name="rectangle") -> bpy.types.Object:
    """A flat rectangle facing up, with UVs from 0 to 1."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0)], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new().uv.foreach_set("vector", [0, 0, 1, 0, 1, 1, 0, 1])
    obj = bpy.data.objects.new(name, mesh)
    obj.location.z = z
    obj.pass_index = label
    scene.collection.objects.link(obj)
    return obj


def copies_on(scene, host_name, source, label):
    """A host whose geometry nodes show `source`."""
    tree = bpy.data.node_groups.new("copies", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    info, out = tree.nodes.new("GeometryNodeObjectInfo"), tree.nodes.new("NodeGroupOutput")
    info.inputs["Object"].default_value, info.inputs["As Instance"].default_value = source, True
    tree.links.new(info.outputs["Geometry"], out.inputs[0])
    host = rectangle(scene, 0, 1, label=label, name=host_name)
    host.modifiers.new("copies", "NODES").node_group = tree
    return host


def in_collection(name, *objects):
    collection = bpy.data.collections.new(name)
    for obj in objects:
        for home in obj.users_collection:
            home.objects.unlink(obj)
        collection.objects.link(obj)
    return collection


def instance(scene, collection, name, label=0):
    empty = bpy.data.objects.new(name, None)
    empty.instance_type, empty.instance_collection, empty.pass_index = "COLLECTION", collection, label
    scene.collection.objects.link(empty)
    return empty


def main_file(path, library, collection):
    scene = new_scene()
    camera(scene)
    rectangle(scene, 0, 1, label=2, name="floor")
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.collections = [collection]
    instance(scene, wanted.collections[0], "copy")
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return bpy.context.scene


def in_collection_of(collection, obj):
    bpy.context.scene.collection.objects.unlink(obj)
    collection.objects.link(obj)


def write_library(path, *, linked_from=None, label=2):
    """A .blend at `path` with a collection `things` that holds a box (or links another library's)."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    things = bpy.data.collections.new("things")
    if linked_from:
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        with bpy.data.libraries.load(str(linked_from), link=True, relative=True) as (_, wanted):
            wanted.collections = ["things"]
        things.children.link(bpy.data.collections["things", bpy.data.libraries[0].filepath])
        things.name = "more things"
    else:
        box = rectangle(bpy.context.scene, 0, 1, label=label, name="box")
        in_collection_of(things, box)
    things.use_fake_user = True
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


def leaf_material(alpha: NDArray[np.float32]) -> bpy.types.Material:
    """A cut-out: Principled with the alpha of an image, (H, W) from the bottom row up, one texel a value."""
    height, width = alpha.shape
    image = bpy.data.images.new("leaf", width, height, alpha=True)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., 3] = alpha
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    material = bpy.data.materials.new("leaf")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    texture = nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation = image, "Closest"
    links.new(texture.outputs["Alpha"], nodes["Principled BSDF"].inputs["Alpha"])
    return material


def image_sequence(folder: Path, *values: float) -> bpy.types.Image:
    """A sequence of grey images of these values, the first of them for frame 1."""
    for number, value in enumerate(values, start=1):
        image = bpy.data.images.new("grey", 2, 2)
        image.pixels.foreach_set([value, value, value, 1.0] * 4)
        image.filepath_raw, image.file_format = str(folder / f"grey{number:03}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
    image = bpy.data.images.load(str(folder / "grey001.png"))
    image.source = "SEQUENCE"
    return image


def settings(**changes) -> Settings:
    size = (WIDTH, HEIGHT)
    plain = {"size": size, "samples": 1, "seed": 0, "label_supersample": 1, "device": "CPU", "denoise": False}
    layer = {"alpha_threshold": 0.5, "view_layer": bpy.context.view_layer.name}
    return Settings(**{**plain, **layer, **changes})


def labels_of(
    scene: bpy.types.Scene, folder: Path, label_set: LabelSet | None = None, **changes
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Labels and purity as a run gets them: after the image render, in the same process."""
    chosen = settings(**changes)
    with passes.prepared(scene, chosen):
        passes.render_image(scene, folder / "image.png", chosen.size)
        return render_labels(scene, chosen, label_set)


def shoot(
    scene: bpy.types.Scene, folder: Path, chosen: Settings, *frames: int, views: tuple[View, ...] = (),
    label_set: LabelSet | None = None,
):  # fmt: skip
    """Render frames one after the other as a run does; of the last: what was rendered, {file: its pixels}, and what
    the record says of the stereo pair."""
    plan = Plan(label_set or built_in("nyu40"), "scene.blend", "0" * 64, views, chosen, {})
    things = list(occurrences(scene.view_layers[chosen.view_layer], bpy.context.evaluated_depsgraph_get()))
    with passes.prepared(scene, chosen), staged(scene, chosen, [scene.camera], things, {}) as stage:
        for frame in frames or (scene.frame_current,):
            view = View(frame, frame, scene.camera.name, "")
            scene.frame_set(frame)
            shot = take_shot(folder, replace(plan, views=views or (view,)), view, scene, stage, Clock())
            shot.write()
            assert set(shot.files) == set(chosen.files)
            assert all((folder / name).stat().st_size for name in shot.files)
    return shot.rendered, shot.files, shot.more


def ids_in(files) -> NDArray[np.uint64]:
    """The ids of a frame's `instances.exr`, (H, W)."""
    high, low = np.moveaxis(files["instances.exr"], -1, 0)
    return whole({"Instance.High": high, "Instance.Low": low})


@contextmanager
def instancer_labels(occurrences: list[Occurrence]) -> Iterator[list[str]]:
    """What a run puts on a scene in which nothing comes or goes. Yields the names that `copy_labels` tells."""
    with stage.member_labels(occurrences) as given, stage.copy_labels(given) as label_copies:
        yield label_copies(occurrences)[1]


def pixel_centres(ortho: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """World x and y, (H, W) in metres, of the pixels' centres under an orthographic camera `ortho` metres wide."""
    step = ortho / WIDTH
    x = (np.arange(WIDTH) + 0.5 - WIDTH / 2) * step
    y = (HEIGHT / 2 - np.arange(HEIGHT) - 0.5) * step
    return np.meshgrid(x, y)
