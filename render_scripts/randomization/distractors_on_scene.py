"""Puts distractors into a frame, where the camera sees them and where they meet nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Quaternion
from numpy.typing import NDArray

from blender_addon.label_render.stage import changed

from ..camera import distortion_of
from .distractor_models import Model, Models
from .distractor_objects import Member
from .distractor_shapes import SHAPES, Shape
from .distractors import Distractor, Distractors, DistractorsDraw, Spot, Wanted, covered, upright
from .free_space import FreeSpace, Hit, Point
from .lights_on_scene import ray_through

APART = 0.02  # metres between distractors, and from them to lamps and to what they float in front of
AHEAD = 0.1  # metres from the camera to the nearest point of one
LIFT = 0.004  # metres: what stands on something touches it, and may
LEVEL = 0.006  # metres by which the ground may differ under what stands
ABOVE = 0.0005  # metres by which it stands above: two surfaces in one place show either
SPOTS = (0.15, 0.5, 0.85)  # of its length and width, where the ground is felt
STEEP = 0.98  # of a normal's height


@dataclass(frozen=True)
class _Placed:
    """A distractor and where all of it is, in Blender units: its points, the ball around it, the share it hides."""

    drawn: Distractor
    centre: Point
    radius: float
    hidden: float


@dataclass(frozen=True)
class _Look:
    """What the camera sees of the world: from where, along which axis, and the area of the picture at distance 1."""

    kind: str
    place: Point
    axes: NDArray[np.float64]
    area: float
    lamps: NDArray[np.float64]


class Pool:
    """The objects of a run's distractors."""

    def __init__(
        self, scene: bpy.types.Scene, spec: Distractors, index: int, space: FreeSpace, models: Models, metre: float
    ) -> None:
        self._scene, self._spec, self._metre = scene, spec, metre
        self._ours = {name: Model(make(), (None,)) for name, make in SHAPES.items()}
        self._space, self._models = space, models
        self._members = [Member(scene, number, index) for number in range(spec.count[1])]

    def clear(self) -> None:
        """No distractor is anywhere: for what looks where something is."""
        for member in self._members:
            member.clear()

    def show(self, wanted: Iterable[Wanted], size: tuple[int, int]) -> DistractorsDraw:
        """Find a place for each in a picture of that size, scene and camera being those of the frame; put it there."""
        render = self._scene.render
        with changed(render, resolution_x=size[0], resolution_y=size[1], resolution_percentage=100):
            return self._show(list(wanted))

    def _show(self, wanted: list[Wanted]) -> DistractorsDraw:
        placed: list[_Placed] = []
        if wanted:
            for one in wanted:
                self._model(one.shape)  # what a file brings makes Blender evaluate the scene anew
            self._space.look()
            look = _look(self._scene, self._space.depsgraph)
            for one in wanted:
                found = self._place(one, placed, look)
                if found:
                    placed.append(found)
        for member, one in zip(self._members, placed):
            member.show(one.drawn, self._model(one.drawn.shape), self._metre)
        hidden = round(sum(one.hidden for one in placed), 6)
        return DistractorsDraw(self._spec.label, tuple(one.drawn for one in placed), len(wanted) - len(placed), hidden)

    def _model(self, name: str) -> Model:
        return self._models[name] if self._spec.models else self._ours[name]

    def remove(self) -> None:
        bpy.data.batch_remove([each for member in self._members for each in member.blocks])

    def _place(self, one: Wanted, placed: list[_Placed], look: _Look) -> _Placed | None:
        shape = self._model(one.shape).shape
        points = shape.points * one.stretch * (one.size * self._metre)
        walls, triangles = _walls(shape) if self._spec.models else (shape.points, _triangles(shape))
        walls = walls * one.stretch * (one.size * self._metre)
        for spot in one.spots:
            turn = upright(spot.turn) if one.standing else spot.turn
            across = np.array(Quaternion(turn).to_matrix()).T
            turned = points @ across
            centre = self._stand(turned, spot) if one.standing else self._float(turned, spot, look)
            if centre is None:
                continue
            there, radius = turned + centre, float(np.linalg.norm(points, axis=1).max())
            hidden = _share(there, look)
            others = np.array([each.centre for each in placed]).reshape(-1, 3)
            radii = np.array([each.radius for each in placed])
            if (
                hidden + sum(each.hidden for each in placed) <= self._spec.hidden
                and (np.linalg.norm(others - centre, axis=1) > radii + radius + APART * self._metre).all()
                and (np.linalg.norm(look.lamps - centre, axis=1) > radius + APART * self._metre).all()
                and np.linalg.norm(look.place - centre) > radius + AHEAD * self._metre
                and self._space.is_free(walls @ across + centre + (0, 0, LIFT * self._metre * one.standing), triangles)
            ):
                where = tuple(round(float(each), 6) for each in centre / self._metre)
                kind = "standing" if one.standing else "floating"
                drawn = Distractor(one.shape, one.size, one.stretch, kind, where, turn, one.own_look, one.paint)
                return _Placed(drawn, np.array(where) * self._metre, radius, hidden)
        return None

    def _float(self, points: Point, spot: Spot, look: _Look) -> Point | None:
        """On the way from the camera to what it sees there."""
        radius = float(np.linalg.norm(points, axis=1).max())
        near, far = (each * self._metre for each in self._spec.distance)
        start, way, hit = self._seen(spot, far + 2 * radius)
        near = max(near, radius + AHEAD * self._metre)
        far = min(far, hit.distance - radius - APART * self._metre) if hit else far
        return start + way * (near + (far - near) * spot.share) if far >= near else None

    def _stand(self, points: Point, spot: Spot) -> Point | None:
        """On what the camera sees there, if that is level under all of it and nothing is above."""
        near, far = (each * self._metre for each in self._spec.distance)
        _, way, hit = self._seen(spot, far)
        if not hit or hit.distance < near or abs(hit.normal[2]) < STEEP or way[2] >= 0:
            return None
        low, high = points.min(axis=0), points.max(axis=0)
        room = high[2] - low[2] + LEVEL * self._metre
        for across in SPOTS:
            for along in SPOTS:
                over = hit.point + (low[0] + across * (high[0] - low[0]), low[1] + along * (high[1] - low[1]), room)
                under = self._space.first(over, np.array([0.0, 0.0, -1.0]), room + LEVEL * self._metre)
                if not under or abs(under.distance - room) > LEVEL * self._metre:
                    return None
        return hit.point + (0, 0, ABOVE * self._metre - low[2])

    def _seen(self, spot: Spot, far: float) -> tuple[Point, Point, Hit | None]:
        """A ray through a point of the picture: its start, its direction, and what it meets."""
        start, way = map(np.array, ray_through(self._scene, self._space.depsgraph, spot.across, spot.up))
        way /= np.linalg.norm(way)
        return start, way, self._space.first(start, way, far)


