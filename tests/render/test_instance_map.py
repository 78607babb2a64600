"""Which copy each pixel shows, of every kind of copy; where each stands is known on paper: a pixel a metre."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import (
    camera,
    in_collection,
    instance,
    leaf_material,
    new_scene,
    rectangle,
    settings,
    write_library,
)  # fmt: skip

from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet
from blender_addon.label_render import instances, thing_ids
from blender_addon.label_render.visibility import instancer_labels_of_frames, things_shown
from render_scripts import passes
from tests.render.told_apart import look, on_points, paint, show


@pytest.fixture
def scene(empty_scene):
    """16 m wide, a pixel a metre, seen from above."""
    camera(empty_scene, ortho=16)
    return empty_scene


def row(shown, y=5):
    """The middle row as runs of ("instancer ids object" or "", pixels)."""
    found: list = []
    for id_ in shown.instances[y].tolist():
        top, levels, name = shown.key_of(id_) if id_ else ("", (), "")
        text = " ".join(filter(None, (top, ".".join(map(str, levels)), name)))
        if found and found[-1][0] == text:
            found[-1] = (text, found[-1][1] + 1)
        else:
            found.append((text, 1))
    return found


def hidden(scene, x0, x1, y0, y1, name):
    obj = rectangle(scene, x0, x1, y0, y1, name=name)
    obj.hide_render = True
    return obj


TEN = [(-7.5 + 1.5 * n, 0.5 - (n % 2), 0) for n in range(10)]


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("painted", [True, False])
def test_ten_copies_by_nodes(scene, tmp_path, painted, k):
    source = hidden(scene, -0.5, 0.5, -0.5, 0.5, "box")
    if painted:
        paint(source)
    on_points(scene, source, *TEN)
    shown = show(scene, tmp_path, size=(32, 24), label_supersample=k)
    for n, (x, y, _) in enumerate(TEN):
        columns, rows = slice(round(2 * (x - 0.5) + 16), round(2 * (x + 0.5) + 16)), slice(*sorted(
            (round(12 - 2 * (y + 0.5)), round(12 - 2 * (y - 0.5)))))  # fmt: skip
        (id_,) = np.unique(shown.instances[rows, columns]).tolist()
        assert shown.key_of(id_) == ("grid", (n, 0), "box")
    assert shown.names() == {f"grid {n}.0 box": 4 for n in range(10)}


@pytest.mark.parametrize("k", [1, 3])
def test_copies_of_what_nodes_make(scene, tmp_path, k):
    """Geometry of the host's own without a material that could be marked: told by where the samples lie."""
    on_points(scene, None, *TEN, primitive=True)
    shown = show(scene, tmp_path, size=(32, 24), label_supersample=k)
    assert shown.names() == {f"grid {n} grid": 4 for n in range(10)}


@pytest.mark.parametrize("painted", [True, False])
def test_a_collection_nested_two_levels_and_shown_twice(scene, tmp_path, painted):
    box = rectangle(scene, 0, 1, -9, 9, name="box")
    if painted:
        paint(box)
    inner = in_collection("inner", box)
    left, right = instance(scene, inner, "left"), instance(scene, inner, "right")
    right.location.x = 2
    outer = in_collection("outer", left, right)
    for name, x in (("one", -6), ("two", 2)):
        instance(scene, outer, name).location.x = x
    assert row(show(scene, tmp_path)) == [
        ("", 2), ("one 0.0 box", 1), ("", 1), ("one 1.0 box", 1), ("", 5),
        ("two 0.0 box", 1), ("", 1), ("two 1.0 box", 1), ("", 3),
    ]  # fmt: skip


def test_a_thing_beside_its_own_copies(scene, tmp_path):
    box = rectangle(scene, 0, 2, name="bôx")
    paint(box)
    collection = bpy.data.collections.new("boxes")
    collection.objects.link(box)
    instance(scene, collection, "copy").location.x = -4
    assert row(show(scene, tmp_path)) == [("", 4), ("copy 0 bôx", 2), ("", 2), ("bôx", 2), ("", 6)]


def test_shared_meshes_are_things_of_their_own(scene, tmp_path):
    one = rectangle(scene, -8, 0, name="one")
    other = bpy.data.objects.new("other", one.data)
    other.location.x = 8
    scene.collection.objects.link(other)
    assert row(show(scene, tmp_path)) == [("one", 8), ("other", 8)]


