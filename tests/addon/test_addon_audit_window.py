"""The audit in the window: the list, showing, mending, undoing, and rows that have gone stale."""

from __future__ import annotations

import bpy
import pytest
from scenery import camera

from blender_addon import scene_labels
from blender_addon.audit import current_audit
from blender_addon.audit.findings import Finding
from blender_addon.audit.properties import audit_state, fill_findings, findings_shown, stale_findings
from blender_addon.contract.labels import built_in
from blender_addon.label_render import transparency
from blender_addon.label_sets import label_set_edits as edits
from blender_addon.label_sets.set_in_file import apply_edit
from blender_addon.suggestions.suggestible import rejected

BED, CHAIR, TABLE, WINDOW = 4, 5, 7, 9


@pytest.fixture
def room(scene, mesh):
    """A label set, a camera and a labelled floor."""
    scene.render.engine = "CYCLES"
    scene_labels.set_label_set(scene, built_in("nyu40"))
    camera(scene)
    mesh("Floor", selected=False).pass_index = 2
    return scene


def look() -> dict[str, Finding]:
    bpy.ops.labelpass.audit()
    return dict(current_audit.last(bpy.context.scene, bpy.context.view_layer).findings)


def row(kind: str) -> Finding:
    return next(each for each in look().values() if each.kind == kind)


def kinds() -> list[str]:
    now = current_audit.last(bpy.context.scene, bpy.context.view_layer)
    return [each.kind for each in now.findings.values()]


def mend(finding: Finding, action: str, **more) -> set[str]:
    return bpy.ops.labelpass.mend_finding(key=finding.key, action=action, **more)


def refused(capsys, finding: Finding, action: str, **more) -> str:
    capsys.readouterr()
    assert mend(finding, action, **more) == {"CANCELLED"}
    return capsys.readouterr().out


def test_a_look_fills_the_list(room, mesh, capsys):
    mesh("Sofa")
    look()
    assert "1 warning; 1 thing labelled" in capsys.readouterr().out
    state = audit_state(bpy.context)
    assert [item.name for item in state.rows] == ["Sofa: no label"]
    assert "'Sofa'" in state.rows[0].tip
    assert not stale_findings(bpy.context)


def test_a_clean_scene_has_an_empty_list(room):
    assert look() == {}
    assert current_audit.last(room, bpy.context.view_layer).labelled == 1


def test_a_kind_alone(room, mesh):
    mesh("Sofa")
    mesh("Chair").pass_index = BED
    look()
    bpy.ops.labelpass.show_kind(kind="name")
    assert [each.kind for each in findings_shown(bpy.context).values()] == ["name"]
    bpy.data.objects["Chair"].pass_index = CHAIR
    look()
    assert [item.name for item in audit_state(bpy.context).rows] == ["Sofa: no label"]


def test_showing_selects_the_culprit(room, mesh):
    mesh("Sofa", selected=False)
    mesh("Other").pass_index = CHAIR
    assert bpy.ops.labelpass.show_finding(key=row("unlabelled").key) == {"FINISHED"}
    assert [obj.name for obj in bpy.context.selected_objects] == ["Sofa"]
    assert bpy.context.object.name == "Sofa"


def test_showing_says_what_is_hidden(room, mesh, capsys):
    mesh("Sofa", selected=False).hide_set(True)
    bpy.ops.labelpass.show_finding(key=row("unlabelled").key)
    assert "1 cannot be selected here (hidden or locked): Sofa" in capsys.readouterr().out


def test_showing_a_member_selects_what_instances_it(room, mesh, capsys):
    inside = bpy.data.collections.new("inside")
    sofa = mesh("Sofa")
    inside.objects.link(sofa)
    room.collection.objects.unlink(sofa)
    copy = bpy.data.objects.new("Copy", None)
    copy.instance_type, copy.instance_collection = "COLLECTION", inside
    room.collection.objects.link(copy)
    bpy.ops.labelpass.show_finding(key=row("unlabelled").key)
    assert [obj.name for obj in bpy.context.selected_objects] == ["Copy"]
    assert "1 object selected, which shows 'Sofa'" in capsys.readouterr().out


