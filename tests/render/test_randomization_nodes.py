"""Shaders in node groups, and materials that give light: drawn for, seen in the picture, and put back."""

from __future__ import annotations

from functools import partial

import bpy
import numpy as np
import pytest
from painted_room import CHAIR, everything, left, material, painted, right, shot
from scenery import rectangle

from render_scripts.randomization.blackbody import warmer
from render_scripts.randomization.emitters_on_scene import gives_light
from render_scripts.randomization.lights import Lights, draw_lights
from render_scripts.randomization.material_shifts import can_shift
from render_scripts.randomization.materials import Materials
from render_scripts.randomization.spec import Randomization

DARKER = Randomization(materials=Materials(hue=(0, 0), saturation=(1, 1), value=(0.2, 0.9), roughness=(0, 0)))
SHINE = Randomization(Lights(moved=0, turned=0, off=0, power=(0.25, 4)))


@pytest.fixture
def room(empty_scene):
    return painted(empty_scene)


@pytest.fixture
def shoot(room, tmp_path):
    return partial(shot, room, tmp_path)


def grouped(name: str, shader: str, *inputs: str, depth: int = 1) -> bpy.types.NodeTree:
    """A group of a shader, `depth` groups deep, whose inputs are those of the shader of the same names."""
    tree = bpy.data.node_groups.new(name, "ShaderNodeTree")
    if depth > 1:
        node = tree.nodes.new("ShaderNodeGroup")
        node.node_tree = grouped(f"{name} within", shader, *inputs, depth=depth - 1)
    else:
        node = tree.nodes.new(shader)
        if "Specular IOR Level" in node.inputs:
            node.inputs["Specular IOR Level"].default_value = 0.0
    outside, inside = tree.nodes.new("NodeGroupOutput"), tree.nodes.new("NodeGroupInput")
    tree.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    tree.links.new(node.outputs[0], outside.inputs[0])
    for each in inputs:
        kind = "NodeSocketColor" if "Color" in each else "NodeSocketFloat"
        tree.interface.new_socket(each, in_out="INPUT", socket_type=kind)
        tree.links.new(inside.outputs[each], node.inputs[each])
    return tree


def of_group(name: str, tree: bpy.types.NodeTree, **values) -> bpy.types.Material:
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes = made.node_tree.nodes
    nodes.clear()
    node, output = nodes.new("ShaderNodeGroup"), nodes.new("ShaderNodeOutputMaterial")
    node.node_tree = tree
    for key, value in values.items():
        node.inputs[key.replace("_", " ")].default_value = value
    made.node_tree.links.new(node.outputs[0], output.inputs["Surface"])
    return made


def put_on(thing: str, look: bpy.types.Material) -> None:
    bpy.data.objects[thing].data.materials[0] = look


@pytest.mark.parametrize("depth", [1, 3])
def test_one_group_of_two_materials_shifts_for_each(room, shoot, depth):
    """A value inside, and one that comes from outside: each material by its own draw, though they share the group."""
    tree = grouped("paint", "ShaderNodeBsdfPrincipled", "Base Color", depth=depth)
    put_on("Chair", of_group("one", tree, Base_Color=(0.5, 0.1, 0.1, 1)))
    put_on("Sofa", of_group("two", tree, Base_Color=(0.1, 0.1, 0.5, 1)))
    draws: dict = {}
    plain, labels = shoot(Randomization(), 1)[1]
    before = everything()
    for frame, (linear, seen) in shoot(DARKER, 1, 2, 3, draws=draws).items():
        shifts = draws[frame].materials.shifts
        assert shifts["one"] != shifts["two"]
        np.testing.assert_allclose(left(linear), left(plain) * shifts["one"].value, rtol=0.01)
        np.testing.assert_allclose(right(linear), right(plain) * shifts["two"].value, rtol=0.01)
        assert (seen == labels).all()
    assert everything() == before


