"""Parts, labels by material and by collection, and the answers to why, through the add-on's operators on real bpy."""

import bmesh
import bpy
import pytest
from mathutils import Vector
from test_addon_parts import DOOR, WINDOW, faces, material, shown, strip

from blender_addon import scene_labels
from blender_addon.asking import reasons
from blender_addon.asking.under_cursor import first_hit
from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.parts import face_parts as parts
from blender_addon.parts import material_labels, part_list
from blender_addon.parts import upkeep as part_upkeep

__all__ = ["strip"]
CHAIR = built_in("nyu40").find("chair")


@pytest.fixture
def edited(strip):
    """An object of four faces in edit mode, the second and third of them selected; NYU40 is chosen."""
    bpy.ops.labelpass.choose_set(source="nyu40")
    obj = strip("wall", material("Wood"))
    bpy.ops.ed.undo_push(message="wall")
    bpy.ops.object.mode_set(mode="EDIT")
    select(obj, 1, 2)
    bpy.ops.ed.undo_push(message="faces")
    return obj


def select(obj, *numbers):
    edit = bmesh.from_edit_mesh(obj.data)
    for number, face in enumerate(edit.faces):
        face.select_set(number in numbers)
    bmesh.update_edit_mesh(obj.data)


def chosen(obj):
    return [face.index for face in bmesh.from_edit_mesh(obj.data).faces if face.select]


def test_assign_select_clear_in_edit_mode(edited, capfd):
    assert bpy.ops.labelpass.assign_faces(label_id=WINDOW.id) == {"FINISHED"}
    assert shown(edited) == ["Wood", "Wood [window]", "Wood [window]", "Wood"]
    assert "2 faces are now part of window" in capfd.readouterr().out
    assert part_list.part_rows(edited) == [part_list.PartRow(WINDOW.id, 2)]
    assert bpy.ops.labelpass.assign_faces(label_id=WINDOW.id) == {"CANCELLED"}
    assert "No face is selected that is not part" in capfd.readouterr().out
    select(edited, 0)
    bpy.ops.labelpass.select_part(label_id=WINDOW.id)
    assert chosen(edited) == [1, 2]
    select(edited, 2)
    bpy.ops.labelpass.clear_faces()
    assert shown(edited) == ["Wood", "Wood [window]", "Wood", "Wood"]
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.labelpass.select_part(label_id=WINDOW.id)
    assert bpy.context.mode == "EDIT_MESH" and chosen(edited) == [1]
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.labelpass.clear_part(label_id=WINDOW.id)
    assert shown(edited) == ["Wood"] * 4 and [each.name for each in bpy.data.materials] == ["Wood"]


@pytest.mark.parametrize("copy_is_there", [False, True])
def test_undo_in_edit_mode_takes_slot_and_material_back(edited, copy_is_there):
    """Blender's own steps of edit mode keep the geometry alone."""
    if copy_is_there:
        parts.part_material(bpy.data.materials["Wood"], WINDOW).use_fake_user = True
        bpy.ops.ed.undo_push(message="copy")
    before = sorted(each.name for each in bpy.data.materials)
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    bpy.ops.ed.undo_push(message="assign")
    bpy.ops.ed.undo()
    wall = bpy.data.objects["wall"]
    assert sorted(each.name for each in bpy.data.materials) == before
    assert bpy.context.mode == "EDIT_MESH" and len(wall.material_slots) == 1 and shown(wall) == ["Wood"] * 4
    bpy.ops.ed.redo()
    wall = bpy.data.objects["wall"]
    assert shown(wall) == ["Wood", "Wood [window]", "Wood [window]", "Wood"]


