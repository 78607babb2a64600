"""What rays say, against answers known on paper; no render is looked at here."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, copies_on, in_collection, instance, leaf_material, pixel_centres, rectangle
from witness import rays_say

from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet

HALF = np.repeat([BACKGROUND, 7], WIDTH // 2)


def material(alpha: float = 1.0, label: int = 0) -> bpy.types.Material:
    made = bpy.data.materials.new("glass")
    made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = alpha
    made.pass_index = label
    return made


def test_half_a_plane(empty_scene):
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    assert (rays_say(empty_scene) == HALF).all()


@pytest.mark.slow
def test_a_sphere_from_afar(empty_scene):
    """Seen along parallel rays: a disc of its radius."""
    camera(empty_scene, ortho=16)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=256, ring_count=128, radius=4.4)
    bpy.context.object.pass_index = 3
    distance = np.hypot(*pixel_centres(16))
    assert ((rays_say(empty_scene) == 3) == (distance < 4.4)).all()


def test_shift_and_pixel_aspect(empty_scene):
    """A shift of an eighth of the picture's width moves the picture by two pixels; wide pixels see twice as far."""
    cam = camera(empty_scene)
    rectangle(empty_scene, 0, 99, label=7)
    cam.data.shift_x = 0.125
    assert (rays_say(empty_scene) == np.repeat([BACKGROUND, 7], [6, 10])).all()
    cam.data.shift_x, cam.data.lens, cam.data.sensor_width = 0.0, 16.0, 16.0  # 5 m wide where the rectangles are
    empty_scene.objects["rectangle"].location.x = 5 * 4 / WIDTH  # four pixels from the middle
    assert (rays_say(empty_scene) == np.repeat([BACKGROUND, 7], [12, 4])).all()
    empty_scene.render.pixel_aspect_y = 2.0  # the larger side of the picture is now its height
    seen = rays_say(empty_scene)[0]
    fits = 24 / WIDTH  # 12 rows twice as high as wide: the sensor's width fits 24 pixels
    assert (seen == np.repeat([BACKGROUND, 7], [int(8 + 4 * fits), WIDTH - int(8 + 4 * fits)])).all()


@pytest.mark.parametrize(
    ("start", "end", "seen"), [(0.1, 100, 2), (5.5, 100, 7), (0.1, 4, BACKGROUND), (5.5, 6, BACKGROUND)]
)
@pytest.mark.parametrize("ortho", [None, 16])
def test_clipping_is_planar(empty_scene, start, end, seen, ortho):
    cam = camera(empty_scene, ortho=ortho)
    rectangle(empty_scene, -99, 99, -99, 99, label=2)  # 5 m off
    rectangle(empty_scene, -99, 99, -99, 99, z=-2, label=7)  # 7 m off
    cam.data.clip_start, cam.data.clip_end = start, end
    assert (rays_say(empty_scene) == seen).all()


def test_parts_win_by_face_and_slots_of_the_object_count(empty_scene):
    camera(empty_scene, ortho=16)
    mesh = bpy.data.meshes.new("two faces")
    corners = [(-8, -9, 0), (0, -9, 0), (0, 9, 0), (-8, 9, 0), (8, -9, 0), (8, 9, 0)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3), (1, 4, 5, 2)])
    mesh.materials.append(None)
    mesh.materials.append(material(label=9))
    mesh.polygons[1].material_index = 1
    obj = bpy.data.objects.new("two faces", mesh)
    obj.pass_index = 5
    empty_scene.collection.objects.link(obj)
    assert (rays_say(empty_scene) == np.repeat([5, 9], 8)).all()
    obj.material_slots[1].link = "OBJECT"
    obj.material_slots[1].material = material(label=4)
    assert (rays_say(empty_scene) == np.repeat([5, 4], 8)).all()
    mesh.polygons[0].material_index = 7  # there is no such slot: the last one counts
    assert (rays_say(empty_scene) == 4).all()