def test_a_value_within_a_group_shifts(room, shoot):
    tree = grouped("paint", "ShaderNodeBsdfDiffuse")
    tree.nodes["Diffuse BSDF"].inputs["Color"].default_value = (0.4, 0.4, 0.4, 1)
    put_on("Chair", of_group("grey", tree))
    draws: dict = {}
    plain = shoot(Randomization(), 1)[1][0]
    for frame, (linear, _) in shoot(DARKER, 1, 2, draws=draws).items():
        np.testing.assert_allclose(left(linear), left(plain) * draws[frame].materials.shifts["grey"].value, rtol=0.01)
    assert tuple(tree.nodes["Diffuse BSDF"].inputs["Color"].default_value)[:3] == pytest.approx((0.4,) * 3)


def test_a_group_of_what_is_kept_stays(room, shoot):
    tree = grouped("paint", "ShaderNodeBsdfPrincipled", "Base Color")
    put_on("Chair", of_group("one", tree, Base_Color=(0.5, 0.1, 0.1, 1)))
    put_on("Sofa", of_group("two", tree, Base_Color=(0.1, 0.1, 0.5, 1)))
    bpy.data.objects["Chair"]["labelpass_locked"] = True
    plain = shoot(Randomization(), 1)[1][0]
    linear = shoot(DARKER, 1)[1][0]
    np.testing.assert_allclose(left(linear), left(plain), rtol=1e-3)
    assert (right(linear) < 0.95 * right(plain)).all()


def emission(name: str, *color: float, strength: float = 1.0, kind: str = "emission") -> bpy.types.Material:
    """A lamp: an emission shader, a Principled that glows, one in a group, or one whose inputs nodes give."""
    if kind == "group":
        tree = grouped(f"glow of {name}", "ShaderNodeEmission", "Color", "Strength")
        return of_group(name, tree, Color=(*color, 1), Strength=strength)
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    if kind == "principled":
        shader = nodes["Principled BSDF"]
        shader.inputs["Base Color"].default_value = (0, 0, 0, 1)
        shader.inputs["Specular IOR Level"].default_value = 0.0
        shader.inputs["Emission Color"].default_value = (*color, 1)
        shader.inputs["Emission Strength"].default_value = strength
        return made
    shader = nodes.new("ShaderNodeEmission")
    links.new(shader.outputs[0], nodes["Material Output"].inputs["Surface"])
    if kind == "nodes":
        rgb, value = nodes.new("ShaderNodeRGB"), nodes.new("ShaderNodeValue")
        rgb.outputs[0].default_value, value.outputs[0].default_value = (*color, 1), strength
        links.new(rgb.outputs[0], shader.inputs["Color"])
        links.new(value.outputs[0], shader.inputs["Strength"])
    else:
        shader.inputs["Color"].default_value, shader.inputs["Strength"].default_value = (*color, 1), strength
    return made


@pytest.mark.parametrize("kind", ["emission", "principled", "group", "nodes"])
def test_a_glowing_surface_is_as_strong_and_as_warm_as_was_drawn(room, shoot, kind):
    """What the camera sees of it is its light: colour times strength."""
    bpy.data.lights["Sun"].energy = 0.0
    put_on("Chair", emission("shade", 0.5, 0.4, 0.3, strength=2.0, kind=kind))
    labels = shoot(Randomization(), 1)[1][1]
    before, draws = everything(), {}
    for frame, (linear, seen) in shoot(SHINE, 1, 2, 3, draws=draws).items():
        one = draws[frame].lights.emitters["shade"]
        expected = np.array([1.0, 0.8, 0.6]) * one.power * warmer(one.warmth)
        np.testing.assert_allclose(left(linear), expected, rtol=2e-3)
        assert (seen == labels).all()
    assert everything() == before
    assert len({draw.lights.emitters["shade"].power for draw in draws.values()}) == 3


