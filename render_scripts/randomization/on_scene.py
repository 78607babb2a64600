"""Puts a frame's draw on the scene, family by family, and at the end takes all of it off again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from blender_addon.contract.run import Plan, View
from blender_addon.contract.words import listed
from blender_addon.occurrences import occurrences

from ..camera import metres_per_unit
from ..sampled_views.view_camera import stand
from .backgrounds_on_scene import background, transparent_film
from .camera_on_scene import drawn_cameras, place
from .develop import Development
from .distractor_models import models
from .distractors import draw_distractors, index_of
from .distractors_on_scene import Pool, pool
from .emitters_on_scene import emitting, may_be_lamp
from .free_space import FreeSpace, is_still
from .held import Change, held
from .lights_on_scene import added_changes, light_changes, spare_lights
from .looks_on_scene import looks
from .material_shifts import may_shift, shifting
from .own_groups import own_groups
from .poses import draw_tries
from .poses_on_scene import Places
from .scene_things import hdri_folder, kept_names, model_files, scene_things
from .sight import Sight
from .spec import Drawn, Randomization, draw_families, from_plan, of_drawn_size
from .world_on_scene import surroundings


@dataclass(frozen=True)
class Dressing:
    """`dress` puts the camera and the draw of a view on the scene, which is at its frame, and returns what was drawn;
    `cameras` are those that it renders through; `notes` say what was asked for in vain."""

    dress: Callable[[View], Drawn]
    cameras: Collection[bpy.types.Object]
    notes: tuple[str, ...] = ()


@contextmanager
def randomized(scene: bpy.types.Scene, plan: Plan, cameras: set[bpy.types.Object]) -> Iterator[Dressing]:
    """Until the block ends, `dress` makes the scene that of a view. `cameras` are those that it will be called for.

    Only what differs from the frame before is written, and what is not drawn for any more is put back; so a frame is
    the same whichever came before it. Wants the labels of instancers on the scene.
    """
    spec = from_plan(plan.settings.randomization)
    if not spec.on:
        yield Dressing(lambda view: _at_camera(scene, view), cameras)
        return
    with ExitStack() as stack:
        yield _dress(spec, scene, plan, cameras, stack)


def _dress(spec: Randomization, scene, plan: Plan, cameras: set[bpy.types.Object], stack: ExitStack) -> Dressing:
    view_layer = scene.view_layers[plan.settings.view_layer]
    metre = 1 / metres_per_unit(scene)
    keep = kept_names(spec, scene, plan.label_set)
    found = scene_things(spec, view_layer, list(occurrences(view_layer)), plan.label_set, keep)
    enter = stack.enter_context
    twins = enter(drawn_cameras(scene, cameras)) if spec.camera else {}
    spare = enter(spare_lights(scene, spec.lights.added[1])) if spec.lights else []
    around = enter(surroundings(scene, hdri_folder(spec.world), spec.world.evened)) if spec.world else None
    changing = dict.fromkeys([*found.emitters, *found.shifting])
    enter(own_groups(changing, lambda node: may_be_lamp(node) or may_shift(node)))
    emitters = enter(emitting(found.emitters))
    shifted = enter(shifting(found.shifting)) if spec.materials else None
    folders = [Path(pool.folder) for pool in spec.materials.textures] if spec.materials else []
    looked = enter(looks(found.slots, folders, metre)) if spec.materials else None
    sight = Sight(scene, view_layer, not spec.poses and is_still(scene))
    places = Places(spec.poses, keep, plan.label_set, scene, view_layer) if spec.poses else None
    distracting = _pool(spec, scene, plan, metre, stack)
    standing = enter(held())
    things = replace(found.things, size=plan.settings.size)
    changes = enter(held())  # the last to come is the first to go: what it shows is there as long as it is shown

    def dress(view: View) -> Drawn:
        drawn = draw_families(spec, things, plan.settings.seed, view.frame)
        size = of_drawn_size(plan, drawn).settings.size
        _at_camera(scene, view, twins.get(view.camera))
        if distracting:
            distracting.clear()  # nothing else that looks where something is shall know of them
        ground: list[Change] = []  # before anything looks where something is, and from where
        if drawn.resolution:
            ground += zip((scene.render,) * 2, ("resolution_x", "resolution_y"), size)
        if places and spec.poses:
            tries = draw_tries(spec.poses, places.movable, plan.settings.seed, view.frame)
            poses, motions = places.place(tries, *_eye(scene, view))
            drawn = replace(drawn, poses=poses)
            ground += places.changes(motions, standing)
        standing.show(ground)
        sight.look()
        if drawn.camera:
            place(twins[view.camera], drawn.camera, scene, metre, size, sight)
        wanted: list[Change] = []
        if drawn.lights:
            wanted += light_changes(drawn.lights, found.lamps, changes, metre)
            wanted += emitters.changes(drawn.lights.emitters, changes)
            wanted += added_changes(drawn.lights.added, spare, scene, metre, sight)
        if drawn.world and around:
            wanted += around.changes(drawn.world, scene)
        if drawn.materials and shifted and looked:
            wanted += shifted.changes(drawn.materials.shifts, changes)
            wanted += looked.changes(drawn.materials.looks)
        if drawn.backgrounds:
            wanted += transparent_film(drawn.backgrounds, scene)
        changes.show(wanted)
        if distracting and spec.distractors:
            asked = draw_distractors(spec.distractors, found.things.models, plan.settings.seed, view.frame)
            drawn = replace(drawn, distractors=distracting.show(asked, size))
        return drawn

    notes = []
    if spec.materials and not found.things.materials and not found.things.surfaces:
        notes.append("no material that is shown may change")
    if places and spec.poses and not places.movable:
        notes.append(f"nothing that has label {listed(list(spec.poses.labels), 3)} may move")
    return Dressing(dress, twins.values() if spec.camera else cameras, tuple(notes))


def _pool(spec: Randomization, scene, plan: Plan, metre: float, stack: ExitStack) -> Pool | None:
    if not spec.distractors:
        return None
    index = index_of(spec.distractors.label, plan.label_set)
    ready = stack.enter_context(models(model_files(spec)))
    space = FreeSpace(scene, is_still(scene) and not spec.poses)
    return stack.enter_context(pool(scene, spec.distractors, index, space, ready, metre))


def _at_camera(scene: bpy.types.Scene, view: View, twin: bpy.types.Object | None = None) -> Drawn:
    """Look through the camera of a view, or through its twin, where the view has it."""
    camera = scene.objects[view.camera]
    stand(camera, view)
    if scene.camera != (twin or camera):  # an equal write makes Blender evaluate the whole scene anew
        scene.camera = twin or camera
    return Drawn()


def _eye(scene: bpy.types.Scene, view: View) -> tuple[tuple[float, ...], bool]:
    """Where the camera of a view is, in Blender units, and whether that is sure: other things, which may yet move, may
    say where it is."""
    if view.pose:
        return tuple(row[3] for row in view.pose.matrix[:3]), True
    camera = scene.objects[view.camera]
    return tuple(camera.matrix_world.translation), not (camera.parent or camera.constraints)


def development(plan: Plan, drawn: Drawn, view: View, scene: bpy.types.Scene) -> Development | None:
    """What becomes of the light of a frame's pictures before the view transform; None where nothing does."""
    spec = from_plan(plan.settings.randomization)
    own_stops, behind = scene.view_settings.exposure, None
    if spec.backgrounds and drawn.backgrounds:
        behind = background(spec.backgrounds.folder, drawn.backgrounds, plan.settings.size, scene)
    if not (drawn.exposure or drawn.sensor) and behind is None:
        return None
    seed = plan.settings.seed
    return Development(spec.exposure, drawn.exposure, drawn.sensor, seed, view.frame, own_stops, behind)
