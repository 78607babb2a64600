"""Labels from the image render: bit by bit those of a render of their own, or they are not taken from there."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, copies_on, in_collection, instance, leaf_material, rectangle, settings, shoot

from blender_addon.compat import shader_tree
from blender_addon.contract.labels import Label, LabelSet, built_in
from blender_addon.label_render.image_labels import why_own_render
from blender_addon.label_render.transparency import constant_alpha
from blender_addon.occurrences import occurrences

SIZE = (64, 48)


def clutter(scene):
    """Things of all kinds, none of which light passes through, at any angle, half of them without a label."""
    eye = camera(scene, at=(0.3, -4.0, 3.0))
    eye.rotation_euler = (0.9, 0.1, 0.05)
    rng = np.random.default_rng(4)
    makers = (
        bpy.ops.mesh.primitive_monkey_add, bpy.ops.mesh.primitive_uv_sphere_add, bpy.ops.mesh.primitive_torus_add,
        bpy.ops.object.text_add, bpy.ops.object.metaball_add, bpy.ops.surface.primitive_nurbs_surface_sphere_add,
    )  # fmt: skip
    for number in range(24):
        makers[number % len(makers)](location=rng.uniform((-3, -2, -1), (3, 4, 1)), rotation=rng.uniform(0, 6, 3))
        bpy.context.object.scale *= 0.5
        bpy.context.object.pass_index = number % 2 * (number + 1)
    part = bpy.data.materials.new("part")
    part.pass_index = 30
    bpy.data.meshes["Torus"].materials.append(part)
    source = rectangle(scene, -1, 1, -1, 1, z=0.5, label=31, name="member")
    instance(scene, in_collection("group", source), "copy").location = (2, 2, 0)
    copies_on(scene, "host", source, 33)
    light = bpy.data.lights.new("panel", "AREA")
    light.size, light.energy = 2, 200
    panel = bpy.data.objects.new("panel", light)
    panel.location = (0, 0, 1.5)
    scene.collection.objects.link(panel)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    scene.collection.objects.link(sun)


def test_the_image_render_has_the_labels(empty_scene, tmp_path):
    clutter(empty_scene)
    empty_scene.cycles.use_adaptive_sampling = True
    assert why_own_render(empty_scene, [empty_scene.camera], 1, built_in("nyu40")) == ""
    of_image, of_own = (
        shoot(
            empty_scene,
            tmp_path,
            settings(size=SIZE, samples=8, label_render=how, modalities=("depth", "parts")),
        )
        for how in ("image", "own")
    )
    for name in ("image.png", "labels.exr", "parts.exr"):
        assert np.array_equal(of_image[1][name], of_own[1][name]), name
    depths = of_image[1]["depth.exr"], of_own[1]["depth.exr"]
    assert np.isclose(*depths, rtol=1e-3).mean() > 0.99, "but for edges, half a thousandth of a pixel over"
    assert len(np.unique(of_own[1]["labels.exr"])) > 10


def fog(scene):
    world = bpy.data.worlds.new("fog")
    world.use_nodes = True
    volume = world.node_tree.nodes.new("ShaderNodeVolumeScatter")
    world.node_tree.links.new(volume.outputs[0], world.node_tree.nodes["World Output"].inputs["Volume"])
    scene.world = world


def leaf(scene):
    rectangle(scene, 0, 1).data.materials.append(leaf_material(np.ones((2, 2), np.float32)))


def glass(scene, animated=False):
    material = bpy.data.materials.new("pane")
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Transmission Weight"].default_value = 1.0
    if animated:
        shader.inputs["Alpha"].keyframe_insert("default_value", frame=1)
    pane = rectangle(scene, 0, 1, label=3)
    pane.data.materials.append(material)


def blur(scene):
    scene.render.use_motion_blur = True


def focus(scene):
    scene.camera.data.dof.use_dof = True


def focus_later(scene):
    scene.camera.data.dof.keyframe_insert("use_dof", frame=9)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (fog, "a volume"),
        (leaf, "light may pass through 'leaf'"),
        (glass, ""),
        (lambda scene: glass(scene, animated=True), "light may pass through 'pane'"),
        (blur, "motion blur"),
        (focus, "depth of field of 'Camera'"),
        (focus_later, "depth of field of 'Camera'"),
    ],
)
def test_what_needs_a_label_render_of_its_own(empty_scene, change, why):
    camera(empty_scene)
    change(empty_scene)
    assert why_own_render(empty_scene, [empty_scene.camera], 1, built_in("nyu40")) == why


def test_glass_that_a_label_looks_through(empty_scene):
    camera(empty_scene)
    glass(empty_scene)
    looked_through = LabelSet("mine", (Label(3, "window", (1, 2, 3), transparency="see-through"),))
    assert why_own_render(empty_scene, [empty_scene.camera], 1, looked_through) == "light may pass through 'pane'"


def test_a_group_of_the_same_name_hides_no_material(empty_scene):
    camera(empty_scene)
    leaf(empty_scene)
    bpy.data.node_groups.new("leaf", "ShaderNodeTree")
    assert why_own_render(empty_scene, [empty_scene.camera], 1, built_in("nyu40")) == "light may pass through 'leaf'"


def test_nodes_that_a_material_does_not_use_say_nothing(empty_scene, tmp_path):
    """They are of a see-through volume; what shows is a plain surface."""
    camera(empty_scene)
    material = bpy.data.materials.new("plain")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    links.new(nodes.new("ShaderNodeVolumeScatter").outputs[0], nodes["Material Output"].inputs["Volume"])
    links.remove(nodes["Material Output"].inputs["Surface"].links[0])
    material.use_nodes = False
    if shader_tree(material):
        pytest.skip("in this Blender materials always use their nodes")
    thing = rectangle(empty_scene, -9, 9, label=3)
    thing.data.materials.append(material)
    assert why_own_render(empty_scene, [empty_scene.camera], 1, built_in("nyu40")) == ""
    assert [each.obj for each in occurrences(bpy.context.view_layer)] == [thing]
    assert constant_alpha(material) == 1
    assert (shoot(empty_scene, tmp_path, settings(label_render="own"))[1]["labels.exr"] == 3).all()


def test_supersampled_labels(empty_scene):
    camera(empty_scene)
    assert why_own_render(empty_scene, [empty_scene.camera], 3, built_in("nyu40")) == "several label samples a pixel"
