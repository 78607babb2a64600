"""Whole curves of constant keys: what a property is at its keys, between them and after the last."""

from __future__ import annotations

import bpy

from scenes.constant_keys import key


def values(scene, read, frames) -> list:
    found = []
    for frame in frames:
        scene.frame_set(frame)
        found.append(read())
    return found


def test_vectors_switches_and_properties_jump_at_their_keys(empty_scene):
    obj = bpy.data.objects.new("thing", None)
    empty_scene.collection.objects.link(obj)
    obj["size"] = 0.0
    key(obj, "location", [1, 4], [(1, 2, 3), (4, 5, 6)])
    key(obj, "hide_render", [1, 3], [True, False])
    key(obj, '["size"]', [2, 5], [0.25, 0.5])
    assert values(empty_scene, lambda: tuple(obj.location), (1, 3, 4, 9)) == [(1, 2, 3)] * 2 + [(4, 5, 6)] * 2
    assert values(empty_scene, lambda: obj.hide_render, (1, 2, 3, 4)) == [True, True, False, False]
    assert values(empty_scene, lambda: obj["size"], (2, 4, 5, 6)) == [0.25, 0.25, 0.5, 0.5]


def test_new_keys_take_the_place_of_old_ones(empty_scene):
    obj = bpy.data.objects.new("thing", None)
    empty_scene.collection.objects.link(obj)
    key(obj, "location", [1, 2, 3], [(1, 0, 0), (2, 0, 0), (3, 0, 0)])
    key(obj, "location", [2], [(7, 0, 0)])
    assert values(empty_scene, lambda: obj.location.x, (1, 2, 3)) == [7, 7, 7]