def test_particles(scene, tmp_path):
    leaf = hidden(scene, -0.4, 0.4, -0.4, 0.4, "leaf")
    corners = [(x, y, z) for x in (-0.4, 0.4) for y in (-0.4, 0.4) for z in (-0.4, 0.4)]  # hair turns what it shows
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    leaf.data.clear_geometry()
    leaf.data.from_pydata(corners, [], faces)
    paint(leaf)
    ground = rectangle(scene, -6, 6, -4, 4, name="ground")
    paint(ground)
    ground.modifiers.new("leaves", "PARTICLE_SYSTEM")
    hair = ground.particle_systems[0].settings
    hair.type, hair.render_type, hair.instance_object, hair.count = "HAIR", "OBJECT", leaf, 5
    hair.use_advanced_hair, hair.particle_size, hair.display_percentage = True, 1, 0
    shown = show(scene, tmp_path, size=(160, 120))
    copies = {key: n for key, n in shown.pixels().items() if key[0]}
    assert len(copies) == 5 and {key[2] for key in copies} == {"leaf"}
    for key in copies:  # its pixels lie where the copy stands
        at = shown.things.keys.index(key)
        x, y, _ = shown.things.matrices[at][:3, 3]
        id_ = int(shown.things.ids[at])
        ys, xs = np.nonzero(shown.instances == id_)
        assert abs((xs.min() + xs.max() + 1) / 2 - (80 + 10 * x)) <= 4
        assert abs((ys.min() + ys.max() + 1) / 2 - (60 - 10 * y)) <= 4


def test_on_vertices_and_faces(scene, tmp_path):
    board = rectangle(scene, -4, 0, -9, 9, name="board")
    button = rectangle(scene, -0.5, 0.5, -9, 9, z=1, name="button")
    paint(board, button)
    button.parent, board.instance_type = board, "VERTS"
    shown = show(scene, tmp_path, size=(32, 24))
    assert shown.names() == {"board": 6 * 24, **{f"board {n} button": 2 * 12 for n in range(4)}}


