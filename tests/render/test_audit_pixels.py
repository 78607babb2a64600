"""Pixels of findings, in a picture that is known on paper."""

from __future__ import annotations

import bpy
import pytest
from scenery import camera, copies_on, rectangle

from blender_addon.audit.pixels import MOST_VIEWS, evenly, measure
from blender_addon.contract.run import View
from blender_addon.label_render.viewpoints import find_views


def last(scene, **more):
    (*_, found) = measure(scene, scene.view_layers[0], find_views(scene), **{"label_set": None, **more})
    return found


def test_halves_and_what_nobody_sees(empty_scene):
    camera(empty_scene, ortho=4)
    rectangle(empty_scene, -9, 0, name="left")
    rectangle(empty_scene, 0, 1, name="right", label=3)
    rectangle(empty_scene, 50, 51, name="far")
    found = last(empty_scene, size=(16, 12))
    assert found.total == 16 * 12
    assert {name: found.pixels[name] for name in ("left", "right", "far")} == {"left": 96, "right": 48, "far": 0}
    assert (found.looks.views, found.looks.all_views, found.looks.size, found.done) == (1, 1, (16, 12), True)


def test_views_add_up(empty_scene):
    camera(empty_scene, ortho=4)
    second = bpy.data.objects.new("second", empty_scene.camera.data)
    second.location = (2, 0, 5)
    empty_scene.collection.objects.link(second)
    rectangle(empty_scene, 0, 9, name="right")
    found = last(empty_scene, size=(16, 12))
    assert (found.pixels["right"], found.total) == (96 + 192, 2 * 192)


def test_what_would_need_two_labels_is_counted_and_left_as_it_was(empty_scene):
    camera(empty_scene, ortho=4)
    book = rectangle(empty_scene, -9, 0, z=1, name="book")
    book.hide_render = True
    copies_on(empty_scene, "shelf", book, 3)
    copies_on(empty_scene, "desk", book, 4)
    found = last(empty_scene, size=(16, 12))
    assert found.pixels["book"] == 96
    assert book.pass_index == 0


def test_of_a_long_animation_some_views_at_even_distances():
    views = [View(number, number, "Camera", "Camera") for number in range(1, 101)]
    chosen = [view.frame for view in evenly(views)]
    assert len(chosen) == MOST_VIEWS
    assert (chosen[0], chosen[-1]) == (1, 100)
    assert {after - before for before, after in zip(chosen, chosen[1:])} == {4, 5}
    assert evenly(views[:5]) == views[:5]


@pytest.mark.parametrize("stop", [True, False])
def test_the_scene_is_put_back(empty_scene, stop):
    camera(empty_scene, ortho=4)
    rectangle(empty_scene, -9, 0, name="left")
    before = (empty_scene.render.resolution_x, empty_scene.frame_current, len(bpy.data.objects))
    looks = measure(empty_scene, empty_scene.view_layers[0], find_views(empty_scene), label_set=None)
    next(looks)
    if stop:
        looks.close()
    else:
        list(looks)
    assert (empty_scene.render.resolution_x, empty_scene.frame_current, len(bpy.data.objects)) == before
