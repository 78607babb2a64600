"""Labelling through the add-on's operators, on real bpy."""

from pathlib import Path

import bpy
import pytest

import blender_addon
from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.tab import properties, status


def link(obj, selected=True):
    bpy.context.scene.collection.objects.link(obj)
    obj.select_set(selected)
    return obj


def select(*objects):
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj in objects)


def test_registering_twice_and_unregistering_leaves_nothing(scene):
    before = [len(getattr(bpy.app.handlers, name)) for name in ("load_post", "undo_post", "depsgraph_update_post")]
    blender_addon.unregister()
    assert not hasattr(bpy.types.WindowManager, "labelpass")
    assert not [name for name in dir(bpy.types) if name.startswith("LABELPASS")]
    assert not hasattr(bpy.types, "LABELPASS_OT_assign")
    blender_addon.register()
    after = [len(getattr(bpy.app.handlers, name)) for name in ("load_post", "undo_post", "depsgraph_update_post")]
    assert after == before and bpy.ops.labelpass.choose_set(source="nyu40") == {"FINISHED"}


def test_a_file_of_ones_own(scene, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('["shelf", "price tag"]')
    assert bpy.ops.labelpass.open_set(filepath=str(path)) == {"FINISHED"}
    assert scene_labels.read_label_set(scene).find("price tag").id == 2
    path.write_text('{"labels": 3}')
    with pytest.raises(RuntimeError, match="a label set is a mapping") as told:
        bpy.ops.labelpass.open_set(filepath=str(path))
    assert "Traceback" not in str(told.value)


def test_choose_search_assign_select_clear(scene, mesh):
    chair, table = mesh("a"), mesh("b", selected=False)
    assert not bpy.ops.labelpass.assign.poll()  # no label set yet
    bpy.ops.labelpass.choose_set(source="nyu40")
    state = bpy.context.window_manager.labelpass
    assert properties.active_label(bpy.context) is None  # nor walls by accident
    assert bpy.ops.labelpass.assign() == bpy.ops.labelpass.select_label() == {"CANCELLED"}
    state.search = "chai"
    assert properties.active_label(bpy.context).name == "chair"
    bpy.ops.labelpass.assign()
    assert (chair.pass_index, table.pass_index) == (5, 0)
    state.search = "box xyz"  # on the way there "box" was picked
    assert properties.active_label(bpy.context) is None and bpy.ops.labelpass.assign() == {"CANCELLED"}
    state.search = "chair"
    select()
    assert not bpy.ops.labelpass.assign.poll()
    bpy.ops.labelpass.select_unlabelled()
    assert bpy.context.selected_objects == [table] and bpy.context.view_layer.objects.active == table
    bpy.ops.labelpass.assign(label_id=built_in("nyu40").find("table").id)
    bpy.ops.labelpass.select_label()
    assert bpy.context.selected_objects == [chair]
    bpy.ops.labelpass.clear()
    assert (chair.pass_index, table.pass_index) == (0, 7)


def test_counts_follow_assign_delete_undo_redo(scene, mesh):
    def counted():
        return status.status(bpy.context.scene, bpy.context.view_layer)

    bpy.ops.labelpass.choose_set(source="nyu40")
    for name in "abc":
        mesh(name)
    bpy.ops.ed.undo_push(message="three meshes")
    assert (counted().labelled, counted().unlabelled) == (0, 3)
    bpy.ops.labelpass.assign(label_id=5)
    bpy.ops.ed.undo_push(message="assign")  # from a script Blender pushes none itself
    assert (counted().counts[5], counted().labelled, counted().unlabelled) == (3, 3, 0)
    bpy.ops.ed.undo()
    assert counted().counts[5] == 0 and counted().unlabelled == 3
    assert all(obj.pass_index == 0 for obj in bpy.data.objects)
    bpy.ops.ed.redo()
    assert counted().counts[5] == 3
    bpy.data.objects.remove(bpy.data.objects["a"])
    bpy.context.view_layer.update()
    assert (counted().counts[5], counted().labelled) == (2, 2)


def test_undoing_the_choice_of_a_label_set(scene):
    bpy.ops.labelpass.choose_set(source="nyu40")
    bpy.ops.ed.undo_push(message="nyu40")
    bpy.ops.labelpass.choose_set(source="nyu13")
    bpy.ops.ed.undo_push(message="nyu13")
    bpy.ops.ed.undo()
    assert status.label_set(bpy.context.scene).name == "nyu40"
    assert properties.stale(bpy.context)
    properties.fill_rows(bpy.context)
    assert len(bpy.context.window_manager.labelpass.rows) == 40 and not properties.stale(bpy.context)


def test_what_has_no_surface_says_so_and_the_rest_is_done(scene, mesh, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    chair = mesh("chair")
    link(bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN")))
    link(bpy.data.objects.new("Cam", bpy.data.cameras.new("Cam")))
    link(bpy.data.objects.new("Smoke", bpy.data.volumes.new("Smoke")))
    link(bpy.data.objects.new("Nothing", None))
    refused = scene_labels.assign(bpy.context.selected_objects, 5).refused
    assert chair.pass_index == 5 and len(refused) == 4
    assert "light has no surface" in refused["Sun"] and "camera is not rendered" in refused["Cam"]
    assert "no index pass for volumes" in refused["Smoke"] and "without members" in refused["Nothing"]
    bpy.ops.labelpass.assign(label_id=5)
    assert "1 object is now chair; 4 refused" in capfd.readouterr().out
    select(bpy.data.objects["Sun"])
    assert bpy.ops.labelpass.assign(label_id=5) == {"CANCELLED"}
    assert "1 object refused: Sun: a light has no surface" in capfd.readouterr().out


@pytest.mark.parametrize(
    "data",
    [
        lambda: bpy.data.curves.new("x", "CURVE"),
        lambda: bpy.data.curves.new("x", "FONT"),
        lambda: bpy.data.curves.new("x", "SURFACE"),
        lambda: bpy.data.hair_curves.new("x"),
    ],
)
def test_things_with_a_surface_that_are_no_meshes(scene, data):
    bpy.ops.labelpass.choose_set(source="nyu40")
    obj = link(bpy.data.objects.new("x", data()))
    assert bpy.ops.labelpass.assign(label_id=5) == {"FINISHED"} and obj.pass_index == 5


def test_a_metaball_takes_its_family_along(scene):
    bpy.ops.labelpass.choose_set(source="nyu40")
    names = ("Blob", "Blob.001", "Other")
    balls = [link(bpy.data.objects.new(name, bpy.data.metaballs.new(name)), False) for name in names]
    select(balls[1])
    bpy.ops.labelpass.assign(label_id=5)
    assert [ball.pass_index for ball in balls] == [5, 5, 0]


def test_objects_that_share_a_mesh_have_labels_of_their_own(scene, mesh):
    bpy.ops.labelpass.choose_set(source="nyu40")
    one = mesh("one")
    other = link(bpy.data.objects.new("other", one.data), False)
    bpy.ops.labelpass.assign(label_id=5)
    assert (one.pass_index, other.pass_index) == (5, 0)


def test_a_collection_instance_is_labelled_and_selected_as_a_whole(scene, mesh):
    bpy.ops.labelpass.choose_set(source="nyu40")
    source = bpy.data.collections.new("Chair asset")
    member = bpy.data.objects.new("leg", mesh("tmp", False).data)
    source.objects.link(member)
    bpy.data.objects.remove(bpy.data.objects["tmp"])
    empty = bpy.data.objects.new("Chair 1", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", source
    link(empty, False)
    bpy.ops.labelpass.select_unlabelled()
    assert bpy.context.selected_objects == [empty]
    bpy.ops.labelpass.assign(label_id=5)
    now = status.status(bpy.context.scene, bpy.context.view_layer)
    assert (empty.pass_index, member.pass_index, now.labelled, now.unlabelled) == (5, 0, 1, 0)


def test_what_was_overwritten_is_said(scene, mesh, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    for name, label_id in (("floor", 2), ("second floor", 2), ("chair", 5), ("table", 7), ("new", 0), ("odd", 99)):
        mesh(name).pass_index = label_id
    bpy.ops.labelpass.assign(label_id=7)
    assert "6 objects are now table (2 were floor, 1 was chair, 1 was pass index 99)" in capfd.readouterr().out
    bpy.ops.labelpass.assign(label_id=7)
    assert "6 objects are now table\n" in capfd.readouterr().out


def test_nothing_left_to_label_is_said_in_words(scene, mesh, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    mesh("chair")
    bpy.ops.labelpass.select_unlabelled()
    bpy.ops.labelpass.assign(label_id=5)
    bpy.ops.labelpass.select_unlabelled()
    out = capfd.readouterr().out
    assert "1 object without a label selected" in out and "no object without a label" in out


def test_an_empty_that_groups_things_says_that_it_shows_nothing(scene, mesh):
    group = link(bpy.data.objects.new("tea set", None))
    mesh("cup").parent = group
    assert "groups its children" in scene_labels.assign([group], 5).refused["tea set"]


def test_hidden_and_locked_things_are_counted_not_selected(scene, mesh, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    seen, hidden, locked = mesh("seen"), mesh("hidden"), mesh("locked")
    hidden.hide_set(True)
    locked.hide_select = True
    bpy.ops.labelpass.select_unlabelled()
    assert "2 cannot be selected here" in capfd.readouterr().out
    assert bpy.context.selected_objects == [seen]
    bpy.ops.labelpass.assign(label_id=5)
    assert (seen.pass_index, hidden.pass_index, locked.pass_index) == (5, 0, 0)


def test_select_by_label_says_how_many_it_cannot_select(scene, mesh, capfd):
    bpy.ops.labelpass.choose_set(source="nyu40")
    names = ("seen", "hidden", "locked", "off", "away")
    things = {name: mesh(name) for name in names}
    bpy.ops.labelpass.assign(label_id=5)
    away = bpy.data.collections.new("away")
    scene.collection.children.link(away)
    away.objects.link(things["away"])
    scene.collection.objects.unlink(things["away"])
    things["hidden"].hide_set(True)
    things["off"].hide_viewport = True
    things["locked"].hide_select = True
    bpy.context.view_layer.layer_collection.children["away"].hide_viewport = True
    bpy.ops.labelpass.select_label(label_id=5)
    said = capfd.readouterr().out
    assert "1 object labelled chair selected; 4 cannot be selected here (hidden or locked): " in said
    assert bpy.context.selected_objects == [things["seen"]]
    bpy.ops.labelpass.select_label(label_id=7)
    assert "no object labelled table" in capfd.readouterr().out and not bpy.context.selected_objects


def test_a_scene_of_its_own_label_set_and_one_without(scene, mesh):
    bpy.ops.labelpass.choose_set(source="nyu40")
    other = bpy.data.scenes.new("other")
    assert scene_labels.read_label_set(other).name == status.label_set(other).name == "nyu40"
    scene_labels.set_label_set(other, built_in("nyu13"))
    assert (status.label_set(scene).name, status.label_set(other).name) == ("nyu40", "nyu13")
    mesh("chair").pass_index = 5
    bpy.ops.labelpass.choose_set(source="syntrain16")  # objects are the whole file's: all scenes change together
    assert {scene_labels.read_label_set(each).name for each in bpy.data.scenes} == {"syntrain16"}


def test_counts_are_those_of_a_scene_and_its_view_layer(scene, mesh):
    bpy.ops.labelpass.choose_set(source="nyu40")
    chair, table = mesh("chair"), mesh("table")
    chair.pass_index = 5
    away = bpy.data.collections.new("away")
    scene.collection.children.link(away)
    away.objects.link(table)
    scene.collection.objects.unlink(table)
    other, layer = bpy.data.scenes.new("other"), scene.view_layers.new("without tables")
    other.collection.objects.link(chair)
    layer.layer_collection.children["away"].exclude = True
    for each in (scene.view_layers[0], layer, other.view_layers[0]):
        each.update()

    def counted(scene, layer):
        found = status.status(scene, layer)
        return found.counts, found.labelled, found.unlabelled

    assert counted(scene, scene.view_layers[0]) == ({5: 1}, 1, 1)
    assert counted(scene, layer) == ({5: 1}, 1, 0)
    assert counted(other, other.view_layers[0]) == ({5: 1}, 1, 0)
    bpy.context.window.view_layer = layer
    assert bpy.ops.labelpass.select_unlabelled() == {"FINISHED"} and not bpy.context.selected_objects
    bpy.context.window.view_layer = scene.view_layers[0]
    assert bpy.ops.labelpass.select_unlabelled() == {"FINISHED"} and bpy.context.selected_objects == [table]


def linked_file(tmp_path: Path) -> Path:
    """A .blend with one mesh object 'Lamp' in collection 'Lamps'."""
    path = tmp_path / "library.blend"
    collection = bpy.data.collections.new("Lamps")
    data = bpy.data.meshes.new("Lamp")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    obj = bpy.data.objects.new("Lamp", data)
    collection.objects.link(obj)
    bpy.data.libraries.write(str(path), {collection}, fake_user=True)
    for block, where in ((obj, bpy.data.objects), (data, bpy.data.meshes), (collection, bpy.data.collections)):
        where.remove(block)
    return path


def test_linked_data_is_refused_with_a_reason(scene, tmp_path):
    path = linked_file(tmp_path)
    with bpy.data.libraries.load(str(path), link=True) as (_there, here):
        here.objects = ["Lamp"]
    lamp = link(bpy.data.objects["Lamp"])
    done = scene_labels.assign([lamp], 5)
    assert done.labelled == 0 and "linked from" in done.refused["Lamp"] and lamp.pass_index == 0


def test_a_library_override_keeps_its_label_through_save_and_reload(scene, tmp_path):
    path = linked_file(tmp_path)
    with bpy.data.libraries.load(str(path), link=True) as (_there, here):
        here.collections = ["Lamps"]
    bpy.context.scene.collection.children.link(here.collections[0])
    here.collections[0].override_hierarchy_create(bpy.context.scene, bpy.context.view_layer, do_fully_editable=True)
    lamp = next(obj for obj in bpy.data.objects if obj.override_library)
    bpy.ops.labelpass.choose_set(source="nyu40")
    select(lamp)
    assert bpy.ops.labelpass.assign(label_id=built_in("nyu40").find("lamp").id) == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    lamp = next(obj for obj in bpy.data.objects if obj.override_library)
    assert lamp.pass_index == built_in("nyu40").find("lamp").id


def test_a_saved_file_needs_no_add_on(scene, mesh, tmp_path):
    bpy.ops.labelpass.choose_set(source="nyu40")
    mesh("chair")
    bpy.ops.labelpass.assign(label_id=5)
    bpy.context.window_manager.labelpass.search = "chair"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    blender_addon.unregister()
    try:
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
        assert bpy.data.objects["chair"].pass_index == 5
        assert scene_labels.read_label_set(bpy.context.scene) == built_in("nyu40")
    finally:
        blender_addon.register()
