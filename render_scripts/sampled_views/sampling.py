"""Sampled views of an open scene: a request becomes the views of a plan, and a report of how they were found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.run import Pose, View
from blender_addon.contract.view_search import Frequency, Search
from blender_addon.contract.words import counted, quoted
from blender_addon.label_render.label_pass import middle_of_the_shutter
from blender_addon.label_render.render_depsgraph import with_render_depsgraph
from blender_addon.label_render.stage import put_back_frame

from ..camera import metres_per_unit
from .choice import Choice, Told, choose
from .floors import Floors
from .judging import NO_LABEL
from .orbit_views import Centre, centre_of, orbit_judge
from .poses import Array, Optics
from .refusals import NoViews, no_room, too_few
from .room_views import around_judge, room_judge
from .rooms import rooms_of
from .surfaces import Surfaces, read_surfaces
from .surroundings import Place, look_around
from .targets import triangles_of
from .trajectory_views import choose_trajectory
from .view_camera import camera_name, optics_of
from .view_request import CURSOR, ViewRequest, to_words

PATIENCE = 5.0
"""Seconds after which a search that goes on says how far it is."""


@dataclass(frozen=True)
class Sampled:
    """The views, numbered from 1, and how they were found. `seconds` are those of the scene and of the search; `broken`
    names objects of which some faces are nowhere, and were passed over."""

    views: tuple[View, ...]
    report: Search
    seconds: tuple[float, float]
    broken: tuple[str, ...] = ()


def sample_views(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    request: ViewRequest,
    size: tuple[int, int],
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
) -> Sampled:
    """The views of a request at the scene's present frame, for pictures of `size` pixels. Where that takes long, `tell`
    hears every few seconds how far it is.

    They are judged at the moment that their labels will be of: of what moves, the middle of the shutter of that whole
    frame. The same geometry, labels, request, size and seed give the same views. Raises NoViews.
    """
    started = time.perf_counter()
    scale = metres_per_unit(scene)
    with put_back_frame(scene):
        if scene.frame_subframe:
            scene.frame_set(scene.frame_current)
        with middle_of_the_shutter(scene):
            surfaces = with_render_depsgraph(scene, view_layer, lambda seen: read_surfaces(view_layer, seen, scale))
    if surfaces is None:
        raise NoViews("sampled views: this scene shows no surfaces")
    place = look_around(surfaces, request.heights[0] + request.clearance)
    read = time.perf_counter()
    optics, lens = optics_of(scene, size)
    choice = _choose(scene, place, label_set, request, optics, lens, seed, _telling(tell, request))
    report = _report(choice, request, label_set)
    if len(choice.chosen) < (1 if request.fewer else request.count):
        raise NoViews(too_few(report, request, surfaces))
    name = camera_name(scene)
    what = request.kind if request.kind != "orbit" else f"orbit {request.target}"
    views = [
        # A ride is one view, as what moves is: a split that keeps views whole relies on it.
        View(at, scene.frame_current, name, what if request.kind == "trajectory" else f"{what} {at}", pose)
        for at, pose in enumerate((_pose(each.matrix, each.lens, scale) for each in choice.chosen), start=1)
    ]
    broken = tuple(obj.name for obj in scene.objects if obj.session_uid in surfaces.broken)
    return Sampled(tuple(views), report, (read - started, time.perf_counter() - read), broken)


def _telling(tell: Callable[[str], None], request: ViewRequest) -> Told:
    """What says how far a search is, when it has not done so for a while."""
    since = time.perf_counter()
    most = request.tries if request.kind == "trajectory" else request.tries * request.count

    def told(choice: Choice) -> None:
        nonlocal since
        if time.perf_counter() - since > PATIENCE:
            since = time.perf_counter()
            found = f"{len(choice.chosen)} of {counted(request.count, 'view')} found"
            tell(f"sampled views: {found}, {choice.looked_at} of at most {most} candidates looked at")

    return told


def _choose(
    scene: bpy.types.Scene,
    place: Place,
    label_set: LabelSet,
    request: ViewRequest,
    optics: Optics,
    lens: float,
    seed: int,
    told: Told,
) -> Choice:
    most = request.count * request.tries
    target = _label_ids(request, label_set) or request.balance
    if request.kind == "orbit":
        things = triangles_of(scene, place.surfaces, request.target, label_set)
        centres = [centre_of(place.surfaces, thing) for thing in things]
        judge = orbit_judge(place, centres, request, optics, lens, seed)
        return choose(judge, request.count, most, request.like, "none", told)
    if request.kind == "around":
        judge = around_judge(place, _spot(scene, place.surfaces, request, label_set), request, optics, lens, seed)
        return choose(judge, request.count, most, request.like, target, told)
    found = rooms_of(place, request)
    rooms = found.places
    if not len(rooms):
        raise NoViews(no_room(place, found, request))
    if request.kind == "trajectory":
        return choose_trajectory(place, rooms, request, optics, lens, seed, told)
    judge = room_judge(place, rooms, request, optics, lens, seed, _aims(place.surfaces, target, rooms))
    return choose(judge, request.count, most, request.like, target, told)


def _aims(surfaces: Surfaces, target: dict[int, float] | str, rooms: Floors) -> list[Array]:
    """Where the labels are whose frequencies are asked for: the middles of their things that lie over the rooms."""
    if target == "none":
        return []
    low, high = rooms.xy.min(axis=0) - rooms.step, rooms.xy.max(axis=0) + rooms.step
    middles = (surfaces.low + surfaces.high) / 2
    inside = ((middles[:, :2] >= low) & (middles[:, :2] <= high)).all(axis=1)
    pairs = np.unique(np.stack([surfaces.label, surfaces.thing], axis=1), axis=0)
    wanted = [label for label in np.unique(pairs[:, 0]).tolist() if label not in NO_LABEL]
    found = [middles[things[inside[things]]] for label in wanted for things in [pairs[pairs[:, 0] == label, 1]]
             if isinstance(target, str) or target.get(label)]  # fmt: skip
    return [places for places in found if len(places)]


def _spot(scene: bpy.types.Scene, surfaces: Surfaces, request: ViewRequest, label_set: LabelSet) -> Array | Centre:
    if request.spot:
        return np.array(request.spot)
    if request.target in {"", CURSOR}:
        return np.array(scene.cursor.location) * metres_per_unit(scene)
    return centre_of(surfaces, triangles_of(scene, surfaces, request.target, label_set)[0])


def _label_ids(request: ViewRequest, label_set: LabelSet) -> dict[int, float]:
    ids = {label.name: label.id for label in label_set.labels}
    strange = [name for name in request.targets if name not in ids]
    if strange:
        lacking = f"label set {label_set.name!r} has no such label{label_set.nearest(strange[0])}"
        raise NoViews(f"sampled views: targets name {quoted(strange)}; {lacking}")
    return {ids[name]: share for name, share in request.targets.items()}


def _report(choice: Choice, request: ViewRequest, label_set: LabelSet) -> Search:
    names = {label.id: label.name for label in label_set.labels}
    achieved = choice.achieved
    frequencies = [
        Frequency(names.get(label, str(label)), choice.target.get(label), round(achieved.get(label, 0.0), 6))
        for label in sorted({*choice.target, *achieved}, key=lambda label: (-achieved.get(label, 0.0), label))
    ]
    rejected = dict(choice.rejected.most_common())
    return Search(to_words(request), choice.looked_at, len(choice.chosen), rejected, tuple(frequencies))


def _pose(matrix: Array, lens: float, scale: float) -> Pose:
    """In Blender units, as the object's world matrix is."""
    units = matrix.copy()
    units[:3, 3] = np.round(units[:3, 3] / scale, 6) + 0.0
    one, two, three, four = (tuple(row) for row in units.tolist())
    return Pose((one, two, three, four), round(lens, 6))
