"""Cases of holdouts, before and behind what light passes through: background wherever the first thing seen is one."""

from __future__ import annotations

import bpy
from exact_cases import (
    OTHER,
    THING,
    Answer,
    Case,
    box,
    floor,
    layers,
    material,
    rectangle,
    thing,
)
from exact_surfaces import PICTURE, squares, told
from exact_things import collected

from blender_addon.contract.labels import BACKGROUND, IGNORE

KINDS = "object", "collection", "material"


def hold_out(scene, obj, kind):
    """Of a material: where its own was opaque, it holds out."""
    if kind == "object":
        obj.is_holdout = True
    elif kind == "collection":
        scene.collection.children.link(collected(scene, obj))
        bpy.context.view_layer.layer_collection.children["things"].holdout = True
    elif obj.data.materials:
        tree = obj.data.materials[0].node_tree
        tree.links.new(tree.nodes.new("ShaderNodeHoldout").outputs[0], tree.nodes["mix"].inputs[2])
    else:
        obj.data.materials.append(material("holdout", "Holdout")[0])


def mixed(name, alpha):
    """A material that is diffuse, so far as its alpha says; and its tree."""
    made, clear = material(name, "BsdfTransparent")
    tree = made.node_tree
    mix = tree.nodes.new("ShaderNodeMixShader")
    mix.name = "mix"
    mix.inputs[0].default_value = alpha
    tree.links.new(clear.outputs[0], mix.inputs[1])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfDiffuse").outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    return made, tree


def cut_out(name):
    """A material whose alpha is 0 or 1, in squares of four by four pixels; and its shape where it fills the picture."""
    image, shape = squares(name)
    made, tree = mixed(name, 0.0)
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation = image, "Closest"
    tree.links.new(texture.outputs["Alpha"], tree.nodes["mix"].inputs[0])
    return made, shape


def screen(scene, made, *, z, label=THING):
    obj = rectangle(scene, *PICTURE, z=z, label=label, name=made.name)
    obj.data.materials.append(made)
    return obj


def held_thing(scene, kind):
    obj, shape = thing(scene, label=OTHER, name="held out")
    hold_out(scene, obj, kind)
    return shape, BACKGROUND


def before(kind, alpha=0.4, policy="alpha", panes=1):
    """Panes over a holdout over a floor, each beside the others by some metres."""

    def build(scene):
        below, held = floor(scene), held_thing(scene, kind)
        made, shapes = mixed("film", alpha)[0], []
        for number in range(panes):
            sides = -6.3 + number, 2.2 + number, -3.7, 3.6
            rectangle(scene, *sides, z=1 + number, label=THING, name="pane").data.materials.append(made)
            shapes.append(box(*sides))
        there = {"alpha": alpha >= 0.5, "surface": True, "see-through": False, "ignore": True}[policy]
        code = IGNORE if policy == "ignore" else THING
        return Answer(layers(*[(shape, code) for shape in shapes if there], held, below), told(policy))

    return build


def glass_before(kind, policy):
    def build(scene):
        below, held = floor(scene), held_thing(scene, kind)
        rectangle(scene, -6.3, 2.2, -3.7, 3.6, z=1, label=THING).data.materials.append(material("pane", "BsdfGlass")[0])
        pane = [(box(-6.3, 2.2, -3.7, 3.6), THING)] if policy == "alpha" else []
        return Answer(layers(*pane, held, below), told(policy))

    return build


def leaf_before(kind):
    def build(scene):
        below, held = floor(scene), held_thing(scene, kind)
        made, shape = cut_out("leaf")
        screen(scene, made, z=1)
        return Answer(layers((shape, THING), held, below))

    return build


def held_leaf(kind):
    """Through its holes the floor is seen, and another holdout."""

    def build(scene):
        below, held = floor(scene), held_thing(scene, "object")
        made, shape = cut_out("leaf")
        hold_out(scene, screen(scene, made, z=1), kind)
        return Answer(layers((shape, BACKGROUND), held, below))

    return build


def held_leaf_beside_what_is_none(scene):
    """A collection of holdouts has another in it, which is none."""
    below, (made, shape) = floor(scene), cut_out("leaf")
    hold_out(scene, screen(scene, made, z=1), "collection")
    inner, (obj, there) = bpy.data.collections.new("inner"), thing(scene, label=OTHER)
    for collection in obj.users_collection:
        collection.objects.unlink(obj)
    inner.objects.link(obj)
    bpy.data.collections["things"].children.link(inner)
    bpy.context.view_layer.layer_collection.children["things"].children["inner"].holdout = False
    return Answer(layers((shape, BACKGROUND), (there, OTHER), below))


def keyed_leaf(scene):
    """A holdout with holes, which a key has cameras see."""
    below, (made, shape) = floor(scene), cut_out("leaf")
    leaf = screen(scene, made, z=1)
    leaf.is_holdout = True
    leaf.keyframe_insert("visible_camera", frame=1)
    return Answer(layers((shape, BACKGROUND), below))


def held_pane(kind, alpha, policy="alpha"):
    """A holdout that is half there counts as its alpha, or its label, says; where it does, it is background."""

    def build(scene):
        below = floor(scene)
        obj, shape = thing(scene)
        obj.data.materials.append(mixed("film", alpha)[0])
        hold_out(scene, obj, kind)
        there = {"alpha": alpha >= 0.5, "surface": True, "see-through": False, "ignore": True}[policy]
        return Answer(layers(*[(shape, BACKGROUND)] * there, below), told(policy))

    return build


def catcher_behind_a_pane(scene):
    """A shadow catcher is a surface, seen through a pane as well."""
    below = floor(scene)
    obj, shape = thing(scene, label=OTHER)
    obj.is_shadow_catcher = True
    screen(scene, mixed("film", 0.4)[0], z=1)
    return Answer(layers((shape, OTHER), below))


CASES = (
    *(Case(f"pane before a holdout, {kind}", before(kind)) for kind in KINDS),
    Case("pane before a holdout, 3 x 3", before("object"), 3),
    Case("three panes before a holdout", before("object", panes=3)),
    Case("three panes before a holdout, 3 x 3", before("material", panes=3), 3),
    Case("pane before a holdout, label: surface", before("object", 0.4, "surface")),
    Case("pane before a holdout, label: see-through", before("object", 0.6, "see-through", panes=2)),
    Case("pane before a holdout, label: ignore", before("material", 0.6, "ignore")),
    Case("glass before a holdout", glass_before("object", "alpha")),
    Case("glass before a holdout, label: see-through", glass_before("object", "see-through")),
    Case("leaf before a holdout", leaf_before("collection")),
    Case("leaf before a holdout, 3 x 3", leaf_before("object"), 3),
    *(Case(f"holdout with holes, {kind}", held_leaf(kind)) for kind in KINDS),
    Case("holdout with holes, another collection in its own", held_leaf_beside_what_is_none),
    Case("holdout with holes, keyed for cameras", keyed_leaf),
    Case("holdout with holes, 3 x 3", held_leaf("object"), 3),
    *(Case(f"holdout half there, {kind}, alpha 0.6", held_pane(kind, 0.6)) for kind in KINDS),
    Case("holdout half there, alpha 0.4", held_pane("object", 0.4)),
    Case("holdout half there, label: surface", held_pane("material", 0.4, "surface")),
    Case("holdout half there, label: see-through", held_pane("object", 0.6, "see-through")),
    Case("holdout half there, label: ignore", held_pane("object", 0.6, "ignore")),
    Case("shadow catcher behind a pane", catcher_behind_a_pane),
)