def test_several_objects_in_edit_mode_share_copy_and_tell_of_duplicates(strip, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    wood = material("Wood")
    one, other = strip("one", wood), strip("other", wood)
    twin = bpy.data.objects.new("twin", one.data)
    bpy.context.scene.collection.objects.link(twin)
    bpy.ops.object.mode_set(mode="EDIT")
    for obj in (one, other):
        select(obj, 0)
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    said = capfd.readouterr().out
    assert "2 faces are now part of window; also on 1 other object with the same mesh 'one'" in said
    assert shown(one) == shown(other) == shown(twin) == ["Wood [window]", "Wood", "Wood", "Wood"]
    assert len(bpy.data.materials) == 2


def test_a_part_becomes_one_with_another(edited):
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    select(edited, 0)
    bpy.ops.labelpass.assign_faces(label_id=DOOR.id)
    assert [row.label_id for row in part_list.part_rows(edited)] == [DOOR.id, WINDOW.id]
    state = bpy.context.window_manager.labelpass
    state.search = "window"
    bpy.ops.labelpass.relabel_part(label_id=DOOR.id)
    assert part_list.part_rows(edited) == [part_list.PartRow(WINDOW.id, 3)] and len(edited.material_slots) == 2
    assert "Wood [door]" not in bpy.data.materials


def test_equal_copies_and_slots_merge(edited):
    bpy.ops.object.mode_set(mode="OBJECT")
    parts.assign_faces([edited], WINDOW, faces(0))
    twin = bpy.data.materials["Wood [window]"].copy()  # as appending from another file makes them
    edited.data.materials.append(twin)
    edited.data.polygons[1].material_index = 2
    assert part_upkeep.mergeable(edited)
    bpy.ops.labelpass.merge_parts()
    assert shown(edited) == ["Wood [window]", "Wood [window]", "Wood", "Wood"]
    assert len(edited.material_slots) == 2 and len(bpy.data.materials) == 2 and not part_upkeep.mergeable(edited)


def test_parts_after_a_change_of_label_set(edited):
    bpy.ops.object.mode_set(mode="OBJECT")
    lost = built_in("nyu40").find("blinds")
    parts.assign_faces([edited], WINDOW, faces(0))
    parts.assign_faces([edited], lost, faces(1))
    bpy.ops.labelpass.choose_set(source="syntrain16")
    assert shown(edited)[1:] == ["Wood", "Wood", "Wood"]  # a part without a label is none
    assert len(edited.material_slots) == 2


def test_a_source_that_was_edited_and_its_parts_update(edited):
    wood = bpy.data.materials["Wood"]
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    wood.roughness = 0.1
    part = bpy.data.materials["Wood [window]"]
    assert parts.has_drifted(part)
    bpy.ops.labelpass.assign_faces(label_id=DOOR.id)  # another label, the look that they have
    part = bpy.data.materials["Wood [door]"]
    assert part.roughness != wood.roughness and shown(edited)[1:3] == ["Wood [door]"] * 2
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    assert bpy.ops.labelpass.update_parts(material="Wood") == {"FINISHED"}
    assert bpy.ops.labelpass.update_parts(material="Wood") == {"CANCELLED"}
    part = bpy.data.materials["Wood [window]"]
    assert part.roughness == wood.roughness and not parts.has_drifted(part) and part.pass_index == WINDOW.id
    assert shown(edited)[1] == "Wood [window]" and len(bpy.data.materials) == 2


def test_parts_whose_label_the_set_does_not_define_are_left_and_said(strip, capfd):
    """As after appending from a file that has another label set."""
    wood = material("Wood")
    wall = strip("wall", wood)
    for label, number in ((WINDOW, 0), (DOOR, 1)):
        parts.assign_faces([wall], label, faces(number))
    only_windows = LabelSet("panes", (WINDOW,))
    scene_labels.set_label_set(bpy.context.scene, only_windows)
    wood.roughness = 0.125
    assert part_upkeep.update_parts(wood, only_windows) == (1, ["Wood [door]"])
    assert [bpy.data.materials[f"Wood [{name}]"].roughness == 0.125 for name in ("window", "door")] == [True, False]
    assert part_upkeep.update_parts(wood, only_windows) == (0, ["Wood [door]"])
    wood.roughness = 0.25
    left = "Wood [door] is left: panes does not define its label"
    assert bpy.ops.labelpass.update_parts(material="Wood") == {"FINISHED"}
    assert f"1 part of 'Wood' is like it again; {left}" in capfd.readouterr().out
    assert bpy.ops.labelpass.update_parts(material="Wood") == {"CANCELLED"}
    said = capfd.readouterr().out
    assert left in said and "like it again" not in said
    assert shown(wall) == ["Wood [window]", "Wood [door]", "Wood", "Wood"]


def test_all_faces_of_a_material(strip, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    glass = material("Glass")
    one, other = strip("one", glass), strip("other", material("Wood"), glass)
    other.data.polygons[0].material_index = 1
    parts.assign_faces([one], DOOR, faces(3))
    bpy.context.view_layer.objects.active = one
    bpy.ops.labelpass.assign_material(label_id=WINDOW.id)
    said = capfd.readouterr().out
    assert "all faces with material 'Glass' are now window: 4 faces on 2 objects" in said
    assert "faces with a part of their own keep it: Glass [door]" in said
    assert (glass.pass_index, bpy.data.materials["Glass [door]"].pass_index) == (WINDOW.id, DOOR.id)
    assert material_labels.count_faces(glass) == (4, 2)
    rows = part_list.part_rows(one)
    assert rows == [part_list.PartRow(DOOR.id, 1), part_list.PartRow(WINDOW.id, 3, "Glass")]
    bpy.ops.labelpass.clear_material(material="Glass [door]")
    assert glass.pass_index == 0 and "they were window" in capfd.readouterr().out


def test_all_members_of_a_collection(strip, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    seats, more = bpy.data.collections.new("Seats"), bpy.data.collections.new("More")
    bpy.context.scene.collection.children.link(seats)
    seats.children.link(more)
    members = [strip("stool"), strip("bench"), bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))]
    for obj, collection in zip(members, (seats, more, seats)):
        collection.objects.link(obj)
    bpy.ops.labelpass.assign_collection(collection="Seats", label_id=CHAIR.id)
    assert [obj.pass_index for obj in members] == [CHAIR.id, CHAIR.id, 0]
    assert "2 objects are now chair; 1 refused: Sun: a light has no surface" in capfd.readouterr().out
    bpy.ops.labelpass.clear_collection(collection="Seats")
    assert not any(obj.pass_index for obj in members)


def asked(obj):
    context = bpy.context
    context.view_layer.update()
    answers = reasons.why_object(obj, context.view_layer, context.evaluated_depsgraph_get())
    return [(answer.what, answer.label_id, answer.reason) for answer in answers]


def test_why_an_object_and_its_faces_have_their_labels(strip):
    obj = strip("wall", material("Wood"))
    nothing = "neither its material, nor the object, nor an instancer above it carries a label"
    assert asked(obj) == [("wall", 0, nothing)]
    scene_labels.assign([obj], CHAIR.id)
    parts.assign_faces([obj], WINDOW, faces(0))
    carried = "its faces have material 'Wood [window]', which carries the label (a part; it looks like 'Wood')"
    assert asked(obj) == [("wall", CHAIR.id, "the object itself carries the label"), ("wall", WINDOW.id, carried)]
    obj.hide_render = True
    assert asked(obj) == [("wall", 0, "no render shows it: it is hidden in renders")]
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    bpy.context.scene.collection.objects.link(sun)
    assert asked(sun) == [("Sun", 0, "a light has no surface that a pass could index")]


def test_why_a_member_of_an_instance_has_its_label(strip):
    leg, seat = strip("leg"), strip("seat", material("Cloth"))
    asset = bpy.data.collections.new("Chair asset")
    for obj in (leg, seat):
        asset.objects.link(obj)
        bpy.context.scene.collection.objects.unlink(obj)
    parts.assign_faces([seat], WINDOW, faces(0, 1, 2, 3))
    empty = bpy.data.objects.new("Chair 1", None)
    empty.instance_type, empty.instance_collection, empty.pass_index = "COLLECTION", asset, CHAIR.id
    empty.location.z = 2
    bpy.context.scene.collection.objects.link(empty)
    by_empty = "instanced by 'Chair 1', which carries the label"
    part = "its faces have material 'Cloth [window]', which carries the label (a part; it looks like 'Cloth')"
    assert asked(empty) == [("leg", CHAIR.id, by_empty), ("seat", WINDOW.id, part)]
    assert asked(leg) == [("leg in Chair 1", CHAIR.id, by_empty)]
    seat.location.x = 10
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    down = Vector((0, 0, -1))
    found = reasons.why_here(first_hit(graph, (Vector((0.5, 0.5, 9)), down)))
    assert [(each.label_id, each.reason) for each in found] == [(CHAIR.id, by_empty)]
    found = reasons.why_here(first_hit(graph, (Vector((10.5, 0.5, 9)), down)))
    assert [(each.label_id, each.reason) for each in found] == [(WINDOW.id, part)]
    assert not first_hit(graph, (Vector((99, 0, 9)), down))


def test_why_says_it_in_the_window(edited, capfd):
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    edit = bmesh.from_edit_mesh(edited.data)
    edit.faces.ensure_lookup_table()
    edit.faces.active = edit.faces[1]
    assert bpy.ops.labelpass.why() == {"FINISHED"}
    assert "faces of wall with Wood [window]: window, since its faces have material" in capfd.readouterr().out


def test_why_is_asked_of_the_selected_faces(edited, capfd):
    """Select Part leaves the active face where it was, in no part; it was the last one clicked."""
    bpy.ops.labelpass.assign_faces(label_id=WINDOW.id)
    edit = bmesh.from_edit_mesh(edited.data)
    edit.faces.ensure_lookup_table()
    edit.faces.active = edit.faces[0]
    select(edited)
    bpy.ops.labelpass.why()
    assert "faces of wall with Wood: unlabelled" in capfd.readouterr().out
    bpy.ops.labelpass.select_part(label_id=WINDOW.id)
    bpy.ops.labelpass.why()
    said = capfd.readouterr().out
    assert "faces of wall with Wood [window]: window" in said and "with Wood: " not in said
    select(edited, 0, 2)
    bpy.ops.labelpass.why()
    said = capfd.readouterr().out
    assert said.index("with Wood: unlabelled") < said.index("with Wood [window]: window")


def test_linked_meshes_and_materials(strip, tmp_path):
    """Faces of a linked mesh stay as they are, and a linked material gets a local copy on a local mesh."""
    path = tmp_path / "library.blend"
    lamp = strip("lamp", material("Brass"))
    bpy.data.libraries.write(str(path), {lamp}, fake_user=True)
    for block, where in ((lamp.data, bpy.data.meshes), (bpy.data.materials["Brass"], bpy.data.materials)):
        where.remove(block)
    with bpy.data.libraries.load(str(path), link=True) as (_there, here):
        here.objects, here.materials = ["lamp"], ["Brass"]
    linked, brass = bpy.data.objects["lamp"], bpy.data.materials["Brass"]
    bpy.context.scene.collection.objects.link(linked)
    refused = parts.assign_faces([linked], WINDOW, faces(0)).refused["lamp"]
    assert "linked from" in refused and shown(linked) == ["Brass"] * 4
    assert "linked from" in material_labels.label_material(brass, WINDOW.id).refused
    own = strip("own", brass)
    parts.assign_faces([own], WINDOW, faces(0))
    assert shown(own) == ["Brass [window]", "Brass", "Brass", "Brass"]
    assert not own.material_slots[1].material.library
    assert not parts.has_drifted(own.material_slots[1].material)


def test_what_has_no_faces_is_refused(strip):
    curve = bpy.data.objects.new("curve", bpy.data.curves.new("curve", "CURVE"))
    assert "has no faces to choose" in parts.assign_faces([curve], WINDOW, faces(0)).refused["curve"]


def test_nodes_that_ask_for_materials_are_not_misled(strip):
    obj = strip("obj", material("Wood"))
    tree = bpy.data.node_groups.new("nodes", "GeometryNodeTree")
    obj.modifiers.new("nodes", "NODES").node_group = tree
    tree.nodes.new("GeometryNodeSetMaterialIndex")  # an index stays what it is: slots only come at the end
    assert not parts.assign_faces([obj], WINDOW, faces(0)).refused
    inner = bpy.data.node_groups.new("inner", "GeometryNodeTree")
    inner.nodes.new("GeometryNodeMaterialSelection")
    tree.nodes.new("GeometryNodeGroup").node_tree = inner
    assert "choose faces by their material" in parts.assign_faces([obj], DOOR, faces(1)).refused["obj"]


def test_why_copies_on_vertices_have_their_label(strip):
    host, leaf = strip("twig"), strip("leaf")
    leaf.parent, host.instance_type, host.pass_index = host, "VERTS", CHAIR.id
    host.show_instancer_for_render = False
    by_host = ("leaf", CHAIR.id, "instanced by 'twig', which carries the label")
    assert asked(host) == [by_host]
    leaf.pass_index = DOOR.id
    assert asked(host) == [("leaf", DOOR.id, "the object itself carries the label")]
