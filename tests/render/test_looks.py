"""Colours and normals are of the very surface that the label names, also where light passes through it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, leaf_material, rectangle, settings, shoot
from test_transparency import add as add_node
from test_transparency import added, film, grouped, grouped_factor, mixed, nested, ramp, show, through_reroutes

from blender_addon.contract.labels import Label, LabelSet

RED, BLUE = (0.75, 0.125, 0.25), (0.0625, 0.25, 0.5)
LEAN = (0.6, 0.0, 0.8)
"""The normal that the film shades with."""


@pytest.fixture
def take(empty_scene, tmp_path):
    def take(*more: str, k=1, label_set=None, **changes):
        chosen = settings(label_supersample=k, modalities=("normals", "albedo", *more), **changes)
        _, files, _ = shoot(empty_scene, tmp_path, chosen, 1, label_set=label_set)
        return files["labels.exr"], files["albedo.exr"][..., ::-1], files["normals.exr"][..., 3:]

    return take


@pytest.fixture
def over_a_floor(empty_scene):
    """The tree of a red film that leans to the right, over a blue floor."""
    camera(empty_scene, ortho=16)
    tree = film(empty_scene, z=-1, label=2, name="floor")
    show(tree, add_node(tree, "BsdfDiffuse", (*BLUE, 1)))
    return film(empty_scene)


def red(tree, kind="BsdfDiffuse", **values):
    leaning = add_node(tree, "CombineXYZ", *LEAN)
    colour = "Color" if kind == "BsdfDiffuse" else "Base Color"
    return add_node(tree, kind, **{colour: (*RED, 1), "Normal": leaning, **values})


def of_principled(tree, alpha):
    return red(tree, "BsdfPrincipled", Alpha=alpha, **{"Specular IOR Level": 0.0})


def of_mix(tree, alpha):
    return add_node(tree, "MixShader", alpha, add_node(tree, "BsdfTransparent"), red(tree))


def of_two(tree, alpha):
    """Both are red, and one is more there than the other."""
    return add_node(tree, "MixShader", 0.5, of_mix(tree, alpha), of_principled(tree, 1.0))


def of_group(tree, alpha):
    inner = bpy.data.node_groups.new("film", "ShaderNodeTree")
    inner.interface.new_socket("Alpha", in_out="INPUT", socket_type="NodeSocketFloat")
    inner.interface.new_socket("Shader", in_out="INPUT", socket_type="NodeSocketShader")
    inner.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    given, out = inner.nodes.new("NodeGroupInput").outputs, inner.nodes.new("NodeGroupOutput").inputs[0]
    clear = add_node(inner, "BsdfTransparent")
    inner.links.new(add_node(inner, "MixShader", given["Alpha"], clear, given["Shader"]), out)
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = inner
    if isinstance(alpha, float):
        node.inputs["Alpha"].default_value = alpha
    else:
        tree.links.new(alpha, node.inputs["Alpha"])
    tree.links.new(red(tree), node.inputs["Shader"])
    return node.outputs[0]


KINDS = [of_principled, of_mix, of_two, of_group]


def same(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=tolerance)


@pytest.mark.parametrize("more", [(), ("instances",)], ids=["alone", "instances"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alpha", [0.7, 0.3])
def test_half_a_surface_has_its_colour_or_that_of_what_is_behind(over_a_floor, take, kind, alpha, more):
    show(over_a_floor, kind(over_a_floor, alpha))
    there = alpha == 0.7 or kind is of_two
    for k in (1, 3):
        labels, albedo, normals = take(*more, k=k)
        assert (labels == (7 if there else 2)).all()
        same(albedo, RED if there else BLUE, 0.01 if kind in {of_principled, of_two} else 1e-5)
        same(normals, LEAN if there else (0, 0, 1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threshold", [0.25, 0.0])
def test_a_surface_that_fades_is_red_as_far_as_it_counts(over_a_floor, take, kind, threshold):
    show(over_a_floor, kind(over_a_floor, ramp(over_a_floor)))
    labels, albedo, _ = take("instances", alpha_threshold=threshold)
    assert set(np.unique(labels)) == ({7} if threshold == 0 or kind is of_two else {2, 7})
    same(albedo[labels == 7], RED, 0.01 if kind in {of_principled, of_two} else 1e-5)
    same(albedo[labels == 2], BLUE)


@pytest.mark.parametrize("policy", ["surface", "see-through", "ignore"])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_label_says(over_a_floor, take, kind, policy):
    show(over_a_floor, kind(over_a_floor, 0.3))
    labels = LabelSet("told", (Label(2, "floor", (0, 0, 0)), Label(7, "film", (0, 0, 0), transparency=policy)))
    _, albedo, normals = take("instances", label_set=labels)
    through = policy == "see-through"
    same(albedo, BLUE if through else RED, 0.01 if kind in {of_principled, of_two} else 1e-5)
    same(normals, (0, 0, 1) if through else LEAN)


def test_two_colours_have_the_weight_that_they_have_of_what_is_there(over_a_floor, take):
    tree = over_a_floor
    half = add_node(tree, "MixShader", 0.25, add_node(tree, "BsdfTransparent"), red(tree))
    whole = add_node(tree, "BsdfDiffuse", (*BLUE, 1))
    show(tree, add_node(tree, "MixShader", 0.5, half, whole))  # 1/8 red, 4/8 blue
    _, albedo, _ = take()
    same(albedo, (np.array(RED) + 4 * np.array(BLUE)) / 5)


@pytest.mark.parametrize("kind", [mixed, nested, added, through_reroutes, grouped, grouped_factor])
def test_no_kind_of_mixture_lets_the_floor_shine_through(over_a_floor, take, kind):
    """What is there is white, and nothing of it is speckled."""
    show(over_a_floor, kind(over_a_floor, 0.7))
    _, albedo, _ = take("instances")
    assert (albedo == albedo[0, 0]).all() and np.ptp(albedo[0, 0]) < 1e-6 < albedo[0, 0, 0]


def test_the_holes_of_a_leaf(empty_scene, take):
    camera(empty_scene, ortho=16)
    floor = rectangle(empty_scene, -9, 9, z=-1, label=2)
    floor.data.materials.append(leaf_material(np.ones((1, 1), np.float32)))
    alpha = np.tile(np.float32([1, 0.3, 0.7, 0]), (12, 4))
    leaf = leaf_material(alpha)
    rectangle(empty_scene, -8, 8, -6, 6, label=40).data.materials.append(leaf)
    labels, albedo, normals = take("instances", k=3)
    assert (labels == np.tile([40, 2, 40, 2], 4)).all()
    assert len(np.unique(albedo[labels == 40], axis=0)) == 1
    same(normals, (0, 0, 1))
