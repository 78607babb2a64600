"""Face parts on real bpy: which slots and materials there are, and which face is in which."""

import bpy
import numpy as np
import pytest

from blender_addon.contract.labels import built_in
from blender_addon.parts import face_parts as parts
from blender_addon.parts import mesh_faces
from blender_addon.suggestions.ranking import Source
from blender_addon.suggestions.scene_names import names_in

NYU40 = built_in("nyu40")
WINDOW, DOOR = NYU40.find("window"), NYU40.find("door")


@pytest.fixture
def strip(scene):
    """strip(name, *materials, faces=4): a row of squares, all in the first slot, with these materials."""

    def new(name, *materials, faces=4):
        mesh = bpy.data.meshes.new(name)
        corners = [(x, y, 0) for x in range(faces + 1) for y in (0, 1)]
        mesh.from_pydata(corners, [], [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(faces)])
        for material in materials:
            mesh.materials.append(material)
        obj = bpy.data.objects.new(name, mesh)
        bpy.context.scene.collection.objects.link(obj)
        obj.select_set(True)
        bpy.context.view_layer.objects.active = obj
        return obj

    return new


def material(name, **values):
    new = bpy.data.materials.new(name)
    for key, value in values.items():
        setattr(new, key, value)
    return new


def faces(*wanted):
    """A choice of faces by number."""
    return lambda mesh: np.isin(np.arange(len(mesh.polygons)), wanted)


def shown(obj):
    """The names of the materials, face for face, as a render would take them."""
    names = [slot.material.name if slot.material else None for slot in obj.material_slots] or [None]
    return [names[min(index, len(names) - 1)] for index in mesh_faces.read_indices(obj.data).tolist()]


def test_faces_become_a_part_by_a_copy_of_their_material(strip):
    wood = material("Wood")
    one, other = strip("one", wood), strip("other", material("Paint"), wood)
    other.data.polygons[0].material_index = 1
    done = parts.assign_faces([one, other], WINDOW, faces(0))
    assert (done.faces, done.meshes, done.refused) == (2, 2, {})
    assert shown(one) == ["Wood [window]", "Wood", "Wood", "Wood"]
    assert shown(other) == ["Wood [window]", "Paint", "Paint", "Paint"]
    part = bpy.data.materials["Wood [window]"]
    assert (part.pass_index, parts.source_of(part), wood.pass_index) == (WINDOW.id, wood, 0)
    assert part.users == 2  # one slot each
    assert [slot.material.name for slot in other.material_slots] == ["Paint", "Wood", "Wood [window]"]
    parts.assign_faces([one], WINDOW, faces(1, 2))
    assert len(one.material_slots) == 2 and shown(one).count("Wood [window]") == 3
    assert parts.assign_faces([one], WINDOW, faces(1, 2)).faces == 0


def test_cleared_faces_have_their_material_back_and_nothing_is_left(strip):
    wood = material("Wood")
    obj = strip("obj", wood, material("Paint"))
    before = set(bpy.data.materials)
    parts.assign_faces([obj], WINDOW, faces(0, 1))
    parts.assign_faces([obj], DOOR, faces(1, 2))
    assert shown(obj) == ["Wood [window]", "Wood [door]", "Wood [door]", "Wood"]
    parts.assign_faces([obj], None, faces(0))
    assert shown(obj) == ["Wood", "Wood [door]", "Wood [door]", "Wood"]
    assert [slot.material.name for slot in obj.material_slots] == ["Wood", "Paint", "Wood [door]"]
    done = parts.assign_faces([obj], None, faces(0, 1, 2, 3))
    assert done.faces == 2 and set(bpy.data.materials) == before and len(obj.material_slots) == 2


def test_faces_without_a_material(strip):
    bare = strip("bare")
    bare.data.polygons[3].material_index = 7  # left over from slots that were removed
    parts.assign_faces([bare], WINDOW, faces(0))
    assert shown(bare) == ["No material [window]", None, None, None]
    parts.assign_faces([bare], None, faces(0))
    assert not len(bare.material_slots) and not len(bpy.data.materials)
    beyond = strip("beyond", material("Wood"), material("Paint"))
    beyond.data.polygons[3].material_index = 7
    parts.assign_faces([beyond], WINDOW, faces(0))
    assert shown(beyond) == ["Wood [window]", "Wood", "Wood", "Paint"]


