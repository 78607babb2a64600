"""What a stage puts on the scene does its work, and comes off again without a trace."""

from __future__ import annotations

import bpy
import pytest
from mathutils import Matrix
from scenery import copies_on, in_collection, instance, instancer_labels, main_file, rectangle, write_library

from blender_addon.label_render.stage import changed
from blender_addon.occurrences import occurrences


def dump():
    """All objects and collections, with what a stage could leave behind on them."""
    objects = {
        obj.name_full: (
            obj.pass_index,
            obj.data and obj.data.name_full,
            obj.instance_collection and obj.instance_collection.name_full,
            obj.parent and obj.parent.name_full,
            tuple(map(tuple, obj.matrix_world)),
            obj.hide_render,
            obj.users,
            sorted(collection.name_full for collection in obj.users_collection),
        )
        for obj in bpy.data.objects
    }
    collections = {
        collection.name_full: (
            [obj.name_full for obj in collection.objects],
            [child.name_full for child in collection.children],
            tuple(collection.instance_offset),
            collection.hide_render,
            collection.users,
        )
        for collection in (*bpy.data.collections, *(scene.collection for scene in bpy.data.scenes))
    }
    return objects, collections, {mesh.name_full: mesh.users for mesh in bpy.data.meshes}


def rendered(scene):
    """Sorted (names of the instancers down to the object, pass index that Cycles reads) of all that is rendered."""
    found = set()
    for thing in occurrences(scene.view_layers[0], bpy.context.evaluated_depsgraph_get()):
        place = tuple(round(value, 3) for value in _world(thing).translation)
        found.add((place, thing.obj.pass_index))
    return sorted(found)


def _world(thing):
    matrix = thing.obj.matrix_world
    for instancer in reversed(thing.instancers if thing.splittable else ()):
        matrix = instancer.matrix_world @ Matrix.Translation(-instancer.instance_collection.instance_offset) @ matrix
    return matrix


def resolved(scene):
    """The same, as the resolver says it must be."""
    things = occurrences(scene.view_layers[0], bpy.context.evaluated_depsgraph_get())
    return sorted({(tuple(round(value, 3) for value in _world(thing).translation), thing.label_id) for thing in things})


def check(scene, labels):
    """Within the block every place has the label that the resolver gives it (these, in order); after it, no trace."""
    bpy.context.view_layer.update()
    before, wanted = dump(), resolved(scene)
    assert [label for _, label in wanted] == labels
    things = list(occurrences(scene.view_layers[0], bpy.context.evaluated_depsgraph_get()))
    with instancer_labels(things) as ambiguous:
        bpy.context.view_layer.update()
        assert rendered(scene) == wanted
        assert ambiguous == []
    bpy.context.view_layer.update()
    assert dump() == before
    with pytest.raises(RuntimeError):
        with instancer_labels(things):
            raise RuntimeError
    bpy.context.view_layer.update()
    assert dump() == before


def put(scene, collection, x, label=0, name=None):
    """An instance at x; every instance and object of these tests has its own x, which tells it in the answers."""
    empty = instance(scene, collection, name or f"at {x}", label)
    empty.location.x = x
    return empty


def box(scene, x=0.0, label=0, name="box"):
    obj = rectangle(scene, 0, 0.1, label=label, name=name)
    obj.location.x = x
    return obj


# changed


def test_changed_puts_back(empty_scene):
    render = empty_scene.render
    before = (render.resolution_x, render.engine, empty_scene.camera)
    with changed(render, resolution_x=7, engine="BLENDER_WORKBENCH"):
        assert (render.resolution_x, render.engine) == (7, "BLENDER_WORKBENCH")
    assert (render.resolution_x, render.engine, empty_scene.camera) == before


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_changed_puts_back_after_an_exception(empty_scene, error):
    before = empty_scene.render.resolution_x
    with pytest.raises(error):
        with changed(empty_scene.render, resolution_x=7):
            empty_scene.render.resolution_x = 9
            raise error
    assert empty_scene.render.resolution_x == before


def test_changed_puts_back_what_it_had_set_when_a_value_is_refused(empty_scene):
    before = empty_scene.render.resolution_x
    with pytest.raises(TypeError):
        with changed(empty_scene.render, resolution_x=7, engine="NO SUCH ENGINE"):
            raise AssertionError("the block must not run")
    assert empty_scene.render.resolution_x == before


def test_changed_refuses_an_attribute_that_is_not_there(empty_scene):
    before = empty_scene.render.resolution_x
    with pytest.raises(AttributeError):
        with changed(empty_scene.render, resolution_x=7, no_such_attribute=1):
            raise AssertionError("the block must not run")
    assert empty_scene.render.resolution_x == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("location", (1, 2, 3)), ("rotation_euler", (1, 0, 0)), ("color", (0, 0, 0, 0.5)), ("lock_scale", (True,) * 3)],
)
def test_changed_puts_vectors_back(empty_scene, name, value):
    obj = box(empty_scene)
    before = tuple(getattr(obj, name))
    with changed(obj, **{name: value}):
        assert tuple(getattr(obj, name)) == value
    assert tuple(getattr(obj, name)) == before


def test_changed_puts_a_matrix_back(empty_scene):
    obj = box(empty_scene)
    before = obj.matrix_basis.copy()
    with changed(obj, matrix_basis=Matrix.Translation((1, 2, 3))):
        assert obj.location.y == 2
    assert obj.matrix_basis == before


def test_changed_leaves_equal_values_alone():
    class Watched:
        writes = 0

        def __setattr__(self, name, value):
            type(self).writes += 1
            object.__setattr__(self, name, value)

    watched = Watched()
    watched.__dict__["x"] = 1
    with changed(watched, x=1):
        pass
    assert Watched.writes == 0
    with changed(watched, x=2):
        pass
    assert Watched.writes == 2