def test_the_list_clicked_shows_it(room, mesh):
    mesh("Sofa", selected=False)
    look()
    audit_state(bpy.context).active = 0
    assert [obj.name for obj in bpy.context.selected_objects] == ["Sofa"]


def test_labelling_by_suggestion_and_by_hand(room, mesh):
    sofa, blob = mesh("Sofa"), mesh("Blob")
    rows = {each.objects[0].name: each for each in look().values()}
    assert mend(rows["Sofa"], "label") == {"FINISHED"}
    assert mend(rows["Blob"], "label", label_id=TABLE) == {"FINISHED"}
    assert (sofa.pass_index, blob.pass_index) == (built_in("nyu40").find("sofa").id, TABLE)
    assert kinds() == []


def test_without_a_suggestion_a_label_must_be_picked(room, mesh, capsys):
    mesh("Blob")
    assert "pick a label in the list first" in refused(capsys, row("unlabelled"), "label")


def test_all_suggested_at_once(room, mesh):
    sofa, lamp, blob = mesh("Sofa"), mesh("Lamp"), mesh("Blob")
    assert mend(next(iter(look().values())), "label", of_kind=True) == {"FINISHED"}
    assert sofa.pass_index and lamp.pass_index and not blob.pass_index
    assert kinds() == ["unlabelled"]


def test_clearing_unknown_ids_all_at_once(room, mesh):
    objects = [mesh(name) for name in ("a", "b")]
    strange = bpy.data.materials.new("strange")
    strange.pass_index = 99
    objects[0].data.materials.append(strange)
    for number, obj in enumerate(objects):
        obj.pass_index = 57 + number
    assert mend(row("unknown_id"), "clear", of_kind=True) == {"FINISHED"}
    assert [obj.pass_index for obj in objects] + [strange.pass_index] == [0, 0, 0]


def test_not_everything_may_be_done_to_all(room, mesh, capsys):
    mesh("Chair").pass_index = BED
    assert "look at each" in refused(capsys, row("name"), "take", of_kind=True)


def test_the_name_is_right_or_the_label(room, mesh):
    chair = mesh("Chair")
    chair.pass_index = BED
    assert mend(row("name"), "keep") == {"FINISHED"}
    assert (chair.pass_index, rejected(chair), kinds()) == (BED, ["chair"], [])
    other = mesh("Chair.001")
    other.pass_index = BED
    assert mend(row("name"), "take") == {"FINISHED"}
    assert (other.pass_index, kinds()) == (CHAIR, [])


def test_hiding_and_showing(room, mesh):
    one, two, three = mesh("a"), mesh("b"), mesh("c")
    for obj in (one, two, three):
        obj.pass_index = CHAIR
    one.hide_set(True)
    assert mend(row("hidden"), "hide_render") == {"FINISHED"}
    assert one.hide_render and kinds() == []
    two.hide_viewport = True
    assert mend(row("hidden"), "show") == {"FINISHED"}
    assert two.visible_get() and kinds() == []
    three.hide_render = True
    assert mend(row("not_rendered"), "show_render") == {"FINISHED"}
    assert not three.hide_render and kinds() == []


def test_labels_on_lights_are_cleared(room):
    lamp = bpy.data.objects.new("Spot", bpy.data.lights.new("Spot", "SPOT"))
    lamp.pass_index = CHAIR
    room.collection.objects.link(lamp)
    assert mend(row("no_carrier"), "clear") == {"FINISHED"}
    assert (lamp.pass_index, kinds()) == (0, [])


