"""What cameras are kept from seeing is neither rendered as a label nor counted, warned of or suggested."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from exact_cases import (
    FLOOR,
    OTHER,
    THING,
    Answer,
    Case,
    floor,
    layers,
    rectangle,
    rendered,
    settings_of,
    thing,
)
from exact_holdouts import held_leaf
from exact_things import collected
from scenery import copies_on, instance

from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.contract.run import View
from blender_addon.label_render.label_pass import render_labels
from blender_addon.label_render.visibility import things_shown
from blender_addon.occurrences import occurrences
from render_scripts import passes, preflight

HOLDOUT, UNSEEN = BACKGROUND, FLOOR
"""What is where the thing would be, over the floor."""


def plain(scene):
    obj, _ = thing(scene)
    return obj, obj


def instanced(scene):
    obj, _ = thing(scene)
    return instance(scene, collected(scene, obj), "instancer"), obj


def nested(scene):
    middle, obj = instanced(scene)
    return instance(scene, collected(scene, middle), "outer"), obj


def copied(scene):
    source, _ = thing(scene)
    source.hide_render = True
    return copies_on(scene, "host", source, THING), source


def held_out(top, _):
    top.is_holdout = True


def unseen(top, _):
    top.visible_camera = False


def in_collection(**flags):
    def keep(top, _):
        scene = bpy.context.scene
        home = collected(scene, top)
        home.name = "home"
        scene.collection.children.link(home)
        layer = bpy.context.view_layer.layer_collection.children["home"]
        for name, value in flags.items():
            setattr(layer, name, value)

    return keep


def member_unseen(_, obj):
    obj.visible_camera = False


def member_held_out(_, obj):
    obj.is_holdout = True


KEPT = [
    (held_out, HOLDOUT), (unseen, UNSEEN), (in_collection(holdout=True), HOLDOUT),
    (in_collection(indirect_only=True), UNSEEN),
]  # fmt: skip


def looked_at(scene, folder):
    """The labels where the thing is over the floor, and the objects that are said to be shown."""
    labels = rendered(scene, Case("any", None), Answer(layers()), folder)[1]
    shown = {thing.obj.name for thing in occurrences(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get())}
    return set(np.unique(labels[22:26, 30:34]).tolist()), shown


@pytest.mark.parametrize(("keep", "code"), KEPT)
@pytest.mark.parametrize("build", [plain, instanced, nested, copied])
def test_what_cameras_are_kept_from_is_not_shown(empty_scene, tmp_path, build, keep, code):
    floor(empty_scene)
    top, obj = build(empty_scene)
    assert looked_at(empty_scene, tmp_path) == ({THING}, {"floor", obj.name, *({"host"} if build is copied else ())})
    keep(top, obj)
    assert looked_at(empty_scene, tmp_path) == ({code}, {"floor"})


@pytest.mark.parametrize("build", [instanced, nested])
def test_of_members_cycles_asks_whether_cameras_see_them_and_not_whether_they_are_holdouts(
    empty_scene, tmp_path, build
):
    floor(empty_scene)
    top, obj = build(empty_scene)
    member_held_out(top, obj)
    assert looked_at(empty_scene, tmp_path) == ({THING}, {"floor", "thing"})
    member_unseen(top, obj)
    assert looked_at(empty_scene, tmp_path) == ({UNSEEN}, {"floor"})


def test_the_next_image_is_what_it_would_have_been(empty_scene, tmp_path):
    """With data that persists: holdouts with holes, which a label render takes away, and a catcher of shadows."""
    held_leaf("object")(empty_scene)
    catcher = rectangle(empty_scene, -3, 3, z=-0.5, label=OTHER)
    catcher.is_shadow_catcher = True
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    empty_scene.collection.objects.link(sun)
    before = [obj.visible_camera for obj in empty_scene.objects]
    for transparent in (True, False):
        empty_scene.render.film_transparent = transparent
        case = Case("any", None)
        first, second = (rendered(empty_scene, case, Answer(layers()), tmp_path) for _ in range(2))
        chosen, images = settings_of(case, Answer(layers())), []
        with passes.prepared(empty_scene, chosen):
            for _ in range(2):
                images.append(passes.render_image(empty_scene, tmp_path / "image.png", chosen.size))
                assert np.array_equal(render_labels(empty_scene, chosen, None)[0], first[1])
        assert images[0].std() > 1
        assert all(np.array_equal(each, first[0]) for each in (*images, second[0]))
        assert catcher.is_shadow_catcher and before == [obj.visible_camera for obj in empty_scene.objects]
        assert empty_scene.render.film_transparent == transparent


def test_a_holdout_without_a_label_is_no_problem(empty_scene):
    floor(empty_scene)
    obj, _ = thing(empty_scene, label=0)
    layer = bpy.context.view_layer
    label_set = built_in("nyu40")

    def problems():
        return [
            str(each) for each in preflight.check_scene(empty_scene, layer, label_set, list(occurrences(layer)), 0.5)
        ]

    assert any("thing" in problem for problem in problems())
    obj.is_holdout = True
    assert problems() == []


def test_a_holdout_for_a_while_is_shown_in_the_other_frames(empty_scene):
    floor(empty_scene)
    obj, _ = thing(empty_scene)
    for frame, held in ((1, True), (5, False)):
        obj.is_holdout = held
        obj.keyframe_insert("is_holdout", frame=frame)
    empty_scene.frame_set(1)
    views = [View(frame, frame, "Camera", "") for frame in range(1, 9)]
    shown = {each.obj.name for each in things_shown(empty_scene, bpy.context.view_layer, views)}
    assert shown == {"floor", "thing"}
