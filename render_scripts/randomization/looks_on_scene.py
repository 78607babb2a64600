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

from ..own_images import size_of
from .held import Change
from .materials import Look

Slot = tuple[bpy.types.Object, int]
_BLEND = 0.25  # of the picture's projections from six sides


class Looks:
    """Materials of ours for surfaces, made when a kind of look is first needed there; later, values change alone."""

    def __init__(self, slots: Mapping[tuple[str, int], Slot], folders: Sequence[Path], metre: float) -> None:
        self._slots, self._folders, self._metre = slots, folders, metre
        self._ours: dict[tuple[str, int, str], _Ours] = {}
        # Now, and to four digits: the matrix of what a draw has turned has another scale in its last bits.
        self._scales = {obj: _scale(obj) for obj, _ in slots.values()}
        self._originals = {key: obj.material_slots[at].material for key, (obj, at) in slots.items()}
        self._colours = {key: own_colour(material) for key, material in self._originals.items() if material}
        self._swapped: dict[tuple[str, int], bpy.types.Material] = {}
        self._pictures: dict[Path, bpy.types.Image] = {}

    def changes(self, looks: tuple[Look, ...]) -> Iterator[Change]:
        for look in looks:
            obj, at = self._slots[look.thing, look.slot]
            material = self._another(look) if look.material else self._made(look)
            yield obj.material_slots[at], "link", "OBJECT"
            yield obj.material_slots[at], "material", material

    def _another(self, look: Look) -> bpy.types.Material:
        """The one of the scene, or a copy of it with the pass index of a face part in whose place it comes."""
        material, part = bpy.data.materials[look.material], self._originals[look.thing, look.slot].pass_index
        if material.pass_index == part:
            return material
        if (look.material, part) not in self._swapped:
            copy = self._swapped[look.material, part] = material.copy()
            copy.pass_index = part
        return self._swapped[look.material, part]

    def _made(self, look: Look) -> bpy.types.Material:
        kind = "picture" if look.picture else look.pattern
        key = look.thing, look.slot, kind
        original = self._originals[look.thing, look.slot]
        ours = self._ours.get(key) or self._ours.setdefault(key, _Ours(look.thing, kind, original))
        obj, _ = self._slots[look.thing, look.slot]
        across = self._scales[obj] / (look.tile * self._metre)
        if look.picture:
            ours.paint(look, across, self._picture(self._folders[look.pool] / look.picture))
        else:
            ours.paint(look, across, look.colours or _around(self._colours[look.thing, look.slot]))
        return ours.material

    def _picture(self, path: Path) -> bpy.types.Image:
        """Cycles reads the file; here is no more than its name, once it is known to be a picture."""
        if path not in self._pictures:
            image = self._pictures[path] = bpy.data.images.load(str(path), check_existing=False)
            size_of(image)
            image.buffers_free()
        return self._pictures[path]

    def remove(self) -> None:
        materials = [*(ours.material for ours in self._ours.values()), *self._swapped.values()]
        bpy.data.batch_remove([*materials, *self._pictures.values()])


class _Ours:
    """A material in whose place it is: a picture, a pattern, or "plain"."""

    def __init__(self, thing: str, kind: str, original: bpy.types.Material) -> None:
        self.material = bpy.data.materials.new(f"labelpass look of {thing}")
        self.material.use_nodes = True
        self.material.pass_index = original.pass_index
        self.material.use_backface_culling = False
        tree = self.material.node_tree
        tree.nodes.clear()
        new, link = tree.nodes.new, tree.links.new
        self._shader, output = new("ShaderNodeBsdfPrincipled"), new("ShaderNodeOutputMaterial")
        link(self._shader.outputs[0], output.inputs["Surface"])
        self._mapping, self._texture, self._ramp = new("ShaderNodeMapping"), None, None
        link(new("ShaderNodeTexCoord").outputs["Object"], self._mapping.inputs["Vector"])
        if kind == "picture":
            self._texture = new("ShaderNodeTexImage")
            self._texture.projection, self._texture.projection_blend = "BOX", _BLEND
            link(self._mapping.outputs[0], self._texture.inputs["Vector"])
            link(self._texture.outputs["Color"], self._shader.inputs["Base Color"])
        elif kind != "plain":
            name, at = _PATTERNS[kind]
            texture, self._ramp = new(name), new("ShaderNodeValToRGB")
            link(self._mapping.outputs[0], texture.inputs["Vector"])
            link(texture.outputs[at], self._ramp.inputs[0])
            link(self._ramp.outputs[0], self._shader.inputs["Base Color"])

    def paint(self, look: Look, across: Vector, shown: bpy.types.Image | tuple) -> None:
        """`across`: how often it repeats in a unit; `shown`: a picture, or two colours."""
        inputs, mapping = self._shader.inputs, self._mapping.inputs
        inputs["Roughness"].default_value, inputs["Metallic"].default_value = look.roughness, look.metallic
        mapping["Scale"].default_value = across
        mapping["Rotation"].default_value[2] = radians(look.turn)
        if self._texture:
            if self._texture.image != shown:
                self._texture.image = shown
            return
        first, second = ((*colour, 1.0) for colour in shown)
        if self._ramp:
            elements = self._ramp.color_ramp.elements
            elements[0].color, elements[1].color = first, second
        else:
            inputs["Base Color"].default_value = first


_PATTERNS = {
    "noise": ("ShaderNodeTexNoise", 0),
    "voronoi": ("ShaderNodeTexVoronoi", 0),
    "wave": ("ShaderNodeTexWave", 1),
    "checker": ("ShaderNodeTexChecker", 1),
}


def _scale(obj: bpy.types.Object) -> Vector:
    return Vector(float(f"{abs(each) or 1.0:.4g}") for each in obj.matrix_world.to_scale())


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
