"""The objects that distractors are made of: there for a whole run, with meshes and materials that change.

Hiding objects, or giving them other meshes, makes Blender and Cycles set the whole scene up anew: three and a half
seconds at 10,000 objects. So an object keeps its mesh, whose faces are written anew, and without faces it is nowhere.
Its material has all patterns, and values say which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from blender_addon.scene_labels import DISTRACTS

from .distractor_models import Model
from .distractors import Distractor, Paint


class Member:
    """An object of the pool with its mesh and its material."""

    def __init__(self, scene: bpy.types.Scene, number: int, index: int) -> None:
        name = f"labelpass distractor {number + 1}"
        self._mesh, self._material = bpy.data.meshes.new(name), bpy.data.materials.new(name)
        self._sockets = dict(_patterned(self._material))
        self._mesh.materials.append(self._material)
        self._object = bpy.data.objects.new(name, self._mesh)
        self._object[DISTRACTS] = True
        self._object.pass_index, self._object.rotation_mode = index, "QUATERNION"
        scene.collection.objects.link(self._object)

    @property
    def blocks(self) -> list[bpy.types.ID]:
        return [self._object, self._mesh, self._material]

    def clear(self) -> None:
        if len(self._mesh.vertices):
            self._mesh.clear_geometry()

    def show(self, drawn: Distractor, model: Model, metre: float) -> None:
        shape, own = model.shape, model.materials if drawn.own_look else ()
        self._mesh.clear_geometry()
        self._mesh.from_pydata((shape.points * drawn.stretch).tolist(), [], list(shape.faces))
        self._mesh.polygons.foreach_set("use_smooth", shape.smooth)
        if shape.uv is not None:
            self._mesh.uv_layers.new().uv.foreach_set("vector", shape.uv.ravel())
        wanted = [material or self._material for material in own] or [self._material]
        if list(self._mesh.materials) != wanted:  # an equal write makes Blender look at the whole scene
            self._mesh.materials.clear()
            for material in wanted:
                self._mesh.materials.append(material)
        if own and shape.slots is not None:
            self._mesh.polygons.foreach_set("material_index", shape.slots)
        self._mesh.update()
        place = np.array(drawn.location) * metre
        turn, size = Quaternion(drawn.rotation).to_matrix().to_4x4(), Matrix.Scale(drawn.size * metre, 4)
        self._object.matrix_world = Matrix.Translation(place.tolist()) @ turn @ size
        _paint(self._sockets, drawn.paint)


def _patterned(material: bpy.types.Material) -> Iterator[tuple[str, bpy.types.NodeSocket]]:
    """Give a material all patterns: {what: the socket whose value says it}. What counts 0 costs a render nothing."""
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    new, link = tree.nodes.new, tree.links.new
    shader, output = new("ShaderNodeBsdfPrincipled"), new("ShaderNodeOutputMaterial")
    link(shader.outputs[0], output.inputs["Surface"])
    mapping = new("ShaderNodeMapping")
    link(new("ShaderNodeTexCoord").outputs["Object"], mapping.inputs["Vector"])
    total = None
    for name, (kind, at) in _PATTERNS.items():
        texture, counted = new(kind), new("ShaderNodeMath")
        counted.operation = "MULTIPLY_ADD"
        link(mapping.outputs[0], texture.inputs["Vector"])
        texture.inputs["Scale"].default_value = _SCALES[name]
        link(texture.outputs[at], counted.inputs[0])
        counted.inputs[1].default_value = counted.inputs[2].default_value = 0.0
        if total:
            link(total, counted.inputs[2])
        total = counted.outputs[0]
        yield name, counted.inputs[1]
    sharper, mixed = new("ShaderNodeMapRange"), new("ShaderNodeMixRGB")
    sharper.inputs["From Min"].default_value, sharper.inputs["From Max"].default_value = 0.35, 0.65
    link(total, sharper.inputs["Value"])
    link(sharper.outputs[0], mixed.inputs[0])
    link(mixed.outputs[0], shader.inputs["Base Color"])
    yield "first", mixed.inputs[1]
    yield "second", mixed.inputs[2]
    yield "repeats", mapping.inputs["Scale"]
    yield "roughness", shader.inputs["Roughness"]
    yield "metallic", shader.inputs["Metallic"]


_PATTERNS = {
    "noise": ("ShaderNodeTexNoise", 0),
    "voronoi": ("ShaderNodeTexVoronoi", 0),
    "wave": ("ShaderNodeTexWave", 1),
    "checker": ("ShaderNodeTexChecker", 1),
}
_SCALES = {"noise": 2.0, "voronoi": 1.5, "wave": 0.5, "checker": 1.0}
"""So that each repeats about once in a unit."""


def _paint(sockets: Mapping[str, bpy.types.NodeSocket], paint: Paint) -> None:
    values = {name: float(name == paint.pattern) for name in _PATTERNS}
    values |= {"roughness": paint.roughness, "metallic": paint.metallic}
    for name, value in values.items():
        sockets[name].default_value = value
    first, second = paint.colours
    sockets["first"].default_value, sockets["second"].default_value = (*first, 1.0), (*second, 1.0)
    sockets["repeats"].default_value = (paint.repeats,) * 3