def test_hidden_things_are_not_hit_and_things_that_the_window_hides_are(empty_scene):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, z=0, label=2)
    for number, name in enumerate(("hide_render", "visible_camera"), start=1):
        hidden = rectangle(empty_scene, -99, 99, z=number, label=9)
        setattr(hidden, name, name == "hide_render")
    excluded = in_collection("excluded", rectangle(empty_scene, -99, 99, z=3, label=9))
    indirect = in_collection("indirect", rectangle(empty_scene, -99, 99, z=3.5, label=9))
    for collection in (excluded, indirect):
        empty_scene.collection.children.link(collection)
    layers = bpy.context.view_layer.layer_collection.children
    layers["excluded"].exclude, layers["indirect"].indirect_only = True, True
    assert (rays_say(empty_scene) == 2).all()
    window = rectangle(empty_scene, 0, 99, z=0.5, label=7)
    window.hide_viewport = True
    eye = rectangle(empty_scene, -99, 0, z=0.5, label=6)
    eye.hide_set(True)
    assert (rays_say(empty_scene) == np.repeat([6, 7], WIDTH // 2)).all()


def test_geometry_is_that_of_the_render(empty_scene):
    """A cube of 6 m becomes, at render levels alone, a ball of less than 2.6 m; a mirror that only the render shows."""
    camera(empty_scene, ortho=16)
    bpy.ops.mesh.primitive_cube_add(size=6)
    cube = bpy.context.object
    cube.pass_index = 3
    modifier = cube.modifiers.new("smooth", "SUBSURF")
    modifier.levels, modifier.render_levels = 0, 4
    x, y = pixel_centres(16)
    seen = rays_say(empty_scene) == 3
    assert seen[(np.hypot(x, y) < 2)].all() and not seen[np.hypot(x, y) > 2.7].any()
    assert seen.sum() < 36, "a cube fills 6 x 6 pixels"
    half = rectangle(empty_scene, 4, 8, label=7)
    mirror = half.modifiers.new("mirror", "MIRROR")
    mirror.show_viewport = False
    assert (rays_say(empty_scene) == 7)[:, [0, 1, 2, 3, 12, 13, 14, 15]].all()


def test_copies_have_the_label_of_their_instancer(empty_scene):
    camera(empty_scene, ortho=16)
    things = in_collection("things", rectangle(empty_scene, 0, 4, name="bare"))
    in_it = bpy.data.collections.new("outer")
    inner = instance(empty_scene, things, "inner", label=0)
    in_it.objects.link(inner)
    empty_scene.collection.objects.unlink(inner)
    instance(empty_scene, things, "first", label=3).location.x = -8
    instance(empty_scene, in_it, "second", label=4).location.x = 0
    source = rectangle(empty_scene, 4, 8, name="copied")
    source.hide_render = True
    copies_on(empty_scene, "host", source, 5)
    assert (rays_say(empty_scene) == np.repeat([3, BACKGROUND, 4, 5], 4)).all()


def test_copies_of_a_hidden_instancer_are_not_hit(empty_scene):
    camera(empty_scene, ortho=16)
    things = in_collection("things", rectangle(empty_scene, 0, 8, label=3))
    instance(empty_scene, things, "copy").visible_camera = False
    assert (rays_say(empty_scene) == BACKGROUND).all()


def test_every_kind_of_surface_is_hit(empty_scene):
    camera(empty_scene, ortho=4)
    text = bpy.data.curves.new("text", "FONT")
    text.body, text.size, text.align_x, text.align_y = "I", 9.0, "CENTER", "CENTER"
    ball = bpy.data.metaballs.new("ball")
    ball.elements.new().radius = 1.9
    for data in (text, ball):
        obj = bpy.data.objects.new(data.name, data)
        obj.pass_index = 8
        empty_scene.collection.objects.link(obj)
        assert (rays_say(empty_scene)[5:7, 7:9] == 8).all()
        bpy.data.objects.remove(obj)


@pytest.mark.parametrize(
    ("alpha", "threshold", "label"),
    [(0.4, 0.5, 2), (0.6, 0.5, 7), (0.4, 0.0, 7), (0.0, 0.5, 2), (0.5, 0.5, 7), (0.9, 1.0, 2), (1.0, 1.0, 7)],
)
def test_alpha_that_is_one_number_decides(empty_scene, alpha, threshold, label):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    rectangle(empty_scene, -99, 99, z=1, label=7).data.materials.append(material(alpha))
    assert (rays_say(empty_scene, alpha_threshold=threshold) == label).all()


@pytest.mark.parametrize(
    ("policy", "alpha", "code"),
    [("surface", 0.1, 7), ("surface", 0.0, 2), ("see-through", 0.99, 2), ("see-through", 1.0, 7),
     ("ignore", 0.5, IGNORE), ("ignore", 1.0, 7), ("ignore", 0.0, 2)],
)  # fmt: skip
def test_a_label_decides_about_what_light_passes_through(empty_scene, policy, alpha, code):
    labels = LabelSet("small", (Label(2, "floor", (0, 0, 0)), Label(7, "pane", (9, 0, 0), transparency=policy)))
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    rectangle(empty_scene, -99, 99, z=1, label=7).data.materials.append(material(alpha))
    assert (rays_say(empty_scene, labels) == code).all()


def half_holdout():
    """A holdout where noise says so."""
    made = material()
    tree = made.node_tree
    mix = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(tree.nodes.new("ShaderNodeTexNoise").outputs[0], mix.inputs[0])
    tree.links.new(tree.nodes.new("ShaderNodeHoldout").outputs[0], mix.inputs[1])
    tree.links.new(mix.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    return made


def test_what_cannot_be_told_is_said(empty_scene):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -9, 9, z=-2, label=2)
    held_out = rectangle(empty_scene, -8, -4, label=3)
    held_out.data.materials.append(half_holdout())
    strands = bpy.data.hair_curves.new("hair")
    strands.add_curves([2])
    strands.points.foreach_set("position", [5.0, -9.0, 1.0, 7.0, 9.0, 1.0])
    empty_scene.collection.objects.link(bpy.data.objects.new("hair", strands))
    displaced = material()
    displaced.displacement_method = "DISPLACEMENT"
    nodes = displaced.node_tree
    push = nodes.nodes.new("ShaderNodeDisplacement")
    nodes.links.new(push.outputs[0], nodes.nodes["Material Output"].inputs["Displacement"])
    rectangle(empty_scene, -3, -1, label=4).data.materials.append(displaced)
    seen = rays_say(empty_scene)
    assert (seen[:, :4] == -1).all() and (seen[:, 5:7] == -1).all() and (seen[:, 13:15] == -1).all()
    assert (seen[:, 9:11] == 2).all()


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_volumes_are_looked_through(empty_scene, threshold):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    fog = bpy.data.materials.new("fog")
    fog.use_nodes = True
    nodes = fog.node_tree
    nodes.nodes.remove(nodes.nodes["Principled BSDF"])
    nodes.links.new(
        nodes.nodes.new("ShaderNodeVolumeScatter").outputs[0], nodes.nodes["Material Output"].inputs["Volume"]
    )
    rectangle(empty_scene, -99, 99, z=1, label=7).data.materials.append(fog)
    assert (rays_say(empty_scene, alpha_threshold=threshold) == 2).all()


def test_all_around(empty_scene):
    """Six walls of a cube in an equirectangular picture: which one a pixel shows is known from its angles."""
    cam = camera(empty_scene, at=(0, 0, 0))
    cam.rotation_euler = (np.pi / 2, 0, 0)  # looks along +Y, up is +Z
    cam.data.type, cam.data.panorama_type = "PANO", "EQUIRECTANGULAR"
    bpy.ops.mesh.primitive_cube_add(size=4)
    cube = bpy.context.object
    for number in range(6):
        cube.data.materials.append(material(label=number + 1))
    walls = {}
    for face in cube.data.polygons:
        face.material_index = face.index
        walls[tuple(round(value) for value in face.normal)] = face.index + 1
    right = ((np.arange(WIDTH) + 0.5) / WIDTH - 0.5) * 2 * np.pi
    up = (0.5 - (np.arange(HEIGHT) + 0.5) / HEIGHT) * np.pi
    right, up = np.meshgrid(right, up)
    ways = np.stack([np.sin(right) * np.cos(up), np.cos(right) * np.cos(up), np.sin(up)], -1)
    axis = np.abs(ways).argmax(-1)
    expected = np.empty((HEIGHT, WIDTH), int)
    for y, x in np.ndindex(HEIGHT, WIDTH):
        wall = [0, 0, 0]
        wall[axis[y, x]] = int(np.sign(ways[y, x, axis[y, x]]))
        expected[y, x] = walls[tuple(wall)]
    assert (rays_say(empty_scene) == expected).all()


def test_a_leaf_is_judged_where_its_texture_is(empty_scene):
    camera(empty_scene, ortho=16)
    alpha = (np.indices((HEIGHT, WIDTH)).sum(axis=0) % 3 != 0).astype(np.float32)
    rectangle(empty_scene, -8, 8, -6, 6, label=40).data.materials.append(leaf_material(alpha))
    rectangle(empty_scene, -9, 9, z=-1, label=2)
    expected = np.where(alpha[::-1] > 0.5, 40, 2)
    assert (rays_say(empty_scene) == expected).all()
    texture = next(node for node in bpy.data.materials["leaf"].node_tree.nodes if node.type == "TEX_IMAGE")
    texture.interpolation = "Linear"
    assert (rays_say(empty_scene) == -1).all(), "texels of both kinds lie around every point"
    alpha[:] = 0
    alpha[:, 8:] = 1
    pixels = np.ones((HEIGHT, WIDTH, 4), np.float32)
    pixels[..., 3] = alpha
    texture.image.pixels.foreach_set(pixels.ravel())
    seen = rays_say(empty_scene)
    assert (seen[:, 3:6] == 2).all() and (seen[:, 10:13] == 40).all() and (seen[:, 7:9] == -1).all()


def test_light_that_only_shadows_let_pass_is_a_surface_to_a_camera(empty_scene):
    """The usual window: transparent to shadow rays, glass to the eye."""
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    pane = material()
    nodes, links = pane.node_tree.nodes, pane.node_tree.links
    path, mix = nodes.new("ShaderNodeLightPath"), nodes.new("ShaderNodeMixShader")
    links.new(path.outputs["Is Shadow Ray"], mix.inputs[0])
    links.new(nodes["Principled BSDF"].outputs[0], mix.inputs[1])
    links.new(nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], nodes["Material Output"].inputs["Surface"])
    rectangle(empty_scene, -99, 99, z=1, label=9).data.materials.append(pane)
    assert (rays_say(empty_scene) == 9).all()
    links.new(path.outputs["Is Camera Ray"], mix.inputs[0])
    assert (rays_say(empty_scene) == 2).all()


def test_nodes_that_are_not_used_count_for_nothing(empty_scene):
    from blender_addon.compat import shader_tree

    camera(empty_scene)
    glass = material(0.0)
    glass.use_nodes = False
    rectangle(empty_scene, -99, 99, label=9).data.materials.append(glass)
    assert (rays_say(empty_scene) == (BACKGROUND if shader_tree(glass) else 9)).all()
