"""The overlay: what it draws in which label, found on scenes whose answer is known, and that it changes no data."""

import bpy
import pytest
from mathutils import Matrix

import blender_addon
from blender_addon import scene_labels
from blender_addon.overlay import picture as pictures
from blender_addon.overlay.drawing import texels_of
from blender_addon.overlay.picture import counts_of
from blender_addon.overlay.things import look


@pytest.fixture
def overlay(scene):
    """The picture of the scene, brought up to date by a call."""
    bpy.ops.labelpass.choose_set(source="nyu40")
    picture = pictures.picture_of(scene, bpy.context.view_layer)

    def update():
        bpy.context.view_layer.update()
        shown = frozenset(obj.session_uid for obj in bpy.context.visible_objects)
        assert picture.wait(shown) >= 0, "nothing was noticed"
        picture.update(bpy.context.view_layer, bpy.context.view_layer.depsgraph, shown)
        return picture

    return update


def add(name="plane", label=0, at=(0, 0, 0), collection=None, mesh=None):
    if not mesh:
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2), (0, 2, 3)])
    obj = bpy.data.objects.new(name, mesh)
    obj.pass_index, obj.location = label, at
    (collection or bpy.context.scene.collection).objects.link(obj)
    return obj


def empty(collection, label=0, at=(0, 0, 0), into=None):
    obj = bpy.data.objects.new("instance", None)
    obj.instance_type, obj.instance_collection, obj.pass_index, obj.location = "COLLECTION", collection, label, at
    (into or bpy.context.scene.collection).objects.link(obj)
    return obj


def seen():
    """{x of where a thing is: its labels}."""
    bpy.context.view_layer.update()
    found = look(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get(), {})
    return {round(thing.matrix[3], 3): thing.labels for thing in found}


def test_objects_have_their_label_and_faces_that_of_their_part(scene):
    plain, parted, bare = add(label=5), add(label=6, at=(2, 0, 0)), add(at=(4, 0, 0))
    for name, index in (("own", 0), ("part", 9), ("unused", 11)):
        material = bpy.data.materials.new(name)
        material.pass_index = index
        parted.data.materials.append(material)
    parted.data.polygons[1].material_index = 1
    assert seen() == {0: (5,), 2: (6, 9), 4: (0,)}
    bare.hide_render = True  # no render shows it, so it needs no label
    plain.hide_set(True)
    assert seen() == {2: (6, 9)}
    parted.display_type = "WIRE"
    assert seen() == {}


def test_a_slot_of_the_object_counts_not_that_of_its_mesh(scene):
    obj, mine, meshs = add(), bpy.data.materials.new("mine"), bpy.data.materials.new("mesh's")
    mine.pass_index, meshs.pass_index = 3, 4
    obj.data.materials.append(meshs)
    assert seen() == {0: (4,)}
    obj.material_slots[0].link, obj.material_slots[0].material = "OBJECT", mine
    assert seen() == {0: (3,)}


def test_what_has_no_surface_is_not_there(scene):
    scene.collection.objects.link(bpy.data.objects.new("light", bpy.data.lights.new("light", "POINT")))
    scene.collection.objects.link(bpy.data.objects.new("camera", bpy.data.cameras.new("camera")))
    scene.collection.objects.link(bpy.data.objects.new("nothing", None))
    assert seen() == {}


def test_curves_text_and_metaballs_are_there(scene):
    text = bpy.data.curves.new("text", "FONT")
    text.body = "A"
    ball = bpy.data.metaballs.new("ball")
    ball.elements.new()
    curve = bpy.data.curves.new("curve", "CURVE")
    curve.bevel_depth = 0.1
    spline = curve.splines.new("POLY")
    spline.points.add(1)
    spline.points[1].co = (1, 0, 0, 1)
    for number, data in enumerate((text, ball, curve)):
        obj = bpy.data.objects.new(data.name, data)
        obj.pass_index, obj.location.x = 3 + number, 10 * number
        scene.collection.objects.link(obj)
    assert seen() == {0: (3,), 10: (4,), 20: (5,)}
    found = look(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get(), {})
    assert len(found) == 3 and counts_of(found) == {3: 1, 4: 1, 5: 1}


