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
from blender_addon.occurrences import occurrences
from render_scripts import passes


@dataclass(frozen=True)
class Shown:
    instances: NDArray[np.uint32]
    labels: NDArray[np.uint16]
    samples: NDArray[np.uint16]
    ids: NDArray[np.uint32]
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
    with passes.prepared(scene, chosen), instances.instances_prepared(things, twins) as telling:
        image = passes.render_image(scene, folder / "image.png", chosen.size)
        return look(scene, chosen, telling, label_set, image)


def look(scene, chosen, telling, label_set=None, image=None, with_triangles=False) -> Shown:
    view_layer, k = scene.view_layers[chosen.view_layer], chosen.label_supersample
    with sharp(scene, chosen, label_set) as ignored:
        threshold = chosen.alpha_threshold
        with instances.instances_rendered(view_layer, threshold, label_set, telling, with_triangles) as last:
            rendered = render_passes(scene, chosen)
    samples = label_samples(rendered, ignored)
    labels, _ = label_maps.majority(samples, k)
    ids = instances.read_instances(rendered, last())
    positions = np.stack([rendered[f"Position.{axis}"] for axis in "XYZ"], -1)
    return Shown(instances.reduced(ids, samples, labels, k), labels, samples, ids, last(), image, positions)
