"""A point of a surface is its label or is looked through, by its alpha alone: no seed, no speckle, no trace."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, labels_of, leaf_material, new_scene, rectangle, settings

from blender_addon.contract.labels import BACKGROUND
from blender_addon.label_render.label_pass import render_labels
from blender_addon.label_render.transparency import all_or_nothing, constant_alpha
from render_scripts import passes

FLOOR, FILM = 2, 7


@pytest.fixture
def floor(empty_scene):
    """A labelled floor on all but the last quarter, under a camera that sees one metre a pixel."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, 4, z=-1, label=FLOOR, name="floor")
    return empty_scene


BEHIND = np.repeat([FLOOR, BACKGROUND], [12, 4])


def film(scene, *, z=0.0, label=FILM, name="film"):
    """A rectangle that fills the picture; the node tree of its new material, without a link, and the output."""
    obj = rectangle(scene, -8, 8, z=z, label=label, name=name)
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    obj.data.materials.append(material)
    tree = material.node_tree
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    return tree


def add(tree, kind, *inputs, **values):
    """The first output of a new node whose inputs are linked or set, in order (None: left), or by name."""
    node = tree.nodes.new(kind if kind.startswith("Node") else f"ShaderNode{kind}")
    for key, value in (*enumerate(inputs), *values.items()):
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, node.inputs[key])
        elif value is not None:
            node.inputs[key].default_value = value
    return node.outputs[0] if node.outputs else None


def show(tree, shader):
    tree.links.new(shader, tree.nodes["Material Output"].inputs["Surface"])


def ramp(tree):
    """From 0 at the left to 1 at the right: (column + 0.5) / 16."""
    return add(tree, "SeparateXYZ", tree.nodes.new("ShaderNodeTexCoord").outputs["UV"])


COLUMNS = (np.arange(WIDTH) + 0.5) / WIDTH


def dump():
    trees = {f"material {block.name}": block.node_tree for block in bpy.data.materials}
    trees |= {f"group {block.name}": block for block in bpy.data.node_groups}
    return {
        name: (
            sorted((a.from_socket.path_from_id(), a.to_socket.path_from_id(), a.is_muted) for a in tree.links),
            [(node.name, node.bl_idname, tuple(node.location), node.mute, node.select) for node in tree.nodes],
            [[(socket.identifier, socket.name) for socket in (*node.inputs, *node.outputs)] for node in tree.nodes],
            tree.nodes.active and tree.nodes.active.name,
        )
        for name, tree in trees.items()
    }


def check(scene, folder, expected, **changes):
    """These labels, whatever the seed and the number of samples, without impurity, and no trace is left."""
    before, layer = dump(), scene.view_layers[0]
    threshold, bounces = layer.pass_alpha_threshold, scene.cycles.transparent_max_bounces
    for seed, k in ((0, 1), (1, 1), (1, 3)):
        scene.cycles.seed = seed
        labels, purity = labels_of(scene, folder, label_supersample=k, **changes)
        assert (labels == np.broadcast_to(expected, (HEIGHT, WIDTH))).all(), labels[0]
        assert k == 3 or (purity == 1).all()
    assert dump() == before
    assert (layer.pass_alpha_threshold, scene.cycles.transparent_max_bounces) == (threshold, bounces)


# Kinds of materials of one alpha.


def mixed(tree, alpha):
    return add(tree, "MixShader", alpha, add(tree, "BsdfTransparent"), add(tree, "BsdfPrincipled"))


def principled(tree, alpha):
    return add(tree, "BsdfPrincipled", Alpha=alpha)


def nested(tree, alpha):
    inner = mixed(tree, alpha)
    return add(tree, "MixShader", 0.4, inner, mixed(tree, alpha))


def added(tree, alpha):
    """Two shaders let through 2 (1 - alpha) / 2 of the light."""
    half = alpha / 2 + 0.5 if isinstance(alpha, float) else half_of(tree, alpha)
    return add(tree, "AddShader", mixed(tree, half), principled(tree, half))