def test_objects_that_share_a_mesh_and_have_their_own_materials(strip):
    wood, steel = material("Wood"), material("Steel")
    one = strip("one", wood)
    other = bpy.data.objects.new("other", one.data)
    bpy.context.scene.collection.objects.link(other)
    other.material_slots[0].link = "OBJECT"
    other.material_slots[0].material = steel
    done = parts.assign_faces([one], WINDOW, faces(0))
    assert done.shared == {"one": 1}
    assert shown(one) == ["Wood [window]", "Wood", "Wood", "Wood"]
    assert shown(other) == ["Steel [window]", "Steel", "Steel", "Steel"]
    parts.assign_faces([other, one], None, faces(0))
    assert shown(other) == ["Steel"] * 4 and len(one.material_slots) == 1
    one.material_slots[0].link = "OBJECT"  # now nobody shows the mesh's own
    one.material_slots[0].material = steel
    parts.assign_faces([one], WINDOW, faces(0))
    assert one.data.materials[1] == wood and shown(one)[0] == shown(other)[0] == "Steel [window]"


def test_slots_before_ones_own_stay_where_they_are(strip):
    """Bevels and nodes count slots: those of the person never move."""
    obj = strip("obj", material("Wood"))
    parts.assign_faces([obj], WINDOW, faces(0))
    obj.data.materials.append(material("Gold"))
    obj.data.polygons[3].material_index = 2
    parts.assign_faces([obj], None, faces(0))
    assert obj.data.materials[2].name == "Gold" and shown(obj) == ["Wood", "Wood", "Wood", "Gold"]
    assert "Wood [window]" not in bpy.data.materials


def test_a_copy_that_was_edited_is_left_to_its_faces(strip):
    wood = material("Wood")
    wood.use_nodes = True
    obj = strip("obj", wood)
    parts.assign_faces([obj], WINDOW, faces(0))
    part = bpy.data.materials["Wood [window]"]
    assert not parts.has_drifted(part)
    wood.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.1
    assert parts.has_drifted(part)
    parts.assign_faces([obj], WINDOW, faces(1))
    assert shown(obj) == ["Wood [window]", "Wood [window].001", "Wood", "Wood"]


def test_a_material_that_carries_the_label_itself_needs_no_copy(strip):
    glass = material("Glass", pass_index=WINDOW.id)
    obj = strip("obj", glass)
    assert parts.assign_faces([obj], WINDOW, faces(0)).faces == 0 and len(bpy.data.materials) == 1
    parts.assign_faces([obj], DOOR, faces(0))
    assert shown(obj)[:2] == ["Glass [door]", "Glass"]
    assert parts.assign_faces([obj], None, faces(0)).kept == {"Glass": 1}


def test_a_source_that_was_deleted_is_made_anew(strip):
    obj = strip("obj", material("Wood"))
    parts.assign_faces([obj], WINDOW, faces(0, 1, 2, 3))
    bpy.data.materials.remove(bpy.data.materials["Wood"])
    parts.assign_faces([obj], None, faces(0))
    assert shown(obj)[:2] == ["Wood", "Wood [window]"] and bpy.data.materials["Wood"].pass_index == 0


def test_what_would_change_the_look_is_refused(strip):
    wood = material("Wood")
    wood.use_nodes = True
    obj = strip("obj", wood)
    solid = obj.modifiers.new("Solidify", "SOLIDIFY")
    assert not parts.assign_faces([obj], WINDOW, faces(0)).refused
    parts.assign_faces([obj], None, faces(0))
    solid.material_offset = 1
    assert "material offset" in parts.assign_faces([obj], WINDOW, faces(0)).refused["obj"]
    obj.modifiers.clear()
    info = wood.node_tree.nodes.new("ShaderNodeObjectInfo")
    shader = wood.node_tree.nodes["Principled BSDF"]
    wood.node_tree.links.new(info.outputs["Material Index"], shader.inputs["Roughness"])
    assert "read the material's pass index" in parts.assign_faces([obj], WINDOW, faces(0)).refused["Wood"]
    assert shown(obj) == ["Wood"] * 4


def test_edit_mode(strip):
    one = strip("one", material("Wood"))
    bpy.ops.object.mode_set(mode="EDIT")
    chosen = faces(1, 2)
    parts.assign_faces([one], WINDOW, chosen)
    assert shown(one) == ["Wood", "Wood [window]", "Wood [window]", "Wood"]
    parts.assign_faces([one], None, mesh_faces.selected_faces)
    bpy.ops.mesh.select_all(action="SELECT")
    parts.assign_faces([one], None, mesh_faces.selected_faces)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert shown(one) == ["Wood"] * 4 and len(one.material_slots) == 1


def test_long_names_keep_the_label(strip):
    long = material("W" * 63)
    assert parts.part_material(long, WINDOW).name.endswith("W [window]")


def test_the_name_of_a_part_suggests_nothing(strip):
    obj = strip("obj", material("Wood"))
    parts.assign_faces([obj], WINDOW, faces(0))
    said = dict(names_in(bpy.context.scene))[obj]
    assert [name.text for name in said if name.source is Source.MATERIAL] == ["Wood"]
