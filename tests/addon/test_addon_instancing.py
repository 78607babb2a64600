"""The ways by which evaluation may have copied something, of which it names the outermost instancer alone."""

from __future__ import annotations

import bpy
import pytest
from scenery import copies_on, in_collection, instance, rectangle

from blender_addon.instancing import CopyChains, referring_trees
from blender_addon.occurrences import occurrences


def ways(top, obj, depth=8):
    return {tuple(each.name for each in chain) for chain in CopyChains(referring_trees()).between(top, obj, depth)}


def seen(scene):
    """{(name, names of instancers)} of what is copied."""
    found = occurrences(scene.view_layers[0], bpy.context.evaluated_depsgraph_get())
    return {(each.obj.name, tuple(up.name for up in each.instancers)) for each in found if not each.splittable}


@pytest.fixture
def leaf(empty_scene):
    leaf = rectangle(empty_scene, 0, 1, name="leaf")
    in_collection("sources", leaf)
    return leaf


def away(*objects):
    """Objects that are shown where something instances them, and not themselves."""
    in_collection("away", *objects)


def test_one_host(empty_scene, leaf):
    tree = copies_on(empty_scene, "tree", leaf, 3)
    assert ways(tree, leaf) == {("tree",)}
    assert seen(empty_scene) == {("leaf", ("tree",))}


def test_a_host_within_a_host(empty_scene, leaf):
    tree = copies_on(empty_scene, "tree", leaf, 3)
    away(tree)
    garden = copies_on(empty_scene, "garden", tree, 4)
    assert ways(garden, leaf) == {("garden", "tree")}
    assert ("leaf", ("garden", "tree")) in seen(empty_scene)


def test_the_same_thing_directly_and_through_another_host(empty_scene, leaf):
    tree = copies_on(empty_scene, "tree", leaf, 3)
    away(tree)
    garden = copies_on(empty_scene, "garden", tree, 4)
    info = garden.modifiers[0].node_group.nodes.new("GeometryNodeObjectInfo")
    info.inputs["Object"].default_value = leaf
    assert ways(garden, leaf) == {("garden", "tree"), ("garden",)}


def test_ways_of_the_same_labels_are_one(empty_scene, leaf):
    for name in ("first", "second"):
        tree = copies_on(empty_scene, name, leaf, 0)
        bpy.data.collections["sources"].objects.link(tree)
    garden = instance(empty_scene, bpy.data.collections["sources"], "garden", 4)
    assert len(ways(garden, leaf)) == 1
    empty_scene.objects["first"].pass_index = 5
    assert ways(garden, leaf) == {("garden", "first"), ("garden", "second")}


def test_a_thing_that_a_host_refers_to_for_another_reason(empty_scene, leaf):
    """A host that is the child of another one is not shown by it, nor the other by the child."""
    tree = copies_on(empty_scene, "tree", leaf, 3)
    pot = copies_on(empty_scene, "pot", leaf, 4)
    tree.parent = pot
    assert ways(pot, leaf) == {("pot",)} and ways(tree, leaf) == {("tree",)}


def test_an_instance_counts_as_a_level(empty_scene, leaf):
    """A member that is in the collection itself, and that a host in it copies: of one level and of two."""
    members = bpy.data.collections["sources"]
    tree = copies_on(empty_scene, "tree", leaf, 3)
    members.objects.link(tree)
    empty_scene.collection.objects.unlink(tree)
    garden = instance(empty_scene, members, "garden", 4)
    assert ways(garden, leaf, depth=1) == set() and ways(garden, leaf, depth=2) == {("garden", "tree")}
    assert seen(empty_scene) == {("leaf", ("garden", "tree"))}


def test_on_vertices_it_is_the_parent(empty_scene, leaf):
    ground = rectangle(empty_scene, 0, 1, name="ground")
    ground.instance_type, leaf.parent = "VERTS", ground
    empty_scene.collection.objects.link(leaf)
    copies_on(empty_scene, "other", leaf, 3)
    assert ways(ground, leaf) == {("ground",)}


def test_no_way_where_nothing_copies(empty_scene, leaf):
    garden = instance(empty_scene, bpy.data.collections["sources"], "garden", 4)
    assert ways(garden, leaf) == set()
