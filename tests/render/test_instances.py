"""Things that are shown through instancers of every kind: what is found, what is told, and which label pixels get."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import WIDTH, camera, copies_on, in_collection, instance, instancer_labels, labels_of, rectangle

from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.occurrences import occurrences
from render_scripts import preflight


@pytest.fixture
def scene(empty_scene):
    """16 m wide, a pixel a metre, seen from above."""
    camera(empty_scene, ortho=16)
    return empty_scene


def put(scene, collection, x, label=0, name="copy"):
    empty = instance(scene, collection, name, label)
    empty.location.x = x
    return empty


def found(scene):
    return list(occurrences(scene.view_layers[0], bpy.context.evaluated_depsgraph_get()))


def paths(scene):
    return sorted(" ".join(obj.name for obj in (*thing.instancers, thing.obj)) for thing in found(scene))


def row(scene, tmp_path):
    """The middle row of the label render, with the labels that instancers give."""
    with instancer_labels(found(scene)) as ambiguous:
        assert not ambiguous
        return labels_of(scene, tmp_path)[0][5].tolist()


def refusals(scene):
    problems = preflight.check_scene(scene, scene.view_layers[0], built_in("nyu40"), found(scene), 0.5)
    return [problem.message for problem in problems if problem.fatal]


def across(*labels):
    """A row of pixels from runs of (label, pixels)."""
    return [label for label, pixels in labels for _ in range(pixels)]


def book_and_shelf(scene, shelf_label=0, name="shelf"):
    """A shelf outside the picture whose nodes show a book of 4 x 4 m at the shelf's origin."""
    book = rectangle(scene, -2, 2, -2, 2, name=f"book of {name}")
    book.hide_render = True
    shelf = copies_on(scene, name, book, shelf_label)
    shelf.data.clear_geometry()
    shelf.data.from_pydata([(20, 0, 0), (21, 0, 0), (21, 1, 0)], [], [(0, 1, 2)])
    return book, shelf


# Copies by nodes inside collection instances


def test_copies_inside_an_instance_are_found_and_get_its_label(scene, tmp_path):
    book, shelf = book_and_shelf(scene)
    put(scene, in_collection("room", shelf, book), 4, 5, name="flat")
    assert paths(scene) == ["flat shelf", "flat shelf book of shelf"]
    assert row(scene, tmp_path) == across((BACKGROUND, 10), (5, 4), (BACKGROUND, 2))


def test_copies_inside_an_instance_in_an_instance(scene, tmp_path):
    book, shelf = book_and_shelf(scene)
    room = put(scene, in_collection("inner", shelf, book), 0, 7, name="room")
    put(scene, in_collection("outer", room), 4, 5, name="flat")
    assert paths(scene) == ["flat room shelf", "flat room shelf book of shelf"]
    assert row(scene, tmp_path) == across((BACKGROUND, 10), (7, 4), (BACKGROUND, 2))


def test_the_host_is_nearer_than_the_instance(scene, tmp_path):
    book, shelf = book_and_shelf(scene, 3)
    room = in_collection("room", shelf, book)
    put(scene, room, -4, 5)
    put(scene, room, 4, 6)
    assert row(scene, tmp_path) == across((BACKGROUND, 2), (3, 4), (BACKGROUND, 4), (3, 4), (BACKGROUND, 2))


def test_hosts_of_different_labels_in_one_instance(scene, tmp_path):
    """Evaluation names neither host; they are told apart by what they refer to."""
    parts = [*book_and_shelf(scene, 3, "shelf"), *book_and_shelf(scene, 14, "desk")]
    parts[0].location.x, parts[2].location.x = -4, 4  # nodes copy where the source stands
    for tree in bpy.data.node_groups:
        tree.nodes["Object Info"].transform_space = "RELATIVE"
    put(scene, in_collection("room", *parts), 0)
    assert refusals(scene) == []
    assert row(scene, tmp_path) == across((BACKGROUND, 2), (3, 4), (BACKGROUND, 4), (14, 4), (BACKGROUND, 2))


def test_copies_under_instances_of_different_labels_are_refused_until_they_have_their_own(scene, tmp_path):
    book, shelf = book_and_shelf(scene)
    room = in_collection("room", shelf, book)
    put(scene, room, -4, 5)
    put(scene, room, 4, 6)
    (message,) = refusals(scene)
    assert "'book of shelf': copies by geometry nodes" in message and "label the object itself" in message
    book.pass_index = 9
    assert refusals(scene) == []
    assert row(scene, tmp_path) == across((BACKGROUND, 2), (9, 4), (BACKGROUND, 4), (9, 4), (BACKGROUND, 2))


def test_a_member_that_is_shown_itself_and_copied_beside_it(scene):
    """Both have the instance's label; at a glance they are the same object in the same instance."""
    book, shelf = book_and_shelf(scene, 3)
    book.hide_render = False
    put(scene, in_collection("room", shelf, book), 0, 5, name="flat")
    assert paths(scene) == ["flat book of shelf", "flat shelf", "flat shelf book of shelf"]
    assert "'book of shelf': copies by geometry nodes" in refusals(scene)[0]


