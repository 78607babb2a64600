"""Gives surfaces the looks that were drawn for them: another material of the scene, a picture, a pattern.

A slot is told to take its object's own material instead of the mesh's, so that what shares the mesh stays as it is. Our
materials carry the pass index of the one in whose place they are, and so the label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import radians
from pathlib import Path

import bpy
from mathutils import Vector

from .held import Change
from .materials import Look

Slot = tuple[bpy.types.Object, int]
_BLEND = 0.25  # of the picture's projections from six sides


class Looks:
    """One material of ours per surface, made when it is first needed."""

    def __init__(self, slots: Mapping[tuple[str, int], Slot], folders: Sequence[Path], metre: float) -> None:
        self._slots, self._folders, self._metre = slots, folders, metre
        self._ours: dict[tuple[str, int], bpy.types.Material] = {}
        self._originals = {key: obj.material_slots[at].material for key, (obj, at) in slots.items()}
        self._shown: dict[tuple[str, int], Look] = {}
        self._pictures: dict[Path, bpy.types.Image] = {}

    def changes(self, looks: tuple[Look, ...]) -> Iterator[Change]:
        pictures = {self._path(look) for look in looks if look.picture}
        for look in looks:
            key = look.thing, look.slot
            obj, at = self._slots[key]
            material = bpy.data.materials[look.material] if look.material else self._made(look)
            yield obj.material_slots[at], "link", "OBJECT"
            yield obj.material_slots[at], "material", material
        for path in self._pictures.keys() - pictures:
            bpy.data.images.remove(self._pictures.pop(path))
            self._shown = {key: look for key, look in self._shown.items() if self._path(look) != path}

    def _made(self, look: Look) -> bpy.types.Material:
        key = look.thing, look.slot
        original = self._originals[key]
        material = self._ours.get(key)
        if not material:
            material = self._ours[key] = bpy.data.materials.new(f"labelpass look of {look.thing}")
            material.use_nodes = True
            material.pass_index = original.pass_index
            material.use_backface_culling = False
        if self._shown.get(key) != look:
            self._shown[key] = look
            self._build(material.node_tree, look, original)
        return material

    def _build(self, tree: bpy.types.NodeTree, look: Look, original: bpy.types.Material) -> None:
        obj, _ = self._slots[look.thing, look.slot]
        tree.nodes.clear()
        shader, output = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeOutputMaterial")
        tree.links.new(shader.outputs[0], output.inputs["Surface"])
        shader.inputs["Roughness"].default_value, shader.inputs["Metallic"].default_value = (
            look.roughness,
            look.metallic,
        )
        colour = shader.inputs["Base Color"]
        mapping = tree.nodes.new("ShaderNodeMapping")
        across = Vector(abs(each) or 1.0 for each in obj.matrix_world.to_scale()) / (look.tile * self._metre)
        mapping.inputs["Scale"].default_value = across
        mapping.inputs["Rotation"].default_value[2] = radians(look.turn)
        at = tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]
        tree.links.new(at, mapping.inputs["Vector"])
        if look.picture:
            node = tree.nodes.new("ShaderNodeTexImage")
            node.image, node.projection, node.projection_blend = self._picture(look), "BOX", _BLEND
            tree.links.new(mapping.outputs[0], node.inputs["Vector"])
            tree.links.new(node.outputs["Color"], colour)
            return
        first, second = look.colours or _around(own_colour(original))
        if look.pattern == "plain":
            colour.default_value = (*first, 1.0)
            return
        kind, output_at = _PATTERNS[look.pattern]
        node, ramp = tree.nodes.new(kind), tree.nodes.new("ShaderNodeValToRGB")
        ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (*first, 1.0), (*second, 1.0)
        tree.links.new(mapping.outputs[0], node.inputs["Vector"])
        tree.links.new(node.outputs[output_at], ramp.inputs[0])
        tree.links.new(ramp.outputs[0], colour)

    def _picture(self, look: Look) -> bpy.types.Image:
        path = self._path(look)
        if path not in self._pictures:
            self._pictures[path] = bpy.data.images.load(str(path), check_existing=False)
        return self._pictures[path]

    def _path(self, look: Look) -> Path:
        return self._folders[look.pool] / look.picture if look.picture else Path()

    def remove(self) -> None:
        bpy.data.batch_remove([*self._ours.values(), *self._pictures.values()])


_PATTERNS = {
    "noise": ("ShaderNodeTexNoise", 0),
    "voronoi": ("ShaderNodeTexVoronoi", 0),
    "wave": ("ShaderNodeTexWave", 1),
    "checker": ("ShaderNodeTexChecker", 1),
}


def own_colour(material: bpy.types.Material) -> tuple[float, float, float]:
    """The colour of a material where it is one value, else the one that the viewport shows."""
    tree = material.node_tree
    node = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None) if tree else None
    socket = node.inputs["Base Color"] if node else None
    red, green, blue, _ = socket.default_value if socket and not socket.is_linked else material.diffuse_color
    return red, green, blue


def _around(color: tuple[float, float, float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(0.6 * each for each in color), tuple(min(1.25 * each, 1.0) for each in color)


@contextmanager
def looks(slots: Mapping[tuple[str, int], Slot], folders: Sequence[Path], metre: float) -> Iterator[Looks]:
    """`slots`: {(thing, slot) of each surface: where it is}; `folders`: of the pools of pictures. What is made is gone
    when the block ends; take the changes back before."""
    ready = Looks(slots, folders, metre)
    try:
        yield ready
    finally:
        ready.remove()