def test_a_film_is_labelled_itself(room):
    film = bpy.data.materials.new("film")
    film.use_nodes = True
    film.node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = 0.25
    bpy.data.objects["Floor"].data.materials.append(film)
    assert mend(row("alpha"), "threshold") == {"FINISHED"}
    assert 0 < bpy.context.view_layer.pass_alpha_threshold < transparency.constant_alpha(film)
    assert [each.severity for each in look().values()] == ["note"]


def test_a_linked_film_is_labelled_itself(room, tmp_path):
    """The view layer is what changes, and that is not linked."""
    film = bpy.data.materials.new("film")
    film.use_nodes = True
    film.node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = 0.25
    bpy.data.libraries.write(str(tmp_path / "films.blend"), {film})
    bpy.data.materials.remove(film)
    with bpy.data.libraries.load(str(tmp_path / "films.blend"), link=True) as (inside, taken):
        taken.materials = inside.materials
    bpy.data.objects["Floor"].data.materials.append(taken.materials[0])
    assert mend(row("alpha"), "threshold") == {"FINISHED"}
    assert 0 < bpy.context.view_layer.pass_alpha_threshold < 0.25


def test_stale_rows_touch_nothing(room, mesh, capsys):
    sofa = mesh("Sofa")
    finding = row("unlabelled")
    sofa.pass_index = TABLE  # labelled by hand since
    assert "its label has changed since" in refused(capsys, finding, "label")
    assert sofa.pass_index == TABLE
    sofa.pass_index = 0
    finding = row("unlabelled")
    sofa.name = "Gone"
    mesh("Sofa").pass_index = CHAIR  # another object has its name now
    assert mend(finding, "label", label_id=TABLE) == {"FINISHED"}
    assert (sofa.pass_index, bpy.data.objects["Sofa"].pass_index) == (TABLE, CHAIR)
    finding = None
    blob = mesh("Blob")
    finding = row("unlabelled")
    bpy.data.objects.remove(blob)
    assert "it is not there any more" in refused(capsys, finding, "label", label_id=TABLE)


def test_a_row_that_is_gone_is_said(room, capsys):
    look()
    assert bpy.ops.labelpass.show_finding(key="unlabelled 1 0") == {"CANCELLED"}
    assert "no longer holds" in capsys.readouterr().out


def test_linked_data_is_left_alone(room, mesh, tmp_path, capsys):
    path = tmp_path / "library.blend"
    mesh("Sofa")
    bpy.data.libraries.write(str(path), {bpy.data.objects["Sofa"]})
    bpy.data.objects.remove(bpy.data.objects["Sofa"])
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["Sofa"]
    room.collection.objects.link(wanted.objects[0])
    finding = row("unlabelled")
    assert "linked from" in refused(capsys, finding, "label", label_id=TABLE)
    assert "linked from" in refused(capsys, finding, "hide_render")


def test_undo_takes_a_fix_back_and_the_audit_is_not_current_then(room, mesh):
    mesh("Sofa")
    bpy.ops.ed.undo_push(message="sofa")
    mend(row("unlabelled"), "label")
    bpy.ops.ed.undo_push(message="mend")
    assert current_audit.last(bpy.context.scene, bpy.context.view_layer).current
    bpy.ops.ed.undo()
    assert bpy.data.objects["Sofa"].pass_index == 0
    assert not current_audit.last(bpy.context.scene, bpy.context.view_layer).current
    assert row("unlabelled").objects[0].name == "Sofa"


@pytest.mark.parametrize("edit", ["label", "rename", "hide_render", "add", "remove"])
def test_edits_make_it_outdated_and_moving_and_selecting_do_not(room, mesh, edit):
    sofa = mesh("Sofa")
    bpy.context.view_layer.update()
    look()
    sofa.location.x = 3
    sofa.select_set(False)
    bpy.context.view_layer.update()
    assert current_audit.last(room, bpy.context.view_layer).current
    if edit == "label":
        sofa.pass_index = TABLE
    elif edit == "rename":
        sofa.name = "Chair"
    elif edit == "hide_render":
        sofa.hide_render = True
    elif edit == "add":
        mesh("Chair")
    else:
        bpy.data.objects.remove(sofa)
    bpy.context.view_layer.update()
    assert not current_audit.last(room, bpy.context.view_layer).current