def half_of(tree, alpha):
    return add(tree, "Mix", 0.5, None, alpha, 1.0)


def colored(tree, alpha):
    """What passes through colour (c, c, 0.5), on average 1 - alpha."""
    if isinstance(alpha, float):
        level = (1 - alpha) * 1.5 - 0.25
        return add(tree, "BsdfTransparent", (level, level, 0.5, 1.0))
    node = tree.nodes.new("ShaderNodeInvert")
    tree.links.new(alpha, node.inputs["Color"])
    return add(tree, "BsdfTransparent", node.outputs[0])


def through_reroutes(tree, alpha):
    muted = tree.nodes.new("ShaderNodeAddShader")
    tree.links.new(add(tree, "NodeReroute", mixed(tree, alpha)), muted.inputs[0])
    tree.links.new(add(tree, "BsdfDiffuse"), muted.inputs[1])
    muted.mute = True
    return add(tree, "NodeReroute", muted.outputs[0])


def group(name, *inputs):
    tree = bpy.data.node_groups.new(name, "ShaderNodeTree")
    for kind in inputs:
        tree.interface.new_socket(kind, in_out="INPUT", socket_type=f"NodeSocket{kind}")
    tree.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    return tree, tree.nodes.new("NodeGroupInput").outputs, tree.nodes.new("NodeGroupOutput").inputs[0]


def grouped(tree, alpha):
    """A group in a group: the alpha comes from outside as a value, and half of the shader as a shader."""
    inner, given, out = group("inner", "Float", "Shader")
    inner.links.new(add(inner, "MixShader", given["Float"], add(inner, "BsdfTransparent"), given["Shader"]), out)
    outer, given, out = group("outer", "Shader", "Float")
    node = outer.nodes.new("ShaderNodeGroup")
    node.node_tree = inner
    outer.links.new(given["Float"], node.inputs["Float"])
    outer.links.new(given["Shader"], node.inputs["Shader"])
    outer.links.new(add(outer, "MixShader", 0.5, node.outputs[0], given["Shader"]), out)
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = outer
    # alpha = a * (0.5 b + 0.5) with b = the group's own factor, 1 here: what comes in decides.
    node.inputs["Float"].default_value = 1.0
    tree.links.new(mixed(tree, alpha), node.inputs["Shader"])
    return node.outputs[0]


def grouped_factor(tree, alpha):
    inner, given, out = group("film", "Float")
    inner.links.new(mixed(inner, given["Float"]), out)
    for _ in range(2):  # of two that show one group, each has its own alpha
        node = tree.nodes.new("ShaderNodeGroup")
        node.node_tree = inner
        if isinstance(alpha, float):
            node.inputs[0].default_value = alpha
        else:
            tree.links.new(alpha, node.inputs[0])
    other = tree.nodes.new("ShaderNodeGroup")
    other.node_tree = inner
    other.inputs[0].default_value = 0.0
    return add(tree, "MixShader", 0.0, node.outputs[0], other.outputs[0])


KINDS = [mixed, principled, nested, added, colored, through_reroutes, grouped, grouped_factor]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("alpha", "threshold", "counts"),
    [(0.3, 0.5, False), (0.7, 0.5, True), (0.3, 0.05, True), (0.3, 0.3, True), (0.3, 0.0, True), (0.7, 1.0, False)],
)
def test_one_alpha(floor, tmp_path, kind, alpha, threshold, counts):
    tree = film(floor)
    show(tree, kind(tree, alpha))
    check(floor, tmp_path, FILM if counts else BEHIND, alpha_threshold=threshold)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threshold", [0.5, 0.05])
def test_alpha_from_0_to_1(floor, tmp_path, kind, threshold):
    tree = film(floor)
    show(tree, kind(tree, ramp(tree)))
    check(floor, tmp_path, np.where(threshold < COLUMNS, FILM, BEHIND), alpha_threshold=threshold)