def _look(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> _Look:
    camera = scene.camera.evaluated_get(depsgraph)
    matrix = np.array(camera.matrix_world.normalized(), np.float64)
    corners = np.array(camera.data.view_frame(scene=scene))
    wide, high, _ = np.ptp(corners, axis=0)
    deep = 1.0 if camera.data.type == "ORTHO" else abs(float(corners[0, 2]))
    shown = (obj for obj in depsgraph.objects if obj.type == "LIGHT" and obj.data.type != "SUN" and obj.data.energy)
    lamps = np.array([obj.matrix_world.translation for obj in shown], np.float64).reshape(-1, 3)
    kind = "PERSP" if distortion_of(camera.data) else camera.data.type
    return _Look(kind, matrix[:3, 3], matrix[:3, :3], float(wide * high) / deep**2, lamps)


def _share(points: Point, look: _Look) -> float:
    """The share of the picture that a thing hides at most: that of the convex hull of its points."""
    seen = (points - look.place) @ look.axes
    if look.kind == "ORTHO":
        return covered(seen[:, :2]) / look.area
    if look.kind == "PANO":  # of the whole sphere
        middle, radius = seen.mean(axis=0), float(np.ptp(seen, axis=0).max())
        far = max(float(np.linalg.norm(middle)), 1e-9)
        return (1 - np.sqrt(max(1 - (radius / far) ** 2, 0))) / 2
    if seen[:, 2].max() >= -1e-6:
        return 1.0
    return covered(seen[:, :2] / -seen[:, 2:]) / look.area


def _triangles(shape: Shape) -> NDArray[np.int32]:
    """Corners of triangles: faces are convex, so each is a fan."""
    return np.array(
        [(face[0], face[n], face[n + 1]) for face in shape.faces for n in range(1, len(face) - 1)], np.int32
    )


def _walls(shape: Shape) -> tuple[Point, NDArray[np.int32]]:
    """The box around a shape, as (points, triangles)."""
    ends = np.stack([shape.points.min(axis=0), shape.points.max(axis=0)])
    box = SHAPES["box"]()
    return np.where(box.points > 0, ends[1], ends[0]), _triangles(box)


@contextmanager
def pool(
    scene: bpy.types.Scene, spec: Distractors, index: int, space: FreeSpace, models: Models, metre: float
) -> Iterator[Pool]:
    """A `Pool` whose distractors carry the pass index `index`; they are gone when the block ends."""
    ready = Pool(scene, spec, index, space, models, metre)
    try:
        yield ready
    finally:
        ready.remove()
