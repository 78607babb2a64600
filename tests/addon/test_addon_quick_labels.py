"""Labelling by keys, on real bpy: search, repeat, step to what has no label, pick what a ray hits."""

from types import SimpleNamespace

import bpy
import pytest
from bpy_extras.view3d_utils import region_2d_to_origin_3d
from mathutils import Matrix, Vector

from blender_addon import scene_labels
from blender_addon.asking.under_cursor import first_hit, ray_at
from blender_addon.contract.labels import built_in
from blender_addon.keys import isolation, quick_operators, unlabelled
from blender_addon.keys.quick_operators import _items
from blender_addon.label_sets.label_search import members_of
from blender_addon.suggestions.suggestible import REJECTED, reject
from blender_addon.tab import recent_labels, status

OPERATORS = ("search_label", "repeat_label", "pick_label", "next_unlabelled", "previous_unlabelled", "show_all")


def in_view():
    """A 3D view of the window that a Blender without one has, too, as the place where operators run."""
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


@pytest.fixture
def view(scene):
    """That 3D view, for the whole test."""
    with in_view():
        yield bpy.context.space_data
        if bpy.context.space_data.local_view:
            bpy.ops.view3d.localview()


@pytest.fixture
def box(scene):
    """box(name, size=1, at=0, data=None): a cube on the x axis; `data` shares another's mesh."""

    def new(name, size=1.0, at=0.0, data=None, collection=None):
        if not data:
            data = bpy.data.meshes.new(name)
            corners = [(x, y, z) for x in (0, size) for y in (0, size) for z in (0, size)]
            sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
            data.from_pydata(corners, [], sides)
        obj = bpy.data.objects.new(name, data)
        obj.location.x = at
        (collection or bpy.context.scene.collection).objects.link(obj)
        return obj

    return new


def choose(name="nyu40"):
    bpy.ops.labelpass.choose_set(source=name)
    bpy.context.view_layer.update()


def select(*objects):
    bpy.context.view_layer.update()  # what was just linked cannot be selected before
    for obj in bpy.context.view_layer.objects:
        obj.select_set(obj in objects)
    bpy.context.view_layer.objects.active = objects[0] if objects else None
    bpy.context.view_layer.update()


def members(space):
    bpy.context.view_layer.update()
    return (
        [obj.name for obj in bpy.context.view_layer.objects if obj.visible_get(viewport=space)]
        if space.local_view
        else []
    )


def found():
    return unlabelled.places(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get())


# What is missing is said: a key has no button to be grey


@pytest.mark.parametrize("name", OPERATORS[:-1])
def test_without_a_label_set_it_says_so(view, box, capfd, name):
    select(box("chair"))
    assert getattr(bpy.ops.labelpass, name)() == {"CANCELLED"}
    assert "Choose a label set first" in capfd.readouterr().out


@pytest.mark.parametrize("name", OPERATORS[:3])
def test_without_a_selection_it_says_so(view, box, capfd, name):
    choose()
    box("chair")
    assert getattr(bpy.ops.labelpass, name)() == {"CANCELLED"}
    assert "Nothing is selected" in capfd.readouterr().out


@pytest.mark.parametrize("name", OPERATORS)
def test_keys_rest_in_other_modes_and_outside_of_3d_views(view, box, name):
    choose()
    select(box("chair"))
    operator = getattr(bpy.ops.labelpass, name)
    assert operator.poll()
    with bpy.context.temp_override(area=None, region=None):
        assert not operator.poll()
    bpy.ops.object.mode_set(mode="EDIT")
    assert not operator.poll()
    bpy.ops.object.mode_set(mode="OBJECT")


# Search and repeat


