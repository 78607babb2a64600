"""Furniture from a folder of models: each file is read once into a collection, which is shown through empties.

What may stand for which kind of thing is asset_names.py's to say; here files are read, measured and placed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from blender_addon import scene_labels
from blender_addon.contract.labels import LabelSet
from scenes.pieces import Room
from scenes.rooms.asset_names import WANTED, AssetFile, Wanted, whole_assets
from scenes.rooms.catalogue import SORTS
from scenes.rooms.layout import Model, Thing

CHOICE, TRIES = 2, 5  # files of a kind that a room may have, and that are looked at for them
LEVEL, FLAT = 0.012, 0.004  # metres that a table's top, and a canvas, may be uneven by
SHARE_OF_TOP = 0.6  # of a thing's ground that a top covers at least


@dataclass
class Assets(Mapping[str, Sequence[Model]]):
    """Models by kind of thing, read when they are asked for: which ones follows from the seed and the kind alone."""

    files: Sequence[AssetFile]
    labels: LabelSet
    seed: Sequence[int]
    read: dict[str, tuple[bpy.types.Collection, np.ndarray, np.ndarray]] = field(default_factory=dict)
    chosen: dict[str, list[Model]] = field(default_factory=dict)

    def __getitem__(self, kind: str) -> Sequence[Model]:
        if kind not in self.chosen:
            self.chosen[kind] = list(self._choose(kind, WANTED[kind])) if self.files and kind in WANTED else []
        return self.chosen[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(WANTED)

    def __len__(self) -> int:
        return len(WANTED)

    def _choose(self, kind: str, wanted: Wanted) -> Iterator[Model]:
        rng = np.random.default_rng([*self.seed, list(WANTED).index(kind)])
        may = [file for file in self.files if wanted.takes(file)]
        count = 0
        for number in rng.permutation(len(may))[:TRIES]:
            model = self._model(kind, may[number])
            if wanted.takes(may[number], (model.wide, model.deep, model.tall)):
                count += 1
                yield model
            if count == CHOICE:
                return

    def _model(self, kind: str, file: AssetFile) -> Model:
        source, sort = str(file.path), SORTS[kind]
        if source not in self.read:
            collection = _bring(file.path)
            label = self.labels.find(file.label).id
            scene_labels.assign((obj for obj in collection.objects if scene_labels.why_not(obj) is None), label)
            self.read[source] = collection, *_bounds(collection)
        collection, low, high = self.read[source]
        wide, deep, tall = (float(side) for side in high - low)
        model = Model(kind, wide, deep, tall, sort.front, sort.centred, None, source)
        top = _top(collection, low, wide * deep) if sort.surface is not None else None
        if top is None:
            return model
        back, edge = (deep / 2 if sort.centred else 0.0), 0.06
        surface = (-wide / 2 + edge, wide / 2 - edge, back - deep + edge, back - edge, top)
        return Model(kind, wide, deep, tall, sort.front, sort.centred, surface, source)


def forget_unused(assets: Assets) -> None:
    """Take out of the file what was measured and then not placed."""
    unused = [collection for collection, _, _ in assets.read.values() if not collection.users]
    if unused:
        bpy.data.batch_remove([*(obj for collection in unused for obj in collection.objects), *unused])
        bpy.data.orphans_purge(do_recursive=True)


def read_assets(folder: Path | None, labels: LabelSet, seed: Sequence[int]) -> Assets:
    """The assets of a folder; none without one. Raises ValueError for a file that is cut, before any room is built."""
    return Assets(whole_assets(folder, labels) if folder else (), labels, seed)


def place_asset(room: Room, assets: Assets, thing: Thing) -> bpy.types.Object:
    """Show a thing's model where it stands, hangs (by its middle) or lies."""
    model = thing.model
    collection, low, high = assets.read[model.source]
    middle = (low + high) / 2
    back = middle[1] if model.centred else high[1]
    below = middle[2] if thing.wall else low[2]
    empty = bpy.data.objects.new(collection.name, None)
    empty.instance_type, empty.instance_collection = "COLLECTION", collection
    turned = Matrix.Translation(thing.at) @ Matrix.Rotation(np.radians(thing.turn), 4, "Z")
    empty.matrix_world = turned @ Matrix.Translation((-middle[0], -back, -below))
    room.scene.collection.objects.link(empty)
    return empty


