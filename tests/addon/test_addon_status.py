"""What the tab says of a scene that is too large to count while drawing, and when it counts anew."""

import bpy
import pytest

from blender_addon.occurrences import occurrences
from blender_addon.tab import status
from blender_addon.tab.counting import Count


def counted():
    return status.status(bpy.context.scene, bpy.context.view_layer)


def fill(number, parent=None):
    """So many triangles with labels 0, 1, 2, 0, ..., in a collection or in the scene's own."""
    data = bpy.data.meshes.new("triangle")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    for place in range(number):
        obj = bpy.data.objects.new(f"triangle {place}", data)
        obj.pass_index = place % 3
        (parent or bpy.context.scene.collection).objects.link(obj)
    bpy.context.view_layer.update()


def run_timer():
    """Every step that the timer would do."""
    steps = 0
    while status._count_on() is not None:
        steps += 1
    return steps


@pytest.fixture
def mixed(scene):
    """A scene with each kind of occurrence: in several collections, instanced, hidden, copied by vertices."""
    fill(20)
    for name in ("one", "two", "empty"):
        scene.collection.children.link(bpy.data.collections.new(name))
    fill(7, bpy.data.collections["one"])
    for obj in bpy.data.collections["one"].objects[:3]:
        bpy.data.collections["two"].objects.link(obj)
        obj.hide_render = obj.name.startswith("triangle 2")
    asset = bpy.data.collections.new("asset")
    fill(4, asset)
    for place in range(3):
        empty = bpy.data.objects.new("instance", None)
        empty.instance_type, empty.instance_collection, empty.pass_index = "COLLECTION", asset, place
        scene.collection.objects.link(empty)
    points = bpy.data.meshes.new("points")
    points.from_pydata([(x, 0, 0) for x in range(9)], [], [])
    carrier = bpy.data.objects.new("carrier", points)
    copied = bpy.data.objects.new("copied", bpy.data.meshes["triangle"])
    copied.parent, carrier.instance_type = carrier, "VERTS"
    for obj in (carrier, copied):
        scene.collection.objects.link(obj)
    bpy.context.view_layer.update()
    return scene


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8, 1000])
def test_steps_find_what_one_pass_finds(mixed, most):
    layer = bpy.context.view_layer
    unlabelled = [each.unlabelled for each in occurrences(layer, layer.depsgraph)]
    count = Count()
    while not count.step(layer, most):
        pass
    assert (count.labelled, count.unlabelled) == (unlabelled.count(False), unlabelled.count(True))
    assert (
        count.labelled and count.unlabelled and any(not each.splittable for each in occurrences(layer, layer.depsgraph))
    )


def test_a_large_scene_is_counted_by_the_timer(scene, monkeypatch):
    monkeypatch.setattr(status, "WHILE_DRAWING", 5)
    monkeypatch.setattr(status, "_most", 5)
    monkeypatch.setattr(status, "A_STEP", 10)
    fill(60)
    assert not counted().current and bpy.app.timers.is_registered(status._count_on)
    assert counted() == status.Status()  # and asking again counts no further
    assert run_timer() > 3
    assert (counted().labelled, counted().unlabelled, counted().current) == (40, 20, True)
    bpy.data.objects["triangle 0"].pass_index = 7
    bpy.context.view_layer.update()
    assert (counted().counts[7], counted().labelled, counted().current) == (0, 40, False)  # the last known
    run_timer()
    assert (counted().counts[7], counted().labelled, counted().current) == (1, 41, True)


def test_what_our_operators_did_shows_at_once(scene, monkeypatch):
    for name, most in (("WHILE_DRAWING", 5), ("_most", 5), ("AFTER_OURS", 20), ("A_STEP", 10)):
        monkeypatch.setattr(status, name, most)
    bpy.ops.labelpass.choose_set(source="nyu40")
    fill(60)
    counted()
    run_timer()
    for obj in bpy.context.scene.objects[:9]:
        obj.select_set(True)
    bpy.ops.labelpass.assign(label_id=5)
    assert counted().counts[5] == 9 and not counted().current
    run_timer()
    assert (counted().labelled, counted().unlabelled) == (43, 17)


def test_an_edit_in_the_middle_of_a_count_starts_it_anew(scene, monkeypatch):
    for name, most in (("WHILE_DRAWING", 5), ("_most", 5), ("A_STEP", 10)):
        monkeypatch.setattr(status, name, most)
    fill(60)
    counted()
    for _ in range(3):
        status._count_on()
    for place in range(0, 60, 2):
        bpy.data.objects.remove(bpy.data.objects[f"triangle {place}"])
    run_timer()  # with nothing drawn in between
    assert (counted().labelled, counted().unlabelled) == (20, 10)


def test_selecting_and_moving_count_nothing_anew(scene, mesh):
    chair = mesh("chair", selected=False)
    bpy.context.view_layer.update()
    before = counted()
    chair.select_set(True)
    bpy.context.view_layer.update()
    chair.location.x = 3
    bpy.context.view_layer.update()
    assert counted() is before


@pytest.mark.parametrize(
    "edit",
    [
        lambda obj: setattr(obj, "pass_index", 3),
        lambda obj: setattr(obj, "hide_render", True),
        lambda obj: setattr(obj, "visible_camera", False),
        lambda obj: setattr(obj, "is_holdout", True),
        lambda obj: setattr(obj.material_slots[0].material, "pass_index", 3),
        lambda obj: setattr(obj.material_slots[0], "material", None),
        lambda obj: obj.data.clear_geometry(),
        lambda obj: setattr(bpy.context.view_layer.layer_collection.children[0], "exclude", True),
        lambda obj: setattr(bpy.data.collections["only"], "hide_render", True),
        lambda obj: bpy.context.scene.collection.children.unlink(bpy.data.collections["only"]),
        lambda obj: bpy.data.objects.remove(obj, do_unlink=True),
    ],
)
def test_what_may_change_the_figures_counts_anew(scene, edit):
    scene.collection.children.link(bpy.data.collections.new("only"))
    fill(1, bpy.data.collections["only"])
    bpy.data.meshes["triangle"].materials.append(bpy.data.materials.new("paint"))
    bpy.context.view_layer.update()
    before = counted()
    assert before.current and before.unlabelled == 1
    edit(bpy.data.objects["triangle 0"])
    bpy.context.view_layer.update()
    assert counted() is not before