def test_search_gives_the_label_and_repeat_gives_it_again(view, box, capfd):
    choose()
    sofa, other, third = box("sofa"), box("other"), box("third")
    select(sofa)
    assert bpy.ops.labelpass.repeat_label() == {"CANCELLED"}
    assert "No label was given yet" in capfd.readouterr().out
    assert bpy.ops.labelpass.search_label(label="6") == {"FINISHED"}
    select(other)
    assert bpy.ops.labelpass.repeat_label() == {"FINISHED"}
    assert "1 object is now sofa" in capfd.readouterr().out
    select(third)
    bpy.ops.labelpass.assign(label_id=5)  # the panel's button counts as well
    select(other, third)
    bpy.ops.labelpass.repeat_label()
    assert [obj.pass_index for obj in (sofa, other, third)] == [6, 5, 5]
    bpy.ops.labelpass.search_label(label="6 couch")
    assert other.pass_index == 6
    assert bpy.ops.labelpass.search_label(label="6") == {"FINISHED"}


def test_nothing_typed_is_no_label(view, box, capfd):
    choose()
    select(box("thing"))
    assert bpy.ops.labelpass.search_label() == bpy.ops.labelpass.search_label(label="0") == {"CANCELLED"}
    assert "No label was chosen" in capfd.readouterr().out
    assert bpy.data.objects["thing"].pass_index == 0


def test_the_search_offers_what_names_suggest_first(view, box):
    choose()
    sofa = box("Couch_02.001")
    select(sofa)
    recent_labels.remember(built_in("nyu40").find("chair"))
    assert [item[1] for item in _items(None, bpy.context)[:2]] == ["suggested ▸ sofa (6)", "chair (5)"]
    reject(sofa, "sofa")
    assert _items(None, bpy.context)[0][1] == "chair (5)"
    del sofa[REJECTED]
    sofa.pass_index = 3  # somebody has decided
    assert _items(None, bpy.context)[0][1] == "chair (5)"


def test_a_label_by_key_steps_on_while_one_is_shown_alone(view, box):
    choose()
    a, b, c = (box(name, 3 - n, at=10 * n) for n, name in enumerate("abc"))
    bpy.context.view_layer.update()
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.labelpass.search_label(label="5")
    assert members(view) == ["b"] and bpy.context.object == b
    bpy.ops.labelpass.repeat_label()
    assert members(view) == ["c"] and (a.pass_index, b.pass_index, c.pass_index) == (5, 5, 0)
    bpy.context.window_manager.labelpass.step_on = False
    bpy.ops.labelpass.repeat_label()
    assert members(view) == ["c"] and c.pass_index == 5
    bpy.context.window_manager.labelpass.step_on = True
    bpy.ops.labelpass.show_all()
    select(a)
    bpy.ops.labelpass.repeat_label()  # nothing is shown alone: the selection stays
    assert bpy.context.object == a and not view.local_view


def test_the_last_label_outlives_a_change_of_set_and_no_other_file(view, box, capfd):
    choose()
    select(box("chair"))
    bpy.ops.labelpass.search_label(label="5")
    choose("nyu13")
    chair = built_in("nyu13").find("chair")
    assert recent_labels.recent(built_in("nyu13")) == [chair]
    bpy.data.objects["chair"].pass_index = 0
    bpy.ops.labelpass.repeat_label()
    assert bpy.data.objects["chair"].pass_index == chair.id
    assert recent_labels.recent(built_in("sunrgbd37"))[0].name == "chair"
    recent_labels._after_load()
    assert recent_labels.recent(built_in("nyu40")) == []


def test_what_is_refused_is_not_the_last_label(view, box):
    choose()
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "SUN"))
    bpy.context.scene.collection.objects.link(lamp)
    select(lamp)
    assert bpy.ops.labelpass.search_label(label="5") == {"CANCELLED"}
    assert recent_labels.recent(built_in("nyu40")) == []


