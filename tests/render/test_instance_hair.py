"""Things that are hair, with the faces that it grows on or without: their ids, boxes and masks, on paper."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, in_collection, instance, rectangle
from test_instance_table import rows_of, seen

from blender_addon.label_render import amodal
from blender_addon.label_render.covering import Projection

LENGTH, THICK = 4.0, 0.5


@pytest.fixture
def scene(empty_scene):
    """16 m wide, a pixel a metre, looking along +Y at what grows from z = 0."""
    eye = camera(empty_scene, ortho=16, at=(0, -20, 0))
    eye.rotation_euler.x = np.pi / 2
    return empty_scene


def hairy(scene, shown=True):
    """A square of 2 m with a straight hair on each corner, 4 m long and half a metre thick."""
    board = rectangle(scene, -1, 1, -1, 1, label=3, name="board")
    board.modifiers.new("hair", "PARTICLE_SYSTEM")
    hair = board.particle_systems[0].settings
    hair.type, hair.count, hair.emit_from, hair.use_emit_random = "HAIR", 4, "VERT", False
    hair.hair_length, hair.render_step, hair.use_close_tip, hair.shape = LENGTH, 2, False, 0
    hair.radius_scale, hair.root_radius, hair.tip_radius = 1.0, THICK, THICK
    board.show_instancer_for_render = shown
    return board


@pytest.mark.parametrize("shown", [True, False])
def test_the_box_holds_the_strands(scene, shown):
    hairy(scene, shown).location = (3, 0, 1)
    found = seen(scene, size=(160, 120))
    (row,) = rows_of(found).values()
    assert row.path == ("board",) and row.label == 3
    assert row.pixels > 2 * LENGTH * 10 * THICK * 10 * 0.8
    assert np.allclose(row.box_3d.size, (2 + THICK, 2 + THICK, LENGTH + THICK), atol=1e-3)
    assert np.allclose(row.box_3d.centre, (3, 0, 1 + LENGTH / 2), atol=1e-3)
    x, _, wide, _ = row.box_2d
    assert abs(x - (80 + 30 - 12.5)) <= 1 and abs(wide - 25) <= 1


def test_a_box_without_strands_is_that_of_the_faces(scene):
    hairy(scene).modifiers["hair"].show_render = False
    scene.camera.rotation_euler.x, scene.camera.location = 0, (0, 0, 20)
    (row,) = rows_of(seen(scene)).values()
    assert np.allclose(row.box_3d.size, (2, 2, 0))


@pytest.mark.parametrize("shown", [True, False])
def test_nobody_says_how_much_of_hair_is_hidden(scene, shown):
    hairy(scene, shown)
    found = seen(scene, size=(160, 120))
    onto = Projection(np.eye(4), (160, 120), 0.1, 100.0)
    masks = amodal.masks(found.instances, found.things, onto)
    (row,) = rows_of(found, 1.0, masks).values()
    assert masks == {row.id: None} and row.visible_fraction is None


def test_copies_of_hair_are_told_apart(scene):
    board = hairy(scene, shown=False)
    hairs = in_collection("hairs", board)
    for name, x in (("one", -4), ("two", 4)):
        instance(scene, hairs, name).location.x = x
    other = rectangle(scene, -0.5, 0.5, -0.5, 0.5, name="other")
    other.rotation_euler.x = np.pi / 2
    found = seen(scene, size=(160, 120))
    assert set(rows_of(found)) == {"one 0 board", "two 0 board", "other"}
    for row in rows_of(found).values():
        middle = row.box_2d[0] + row.box_2d[2] / 2
        assert abs(middle - {"one": 40, "two": 120, "other": 80}[row.path[0]]) <= 1


def test_curves_are_as_thick_as_their_points(scene):
    """A metre at one end and two at the other, 5 m apart."""
    hair = bpy.data.hair_curves.new("hair")
    hair.add_curves([2])
    for point, x, radius in zip(hair.points, (-2, 3), (0.5, 1)):
        point.position, point.radius = (x, 0, 0), radius
    scene.collection.objects.link(bpy.data.objects.new("hair", hair))
    (row,) = rows_of(seen(scene, size=(160, 120))).values()
    assert np.allclose(row.box_3d.size, (6.5, 2, 2)) and np.allclose(row.box_3d.centre, (0.75, 0, 0))
    assert row.box_2d[3] <= 20 and row.box_2d[2] <= 65
