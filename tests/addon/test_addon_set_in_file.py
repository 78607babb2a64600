"""An edited label set in a file: whoever carries a moved id follows, or the edit is refused whole, by name."""

from __future__ import annotations

import bpy
import pytest

from blender_addon import scene_labels
from blender_addon.contract.labels import Label, LabelSet, LabelSetError, built_in, voc_color
from blender_addon.label_sets import label_set_edits as edits
from blender_addon.label_sets.set_in_file import apply_edit, carriers_of, in_words, strays
from blender_addon.suggestions.suggestible import reject, rejected

SHOP = LabelSet("shop", tuple(Label(n, name, voc_color(n)) for n, name in ((3, "shelf"), (1, "till"), (7, "door"))))
KITCHEN = LabelSet("kitchen", (Label(3, "stove", (1, 2, 3)), Label(4, "sink", (3, 2, 1))))


@pytest.fixture
def shop(scene, mesh):
    """A till, two shelves and a door, which is a face part by its material."""
    scene_labels.set_label_set(scene, SHOP)
    for name, index in (("till", 1), ("shelf", 3), ("shelf 2", 3), ("wall", 0)):
        mesh(name).pass_index = index
    material = bpy.data.materials.new("door")
    material.pass_index = 7
    bpy.data.objects["wall"].data.materials.append(material)
    return scene


def indices():
    return {block.name: block.pass_index for block in (*bpy.data.objects, *bpy.data.materials)}


BEFORE = {"till": 1, "shelf": 3, "shelf 2": 3, "wall": 0, "door": 7}


def refused(scene, edit, words, **options):
    """The edit raises these words and leaves the file as it was."""
    texts = [each.get(scene_labels.PROPERTY) for each in bpy.data.scenes]
    before = indices()
    with pytest.raises(LabelSetError, match=words):
        apply_edit(scene, edit, **options)
    assert indices() == before and [each.get(scene_labels.PROPERTY) for each in bpy.data.scenes] == texts


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (edits.change_id(SHOP, 3, 4), BEFORE | {"shelf": 4, "shelf 2": 4}),
        (edits.merge(SHOP, 7, 1), BEFORE | {"door": 1}),
        (edits.delete(SHOP, 3), BEFORE | {"shelf": 0, "shelf 2": 0}),
        (edits.delete(SHOP, 3, 7), BEFORE | {"shelf": 7, "shelf 2": 7}),
        (edits.shift(SHOP, 3, 2), BEFORE),
        (edits.rename(SHOP, 3, "rack"), BEFORE),
        (edits.add(SHOP, "lamp"), BEFORE),
    ],
)
def test_those_that_carry_a_moved_id_follow(shop, edit, after):
    changed = apply_edit(shop, edit)
    assert indices() == after and scene_labels.read_label_set(shop) == edit.new
    assert {block.name for block in changed} == {name for name in BEFORE if BEFORE[name] != after[name]}


def test_in_words(shop):
    assert in_words(carriers_of(shop, {3, 7})) == "2 objects and 1 material"
    assert in_words(carriers_of(shop, {1})) == "1 object" and in_words([]) == ""


def test_all_scenes_of_the_set_change_together(shop):
    same, none = bpy.data.scenes.new("same"), bpy.data.scenes.new("none")
    scene_labels.set_label_set(same, SHOP)
    edit = edits.change_id(SHOP, 3, 4)
    apply_edit(shop, edit)
    assert scene_labels.read_label_set(same) == edit.new and scene_labels.PROPERTY not in none


def test_a_scene_without_a_set_of_its_own_edits_the_one_it_uses(shop):
    none = bpy.data.scenes.new("none")
    edit = edits.rename(SHOP, 3, "rack")
    apply_edit(none, edit)
    assert scene_labels.read_label_set(shop) == scene_labels.read_label_set(none) == edit.new


@pytest.fixture
def kitchen(shop, mesh):
    """A second scene with another set, whose stove is inside an instance, and a material of its own."""
    other = bpy.data.scenes.new("kitchen")
    scene_labels.set_label_set(other, KITCHEN)
    stove, sofa = mesh("stove"), mesh("sofa")
    group = bpy.data.collections.new("group")
    for obj, index in ((stove, 3), (sofa, 0)):
        obj.pass_index = index
        bpy.context.scene.collection.objects.unlink(obj)
    group.objects.link(stove)
    instancer = bpy.data.objects.new("instancer", None)
    instancer.instance_type, instancer.instance_collection = "COLLECTION", group
    other.collection.objects.link(instancer)
    other.collection.objects.link(sofa)
    steel = bpy.data.materials.new("steel")
    steel.pass_index = 3
    sofa.data.materials.append(steel)
    return other