def test_a_row_from_before_an_edit_of_the_label_set_gives_no_other_label(room, mesh):
    sofa = mesh("Sofa")
    finding, nyu40 = row("unlabelled"), built_in("nyu40")
    sofa_id = nyu40.find("sofa").id
    moved = edits.change_id(nyu40, sofa_id, 100)
    apply_edit(room, moved)
    apply_edit(room, edits.add(moved.new, "toy", id_=sofa_id))
    assert mend(finding, "label") == {"FINISHED"}
    assert sofa.pass_index == 100


def test_before_many_are_labelled_their_names_are_read_anew(room, mesh):
    sofa, other = mesh("Sofa"), mesh("Sofa.001")
    finding = row("unlabelled")
    other.name = "Chair"
    bpy.context.view_layer.update()
    assert mend(finding, "label", of_kind=True) == {"FINISHED"}
    assert sofa.pass_index == built_in("nyu40").find("sofa").id
    assert not other.pass_index  # its mesh is called a sofa still, so nothing is sure


def test_another_file_has_no_audit(room):
    look()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert current_audit.last(bpy.context.scene, bpy.context.view_layer) is None


def test_pixels_are_counted_and_sort_the_list(room, mesh):
    little, much = mesh("Blob a", selected=False), mesh("Blob b", selected=False)
    little.location, much.location = (-0.9, -0.9, 1), (0, 0, 2)
    much.scale = (2, 2, 1)
    outside = mesh("Blob c", selected=False)
    outside.location.x = 500
    before = [obj.pass_index for obj in bpy.data.objects]
    look()
    assert bpy.ops.labelpass.measure_findings() == {"FINISHED"}
    rows = list(findings_shown(bpy.context).values())
    assert [each.objects[0].name for each in rows] == ["Blob b", "Blob a", "Blob c"]
    assert rows[0].pixels > rows[1].pixels > rows[2].pixels == 0
    assert [obj.pass_index for obj in bpy.data.objects] == before
    fill_findings(bpy.context)
    assert not current_audit.measuring()
    assert current_audit.last(room, bpy.context.view_layer).current, "what looking changed and put back is no edit"


def test_a_measure_that_is_stopped_puts_the_scene_back(room, mesh):
    mesh("Sofa")
    look()
    engine, camera_before = room.render.resolution_x, room.camera
    looks = current_audit.measure_views(bpy.context)
    seen = next(looks)
    assert current_audit.measuring()
    assert current_audit.last_measure(room, bpy.context.view_layer) == seen
    assert not bpy.ops.labelpass.mend_finding.poll()
    looks.close()
    assert not current_audit.measuring()
    assert (room.render.resolution_x, room.camera) == (engine, camera_before)


def test_saving_ends_a_measure_first(room, mesh, tmp_path):
    mesh("Sofa")
    look()
    before = room.render.resolution_x
    looks = current_audit.measure_views(bpy.context)
    next(looks)
    assert room.render.resolution_x != before
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "room.blend"), copy=True)
    assert not current_audit.measuring()
    assert room.render.resolution_x == before
    assert list(looks) == []


def test_a_measure_holds_for_its_threshold(room, mesh):
    mesh("Blob")
    look()
    bpy.ops.labelpass.measure_findings()
    assert row("unlabelled").pixels is not None
    bpy.context.view_layer.pass_alpha_threshold = 0.1
    assert row("unlabelled").pixels is None


def test_without_a_camera_nothing_is_measured(room, capsys):
    bpy.data.objects.remove(room.camera)
    assert bpy.ops.labelpass.measure_findings() == {"CANCELLED"}
    assert "no camera" in capsys.readouterr().out