def test_the_search_offers_names_then_other_names_then_what_falls_under_a_label(scene):
    nyu40 = built_in("nyu40")
    texts = [item[1] for item in quick_operators.search_items(nyu40, members_of(nyu40), {7: 3})]
    assert texts[:3] == ["Type a label's name", "table (7)", "wall (1)"]  # what is in use comes first
    assert "sofa (6)" in texts[:41] and texts.index("couch = sofa (6)") > 40
    assert "cup = otherprop (40)" in texts
    assert len(texts) == len(set(texts)) > 800
    recent_labels.remember(nyu40.find("sofa"))
    texts = [item[1] for item in quick_operators.search_items(nyu40, {}, {7: 3})]
    assert texts[:2] == ["sofa (6)", "table (7)"]  # Enter gives the last one again
    items = quick_operators.search_items(built_in("nyu894"), {}, {})
    assert len({item[0] for item in items}) == len({item[4] for item in items}) == len(items) >= 894


def test_each_key_that_changes_data_is_a_step_of_undo(scene):
    """That it is one step is seen in a window alone: without one, undo in the place of a 3D view crashes Blender."""
    for name in OPERATORS:
        operator = getattr(bpy.ops.labelpass, name)
        assert ("UNDO" in operator.bl_options) == (name != "show_all")


# The next one without a label


def test_biggest_kinds_come_first_and_copies_together(box):
    choose()
    box("cup", 0.1)
    chair, wall = box("chair", 1), box("wall", 5)
    box("chair.001", 0.1, data=chair.data)
    box("lamp", 0.8)
    box("cup.001", 0.1)
    bpy.context.view_layer.update()
    assert [obj.name for obj in found().waiting] == ["wall", "chair", "chair.001", "lamp", "cup", "cup.001"]
    wall.pass_index = chair.pass_index = 5
    assert [obj.name for obj in found().waiting] == ["chair.001", "lamp", "cup", "cup.001"]
    assert [obj.name for obj in found().order][:2] == ["wall", "chair"]  # which stay where they are
    assert unlabelled.step(found(), chair).name == "chair.001"
    assert unlabelled.step(found(), chair, back=True).name == "cup.001"
    assert unlabelled.step(found(), None).name == "chair.001"
    assert unlabelled.alike(bpy.data.objects["cup"], found().waiting) == 1
    bpy.data.objects["cup"].name, bpy.data.objects["cup.001"].name = "Set.001 cup.002", "Set cup"
    assert unlabelled.alike(bpy.data.objects["Set cup"], found().waiting) == 1


def test_what_cannot_be_labelled_is_skipped_and_told(view, box, capfd):
    choose()
    for name in ("seen", "hidden", "locked", "unrendered"):
        box(name)
    bpy.context.view_layer.update()
    bpy.data.objects["hidden"].hide_set(True)
    bpy.data.objects["locked"].hide_select = True
    bpy.data.objects["unrendered"].hide_render = True
    light = bpy.data.objects.new("light", bpy.data.lights.new("light", "SUN"))
    bpy.context.scene.collection.objects.link(light)
    assert [obj.name for obj in found().waiting] == ["seen"] and set(found().kept) == {"hidden", "locked"}
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.labelpass.search_label(label="5")
    capfd.readouterr()
    bpy.ops.labelpass.next_unlabelled()
    said = capfd.readouterr().out
    assert "2 left that cannot be labelled from here: hidden: hidden in the viewport" in said
    assert "locked: locked against selection" in said


