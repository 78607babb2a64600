"""Puts a drawn picture of the surroundings in the place of the scene's world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import radians
from pathlib import Path

import bpy
import numpy as np

from ..own_images import size_of
from .blackbody import LUMINANCE
from .held import Change
from .world import WorldDraw

_MAP = (64, 2048)
"""Fewest and most columns of the map by which Cycles aims at what is bright. Left to itself it makes one of 4,096 for
any picture behind a mapping, anew for each frame: two seconds of a core, however small the frame."""


class Surroundings:
    """A world of ours that shows one picture at a time, at its mean radiance or evened to 1."""

    def __init__(self, world: bpy.types.World, folder: Path, evened: bool) -> None:
        self._world, self._folder, self._evened = world, folder, evened
        self._aimed = world.cycles.sampling_method == "AUTOMATIC"  # else as the scene's own world has it
        if self._aimed:
            world.cycles.sampling_method = "MANUAL"
        tree = world.node_tree
        tree.nodes.clear()
        at = tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"]
        self._mapping, self._picture = tree.nodes.new("ShaderNodeMapping"), tree.nodes.new("ShaderNodeTexEnvironment")
        self._light, output = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
        tree.links.new(at, self._mapping.inputs["Vector"])
        tree.links.new(self._mapping.outputs[0], self._picture.inputs["Vector"])
        tree.links.new(self._picture.outputs[0], self._light.inputs["Color"])
        tree.links.new(self._light.outputs[0], output.inputs["Surface"])
        self._pictures: dict[str, bpy.types.Image] = {}
        self._means: dict[str, float] = {}
        self._columns: dict[str, int] = {}

    def changes(self, drawn: WorldDraw, scene: bpy.types.Scene) -> Iterator[Change]:
        if drawn.hdri:
            self._show(drawn.hdri)
            self._mapping.inputs["Rotation"].default_value[2] = radians(drawn.turn)
            self._light.inputs["Strength"].default_value = drawn.strength / self._means.get(drawn.hdri, 1.0)
            yield scene, "world", self._world

    def _show(self, name: str) -> None:
        if name not in self._pictures:
            image = self._pictures[name] = bpy.data.images.load(str(self._folder / name), check_existing=False)
            self._columns[name] = size_of(image)[0]
            if self._evened:
                self._means[name] = mean_radiance(image)
            image.buffers_free()  # Cycles reads the file: a folder of large ones would fill the memory
        if self._picture.image != self._pictures[name]:
            self._picture.image = self._pictures[name]
        if self._aimed:
            self._world.cycles.sample_map_resolution = min(max(self._columns[name], _MAP[0]), _MAP[1])

    def remove(self) -> None:
        bpy.data.batch_remove([self._world, *self._pictures.values()])


@contextmanager
def surroundings(scene: bpy.types.Scene, folder: Path, evened: bool) -> Iterator[Surroundings]:
    """A `Surroundings` as visible as the scene's own world: what that does not light is not lit by pictures."""
    world = scene.world.copy() if scene.world else bpy.data.worlds.new("labelpass world")
    world.name = "labelpass world"
    world.animation_data_clear()
    world.use_nodes = True
    world.node_tree.animation_data_clear()
    ours = Surroundings(world, folder, evened)
    try:
        yield ours
    finally:
        ours.remove()


def mean_radiance(image: bpy.types.Image) -> float:
    """Of the luminance of an equirectangular picture, over the sphere; 1 for a picture that is black."""
    width, height = image.size
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(height, width, image.channels)
    luminance = np.nan_to_num(pixels[..., :3] @ LUMINANCE.astype(np.float32) if image.channels >= 3 else pixels[..., 0])
    rows = np.cos((np.arange(height) + 0.5 - height / 2) / height * np.pi)
    mean = float(luminance.mean(axis=1, dtype=np.float64) @ rows / rows.sum())
    return mean if np.isfinite(mean) and mean > 0 else 1.0