@pytest.mark.parametrize("kind", KINDS)
def test_the_alpha_that_preflight_reads(floor, kind):
    tree = film(floor)
    show(tree, kind(tree, 0.3))
    told = constant_alpha(bpy.data.materials["film"])
    assert told == pytest.approx(1.0 if kind in {grouped, grouped_factor} else 0.3)
    show(tree, kind(tree, ramp(tree)))
    assert constant_alpha(bpy.data.materials["film"]) == 1


def test_opaque_materials_are_not_touched(floor):
    """Nor are those whose only transparent shader shows nowhere, or has no weight."""
    tree = film(floor)
    add(tree, "BsdfTransparent")
    show(tree, add(tree, "MixShader", ramp(tree), add(tree, "BsdfGlass"), mixed(tree, 1.0)))
    before = dump()
    with all_or_nothing(floor.view_layers[0], 0.5, None):
        assert dump() == before
    show(tree, mixed(tree, ramp(tree)))
    before = dump()
    with all_or_nothing(floor.view_layers[0], 0.5, None):
        assert dump() != before
    assert dump() == before


def test_two_films_and_a_thing_between(floor, tmp_path):
    """Each alpha counts for itself: two of 0.3 are not one of 0.51."""
    for z, label in ((2.0, 7), (1.0, 8)):
        tree = film(floor, z=z, label=label, name=f"film {label}")
        show(tree, mixed(tree, 0.3))
    rectangle(floor, -8, -4, z=1.5, label=5)
    check(floor, tmp_path, np.where(np.arange(WIDTH) < 4, 5, BEHIND))
    check(floor, tmp_path, 7, alpha_threshold=0.25)


def test_behind_more_films_than_cycles_looks_through(floor, tmp_path):
    for number in range(20):
        tree = film(floor, z=number * 0.1, name=f"film {number}")
        show(tree, mixed(tree, 0.3))
    check(floor, tmp_path, BEHIND)


