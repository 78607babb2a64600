"""Models for distractors: a file becomes one surface around the origin, and the materials of it that may stay.

Files are read when a frame first wants them, in a scene of their own; of what they bring, materials and their pictures
alone are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from blender_addon.label_render.light_through import Suspicion
from blender_addon.label_render.streams import hushed

from ..failures import UnreadableFile
from .distractor_shapes import Shape, shaped
from .scene_things import is_plain


@dataclass(frozen=True)
class Model:
    """`materials`: None where one may not stay (`_may_stay`)."""

    shape: Shape
    materials: tuple[bpy.types.Material | None, ...]


class Models:
    """The models of a run, by name, each read once."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._known: dict[str, Model] = {}
        self._kept: set[bpy.types.ID] = set()

    def __getitem__(self, name: str) -> Model:
        if name not in self._known:
            before = set(_all_data())
            try:
                self._known[name] = _read(self._files[name])
            finally:
                _remove(set(_all_data()) - before - self._needed(name))
                self._kept |= set(_all_data()) - before
        return self._known[name]

    def _needed(self, name: str) -> set[bpy.types.ID]:
        """The materials of a model that stay, and all that they use."""
        model = self._known.get(name)
        waiting: list[bpy.types.ID] = [material for material in model.materials if material] if model else []
        found = set(waiting)
        used_by: dict[bpy.types.ID, set[bpy.types.ID]] = {}
        for used, users in bpy.data.user_map().items():
            for user in users:
                used_by.setdefault(user, set()).add(used)
        while waiting:
            more = used_by.get(waiting.pop(), set()) - found
            found |= more
            waiting += more
        return found

    def remove(self) -> None:
        _remove(self._kept & set(_all_data()))


def _all_data() -> Iterator[bpy.types.ID]:
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier not in ("screens", "window_managers", "workspaces"):
            yield from getattr(bpy.data, prop.identifier)


def _remove(data: set[bpy.types.ID]) -> None:
    scenes = {each for each in data if isinstance(each, bpy.types.Scene)}
    for scene in scenes:
        bpy.data.scenes.remove(scene)
    bpy.data.batch_remove(data - scenes)


def _read(path: Path) -> Model:
    scene = bpy.data.scenes.new("labelpass model")
    try:
        with hushed():
            _bring(path, scene)
        model = _merged(scene)
    except (RuntimeError, OSError, AttributeError) as error:  # the last where an importer is switched off
        raise UnreadableFile(f"the model {path} cannot be read: {str(error).strip()}") from error
    if model is None:
        raise UnreadableFile(f"the model {path} has no surface")
    return model


def _bring(path: Path, scene: bpy.types.Scene) -> None:
    """Put what a file holds into a scene."""
    if path.suffix.lower() == ".blend":
        with bpy.data.libraries.load(str(path)) as (there, wanted):
            wanted.objects = there.objects
        for obj in wanted.objects:
            scene.collection.objects.link(obj)
        return
    layer = scene.view_layers[0]
    with bpy.context.temp_override(scene=scene, view_layer=layer, collection=scene.collection):
        if path.suffix.lower() == ".obj":
            bpy.ops.wm.obj_import(filepath=str(path))
        else:
            bpy.ops.import_scene.gltf(filepath=str(path))


def _merged(scene: bpy.types.Scene) -> Model | None:
    """All meshes that a scene shows as one; None where there is none."""
    layer = scene.view_layers[0]
    layer.update()
    points, triangles, smooth, uv, slots, count = [], [], [], [], [], 0
    materials: dict[bpy.types.Material | None, int] = {}
    for instance in layer.depsgraph.object_instances:
        obj = instance.object
        if obj.type != "MESH" or not instance.show_self or obj.original.hide_render or not len(obj.data.polygons):
            continue
        mesh, matrix = obj.data, np.array(instance.matrix_world, np.float64)
        mesh.calc_loop_triangles()
        places = _array(mesh.vertices, "co", 3, np.float32) @ matrix[:3, :3].T + matrix[:3, 3]
        corners = _array(mesh.loop_triangles, "vertices", 3, np.int32)
        of_face = _array(mesh.loop_triangles, "polygon_index", 1, np.int32)[:, 0]
        own = [slot.material and slot.material.original for slot in obj.material_slots] or [None]
        numbers = np.array([materials.setdefault(material, len(materials)) for material in own], np.int32)
        of_slot = _array(mesh.polygons, "material_index", 1, np.int32)[of_face, 0]
        points.append(places)
        triangles.append((corners if np.linalg.det(matrix[:3, :3]) >= 0 else corners[:, ::-1]) + count)
        smooth.append(_array(mesh.polygons, "use_smooth", 1, bool)[of_face, 0])
        slots.append(numbers[np.clip(of_slot, 0, len(own) - 1)])
        uv.append(_corners_uv(mesh, mirrored=np.linalg.det(matrix[:3, :3]) < 0))
        count += len(places)
    if not triangles:
        return None
    faces = tuple(map(tuple, np.concatenate(triangles).tolist()))
    shape = Shape(
        shaped(np.concatenate(points)), faces, np.concatenate(smooth), np.concatenate(uv), np.concatenate(slots)
    )
    suspicion = Suspicion(glass=True)
    for material in materials:
        if material:
            material.pass_index = 0  # the label of a distractor is its object's
    may = (material if material and _may_stay(material, suspicion) else None for material in materials)
    return Model(shape, tuple(may))


def _may_stay(material: bpy.types.Material, suspicion: Suspicion) -> bool:
    """Whether a material is opaque and gives no light, and needs nothing of the mesh but its UV map."""
    tree = material.node_tree
    reads = any(node.type in {"ATTRIBUTE", "VERTEX_COLOR"} for node in tree.nodes) if tree else False
    return not reads and is_plain(material, suspicion)


def _corners_uv(mesh: bpy.types.Mesh, mirrored: bool) -> np.ndarray:
    layer = next((layer for layer in mesh.uv_layers if layer.active_render), None)
    loops = _array(mesh.loop_triangles, "loops", 3, np.int32)
    loops = (loops[:, ::-1] if mirrored else loops).reshape(-1)
    return _array(layer.uv, "vector", 2, np.float32)[loops] if layer else np.zeros((len(loops), 2), np.float32)


def _array(owner: bpy.types.bpy_prop_collection, name: str, width: int, kind: type) -> np.ndarray:
    found = np.empty(width * len(owner), kind)
    owner.foreach_get(name, found)
    return found.reshape(-1, width)


@contextmanager
def models(files: Mapping[str, Path]) -> Iterator[Models]:
    """`Models` of these {name: file}; what they brought is gone when the block ends."""
    ready = Models(files)
    try:
        yield ready
    finally:
        ready.remove()