def _bring(path: Path) -> bpy.types.Collection:
    """What a file shows, in a collection that stands nowhere. Raises ValueError where it holds no surface."""
    scene = bpy.data.scenes.new("asset")
    try:
        _append(path, scene) if path.suffix.lower() == ".blend" else _import(path, scene)
        scene.view_layers[0].update()
        collection = bpy.data.collections.new(path.stem)
        for obj in scene.collection.all_objects:
            if obj.type not in ("LIGHT", "CAMERA"):
                collection.objects.link(obj)
    except RuntimeError as error:
        raise ValueError(f"assets: {path} cannot be read: {str(error).strip()}") from error
    finally:
        bpy.data.scenes.remove(scene)
    if not any(obj.type in scene_labels.CARRIERS for obj in collection.objects):
        raise ValueError(f"assets: {path} holds no surface")
    return collection


def _append(path: Path, scene: bpy.types.Scene) -> None:
    there_before = set(bpy.data.libraries)
    with bpy.data.libraries.load(str(path)) as (there, wanted):
        wanted.objects = there.objects
    for obj in wanted.objects:
        scene.collection.objects.link(obj)
    bpy.data.batch_remove({library for library in bpy.data.libraries if not library.parent} - there_before)


def _import(path: Path, scene: bpy.types.Scene) -> None:
    """The importer tells each mesh that it reads, which nobody wants to know of a hundred rooms."""
    told = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0], collection=scene.collection):
            bpy.ops.import_scene.gltf(filepath=str(path))
    finally:
        logging.disable(told)


def _bounds(collection: bpy.types.Collection) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner, (3,) each, in the file's metres."""
    corners = [
        np.array(obj.bound_box) @ np.array(obj.matrix_world)[:3, :3].T + np.array(obj.matrix_world)[:3, 3]
        for obj in collection.objects
        if obj.type in scene_labels.CARRIERS
    ]
    points = np.concatenate(corners)
    return points.min(0), points.max(0)


def _top(collection: bpy.types.Collection, low: np.ndarray, ground: float) -> float | None:
    """How high the level top of a thing is, above its lowest point; None where nothing could lie on it safely.

    Level is what faces up, by area, at one height.
    """
    faces = [face for face in _faces(collection) if face.normal[2] > 0.95]
    height, area = np.array([face.corners[:, 2].mean() for face in faces]), np.array([face.area for face in faces])
    best: float | None = None
    for step in np.unique(np.round(height / LEVEL)):
        near = np.abs(height - step * LEVEL) < LEVEL
        if area[near].sum() > SHARE_OF_TOP * ground:
            best = float(height[near].max() - low[2])
    return best


def canvas(assets: Assets, model: Model) -> tuple[float, float, float, float, float]:
    """Where a picture is to be painted in a frame that hangs: left, right, low, high and how far before the wall.

    That is its largest filled rectangle of faces to the front at one depth; behind the frame where it has none.
    """
    collection, low, high = assets.read[model.source]
    middle = (low + high) / 2
    faces = [face for face in _faces(collection) if face.normal[1] < -0.95]
    depth, area = np.array([face.corners[:, 1].mean() for face in faces]), np.array([face.area for face in faces])
    best, found = 0.25 * model.wide * model.tall, None
    for step in np.unique(np.round(depth / FLAT)):
        near = np.flatnonzero(np.abs(depth - step * FLAT) < FLAT)
        corners = np.concatenate([faces[number].corners for number in near])
        (left, front, bottom), (right, _, top) = corners.min(0), corners.max(0)
        if best < area[near].sum() > 0.8 * (right - left) * (top - bottom):
            best, found = area[near].sum(), (left, right, bottom, top, front)
    if found is None:
        return -0.46 * model.wide, 0.46 * model.wide, -0.46 * model.tall, 0.46 * model.tall, 0.002
    left, right, bottom, top, front = (float(value) for value in found)
    return left - middle[0], right - middle[0], bottom - middle[2], top - middle[2], high[1] - front + 0.002


@dataclass(frozen=True)
class _Face:
    """In the file's metres: unit normal (3,), corners (n, 3), square metres."""

    normal: np.ndarray
    corners: np.ndarray
    area: float


def _faces(collection: bpy.types.Collection) -> Iterator[_Face]:
    for obj in collection.objects:
        if obj.type == "MESH":
            matrix = np.array(obj.matrix_world)
            turn, place = matrix[:3, :3], matrix[:3, 3]
            inverse, larger = np.linalg.inv(turn), abs(np.linalg.det(turn)) ** (2 / 3)
            points = np.empty(3 * len(obj.data.vertices), np.float32)
            obj.data.vertices.foreach_get("co", points)
            points = points.reshape(-1, 3) @ turn.T + place
            for polygon in obj.data.polygons:
                normal = np.array(polygon.normal) @ inverse
                normal /= np.linalg.norm(normal) or 1
                yield _Face(normal, points[list(polygon.vertices)], polygon.area * larger)
