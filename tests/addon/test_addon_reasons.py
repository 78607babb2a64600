"""Why something has its label, or is in no render at all: answers in words, for objects that stand in odd places."""

import bpy
import pytest

from blender_addon.asking.reasons import why_object


def asked(obj):
    bpy.context.view_layer.update()
    found = why_object(obj, bpy.context.view_layer, bpy.context.evaluated_depsgraph_get())
    return [(each.what, each.label_id, each.reason) for each in found]


@pytest.fixture
def nested(scene, mesh):
    """An object "seat" with label 7 in collection "in", which is in "out"."""
    outer, inner = bpy.data.collections.new("out"), bpy.data.collections.new("in")
    scene.collection.children.link(outer)
    outer.children.link(inner)
    seat = mesh("seat")
    scene.collection.objects.unlink(seat)
    inner.objects.link(seat)
    seat.pass_index = 7
    return seat


@pytest.mark.parametrize("hidden", ["in", "out"])
def test_what_a_collection_hides_is_in_no_render(nested, hidden):
    assert asked(nested) == [("seat", 7, "the object itself carries the label")]
    bpy.data.collections[hidden].hide_render = True
    assert asked(nested) == [("seat", 0, "no render shows it: its collection is hidden in renders")]


def test_shown_by_another_collection(scene, nested):
    bpy.data.collections["out"].hide_render = True
    scene.collection.objects.link(nested)
    assert asked(nested) == [("seat", 7, "the object itself carries the label")]
    nested.visible_camera = False
    (answer,) = asked(nested)
    assert "cameras do not see it" in answer[2]


def test_what_is_in_no_collection(nested):
    layer = bpy.context.view_layer.layer_collection.children["out"]
    layer.exclude = True
    layer.children["in"].exclude = True
    assert asked(nested)[0][2] == "no render shows it: its collection is switched off in this view layer"
    bpy.data.collections["in"].objects.unlink(nested)
    assert asked(nested)[0][2] == "no render shows it: it is in no collection of this scene"


def test_copies_on_the_vertices_of_a_parent(mesh):
    seat, parent = mesh("seat"), mesh("parent")
    seat.parent, seat.pass_index = parent, 7
    parent.instance_type = "VERTS"
    assert asked(seat) == [("seat in parent", 7, "the object itself carries the label")]


def test_copies_by_a_node_that_names_the_object(mesh):
    seat, host = mesh("seat"), mesh("host")
    seat.hide_render, host.pass_index = True, 5
    tree = bpy.data.node_groups.new("copies", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    info, out = tree.nodes.new("GeometryNodeObjectInfo"), tree.nodes.new("NodeGroupOutput")
    info.inputs["Object"].default_value, info.inputs["As Instance"].default_value = seat, True
    tree.links.new(info.outputs["Geometry"], out.inputs[0])
    host.modifiers.new("copies", "NODES").node_group = tree
    assert asked(seat) == [("seat in host", 5, "instanced by 'host', which carries the label")]