@pytest.mark.parametrize("painted", [True, False])
def test_linked_things_of_one_name(tmp_path, painted):
    """Objects of one name from two libraries have one Cryptomatte id and one number: where they lie tells them."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for number in (1, 2):
        write_library(tmp_path / f"{number}.blend")
        if painted:
            bpy.ops.wm.open_mainfile(filepath=str(tmp_path / f"{number}.blend"))
            paint(bpy.data.objects["box"])
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / f"{number}.blend"))
    scene = new_scene()
    camera(scene, ortho=16)
    rectangle(scene, -8, -7, name="box")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "main.blend"))
    for number in (1, 2):
        with bpy.data.libraries.load(str(tmp_path / f"{number}.blend"), link=True, relative=True) as (_, wanted):
            wanted.collections = ["things"]
        instance(scene, wanted.collections[0], f"copy {number}").location.x = 3 * number
    assert row(show(scene, tmp_path)) == [
        ("box", 1), ("", 10), ("copy 1 0 box [1.blend]", 1), ("", 2), ("copy 2 0 box [2.blend]", 1), ("", 1)
    ]  # fmt: skip


def test_copies_seen_through_the_holes_of_a_leaf(scene, tmp_path):
    """Left half of the leaf is there, right half is not; both are in two copies, one above the other."""
    alpha = np.float32([[1, 0]])
    leaf = rectangle(scene, -4, 4, -9, 9, name="leaf")
    leaf.data.materials.append(leaf_material(alpha))
    leaves = in_collection("leaves", leaf)
    for name, x, z in (("upper", -4, 2), ("lower", -2, 1)):
        instance(scene, leaves, name).location = (x, 0, z)
    floor = rectangle(scene, -8, 6, name="floor")
    paint(floor)
    for k in (1, 3):
        shown = show(scene, tmp_path, label_supersample=k)
        assert row(shown) == [("upper 0 leaf", 4), ("lower 0 leaf", 2), ("floor", 8), ("", 2)]


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_half_transparent_copies(scene, tmp_path, threshold):
    """Alpha 0.6 counts as the surface, though half of the rays go on; 0.2 does so where everything counts."""
    pane = rectangle(scene, -2, 2, name="pane")
    pane.data.materials.append(leaf_material(np.float32([[0.6, 0.2]])))
    panes = in_collection("panes", pane)
    for name, x, z in (("upper", 0, 2), ("lower", 2, 1)):
        instance(scene, panes, name).location = (x, 0, z)
    both = {0.5: [("", 6), ("upper 0 pane", 2), ("lower 0 pane", 2), ("", 6)],
            0.0: [("", 6), ("upper 0 pane", 4), ("lower 0 pane", 2), ("", 4)]}  # fmt: skip
    assert row(show(scene, tmp_path, alpha_threshold=threshold)) == both[threshold]


def test_policies_of_labels(scene, tmp_path):
    """Of see-through glass what is behind it; of ignored panes nothing; of a surface itself."""
    for place, (label, z) in enumerate(((1, 2), (2, 2), (3, 2))):
        pane = rectangle(scene, -8 + 4 * place, -4 + 4 * place, z=z, label=label, name=f"pane {label}")
        pane.data.materials.append(leaf_material(np.float32([[0.3]])))
    box = rectangle(scene, 0, 2, label=4, name="box")
    paint(box)
    boxes = in_collection("boxes", box)
    for n in range(6):
        instance(scene, boxes, f"copy {n}").location.x = -8 + 2 * n
    label_set = LabelSet("panes", (Label(1, "a", "#000001", transparency="surface"),
                                   Label(2, "b", "#000002", transparency="see_through"),
                                   Label(3, "c", "#000003", transparency="ignore"),
                                   Label(4, "d", "#000004")))  # fmt: skip
    shown = show(scene, tmp_path, label_set)
    assert row(shown) == [("pane 1", 4), ("copy 2 0 box", 2), ("copy 3 0 box", 2), ("", 8)]
    assert shown.labels[5].tolist() == [1] * 4 + [4] * 4 + [IGNORE] * 4 + [BACKGROUND] * 4


def test_texts_curves_and_metaballs_are_one_thing_each(scene, tmp_path):
    text = bpy.data.objects.new("text", bpy.data.curves.new("text", "FONT"))
    text.data.body, text.data.size, text.location = "III", 9, (-7, -2, 0)
    curve = bpy.data.objects.new("curve", bpy.data.curves.new("curve", "CURVE"))
    curve.data.dimensions = "2D"
    spline = curve.data.splines.new("POLY")
    spline.points.add(3)
    for point, (x, y) in zip(spline.points, ((1, -4), (3, -4), (3, 4), (1, 4))):
        point.co = (x, y, 0, 1)
    spline.use_cyclic_u, curve.data.fill_mode = True, "BOTH"
    balls = [bpy.data.objects.new(name, bpy.data.metaballs.new("ball")) for name in ("ball", "ball.001")]
    for obj, x in ((text, -7), (curve, 0), (balls[0], 6), (balls[1], 6.5)):
        obj.location.x = x
        scene.collection.objects.link(obj)
        if obj.type == "META":
            obj.data.elements.new().radius = 1.5
    shown = show(scene, tmp_path, size=(160, 120))
    assert set(shown.names()) == {"text", "curve", "ball"}
    assert shown.names()["curve"] == 20 * 80
    assert (shown.instances[:, :115] != 0).sum() == shown.names()["text"] + shown.names()["curve"]


def test_a_copied_text_is_one_thing_each_time(scene, tmp_path):
    text = bpy.data.objects.new("text", bpy.data.curves.new("text", "FONT"))
    text.data.body, text.data.size = "I", 9
    scene.collection.objects.link(text)
    texts = in_collection("texts", text)
    for name, x in (("one", -6), ("two", 2)):
        instance(scene, texts, name).location = (x, -2, 0)
    shown = show(scene, tmp_path, size=(160, 120))
    assert set(shown.names()) == {"one 0 text", "two 0 text"}
    assert len(set(shown.names().values())) == 1


def test_hair_and_curves(scene, tmp_path):
    hair = bpy.data.hair_curves.new("hair")
    hair.add_curves([2, 2])
    for point, (x, y) in zip(hair.points, ((-4, -5), (-4, 5), (-2, -5), (-2, 5))):
        point.position, point.radius = (x, y, 0), 0.4
    obj = bpy.data.objects.new("hair", hair)
    scene.collection.objects.link(obj)
    copied = in_collection("hairs", obj)
    for name, x in (("one", 0), ("two", 6)):
        instance(scene, copied, name).location.x = x
    shown = show(scene, tmp_path, size=(160, 120))
    assert set(shown.names()) == {"one 0 hair", "two 0 hair"}
    assert [name for name, _ in row(shown, 60) if name] == ["one 0 hair"] * 2 + ["two 0 hair"] * 2


def test_a_part_has_the_instance_of_its_object(scene, tmp_path):
    part = paint()
    part.pass_index = 12
    wall = rectangle(scene, -8, 0, label=3, name="wall")
    wall.data.materials.append(None)
    wall.data.materials.append(part)
    mesh = wall.data
    mesh.clear_geometry()
    mesh.from_pydata([(-8, -9, 0), (-4, -9, 0), (0, -9, 0), (-8, 9, 0), (-4, 9, 0), (0, 9, 0)], [],
                     [(0, 1, 4, 3), (1, 2, 5, 4)])  # fmt: skip
    mesh.polygons[1].material_index = 1
    shown = show(scene, tmp_path)
    assert row(shown) == [("wall", 8), ("", 8)]
    assert shown.labels[5].tolist() == [3] * 4 + [12] * 4 + [BACKGROUND] * 8


def test_fog_is_no_thing(scene, tmp_path):
    fog = paint()
    output = fog.node_tree.get_output_node("CYCLES")
    fog.node_tree.links.remove(output.inputs["Surface"].links[0])
    fog.node_tree.links.new(fog.node_tree.nodes.new("ShaderNodeVolumeScatter").outputs[0], output.inputs["Volume"])
    cloud = rectangle(scene, -8, 8, z=1, name="cloud")
    cloud.data.materials.append(fog)
    box = rectangle(scene, 0, 2, name="box")
    paint(box)
    boxes = in_collection("boxes", box)
    for name, x in (("one", -4), ("two", 4)):
        instance(scene, boxes, name).location.x = x
    assert row(show(scene, tmp_path)) == [("", 4), ("one 0 box", 2), ("", 6), ("two 0 box", 2), ("", 2)]


def test_a_surface_whose_output_stands_in_a_group(scene, tmp_path):
    """It is looked through, but its mark is not 0 there and adds to those behind it: the place tells."""
    curtain = rectangle(scene, -8, 8, z=1, name="curtain")
    group = bpy.data.node_groups.new("cloth", "ShaderNodeTree")
    cloth, output = group.nodes.new("ShaderNodeBsdfPrincipled"), group.nodes.new("ShaderNodeOutputMaterial")
    cloth.inputs["Alpha"].default_value = 0.3
    group.links.new(cloth.outputs[0], output.inputs["Surface"])
    nodes = paint(curtain).node_tree.nodes
    nodes.remove(nodes["Material Output"])
    nodes.new("ShaderNodeGroup").node_tree = group
    box = rectangle(scene, 0, 2, name="box")
    paint(box)
    boxes = in_collection("boxes", box)
    for name, x in (("one", -4), ("two", 4)):
        instance(scene, boxes, name).location.x = x
    shown = show(scene, tmp_path)
    assert row(shown) == [("", 4), ("one 0 box", 2), ("", 6), ("two 0 box", 2), ("", 2)]
    assert not shown.things.sure.any()


def test_members_that_labels_split_keep_their_names(scene, tmp_path):
    """A collection under two labels is copied for one of them; the table speaks of the originals."""
    box = rectangle(scene, 0, 2, name="box")
    paint(box)
    boxes = in_collection("boxes", box)
    for name, x, label in (("one", -4, 5), ("two", 4, 6)):
        put = instance(scene, boxes, name, label)
        put.location.x = x
    plain = show(scene, tmp_path)
    view_layer, chosen = bpy.context.view_layer, settings()
    things, twins = things_shown(scene, view_layer, []), {}
    with instancer_labels_of_frames(view_layer, things, twins), passes.prepared(scene, chosen):
        assert twins
        with instances.instances_prepared(view_layer, things, twins) as telling:
            shown = look(scene, chosen, telling)
    assert row(shown) == row(plain) == [("", 4), ("one 0 box", 2), ("", 6), ("two 0 box", 2), ("", 2)]
    assert np.array_equal(shown.instances, plain.instances)
    assert shown.labels[5].tolist() == [BACKGROUND] * 4 + [5] * 2 + [BACKGROUND] * 6 + [6] * 2 + [BACKGROUND] * 2


def test_ids_do_not_depend_on_view_frame_or_what_else_is_there(scene, tmp_path):
    source = hidden(scene, -0.5, 0.5, -0.5, 0.5, "box")
    paint(source)
    on_points(scene, source, *TEN)
    other = rectangle(scene, -8, 8, 3, 4, name="other")
    before = show(scene, tmp_path, size=(32, 24))
    scene.camera.location.x = 0.5
    moved = show(scene, tmp_path, size=(32, 24))
    bpy.data.objects.remove(other)
    alone = show(scene, tmp_path, size=(32, 24))
    ids = [dict(zip(shown.things.keys, shown.things.ids.tolist())) for shown in (before, moved, alone)]
    assert ids[0] == ids[1]
    assert {key: id_ for key, id_ in ids[0].items() if key[2] != "other"} == ids[2]
    assert np.array_equal(before.instances[:, 1:][6:], moved.instances[:, :-1][6:])
    assert all(0 < id_ < 2**thing_ids.BITS for id_ in ids[0].values())


def test_what_renders_alone_show(scene, tmp_path):
    """Objects hidden in the viewport, and modifiers that renders alone have."""
    box = rectangle(scene, -8, -6, name="box")
    box.hide_viewport = True
    paint(box)
    more = box.modifiers.new("more", "ARRAY")
    more.show_viewport, more.count = False, 2
    more.relative_offset_displace = (1.5, 0, 0)
    assert row(show(scene, tmp_path)) == [("box", 2), ("", 1), ("box", 2), ("", 11)]