# instancer_labels


def test_one_label_needs_no_copies(empty_scene):
    chairs = in_collection("chairs", box(empty_scene))
    put(empty_scene, chairs, 1, 5)
    put(empty_scene, chairs, 2, 5)
    things = list(occurrences(empty_scene.view_layers[0]))
    with instancer_labels(things):
        assert [obj.pass_index for obj in chairs.objects] == [5]
        assert len(bpy.data.objects) == 3
    check(empty_scene, [5, 5])


def test_one_collection_under_two_labels(empty_scene):
    chairs = in_collection("chairs", box(empty_scene), box(empty_scene, 0.5, label=9))
    put(empty_scene, chairs, 1, 5)
    put(empty_scene, chairs, 2, 6)
    put(empty_scene, chairs, 3)
    check(empty_scene, [5, 9, 6, 9, 0, 9])


def test_all_instancers_of_one_label_share_one_copy(empty_scene):
    chairs = in_collection("chairs", box(empty_scene))
    for at in range(20):
        put(empty_scene, chairs, at, 5 + at % 2)
    before = len(bpy.data.objects), len(bpy.data.collections)
    with instancer_labels(list(occurrences(empty_scene.view_layers[0]))):
        assert (len(bpy.data.objects), len(bpy.data.collections)) == (before[0] + 2, before[1] + 2)
    check(empty_scene, [5, 6] * 10)


def test_a_thing_shown_itself_and_as_a_copy(empty_scene):
    chairs = in_collection("chairs", box(empty_scene))
    empty_scene.collection.children.link(chairs)
    put(empty_scene, chairs, 1, 5)
    check(empty_scene, [0, 5])


def test_nested_instances_take_the_nearest_label(empty_scene):
    inner = in_collection("inner", box(empty_scene))
    outer = in_collection("outer", put(empty_scene, inner, 0.1), put(empty_scene, inner, 0.2, 7), box(empty_scene, 0.3))
    put(empty_scene, outer, 1, 5)
    put(empty_scene, outer, 2, 6)
    put(empty_scene, outer, 3)
    put(empty_scene, inner, 4)
    check(empty_scene, [5, 7, 5, 6, 7, 6, 0, 7, 0, 0])


@pytest.mark.parametrize("names", ["az", "za"])
def test_labelled_instancers_within_labelled_instancers(empty_scene, names):
    """The inner copy must be there when the outer one is made, whatever their names' order."""
    first, last = names
    inner = in_collection("inner", box(empty_scene))
    outer = in_collection("outer", put(empty_scene, inner, 0.1, 7, name=f"{last} inner"), box(empty_scene, 0.3))
    put(empty_scene, outer, 1, 5, name=f"{first} outer")
    put(empty_scene, outer, 2, 6, name=f"{first} other outer")
    put(empty_scene, inner, 3, 8, name=f"{last} other inner")
    check(empty_scene, [7, 5, 7, 6, 8])


def test_hidden_members_and_child_collections(empty_scene):
    chairs = in_collection("chairs", box(empty_scene))
    shown, hidden = in_collection("shown", box(empty_scene, 0.2)), in_collection("hidden", box(empty_scene, 0.3))
    hidden.hide_render = True
    chairs.children.link(shown)
    chairs.children.link(hidden)
    unseen = box(empty_scene, 0.4)
    unseen.hide_render = True
    chairs.objects.link(unseen)
    empty_scene.collection.objects.unlink(unseen)
    chairs.instance_offset = (0, 1, 0)
    put(empty_scene, chairs, 1, 5)
    put(empty_scene, chairs, 2, 6)
    check(empty_scene, [5, 5, 6, 6])


def test_members_that_are_children_of_members(empty_scene):
    parent, child = box(empty_scene, 0.1), box(empty_scene, 0.2)
    child.parent = parent
    chairs = in_collection("chairs", parent, child)
    put(empty_scene, chairs, 1, 5)
    put(empty_scene, chairs, 2, 6)
    check(empty_scene, [5, 5, 6, 6])


@pytest.mark.parametrize("labels", [(5, 5), (5, 6), (0, 6)])
def test_linked_collections(tmp_path, labels):
    write_library(tmp_path / "library.blend", label=0)
    scene = main_file(tmp_path / "main.blend", tmp_path / "library.blend", "things")
    scene.objects["copy"].location.x, scene.objects["copy"].pass_index = 1, labels[0]
    put(scene, scene.objects["copy"].instance_collection, 2, labels[1])
    assert scene.objects["copy"].instance_collection.objects[0].library
    check(scene, [2, *labels])


def test_geometry_node_copies_take_their_hosts_label(empty_scene):
    source = box(empty_scene, 0.5, name="book")
    source.hide_render = True
    copies_on(empty_scene, "shelf", source, 3)
    with instancer_labels(list(occurrences(empty_scene.view_layers[0], bpy.context.evaluated_depsgraph_get()))):
        assert source.pass_index == 3
    assert source.pass_index == 0


def test_copies_that_cannot_be_told_apart_are_named(empty_scene):
    source = box(empty_scene, 0.5, name="book")
    source.hide_render = True
    before = dump()
    copies_on(empty_scene, "shelf", source, 3)
    copies_on(empty_scene, "desk", source, 14)
    things = list(occurrences(empty_scene.view_layers[0], bpy.context.evaluated_depsgraph_get()))
    with instancer_labels(things) as ambiguous:
        assert set(ambiguous) == {"book"}
    assert dump()[0]["book"][0] == before[0]["book"][0] == 0
