"""Face parts, rendered: the picture stays as it was to the last bit, and the labels are as on paper."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, instancer_labels, labels_of, leaf_material, settings

from blender_addon.contract.labels import built_in
from blender_addon.label_render.label_pass import render_labels
from blender_addon.occurrences import occurrences
from blender_addon.parts import face_parts as parts
from render_scripts import passes

WINDOW = built_in("nyu40").find("window")


def wall(scene, *materials):
    """Four squares from left to right of the picture, all in the first slot; the object is label 1."""
    mesh = bpy.data.meshes.new("wall")
    corners = [(x, y, 0) for x in (-8, -4, 0, 4, 8) for y in (-9, 9)]
    mesh.from_pydata(corners, [], [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(4)])
    mesh.uv_layers.new().uv.foreach_set("vector", [0, 0, 1, 0, 1, 1, 0, 1] * 4)
    for each in materials:
        mesh.materials.append(each)
    obj = bpy.data.objects.new("wall", mesh)
    obj.pass_index = 1
    scene.collection.objects.link(obj)
    return obj


def noisy():
    """A glossy, uneven, bumpy surface of a noise, also displaced."""
    material = bpy.data.materials.new("noisy")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise, shader = nodes.new("ShaderNodeTexNoise"), nodes["Principled BSDF"]
    noise.inputs["Scale"].default_value = 3
    for socket in ("Base Color", "Roughness", "Normal"):
        links.new(noise.outputs["Color"], shader.inputs[socket])
    return material


def glowing():
    material = bpy.data.materials.new("glowing")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    lamp = nodes.new("ShaderNodeEmission")
    links.new(lamp.outputs[0], nodes["Material Output"].inputs["Surface"])
    return material


def leafy():
    alpha = (np.indices((HEIGHT, WIDTH)).sum(axis=0) % 3 != 0).astype(np.float32)
    return leaf_material(alpha)


def rendered(scene, tmp_path):
    chosen = settings(samples=4)
    with passes.prepared(scene, chosen):
        return passes.render_image(scene, tmp_path / "image.png", chosen.size), render_labels(scene, chosen, None)[0]


def lit(scene):
    camera(scene, ortho=16)
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "AREA"))
    lamp.data.energy, lamp.data.size, lamp.location = 2000, 3, (-3, 2, 4)
    scene.collection.objects.link(lamp)


@pytest.mark.parametrize("kind", ["none", "noisy", "glowing", "leafy", "empty slot"])
def test_a_part_changes_the_labels_and_no_pixel_of_the_image(empty_scene, tmp_path, kind):
    lit(empty_scene)
    slots = {"none": (), "noisy": (noisy,), "glowing": (glowing,), "leafy": (leafy,), "empty slot": (lambda: None,)}
    obj = wall(empty_scene, *(make() for make in slots[kind]))
    image, labels = rendered(empty_scene, tmp_path)
    done = parts.assign_faces([obj], WINDOW, lambda mesh: np.isin(np.arange(4), [1, 2]))
    assert done.faces == 2
    image_after, labels_after = rendered(empty_scene, tmp_path)
    assert image.std() > 1, "a picture of one colour would prove little"
    assert (image == image_after).all()
    expected = labels.copy()
    middle = expected[:, WIDTH // 4 : 3 * WIDTH // 4]
    middle[middle == 1] = WINDOW.id
    assert (labels_after == expected).all() and (expected == WINDOW.id).any() and (expected == 1).any()
    parts.assign_faces([obj], None, lambda _mesh: np.ones(4, bool))
    image_cleared, labels_cleared = rendered(empty_scene, tmp_path)
    assert (image == image_cleared).all() and (labels == labels_cleared).all()


def test_a_part_shows_on_instances_and_wins_over_their_label(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    obj = wall(empty_scene)
    obj.pass_index = 0
    parts.assign_faces([obj], WINDOW, lambda mesh: np.isin(np.arange(4), [0]))
    asset = bpy.data.collections.new("asset")
    asset.objects.link(obj)
    empty_scene.collection.objects.unlink(obj)
    for x, label in ((-8, 5), (8, 7)):
        empty = bpy.data.objects.new("instance", None)
        empty.instance_type, empty.instance_collection, empty.pass_index = "COLLECTION", asset, label
        empty.location.x = x
        empty_scene.collection.objects.link(empty)
    empty_scene.view_layers[0].update()
    things = list(occurrences(empty_scene.view_layers[0], bpy.context.evaluated_depsgraph_get()))
    with instancer_labels(things):
        labels = labels_of(empty_scene, tmp_path)[0]
    assert (labels[:, WIDTH // 2 : WIDTH // 2 + 4] == WINDOW.id).all()  # the first square of the right one
    assert (labels[:, WIDTH // 2 + 4 :] == 7).all() and (labels[:, : WIDTH // 2] == 5).all()
