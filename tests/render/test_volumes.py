"""Volumes take nothing from labels and give nothing to them; images show them all the same."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, labels_of, new_scene, rectangle, settings

from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.label_render.label_pass import render_labels
from blender_addon.occurrences import occurrences
from render_scripts import passes, preflight


def box(scene, x0, x1, *, label=0, name="box", material=None):
    """A box from z = 1 to z = 2."""
    obj = rectangle(scene, x0, x1, label=label, name=name)
    corners = [(x, y, z) for x in (x0, x1) for y in (-9, 9) for z in (1, 2)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    obj.data.clear_geometry()
    obj.data.from_pydata(corners, [], faces)
    if material:
        obj.data.materials.append(material)
    return obj


def shader(tree, kind="VolumeScatter"):
    """The output of a new shader node; a volume is dense enough that no ray in four gets through a metre of it."""
    node = tree.nodes.new(f"ShaderNode{kind}")
    if "Density" in node.inputs:
        node.inputs["Density"].default_value = 3.0
    return node.outputs[0]


def smoke(*, surface=None, name="smoke"):
    """A material of a volume, and of a surface where one is named."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    tree.links.new(shader(tree), tree.nodes["Material Output"].inputs["Volume"])
    if surface:
        tree.links.new(shader(tree, surface), tree.nodes["Material Output"].inputs["Surface"])
    return material


def links_of(tree):
    return sorted(
        (link.from_socket.path_from_id(), link.to_socket.path_from_id(), link.is_muted) for link in tree.links
    )


def check(scene, tmp_path, expected, **changes):
    """Labels are these, twice (data persists in between), and no node tree shows a trace of it."""
    trees = [material.node_tree for material in bpy.data.materials] + list(bpy.data.node_groups)
    before = [(links_of(tree), sorted(tree.nodes.keys())) for tree in trees]
    for _ in range(2):
        labels, _ = labels_of(scene, tmp_path, **changes)
        assert (labels == np.broadcast_to(expected, (HEIGHT, WIDTH))).all()
    assert [(links_of(tree), sorted(tree.nodes.keys())) for tree in trees] == before


