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
    info.inputs["Object"].default_value, info.inputs["As Instance"].default_value = leaf, True
    assert ways(garden, leaf) == {("garden", "tree"), ("garden",)}


def test_ways_of_the_same_labels_are_one(empty_scene, leaf):
    for name in ("first", "second"):
        tree = copies_on(empty_scene, name, leaf, 0)
        bpy.data.collections["sources"].objects.link(tree)
    garden = instance(empty_scene, bpy.data.collections["sources"], "garden", 4)
    assert len(ways(garden, leaf)) == 1
    empty_scene.objects["first"].pass_index = 5
    assert ways(garden, leaf) == {("garden", "first"), ("garden", "second")}


def follow(host, target):
    host.constraints.new("COPY_ROTATION").target = target


def drive(host, target):
    variable = host.driver_add("scale", 2).driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = target, "location[0]"


def wrap(host, target):
    host.modifiers.new("wrap", "SHRINKWRAP").target = target


def become_child(host, target):
    host.parent = target


@pytest.mark.parametrize("refer", [follow, drive, wrap, become_child])
def test_a_thing_that_a_host_refers_to_for_another_reason(empty_scene, leaf, refer):
    """A host that follows another one is not shown by it, nor is what it follows shown by the host."""
    pot, stone = copies_on(empty_scene, "pot", leaf, 4), rectangle(empty_scene, 0, 1, name="stone")
    tree = copies_on(empty_scene, "tree", stone, 3)
    refer(tree, leaf)
    refer(tree, pot)
    assert ways(tree, leaf) == set() and ways(pot, leaf) == {("pot",)}


@pytest.mark.parametrize("refer", [follow, drive])
def test_references_in_a_circle(empty_scene, leaf, refer):
    """What an inner host follows shows that host: each way is found, whichever is asked for first."""
    inner = copies_on(empty_scene, "inner", leaf, 3)
    middle = copies_on(empty_scene, "middle", inner, 2)
    refer(inner, middle)
    outer = copies_on(empty_scene, "outer", middle, 1)
    chains = CopyChains(referring_trees())
    for obj, names in ((leaf, ["outer", "middle", "inner"]), (inner, ["outer", "middle"]), (middle, ["outer"])):
        assert [[each.name for each in chain] for chain in chains.between(outer, obj, 8)] == [names]


def test_nodes_in_a_circle_end(empty_scene, leaf):
    """Blender leaves one of two that show each other out; to look for ways ends all the same."""
    one, other = copies_on(empty_scene, "one", leaf, 3), copies_on(empty_scene, "other", leaf, 4)
    for host, shown in ((one, other), (other, one)):
        more = host.modifiers[0].node_group.nodes.new("GeometryNodeObjectInfo")
        more.inputs["Object"].default_value, more.inputs["As Instance"].default_value = shown, True
    assert ways(one, leaf) == {("one",), ("one", "other")}


def by_input(host, source):
    """Have nodes get the object through an input of the modifier."""
    tree = host.modifiers[0].node_group
    socket = tree.interface.new_socket("Source", in_out="INPUT", socket_type="NodeSocketObject")
    info = next(node for node in tree.nodes if node.bl_idname == "GeometryNodeObjectInfo")
    info.inputs["Object"].default_value = None
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs["Source"], info.inputs["Object"])
    modifier = host.modifiers[0]
    if "properties" in modifier.bl_rna.properties:
        getattr(modifier.properties.inputs, socket.identifier).value = source
    else:
        modifier[socket.identifier] = source


@pytest.mark.parametrize("child", [False, True])
def test_through_an_input_of_the_modifier(empty_scene, leaf, child):
    tree = copies_on(empty_scene, "tree", leaf, 3)
    by_input(tree, leaf)
    if child:
        tree.parent = leaf
    away(tree)
    garden = copies_on(empty_scene, "garden", tree, 4)
    assert ways(garden, leaf) == {("garden", "tree")}


@pytest.mark.parametrize("through_input", [False, True])
def test_nodes_that_take_a_geometry_show_no_copy_of_its_object(empty_scene, leaf, through_input):
    """And what the object shows itself, they take over with it."""
    ground = copies_on(empty_scene, "ground", leaf, 0)
    grass = copies_on(empty_scene, "grass", ground, 3)
    grass.modifiers[0].node_group.nodes["Object Info"].inputs["As Instance"].default_value = False
    if through_input:
        by_input(grass, ground)
    assert ways(grass, ground) == set() and ways(grass, leaf) == {("grass", "ground")}


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