def test_members_of_instances_get_the_label_of_the_nearest_labelled_instancer(scene):
    inner, outer = bpy.data.collections.new("inner"), bpy.data.collections.new("outer")
    add(collection=inner)
    add(label=7, at=(1, 0, 0), collection=inner)
    outer.instance_offset = (1000, 0, 0)
    empty(inner, at=(1010, 0, 0), into=outer)
    empty(inner, label=4, at=(1020, 0, 0), into=outer)
    empty(outer, label=3)
    empty(outer, at=(100, 0, 0))
    assert seen() == {10: (3,), 11: (7,), 20: (4,), 21: (7,), 110: (0,), 111: (7,), 120: (4,), 121: (7,)}


def test_copies_on_vertices_get_the_label_of_their_host(scene):
    host, child = add("host", label=6), add("child")
    host.instance_type, child.parent = "VERTS", host
    host.show_instancer_for_viewport = True
    bpy.context.view_layer.update()
    found = look(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get(), {})
    assert len(found) == 5 and {thing.labels for thing in found} == {(6,)}
    assert len({thing.geometry for thing in found}) == 2


def test_copies_of_nodes_get_the_label_of_their_host(scene):
    host, source = add("host", label=6), add("source", at=(50, 0, 0))
    nodes = bpy.data.node_groups.new("nodes", "GeometryNodeTree")
    nodes.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    nodes.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    start, end = nodes.nodes.new("NodeGroupInput"), nodes.nodes.new("NodeGroupOutput")
    copy, info = nodes.nodes.new("GeometryNodeInstanceOnPoints"), nodes.nodes.new("GeometryNodeObjectInfo")
    info.inputs["Object"].default_value, info.inputs["As Instance"].default_value = source, True
    nodes.links.new(start.outputs[0], copy.inputs["Points"])
    nodes.links.new(info.outputs["Geometry"], copy.inputs["Instance"])
    nodes.links.new(copy.outputs[0], end.inputs[0])
    host.modifiers.new("nodes", "NODES").node_group = nodes
    bpy.context.view_layer.update()
    found = look(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get(), {})
    labels = [thing.labels for thing in found if thing.matrix[3] < 10]
    assert labels == [(6,)] * 4 and counts_of(found) == {6: 1, 0: 1}
    source.pass_index = 9
    assert seen()[0] == (9,)


def test_a_label_a_move_and_hiding_change_rows_and_no_corners(overlay):
    one, _other = add(label=5), add(label=6, at=(2, 0, 0))
    before = overlay()
    chunks = list(before.chunks)
    assert len(chunks) == 1 and chunks[0].corners.shape == (12, 4)
    assert sorted(before.labels.tolist()) == [5, 6]
    one.pass_index = 8
    assert sorted(overlay().labels.tolist()) == [6, 8]
    one.location.x = 7
    assert sorted(overlay().rows[:, 3].tolist()) == [2, 7]
    assert before.chunks == chunks  # the very same, since chunks are compared by identity
    material = bpy.data.materials.new("part")
    one.data.materials.append(material)
    overlay()
    material.pass_index = 12  # Blender calls no handler for this
    assert sorted(overlay().labels.tolist()) == [6, 12]


@pytest.mark.parametrize("at_once", [0.0, 100.0])  # few objects alone, as in a large scene; all of them
def test_an_edited_mesh_is_read_again(overlay, monkeypatch, at_once):
    monkeypatch.setattr(pictures, "AT_ONCE", at_once)
    one, _other = add(), add(at=(2, 0, 0))
    one.data.vertices[0].co.z = 1
    picture = overlay()
    one.data.vertices[0].co.z = 9
    one.data.update()
    overlay()
    assert sorted(chunk.corners[:, 2].max() for chunk in picture.chunks) == [0, 9]
    bpy.data.objects.remove(one)
    assert len(overlay().things) == 1 and len(picture.chunks) == 1


def test_few_edits_of_a_large_scene_are_looked_at_alone(overlay, monkeypatch):
    one, _other = add(), add(at=(2, 0, 0))
    overlay()
    monkeypatch.setattr(pictures, "look", None)  # all things at once would fail
    one.pass_index = 4
    assert sorted(overlay().labels.tolist()) == [0, 4]
    one.location.x = 1
    assert sorted(overlay().rows[:, 3].tolist()) == [1, 2]


