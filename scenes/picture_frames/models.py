"""Things of a folder of .glb files, read once for a .blend and shown as copies that share their meshes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from math import radians
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

from scenes.picture_frames.folders import LABELS, first_word, model_files
from scenes.pieces import Room


@dataclass(frozen=True)
class Model:
    """Meshes and where they are when the whole stands on the origin; `wide` (the larger way) and `tall` in metres."""

    label: str
    parts: tuple[tuple[bpy.types.Mesh, Matrix], ...]
    wide: float
    tall: float


@dataclass
class Models:
    """The files of a folder, none without one, and what was read of them."""

    files: list[Path] = field(default_factory=list)
    read: dict[Path, Model] = field(default_factory=dict)

    def stand(
        self, room: Room, rng: np.random.Generator, at, turn: float, tall: tuple[float, float], wide: float
    ) -> bool:
        """One of `tall` metres (from, to), at most `wide`, at a place, turned about Z; False where tries find none."""
        for _ in range(8):
            path = self.files[rng.integers(len(self.files))]
            if path not in self.read:
                self.read[path] = _read(path)
            model = self.read[path]
            if tall[0] <= model.tall <= tall[1] and model.wide <= wide:
                place = Matrix.Translation(at) @ Matrix.Rotation(radians(turn), 4, "Z")
                for mesh, matrix in model.parts:
                    part = bpy.data.objects.new(path.stem, mesh)
                    part.matrix_world = place @ matrix
                    room.scene.collection.objects.link(part)
                    room.labelled.setdefault(model.label, []).append(part)
                return True
        return False


def open_models(folder: Path | None) -> Models:
    """The models of a folder that can stand before a wall. Raises ValueError where there is none."""
    return Models() if folder is None else Models(model_files(folder))


def _read(path: Path) -> Model:
    """What a file holds, without the objects and collections that the importer puts into the scene."""
    objects, collections = set(bpy.data.objects), set(bpy.data.collections)
    logging.disable(logging.INFO)  # the importer tells how long it took
    try:
        bpy.ops.import_scene.gltf(filepath=str(path))
    except RuntimeError as error:
        raise ValueError(f"models: {path.name} cannot be read: {str(error).strip()}") from error
    finally:
        logging.disable(logging.NOTSET)
    bpy.context.view_layer.update()
    brought = [obj for obj in bpy.data.objects if obj not in objects]
    parts = tuple((obj.data, obj.matrix_world.copy()) for obj in brought if obj.type == "MESH" and obj.data.polygons)
    corners = np.array(
        [
            matrix @ Vector(corner)
            for obj in brought
            if obj.type == "MESH"
            for matrix in [obj.matrix_world]
            for corner in obj.bound_box
        ]
    )
    bpy.data.batch_remove([*brought, *(each for each in bpy.data.collections if each not in collections)])
    if not parts:
        raise ValueError(f"models: {path.name} has no surface")
    for mesh, _ in parts:
        for material in mesh.materials:
            if material:
                material.pass_index = 0  # the label is the object's
    size = np.ptp(corners, axis=0)
    return Model(LABELS[first_word(path)], parts, float(max(size[:2])), float(size[2]))