@pytest.mark.parametrize("kind", ["emission", "principled", "group", "nodes"])
def test_a_glowing_surface_that_is_off_is_dark_and_labelled(room, shoot, kind):
    put_on("Chair", emission("shade", 0.5, 0.4, 0.3, kind=kind))
    draws: dict = {}
    labels = shoot(Randomization(), 1)[1][1]
    dark = 0
    for frame, (linear, seen) in shoot(Randomization(Lights(off=0.5)), *range(1, 7), draws=draws).items():
        off = draws[frame].lights.emitters["shade"].power == 0
        assert (left(linear).max() < 1e-3) == off
        assert (seen == labels).all() and (seen[:, :7] == CHAIR).all()
        dark += off
    assert 0 < dark < 6


def test_what_is_no_lamp():
    """Unlit, black, plugged into nothing, or a picture's light: also where the picture comes from outside a group."""
    assert gives_light(emission("lamp", 1, 1, 1))
    assert not gives_light(emission("unlit", 1, 1, 1, strength=0.0))
    assert not gives_light(emission("unlit", 1, 1, 1, strength=0.0, kind="principled"))
    assert not gives_light(emission("black", 0, 0, 0, kind="group"))
    assert not gives_light(emission("unlit", 1, 1, 1, strength=0.0, kind="group"))
    assert not gives_light(material("paint", 0.5, 0.5, 0.5))
    for kind in ("emission", "group"):
        screen = emission("screen", 1, 1, 1, kind=kind)
        nodes, links = screen.node_tree.nodes, screen.node_tree.links
        picture, mix = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeVectorMath")
        links.new(picture.outputs["Color"], mix.inputs[0])
        shader = nodes.get("Emission") or nodes["Group"]
        links.new(mix.outputs[0], shader.inputs["Color"])
        assert not gives_light(screen)
    loose = emission("loose", 1, 1, 1)
    loose.node_tree.links.clear()
    assert not gives_light(loose)
    warm = emission("warm", 1, 1, 1)
    body = warm.node_tree.nodes.new("ShaderNodeBlackbody")
    warm.node_tree.links.new(body.outputs[0], warm.node_tree.nodes["Emission"].inputs["Color"])
    assert gives_light(warm)
    assert not can_shift(warm) or any(node.type == "BSDF_PRINCIPLED" for node in warm.node_tree.nodes)


@pytest.mark.parametrize("how", ["lock", "label", "shared"])
def test_a_lamp_that_is_kept_shines_as_it_did(room, shoot, how):
    put_on("Chair", emission("shade", 0.5, 0.4, 0.3))
    if how == "shared":
        other = rectangle(room, -9, -8, label=CHAIR, name="shares it")
        other.data.materials.append(bpy.data.materials["shade"])
        other["labelpass_locked"] = True
    elif how == "lock":
        bpy.data.objects["Chair"]["labelpass_locked"] = True
    bpy.data.objects["Sun"]["labelpass_locked"] = True
    draws: dict = {}
    spec = Randomization(Lights(off=0.5), keep=("chair",) if how == "label" else ())
    plain = shoot(Randomization(), 1)[1][0]
    for frame, (linear, _) in shoot(spec, 1, 2, draws=draws).items():
        np.testing.assert_allclose(linear, plain, rtol=1e-5)
        assert not draws[frame].lights.emitters and not draws[frame].lights.lights


def test_some_light_is_always_on_and_lamps_are_drawn_as_before():
    spec = Lights(off=0.9)
    for frame in range(40):
        alone = draw_lights(spec, (), (), 0, frame, ("one", "two")).emitters
        assert any(light.power for light in alone.values())
        both = draw_lights(spec, ("Sun",), (), 0, frame, ("one", "two"))
        assert both.lights == draw_lights(spec, ("Sun",), (), 0, frame).lights
        assert both.lights["Sun"].power
    assert any(not any(light.power for light in draw_lights(spec, ("Sun",), (), 0, frame, ("one",)).emitters.values())
               for frame in range(9))  # fmt: skip
