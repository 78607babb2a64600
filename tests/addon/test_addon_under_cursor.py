"""The label under the mouse, on real bpy: what a ray hits, and what picking makes of it."""

from types import SimpleNamespace

import bpy
from at_the_keys import choose, select
from bpy_extras.view3d_utils import region_2d_to_origin_3d
from mathutils import Matrix, Vector

from blender_addon import scene_labels
from blender_addon.asking.under_cursor import first_hit, ray_at, region_at
from blender_addon.tab import recent_labels, status


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


def test_the_pointer_is_in_one_of_four_views():
    def region(x, y, kind="WINDOW"):
        return SimpleNamespace(type=kind, x=x, y=y, width=100, height=80)

    header, *four = region(0, 0, "HEADER"), region(0, 0), region(100, 0), region(0, 80), region(100, 80)
    area = SimpleNamespace(regions=[header, *four])
    found = [region_at(area, x, y) for x, y in ((99, 79), (100, 79), (99, 80), (199, 159), (200, 10), (-1, 10))]
    assert found == [*four, None, None]


def test_a_ray_starts_in_the_region_that_was_clicked():
    """In a quad view each of the four looks another way, and the space tells of one of them."""
    down, front = Matrix(), Matrix.Rotation(1.5707963, 4, "X")
    views = [
        SimpleNamespace(is_perspective=False, view_perspective="ORTHO", perspective_matrix=each, view_matrix=each)
        for each in (down, front)
    ]
    space = SimpleNamespace(region_3d=views[0], clip_end=50.0)
    _, direction = ray_at(SimpleNamespace(width=100, height=80, data=views[1]), space, (50, 40))
    assert (direction - front.inverted().to_3x3() @ Vector((0, 0, -1))).length < 1e-6


def test_an_orthographic_view_also_sees_what_is_behind_its_origin():
    flat = SimpleNamespace(
        is_perspective=False, view_perspective="ORTHO", perspective_matrix=Matrix(), view_matrix=Matrix()
    )
    region, space = SimpleNamespace(width=100, height=80, data=flat), SimpleNamespace(clip_end=50.0)
    origin, direction = ray_at(region, space, (50, 40))
    assert direction == Vector((0, 0, -1))
    assert origin == region_2d_to_origin_3d(region, flat, (50, 40)) + Vector((0, 0, 50))