def test_leaves_of_an_image(floor, tmp_path):
    alpha = np.random.default_rng(3).uniform(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    leaf = rectangle(floor, -8, 8, -6, 6, label=40)
    leaf.data.materials.append(leaf_material(alpha))
    texels = np.array(bpy.data.images["leaf"].pixels[:]).reshape(HEIGHT, WIDTH, 4)[::-1, :, 3]  # of one byte
    for seed in (0, 1):
        floor.cycles.seed = seed
        labels, _ = labels_of(floor, tmp_path)
        assert (labels == np.where(texels >= 0.5, 40, BEHIND)).all()


@pytest.mark.parametrize("turned", [False, True])
def test_what_shows_only_its_back(floor, tmp_path, turned):
    tree = film(floor)
    back = tree.nodes.new("ShaderNodeNewGeometry").outputs["Backfacing"]
    show(tree, add(tree, "MixShader", back, add(tree, "BsdfDiffuse"), add(tree, "BsdfTransparent")))
    if turned:
        floor.objects["film"].rotation_euler.y = np.pi
    check(floor, tmp_path, BEHIND if turned else FILM)


def test_alpha_that_the_camera_or_the_object_decides(floor, tmp_path):
    tree = film(floor, z=1, label=7, name="seen by the camera")
    show(tree, mixed(tree, tree.nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"]))
    floor.objects["seen by the camera"].location.x = 8
    tree = film(floor, z=1, label=8, name="of its index")
    show(tree, mixed(tree, add(tree, "Math", tree.nodes.new("ShaderNodeObjectInfo").outputs["Object Index"], -7.6)))
    floor.objects["of its index"].location.x = -12
    check(floor, tmp_path, np.repeat([FLOOR, 7], 8))
    floor.objects["of its index"].pass_index = 9
    check(floor, tmp_path, np.repeat([9, FLOOR, 7], [4, 4, 8]))


def test_a_keyed_alpha(floor, tmp_path):
    tree = film(floor)
    show(tree, shader := mixed(tree, 0.3))
    factor = shader.node.inputs[0]
    for frame, value in ((1, 0.3), (2, 0.7)):
        factor.default_value = value
        factor.keyframe_insert("default_value", frame=frame)
    for frame, expected in ((1, BEHIND), (2, FILM), (1, BEHIND)):
        floor.frame_set(frame)
        check(floor, tmp_path, expected)


def test_the_active_one_of_several_outputs(floor, tmp_path):
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    other = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(add(tree, "BsdfDiffuse"), other.inputs["Surface"])
    for output, expected in ((other, FILM), (tree.nodes["Material Output"], BEHIND)):
        output.is_active_output = True
        check(floor, tmp_path, expected)
        assert output.is_active_output


def test_an_output_inside_a_node_group(floor, tmp_path):
    inner = bpy.data.node_groups.new("all of it", "ShaderNodeTree")
    add(inner, "OutputMaterial", mixed(inner, ramp(inner)))
    tree = film(floor)
    tree.nodes.clear()
    tree.nodes.new("ShaderNodeGroup").node_tree = inner
    check(floor, tmp_path, np.where(COLUMNS > 0.5, FILM, BEHIND))


def test_displacement_stays(floor, tmp_path):
    tree = film(floor)
    show(tree, mixed(tree, 0.7))
    bpy.data.materials["film"].displacement_method = "DISPLACEMENT"
    height = add(tree, "CombineXYZ", 4.0)
    tree.links.new(height, tree.nodes["Material Output"].inputs["Displacement"])
    check(floor, tmp_path, np.where(np.arange(WIDTH) < 4, FLOOR, FILM))


def test_materials_and_groups_linked_from_a_library(tmp_path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    tree = film(bpy.context.scene)
    show(tree, grouped_factor(tree, ramp(tree)))
    bpy.data.materials["film"].use_fake_user = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    scene = new_scene()
    camera(scene, ortho=16)
    rectangle(scene, -8, 4, z=-1, label=FLOOR)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.materials = ["film"]
    assert wanted.materials[0].library
    rectangle(scene, -8, 8, label=FILM).data.materials.append(wanted.materials[0])
    check(scene, tmp_path, np.where(COLUMNS > 0.5, FILM, BEHIND))


def test_what_cannot_be_read_is_left_to_cycles(floor, tmp_path):
    """An output in a group that shows what the group is handed: by several materials, perhaps."""
    inner, given, out = group("all of it", "Shader")
    add(inner, "OutputMaterial", given["Shader"])
    inner.links.new(add(inner, "BsdfTransparent"), out)
    tree = film(floor)
    tree.nodes.clear()
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = inner
    tree.links.new(add(tree, "BsdfDiffuse"), node.inputs[0])
    check(floor, tmp_path, FILM)


def test_the_next_image_shows_the_film_again(floor, tmp_path):
    tree = film(floor)
    show(tree, grouped_factor(tree, ramp(tree)))
    leaf = rectangle(floor, -8, 8, -6, 6, z=1, label=40)
    leaf.data.materials.append(leaf_material(np.linspace(0, 1, WIDTH, dtype=np.float32)[None].repeat(HEIGHT, 0)))
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    floor.collection.objects.link(sun)
    chosen, images, labels = settings(samples=4), [], []
    with passes.prepared(floor, chosen):
        for _ in range(3):
            images.append(passes.render_image(floor, tmp_path / "image.png", chosen.size))
            labels.append(render_labels(floor, chosen, None)[0])
    assert np.array_equal(images[0], images[1]) and np.array_equal(images[0], images[2])
    assert np.array_equal(labels[0], labels[1]) and np.array_equal(labels[0], labels[2])
    floor.objects["film"].hide_render = True
    with passes.prepared(floor, chosen):
        assert not np.array_equal(images[0], passes.render_image(floor, tmp_path / "image.png", chosen.size))