def test_particles_inside_an_instance(scene):
    leaf, tree = rectangle(scene, 0, 1, name="leaf"), rectangle(scene, 0, 1, name="tree")
    leaf.hide_render = True
    tree.modifiers.new("leaves", "PARTICLE_SYSTEM")
    hair = tree.particle_systems[0].settings
    hair.type, hair.render_type, hair.instance_object, hair.count = "HAIR", "OBJECT", leaf, 3
    put(scene, in_collection("garden", tree), 0, 5, name="park")
    assert paths(scene) == ["park tree", "park tree leaf"]
    assert {thing.label_id for thing in found(scene)} == {5}
    tree.show_instancer_for_render = False
    assert paths(scene) == ["park tree leaf"]


def test_hidden_hosts_show_nothing(scene):
    _, shelf = book_and_shelf(scene, 3)
    hidden = in_collection("hidden", shelf)
    scene.collection.children.link(hidden)
    assert paths(scene) == ["shelf", "shelf book of shelf"]
    hidden.hide_render = True
    assert paths(scene) == []


# Vertices and faces


@pytest.fixture
def buttons(scene):
    """A board from x = -3 to x = 1 whose middle shows a button 2 m wide; the button itself is at the origin."""
    board = rectangle(scene, -3, 1, -4, 4, name="board")
    button = rectangle(scene, -1, 1, -1, 1, z=1, name="button")
    button.parent, board.instance_type = board, "FACES"
    return board, button


def test_what_is_shown_on_faces_is_not_shown_itself(scene, tmp_path, buttons):
    board, button = buttons
    board.pass_index = 3
    assert paths(scene) == ["board", "board button"]
    assert refusals(scene) == []
    button.pass_index = 5
    assert row(scene, tmp_path) == across((BACKGROUND, 5), (3, 1), (5, 2), (3, 1), (BACKGROUND, 7))
    button.pass_index, board.show_instancer_for_render = 0, False
    assert paths(scene) == ["board button"]
    assert row(scene, tmp_path) == across((BACKGROUND, 6), (3, 2), (BACKGROUND, 8))


def test_faces_inside_instances_of_different_labels(scene, tmp_path, buttons):
    """The copied collection has a board of its own, and its button must be on that."""
    board, button = buttons
    panels = in_collection("panels", board, button)
    put(scene, panels, -4, 5)
    put(scene, panels, 4, 6)
    assert "'button': copies by geometry nodes" in refusals(scene)[0]
    button.pass_index = 9
    assert refusals(scene) == []
    panel = [((label, 1), (9, 2), (label, 1)) for label in (5, 6)]
    assert row(scene, tmp_path) == across((BACKGROUND, 1), *panel[0], (BACKGROUND, 4), *panel[1], (BACKGROUND, 3))


# Copies of collections


def test_a_member_of_two_child_collections_is_copied_once(scene):
    box = rectangle(scene, 0, 1, name="box")
    first, second, outer = in_collection("first", box), in_collection("second"), in_collection("outer")
    second.objects.link(box)
    outer.children.link(first)
    outer.children.link(second)
    put(scene, outer, 1, 5)
    put(scene, outer, 2, 6)
    assert len(found(scene)) == 2
    with instancer_labels(found(scene)):
        assert len(found(scene)) == 2
        assert len(bpy.data.meshes) == 1 and bpy.data.meshes[0].users == 3


def test_metaballs_of_an_instance_render_nothing(scene, tmp_path):
    ball = bpy.data.objects.new("ball", bpy.data.metaballs.new("ball"))
    ball.data.elements.new().radius = 3
    balls = in_collection("balls", ball)
    put(scene, balls, -5, 5)
    put(scene, balls, 5, 6)
    assert paths(scene) == []
    assert row(scene, tmp_path) == [BACKGROUND] * WIDTH
    scene.collection.children.link(balls)
    assert paths(scene) == ["ball"]
    before = labels_of(scene, tmp_path)[0]
    assert set(np.unique(before)) == {0, BACKGROUND}
    with instancer_labels(found(scene)):
        assert np.array_equal(labels_of(scene, tmp_path)[0], before)


# Materials that nodes set


def test_materials_that_nodes_set_count(scene):
    part = bpy.data.materials.new("part")
    tree = bpy.data.node_groups.new("paint", "GeometryNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=in_out, socket_type="NodeSocketGeometry")
    paint = tree.nodes.new("GeometryNodeSetMaterial")
    paint.inputs["Material"].default_value = part
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs[0], paint.inputs[0])
    tree.links.new(paint.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    wall = rectangle(scene, 0, 1, name="wall")
    wall.data.materials.append(bpy.data.materials.new("plaster"))
    wall.modifiers.new("paint", "NODES").node_group = tree
    assert [thing.unlabelled for thing in found(scene)] == [True]
    part.pass_index = 7
    assert [thing.unlabelled for thing in found(scene)] == [False]
    part.pass_index = 99
    assert "material 'part' has pass index 99" in refusals(scene)[0]