def test_a_member_is_labelled_through_its_instancer(view, box):
    choose()
    asset = bpy.data.collections.new("chairs")
    leg = box("leg", 0.5, collection=asset)
    for number in range(2):
        empty = bpy.data.objects.new(f"set {number}", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", asset
        empty.scale = (1 + number,) * 3
        bpy.context.scene.collection.objects.link(empty)
    bpy.context.view_layer.update()
    bpy.ops.labelpass.next_unlabelled()
    assert [obj.name for obj in bpy.context.selected_objects] == ["set 1"] == members(view)  # the bigger one
    bpy.ops.labelpass.search_label(label="5")
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.labelpass.repeat_label()
    assert (leg.pass_index, bpy.data.objects["set 0"].pass_index) == (0, 5) and not found().waiting


def test_stepping_shows_one_alone_until_all_are_labelled(view, box, capfd):
    choose()
    for number, name in enumerate(("a", "b", "c")):
        box(name, 3 - number, at=10 * number)
    bpy.context.view_layer.update()
    stood = view.region_3d.view_location.copy(), view.region_3d.view_distance
    for name in "abca":
        assert bpy.ops.labelpass.next_unlabelled() == {"FINISHED"}
        assert bpy.context.object.name == name and [each.name for each in bpy.context.selected_objects] == [name]
        assert members(view) == [name] and isolation.is_on(view, bpy.context.view_layer)
    assert "a: 3 to label" in capfd.readouterr().out
    bpy.ops.labelpass.previous_unlabelled()
    assert members(view) == ["c"]
    for _ in range(3):
        bpy.ops.labelpass.search_label(label="5")
        bpy.ops.labelpass.next_unlabelled()
    assert "All labelled" in capfd.readouterr().out
    assert not view.local_view
    assert (view.region_3d.view_location - stood[0]).length < 1e-5
    assert view.region_3d.view_distance == pytest.approx(stood[1])
    assert bpy.ops.labelpass.next_unlabelled() == {"CANCELLED"}


def test_leaving_shows_all_again(view, box, capfd):
    choose()
    box("a", at=50), box("b")
    bpy.context.view_layer.update()
    assert bpy.ops.labelpass.show_all() == {"CANCELLED"}
    assert "No unlabelled object is shown alone" in capfd.readouterr().out
    bpy.ops.labelpass.next_unlabelled()
    assert bpy.ops.labelpass.show_all() == {"FINISHED"} and not view.local_view
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.view3d.localview()  # Blender's own key does, too
    assert bpy.ops.labelpass.show_all() == {"CANCELLED"} and not isolation.is_on(view, bpy.context.view_layer)


def test_a_local_view_of_ones_own_is_there_again(view, box):
    choose()
    theirs = [box(name, at=number) for number, name in enumerate("ab")]
    box("big", 5)
    bpy.context.view_layer.update()
    select(*theirs)
    bpy.ops.view3d.localview()
    bpy.context.view_layer.update()
    assert members(view) == ["a", "b"]
    stood = view.region_3d.view_location.copy()
    for name in ("big", "a"):
        bpy.ops.labelpass.next_unlabelled()
        assert members(view) == [name]
    bpy.ops.labelpass.show_all()
    assert members(view) == ["a", "b"] and (view.region_3d.view_location - stood).length < 1e-5


def test_a_camera_that_follows_the_view_stays_where_it_is(view, box):
    choose()
    box("a", at=9), box("b", at=90)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    bpy.context.view_layer.update()
    view.lock_camera = True
    before = camera.matrix_world.copy()
    for _ in range(2):
        view.region_3d.view_perspective = "CAMERA"
        bpy.ops.labelpass.next_unlabelled()
        assert view.region_3d.view_perspective == "PERSP"
    assert camera.matrix_world == before
    view.lock_camera = False


def test_undo_looks_at_what_is_shown_again(view, box):
    """What undo leaves: it puts the members of a local view back. Undo itself crashes here without a window."""
    choose()
    one, other = box("a", 2, at=50), box("b", 1)
    bpy.context.view_layer.update()
    for _ in "ab":
        bpy.ops.labelpass.next_unlabelled()
    one.local_view_set(view, True)
    other.local_view_set(view, False)
    select(one)
    isolation._frame_again()  # a timer does
    assert view.region_3d.view_location.x == pytest.approx(51, abs=0.1)
    one.local_view_set(view, False)
    isolation._frame_again()
    assert not view.local_view


# The label under the mouse


def look(x, y=0.5, space=None):
    bpy.context.view_layer.update()
    return first_hit(bpy.context.evaluated_depsgraph_get(), (Vector((x, y, 20)), Vector((0, 0, -1))), space)


def test_a_ray_reads_object_part_and_nothing(view, box):
    chair = box("chair")
    assert look(0.5).host.name == "chair" and look(0.5).label_id == 0 and look(5) is None
    chair.pass_index = 5
    assert look(0.5).label_id == 5
    paint = bpy.data.materials.new("paint")
    paint.pass_index = 7
    chair.data.materials.append(None)
    chair.data.materials.append(paint)
    assert look(0.5).label_id == 5
    for face in chair.data.polygons:
        face.material_index = int(face.normal.z > 0.5)
    assert look(0.5).label_id == 7


def test_a_ray_reads_faces_as_modifiers_leave_them(view, box):
    chair = box("chair")
    for name, label_id in (("paint", 7), ("glass", 9)):
        material = bpy.data.materials.new(name)
        material.pass_index = label_id
        chair.data.materials.append(material)
    chair.data.polygons[5].material_index = chair.data.polygons[3].material_index = 1
    array = chair.modifiers.new("array", "ARRAY")
    array.count, array.relative_offset_displace = 3, (2, 0, 0)
    assert chair.data.polygons[5].normal.z > 0.5
    assert [look(at).label_id for at in (0.5, 2.5, 4.5)] == [9, 9, 9]


def test_a_ray_reads_the_instancer_that_it_hits(view, box):
    asset = bpy.data.collections.new("chairs")
    leg = box("leg", collection=asset)
    for number in range(3):
        empty = bpy.data.objects.new(f"set {number}", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", asset
        empty.location.x, empty.pass_index = 2 * number, 5 + number
        bpy.context.scene.collection.objects.link(empty)
    assert [(seen.host.name, seen.label_id) for seen in map(look, (0.5, 2.5, 4.5))] == [
        ("set 0", 5),
        ("set 1", 6),
        ("set 2", 7),
    ]
    leg.pass_index = 9  # a member's own label comes first
    assert look(2.5).label_id == 9


def test_a_ray_goes_through_what_the_view_does_not_show(view, box):
    lid, chair = box("lid"), box("chair")
    lid.location.z = 3
    lid.pass_index, chair.pass_index = 7, 5
    assert look(0.5, space=view).label_id == 7
    lid.hide_set(True)
    assert look(0.5, space=view).label_id == 5
    lid.hide_set(False)
    bpy.context.view_layer.update()
    select(chair)
    bpy.ops.view3d.localview()
    assert look(0.5, space=view).label_id == 5


def test_text_and_curves_are_seen(view):
    text = bpy.data.objects.new("text", bpy.data.curves.new("text", "FONT"))
    text.data.body, text.data.size, text.pass_index = "I", 20, 5
    bpy.context.scene.collection.objects.link(text)
    seen = [look(at / 4, 5) for at in range(40)]
    assert {each.label_id for each in seen if each} == {5}


def test_pick_gives_what_it_saw(view, box, capfd):
    choose()
    chair, other = box("chair"), box("other")
    select(other)
    assert bpy.ops.labelpass.pick_label(label_id=5) == {"FINISHED"} and (chair.pass_index, other.pass_index) == (0, 5)
    assert recent_labels.recent(status.label_set(bpy.context.scene))[0].name == "chair"
    assert bpy.ops.labelpass.pick_label(label_id=99) == {"CANCELLED"}
    assert "does not define pass index 99" in capfd.readouterr().out
    assert scene_labels.resolve(other).label_id == 5


def test_an_orthographic_view_also_sees_what_is_behind_its_origin():
    flat = SimpleNamespace(
        is_perspective=False, view_perspective="ORTHO", perspective_matrix=Matrix(), view_matrix=Matrix()
    )
    region, space = SimpleNamespace(width=100, height=80), SimpleNamespace(region_3d=flat, clip_end=50.0)
    origin, direction = ray_at(region, space, (50, 40))
    assert direction == Vector((0, 0, -1))
    assert origin == region_2d_to_origin_3d(region, flat, (50, 40)) + Vector((0, 0, 50))
