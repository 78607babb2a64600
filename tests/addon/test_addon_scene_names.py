"""The names around objects, on real bpy: all sources, the nearest first."""

import bpy

from blender_addon.suggestions.ranking import Name, Source
from blender_addon.suggestions.scene_names import names_in


def test_all_names_around_an_object_nearest_first(scene, mesh):
    chair, root, house = mesh("Cube.001"), mesh("chair_root"), mesh("house")
    chair.parent, root.parent = root, house
    chair.data.name = "seat"
    for name in ("Wood", "ChairFabric", "Wood"):
        chair.data.materials.append(bpy.data.materials.get(name) or bpy.data.materials.new(name))
    chair.data.materials.append(None)
    outer, inner = bpy.data.collections.new("Furniture"), bpy.data.collections.new("Chairs")
    scene.collection.children.link(outer)
    outer.children.link(inner)
    scene.collection.objects.unlink(chair)
    inner.objects.link(chair)
    assert dict(names_in(scene))[chair] == [
        Name(Source.OBJECT, "Cube.001"), Name(Source.DATA, "seat"),
        Name(Source.MATERIAL, "Wood"), Name(Source.MATERIAL, "ChairFabric"),
        Name(Source.PARENT, "chair_root"), Name(Source.PARENT, "house"),
        Name(Source.COLLECTION, "Chairs"), Name(Source.COLLECTION, "Furniture"),
    ]  # fmt: skip


def test_an_instance_has_the_name_of_what_it_instances_and_an_asset_that_of_its_file(scene, mesh, tmp_path):
    mesh("Sofa").name = "linked"
    bpy.data.libraries.write(str(tmp_path / "sofa_03.blend"), {bpy.data.objects["linked"]})
    with bpy.data.libraries.load(str(tmp_path / "sofa_03.blend"), link=True) as (_, wanted):
        wanted.objects = ["linked"]
    linked = wanted.objects[0]
    scene.collection.objects.link(linked)
    lamps = bpy.data.collections.new("Lamp")
    empty = bpy.data.objects.new("Empty", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", lamps
    scene.collection.objects.link(empty)
    names = dict(names_in(scene))
    assert names[empty] == [Name(Source.OBJECT, "Empty"), Name(Source.ASSET, "Lamp")]
    assert Name(Source.ASSET, "sofa_03") in names[linked]