def test_undo_leaves_nothing_old(overlay):
    one = add(label=5)
    bpy.ops.ed.undo_push(message="before")
    one.pass_index = 6
    bpy.ops.ed.undo_push(message="after")
    assert overlay().labels.tolist() == [6]
    bpy.ops.ed.undo()
    assert overlay().labels.tolist() == [5]


def test_a_hidden_host_has_rows_that_are_not_drawn(overlay):
    one, other = add(label=5), add(label=6)
    picture = overlay()
    label_set = scene_labels.read_label_set(bpy.context.scene)
    both = texels_of(picture, frozenset({one.session_uid, other.session_uid}), label_set).reshape(-1, 4, 4)
    alone = texels_of(picture, frozenset({one.session_uid}), label_set).reshape(-1, 4, 4)
    assert (both[:, 3, 3] > 0).sum() == 2
    (row,) = (alone[:, 3, 3] > 0).nonzero()[0]
    assert picture.labels[row] == 5
    assert Matrix([*alone[row, :3].tolist(), (0, 0, 0, 1)]) == Matrix()


def test_the_legend_counts_what_the_view_shows(overlay):
    one, two, far = add(label=5), add(label=6), add(label=6)
    picture = overlay()
    picture.count(frozenset({one.session_uid, two.session_uid, far.session_uid}))
    assert picture.counts == {5: 1, 6: 2}
    picture.count(frozenset({two.session_uid}))  # alone in a local view
    assert picture.counts == {6: 1}
    two.pass_index = 5
    overlay().count(frozenset({two.session_uid}))
    assert picture.counts == {5: 1}


def test_two_local_views_do_not_make_each_other_old(overlay):
    """Each shows what the other does not, and both are drawn again and again."""
    one, other, hidden = (add(name, label=5) for name in ("one", "other", "hidden"))
    hidden.hide_set(True)
    overlay()
    pictures.forget_all()
    picture = pictures.picture_of(bpy.context.scene, bpy.context.view_layer)
    for obj in (one, other):
        shown = frozenset({obj.session_uid})
        picture.update(bpy.context.view_layer, bpy.context.view_layer.depsgraph, shown)
    assert [picture.wait(frozenset({obj.session_uid})) for obj in (one, other)] == [-1, -1]
    assert picture.wait(frozenset({hidden.session_uid})) >= 0


def test_switching_it_on_and_off_changes_no_data(overlay, tmp_path):
    obj, material = add(label=5), bpy.data.materials.new("own")
    obj.data.materials.append(material)
    obj.color = (0.1, 0.2, 0.3, 0.4)
    shading = [area.spaces[0].shading for screen in bpy.data.screens for area in screen.areas if area.type == "VIEW_3D"]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))

    def state():
        colors = [tuple(obj.color) for obj in bpy.data.objects]
        views = [(each.type, each.color_type, each.light) for each in shading]
        named = [len(getattr(bpy.data, kind)) for kind in ("materials", "meshes", "images", "node_groups", "objects")]
        return (
            obj.pass_index,
            material.pass_index,
            tuple(material.diffuse_color),
            colors,
            views,
            named,
            list(obj.keys()),
        )

    before = state()
    for on in (True, False):
        assert bpy.ops.labelpass.toggle_overlay() == {"FINISHED"}
        assert bpy.context.window_manager.labelpass_overlay.show is on
        if on:
            overlay()
        assert state() == before
    assert not pictures.all_pictures()  # what was known is forgotten


def test_it_goes_with_the_add_on(scene):
    for _ in range(2):
        blender_addon.unregister()
        assert not hasattr(bpy.types.WindowManager, "labelpass_overlay")
        functions = [getattr(each, "__module__", "") for each in bpy.types.VIEW3D_PT_overlay._dyn_ui_initialize()]
        assert not [name for name in functions if name.startswith("blender_addon")]
        assert not [each for each in bpy.app.handlers.depsgraph_update_post if "overlay" in each.__module__]
        blender_addon.register()
    assert hasattr(bpy.types.WindowManager, "labelpass_overlay")


def test_without_a_label_set_it_says_what_to_do(scene):
    assert not bpy.ops.labelpass.toggle_overlay.poll()