@pytest.fixture
def floor(empty_scene):
    """A labelled floor on the left half and in the middle; nothing in the last quarter."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, 4, z=-1, label=2, name="floor")
    return empty_scene


FLOOR = np.repeat([2, BACKGROUND], [12, 4])


@pytest.mark.parametrize("threshold", [0.0, 0.5])
@pytest.mark.parametrize("surface", [None, "BsdfDiffuse"])
def test_a_surface_counts_and_a_volume_alone_does_not(floor, tmp_path, surface, threshold):
    box(floor, -4, 8, label=7, material=smoke(surface=surface))
    expected = np.where(np.arange(WIDTH) < 4, 2, 7) if surface else FLOOR
    check(floor, tmp_path, expected, alpha_threshold=threshold)


def test_a_thing_in_smoke_is_seen(floor, tmp_path):
    box(floor, -8, 8, material=smoke())
    thing = rectangle(floor, -2, 2, z=1.5, label=5)
    check(floor, tmp_path, np.where(np.abs(np.arange(WIDTH) - 7.5) < 2, 5, FLOOR))
    assert thing.pass_index == 5


def test_volume_that_a_node_group_makes(floor, tmp_path):
    group = bpy.data.node_groups.new("smoke", "ShaderNodeTree")
    group.interface.new_socket("Volume", in_out="OUTPUT", socket_type="NodeSocketShader")
    group.links.new(shader(group), group.nodes.new("NodeGroupOutput").inputs[0])
    material = smoke()
    tree = material.node_tree
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(node.outputs[0], tree.nodes["Material Output"].inputs["Volume"])
    box(floor, -8, 8, material=material)
    check(floor, tmp_path, FLOOR)


def test_an_output_inside_a_node_group(floor, tmp_path):
    """Cycles takes it, though `get_output_node` does not find it."""
    group = bpy.data.node_groups.new("all of it", "ShaderNodeTree")
    group.links.new(shader(group), group.nodes.new("ShaderNodeOutputMaterial").inputs["Volume"])
    material = bpy.data.materials.new("grouped")
    material.use_nodes = True
    material.node_tree.nodes.clear()
    material.node_tree.nodes.new("ShaderNodeGroup").node_tree = group
    box(floor, -8, 8, material=material)
    check(floor, tmp_path, FLOOR)


@pytest.mark.parametrize("active", ["smoke", "surface"])
def test_the_active_one_of_several_outputs(floor, tmp_path, active):
    material = smoke()
    tree = material.node_tree
    outputs = {"smoke": tree.nodes["Material Output"], "surface": tree.nodes.new("ShaderNodeOutputMaterial")}
    tree.links.new(shader(tree, "BsdfDiffuse"), outputs["surface"].inputs["Surface"])
    outputs[active].is_active_output = True
    box(floor, -8, 8, label=7, material=material)
    check(floor, tmp_path, FLOOR if active == "smoke" else 7)
    assert outputs[active].is_active_output


def test_a_muted_link_is_no_volume(floor, tmp_path):
    material = smoke()
    material.node_tree.links[0].is_muted = True
    box(floor, -8, 8, label=7, material=material)
    check(floor, tmp_path, 7)


def volume_cube():
    tree = bpy.data.node_groups.new("cube", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    cube, out = tree.nodes.new("GeometryNodeVolumeCube"), tree.nodes.new("NodeGroupOutput")
    cube.inputs["Density"].default_value = 50.0
    cube.inputs["Min"].default_value, cube.inputs["Max"].default_value = (-9, -9, 1), (9, 9, 3)
    tree.links.new(cube.outputs[0], out.inputs[0])
    return tree


@pytest.mark.parametrize("kind", ["volume object", "mesh"])
def test_grids_without_a_material(floor, tmp_path, kind):
    if kind == "mesh":
        host = rectangle(floor, 20, 21, label=1)
    else:
        host = bpy.data.objects.new("fog", bpy.data.volumes.new("fog"))
        floor.collection.objects.link(host)
    host.modifiers.new("cube", "NODES").node_group = volume_cube()
    check(floor, tmp_path, FLOOR)
    assert floor.view_layers[0].use_volumes


def test_fog_of_the_world(floor, tmp_path):
    world = floor.world = bpy.data.worlds.new("fog")
    world.use_nodes = True
    world.node_tree.links.new(shader(world.node_tree), world.node_tree.nodes["World Output"].inputs["Volume"])
    check(floor, tmp_path, FLOOR)
    assert floor.world == world


def test_smoke_linked_from_a_library(tmp_path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    smoke().use_fake_user = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    scene = new_scene()
    camera(scene, ortho=16)
    rectangle(scene, -8, 4, z=-1, label=2)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.materials = ["smoke"]
    assert wanted.materials[0].library
    box(scene, -8, 8, material=wanted.materials[0])
    check(scene, tmp_path, FLOOR)


def test_the_next_image_shows_the_smoke_again(floor, tmp_path):
    """Smoke on the left, a grid of the standard material on the right, as much of it in every image."""
    box(floor, -8, 0, material=smoke())
    grid = bpy.data.objects.new("fog", bpy.data.volumes.new("fog"))
    grid.modifiers.new("cube", "NODES").node_group = volume_cube()
    floor.collection.objects.link(grid)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    floor.collection.objects.link(sun)
    chosen, images = settings(samples=4), []
    with passes.prepared(floor, chosen):
        for _ in range(3):
            images.append(passes.render_image(floor, tmp_path / "image.png", chosen.size))
            render_labels(floor, chosen, None)
    assert np.array_equal(images[0], images[1]) and np.array_equal(images[0], images[2])
    for obj in (floor.objects["box"], grid):
        obj.hide_render = True
    with passes.prepared(floor, chosen):
        assert not np.array_equal(images[0], passes.render_image(floor, tmp_path / "image.png", chosen.size))


def test_volume_alone_needs_no_label(floor):
    layer = floor.view_layers[0]
    box(floor, 0, 1, material=smoke())
    things = list(occurrences(layer))
    assert [thing.obj.name for thing in things] == ["floor"]
    assert list(preflight.check_scene(floor, layer, built_in("nyu40"), things, 0.5)) == []
    box(floor, 0, 1, name="jar", material=smoke(surface="BsdfGlass"))
    assert [thing.obj.name for thing in occurrences(layer)] == ["floor", "jar"]
