"""Each fault of a scene is found, once, and nothing is found in a scene without faults."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, copies_on, rectangle

from blender_addon import scene_labels
from blender_addon.audit.audit import audit, before_a_render
from blender_addon.audit.findings import ERROR, NOTE, WARNING, Finding, Fix, severities, together
from blender_addon.contract.labels import built_in
from blender_addon.occurrences import occurrences
from blender_addon.parts.face_parts import assign_faces
from blender_addon.suggestions.suggestible import reject

NYU40 = built_in("nyu40")
BED, CHAIR, TABLE, WINDOW = 4, 5, 7, 9


@pytest.fixture
def room(empty_scene):
    """A labelled floor, a label set and a camera: nothing to find."""
    scene_labels.set_label_set(empty_scene, NYU40)
    camera(empty_scene)
    rectangle(empty_scene, -1, 1, label=2, name="Floor")
    return empty_scene


def things() -> list:
    return list(occurrences(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get()))


def found(scene) -> list[Finding]:
    return audit(scene, bpy.context.view_layer, things())


def only(scene) -> Finding:
    (finding,) = found(scene)
    return finding


def material(name: str, **inputs: float) -> bpy.types.Material:
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    for key, value in inputs.items():
        made.node_tree.nodes["Principled BSDF"].inputs[key].default_value = value
    return made


def fog_material() -> bpy.types.Material:
    made = material("fog")
    tree = made.node_tree
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    volume = tree.nodes.new("ShaderNodeVolumeScatter")
    tree.links.new(volume.outputs[0], tree.nodes["Material Output"].inputs["Volume"])
    return made


def test_nothing_is_wrong(room):
    assert found(room) == []


def test_unlabelled(room):
    rectangle(room, 0, 1, name="Blob")
    finding = only(room)
    assert (finding.kind, finding.severity, finding.fix) == ("unlabelled", WARNING, Fix("label"))
    assert [each.name for each in finding.objects] == ["Blob"]


def test_an_unlabelled_thing_comes_with_what_its_name_says(room):
    rectangle(room, 0, 1, name="Sofa")
    assert only(room).fix == Fix("label", NYU40.find("sofa").id)
    reject(bpy.data.objects["Sofa"], "sofa")
    assert only(room).fix == Fix("label")


def test_nothing_labelled_is_one_error(room):
    bpy.data.objects["Floor"].pass_index = 0
    rectangle(room, 0, 1, name="Blob")
    finding = only(room)
    assert (finding.kind, finding.severity, len(finding.objects)) == ("nothing", ERROR, 2)


def test_ids_that_the_label_set_does_not_define(room):
    strange = material("strange")
    strange.pass_index = 99
    rectangle(room, 0, 1, label=57, name="Rug")
    bpy.data.objects["Floor"].data.materials.append(strange)
    rug, wood = [each for each in found(room) if each.kind == "unknown_id"]
    assert "object 'Rug' has pass index 57" in rug.message
    assert (rug.severity, rug.label_id, rug.fix) == (ERROR, 57, Fix("clear"))
    assert "material 'strange' has pass index 99" in wood.message
    assert [each.name for each in wood.objects] == ["Floor"]


def test_the_name_of_what_has_an_unknown_id_says_what_it_may_be(room):
    rectangle(room, 2, 3, label=99, name="Bed.001")
    rectangle(room, 4, 5, label=98, name="xyz")
    bed, nameless = [each for each in found(room) if each.kind == "unknown_id"]
    assert (bed.fix.action, bed.fix.label_id) == ("label", NYU40.find("bed").id)
    assert nameless.fix.action == "clear"


def test_an_unknown_id_that_no_render_shows_is_a_note(room):
    rectangle(room, 0, 1, label=57, name="Rug").hide_render = True
    unknown = next(each for each in found(room) if each.kind == "unknown_id")
    assert unknown.severity == NOTE


def test_the_largest_id_that_blender_knows(room):
    obj = rectangle(room, 0, 1, name="Blob")
    obj.pass_index = 40_000  # Blender keeps it in its range: no larger id ever comes into a file
    assert obj.pass_index == 32_767


def test_an_object_under_several_labels_and_one_id_for_all_its_copies(room):
    source = rectangle(room, 0, 1, name="Blob")
    source.hide_render = True
    copies_on(room, "Shelf", source, 15)
    (shared,) = found(room)
    assert (shared.kind, shared.severity) == ("shared_id", NOTE)
    assert "'Blob' by 'Shelf'" in shared.message
    copies_on(room, "Desk", source, 14)
    twice, shared = found(room)
    assert (twice.kind, twice.severity, twice.objects[0].name) == ("twice", ERROR, "Blob")
    assert "'Desk', 'Shelf'" in shared.message


def test_a_label_that_its_parts_leave_nothing_of(room):
    wood = material("wood")
    wood.pass_index = TABLE
    table = rectangle(room, 0, 1, label=BED, name="Blob")
    table.data.materials.append(wood)
    finding = only(room)
    assert (finding.kind, finding.severity, finding.label_id) == ("overruled", NOTE, BED)
    assert "'Blob' carries 'bed'" in finding.message
    table.data.materials.append(material("plain"))
    assert found(room) == []


@pytest.mark.parametrize(("alpha", "severity"), [(0.0, None), (0.3, WARNING), (0.5, NOTE), (0.7, NOTE), (1.0, None)])
def test_semi_transparent_materials(room, alpha, severity):
    bpy.data.objects["Floor"].data.materials.append(material("film", Alpha=alpha))
    rows = found(room)
    assert [each.severity for each in rows] == ([severity] if severity else [])
    if severity:
        assert "'film'" in rows[0].message
        assert rows[0].objects[0].name == "Floor"


def test_a_cut_out_texture_is_fine(room):
    leaf = material("leaf")
    texture = leaf.node_tree.nodes.new("ShaderNodeTexChecker")
    leaf.node_tree.links.new(texture.outputs[1], leaf.node_tree.nodes["Principled BSDF"].inputs["Alpha"])
    bpy.data.objects["Floor"].data.materials.append(leaf)
    assert found(room) == []


def test_volumes(room):
    box = rectangle(room, 0, 1, name="Smoke")
    box.data.materials.append(fog_material())
    cloud = bpy.data.objects.new("Cloud", bpy.data.volumes.new("Cloud"))
    room.collection.objects.link(cloud)
    room.world = bpy.data.worlds.new("Haze")
    room.world.use_nodes = True
    tree = room.world.node_tree
    scatter, out = tree.nodes.new("ShaderNodeVolumeScatter"), tree.get_output_node("CYCLES")
    tree.links.new(scatter.outputs[0], out.inputs["Volume"])
    rows = found(room)
    assert {each.kind for each in rows} == {"volume"}
    said = " ".join(each.message for each in rows)
    assert all(name in said for name in ("'Smoke'", "'Cloud'", "'Haze'"))
    assert len(rows) == 3


def test_hidden_and_rendered_and_the_reverse(room):
    rectangle(room, 0, 1, label=CHAIR, name="Chair").hide_set(True)
    other = rectangle(room, 0, 1, label=CHAIR, name="Chair.001")
    other.hide_render = True
    hidden, not_rendered = found(room)
    assert (hidden.kind, hidden.objects[0].name) == ("hidden", "Chair")
    assert (not_rendered.kind, not_rendered.objects[0].name) == ("not_rendered", "Chair.001")
    assert "it is hidden in renders" in not_rendered.message
    other.hide_set(True)  # nobody expects to see it
    assert [each.kind for each in found(room)] == ["hidden"]


def test_what_keys_hide_in_the_viewport_now_may_be_shown_when_it_is_rendered(room):
    chair = rectangle(room, 0, 1, label=CHAIR, name="Chair")
    chair.hide_viewport = True
    assert [each.kind for each in found(room)] == ["hidden"]
    chair.keyframe_insert("hide_viewport", frame=1)
    assert found(room) == []


def test_labelled_in_a_collection_that_is_not_rendered(room):
    away = bpy.data.collections.new("away")
    room.collection.children.link(away)
    obj = rectangle(room, 0, 1, label=CHAIR, name="Chair")
    room.collection.objects.unlink(obj)
    away.objects.link(obj)
    away.hide_render = True
    assert "not rendered: its collection is hidden in renders; render it" in only(room).message


def test_labelled_and_kept_from_cameras(room):
    obj = rectangle(room, 0, 1, label=CHAIR, name="Chair")
    obj.is_holdout = True
    assert "it is a holdout, whose pixels are background" in only(room).message
    obj.is_holdout = False
    away = bpy.data.collections.new("away")
    room.collection.children.link(away)
    room.collection.objects.unlink(obj)
    away.objects.link(obj)
    bpy.context.view_layer.layer_collection.children["away"].indirect_only = True
    assert "only seen indirectly" in only(room).message


def test_labels_on_what_cannot_carry_one(room):
    lamp = bpy.data.objects.new("Spot", bpy.data.lights.new("Spot", "SPOT"))
    lamp.pass_index = CHAIR
    room.collection.objects.link(lamp)
    finding = only(room)
    assert (finding.kind, finding.severity, finding.fix) == ("no_carrier", NOTE, Fix("clear"))
    assert "a light has no surface" in finding.message


def test_names_that_disagree(room):
    chair = rectangle(room, 0, 1, label=BED, name="Chair.003")
    finding = only(room)
    assert (finding.kind, finding.severity, finding.fix) == ("name", WARNING, Fix("take", CHAIR))
    assert "is labelled 'bed', and its name says 'chair'" in finding.message
    reject(chair, "chair")
    assert found(room) == []
    chair.name = "Bed.003"
    assert found(room) == []


def test_a_name_that_says_more_than_one_thing_is_left_alone(room):
    dish, dresser = rectangle(room, 0, 1, label=TABLE, name="Dresser dish"), bpy.data.collections.new("Dresser")
    room.collection.children.link(dresser)
    dresser.objects.link(dish)
    room.collection.objects.unlink(dish)
    dish.parent = rectangle(room, 0, 1, label=NYU40.find("dresser").id, name="Dresser")
    rectangle(room, 0, 1, label=TABLE, name="Xyz")
    rectangle(room, 0, 1, label=BED, name="bed.lower_cabinet")
    assert found(room) == []


def test_parts_that_drifted(room):
    wood = material("wood")
    wall = rectangle(room, 0, 1, label=1, name="Wall")
    wall.data.materials.append(wood)
    wall.data.materials.append(material("paint"))
    assign_faces([wall], NYU40.by_id[WINDOW], lambda mesh: np.ones(len(mesh.polygons), bool))
    assert not [each for each in found(room) if each.kind == "part"]
    wood.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.125
    finding = next(each for each in found(room) if each.kind == "part")
    assert (finding.severity, finding.fix, finding.materials[0].name) == (WARNING, Fix("update"), "wood [window]")
    assert "its source 'wood'" in finding.message


def test_parts_under_a_modifier_that_counts_slots(room):
    wall = rectangle(room, 0, 1, label=1, name="Wall")
    wall.data.materials.append(material("wood"))
    assign_faces([wall], NYU40.by_id[WINDOW], lambda mesh: np.ones(len(mesh.polygons), bool))
    wall.modifiers.new("thick", "SOLIDIFY").material_offset = 1
    finding = next(each for each in found(room) if each.kind == "part")
    assert "modifier 'thick' of 'Wall' counts materials" in finding.message


def test_no_label_set_and_no_camera(room):
    del room[scene_labels.PROPERTY]
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    rows = found(room)
    assert [(each.kind, each.severity) for each in rows] == [("label_set", ERROR), ("camera", ERROR)]


def test_a_damaged_label_set(room):
    room[scene_labels.PROPERTY] = "{"
    finding = only(room)
    assert (finding.kind, finding.severity) == ("label_set", ERROR)
    assert "damaged" in finding.message


def test_a_missing_texture_names_the_objects_that_show_it(room, tmp_path):
    image = bpy.data.images.new("gone", 2, 2)
    image.filepath_raw, image.file_format = str(tmp_path / "gone.png"), "PNG"
    image.save()
    image = bpy.data.images.load(str(tmp_path / "gone.png"))
    poster = material("poster")
    poster.node_tree.nodes.new("ShaderNodeTexImage").image = image
    bpy.data.objects["Floor"].data.materials.append(poster)
    assert found(room) == []
    (tmp_path / "gone.png").unlink()
    finding = only(room)
    assert finding.message == "missing texture 'gone.png': its surfaces render pink"
    assert finding.objects[0].name == "Floor"


def test_settings_of_the_render_are_told_on_demand(room):
    room.render.engine = "BLENDER_WORKBENCH"
    assert found(room) == []
    (finding,) = audit(room, bpy.context.view_layer, things(), settings=True)
    assert "the scene is set to BLENDER_WORKBENCH" in finding.message


def test_audit_and_renderer_agree(room):
    rectangle(room, 0, 1, name="Blob")
    rectangle(room, 0, 1, label=57, name="Rug")
    bpy.data.objects["Floor"].data.materials.append(material("film", Alpha=0.3))
    asked = list(before_a_render(room, bpy.context.view_layer, NYU40, things(), 0.5))
    assert severities(asked) == {"error": 1, "warning": 2, "note": 0}
    said = {(each.severity, each.message) for each in together(found(room))}
    assert {(each.severity, each.message) for each in together(asked)} == said


def test_the_audit_changes_nothing(room):
    before = bpy.data.objects["Floor"].pass_index, len(bpy.data.materials), room.frame_current
    bpy.data.objects["Floor"].data.materials.append(material("film", Alpha=0.3))
    found(room)
    assert (bpy.data.objects["Floor"].pass_index, len(bpy.data.materials) - 1, room.frame_current) == before


@pytest.mark.parametrize(
    ("index", "words"), [(0, "labels by material ('pane') are lost"), (7, "that one's label, id 7")]
)
def test_a_material_override_of_the_view_layer_takes_labels_away(room, index, words):
    pane = material("pane")
    pane.pass_index = WINDOW
    bpy.data.objects["Floor"].data.materials.append(pane)
    clay = bpy.context.view_layer.material_override = material("clay")
    clay.pass_index = index
    finding = next(each for each in found(room) if each.kind == "material_override")
    assert finding.severity == ERROR and words in finding.message
    assert finding in before_a_render(room, bpy.context.view_layer, NYU40, things(), 0.5)


def test_a_material_override_takes_no_label_of_an_object_away(room):
    bpy.context.view_layer.material_override = material("clay")
    assert found(room) == []