def test_a_scene_with_another_set_keeps_its_own(shop, kitchen):
    apply_edit(shop, edits.change_id(SHOP, 3, 4))
    now = indices()
    assert (now["shelf"], now["stove"], now["steel"]) == (4, 3, 3)
    assert scene_labels.read_label_set(kitchen) == KITCHEN
    apply_edit(kitchen, edits.delete(KITCHEN, 3))
    now = indices()
    assert (now["shelf"], now["stove"], now["steel"]) == (4, 0, 0)


def test_what_scenes_of_two_sets_share_is_refused(shop, kitchen):
    kitchen.collection.objects.link(bpy.data.objects["shelf"])
    refused(shop, edits.change_id(SHOP, 3, 4), "'shelf' would need another id, and is also in scene 'kitchen'")
    apply_edit(shop, edits.rename(SHOP, 3, "rack"))  # which moves nothing


def test_what_is_in_no_scene_is_refused_where_sets_differ(shop, kitchen, mesh):
    lost = mesh("lost")
    lost.pass_index = 3
    shop.collection.objects.unlink(lost)
    refused(shop, edits.change_id(SHOP, 3, 4), "'lost' carries the id and is in no scene")
    kitchen[scene_labels.PROPERTY] = shop[scene_labels.PROPERTY]
    apply_edit(shop, edits.change_id(SHOP, 3, 4))
    assert lost.pass_index == 4


def test_a_new_id_that_something_carries_already(shop, mesh):
    mesh("stray").pass_index = 40
    assert strays(SHOP) == {40}
    refused(shop, edits.add(SHOP, "lamp", id_=40), "'stray' carries pass index 40 already and would become this label")
    refused(shop, edits.change_id(SHOP, 3, 40), "'stray' carries pass index 40 already")
    assert bpy.data.objects["stray"].pass_index == 40
    apply_edit(shop, edits.add(SHOP, "lamp", id_=40), adopt=True)


@pytest.fixture
def linked(shop, mesh, tmp_path):
    """The shop, with a shelf linked from another file."""
    path = tmp_path / "library.blend"
    obj = mesh("far shelf")
    obj.pass_index = 3
    bpy.data.libraries.write(str(path), {obj})
    bpy.data.objects.remove(obj)
    with bpy.data.libraries.load(str(path), link=True) as (_, into):
        into.objects = ["far shelf"]
    shop.collection.objects.link(into.objects[0])
    return shop


def test_linked_data_cannot_follow(linked):
    refused(linked, edits.change_id(SHOP, 3, 4), "'far shelf' would need another id and cannot have it: linked from")
    refused(linked, edits.delete(SHOP, 3), "'far shelf'")
    apply_edit(linked, edits.change_id(SHOP, 1, 4))  # which it does not carry


def key(block, *values):
    for frame, value in enumerate(values, start=1):
        block.pass_index = value
        block.keyframe_insert("pass_index", frame=frame)


@pytest.mark.parametrize(("values", "hit"), [((3, 3), True), ((1, 7), True), ((1, 1), False), ((4, 7), False)])
def test_keyed_pass_indices(shop, values, hit):
    key(bpy.data.objects["wall"], *values)
    if hit:
        refused(shop, edits.change_id(SHOP, 3, 5), "the pass index of 'wall' is animated")
    else:
        apply_edit(shop, edits.change_id(SHOP, 3, 5))
    apply_edit(shop, edits.recolour(scene_labels.read_label_set(shop), 1, (9, 9, 9)))


def test_driven_and_stripped_pass_indices(shop):
    wall, material = bpy.data.objects["wall"], bpy.data.materials["door"]
    wall.driver_add("pass_index")
    refused(shop, edits.change_id(SHOP, 3, 5), "the pass index of 'wall' is animated")
    wall.driver_remove("pass_index")
    key(material, 7)
    action = material.animation_data.action
    material.animation_data.nla_tracks.new().strips.new("strip", 1, action)
    material.animation_data.action = None
    refused(shop, edits.change_id(SHOP, 3, 5), "the pass index of 'door' is animated")


def test_a_whole_new_set_is_refused_too_where_pass_indices_are_animated(shop):
    bpy.ops.labelpass.choose_set(source="nyu40")
    key(bpy.data.objects["wall"], 5, 6)
    before = indices()
    with pytest.raises(RuntimeError, match="is animated"):
        bpy.ops.labelpass.choose_set(source="nyu13")
    assert indices() == before and scene_labels.read_label_set(shop) == built_in("nyu40")


def test_what_was_rejected_stays_rejected_under_its_new_name(shop):
    wall = bpy.data.objects["wall"]
    reject(wall, "shelf")
    reject(wall, "till")
    apply_edit(shop, edits.rename(SHOP, 3, "rack"))
    assert rejected(wall) == ["rack", "till"]
