"""What tells copies apart is seen in no image, changes no label, and is gone when the run is."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, in_collection, instance, leaf_material, rectangle, settings

from blender_addon import compat
from blender_addon.contract.labels import Label, LabelSet
from blender_addon.label_render import instances, label_pass
from blender_addon.label_render.label_pass import RenderFailed, render_label_samples, render_passes, sharp
from blender_addon.occurrences import occurrences
from render_scripts import passes
from tests.render.test_seen import assert_same, everything
from tests.render.told_apart import look, on_points, paint, show

PANES = LabelSet("panes", (Label(1, "a", "#000001", transparency="surface"),
                           Label(2, "b", "#000002", transparency="see_through"),
                           Label(3, "c", "#000003", transparency="ignore"), Label(4, "d", "#000004")))  # fmt: skip


def copied(scene, obj, *places):
    collection = in_collection(f"{obj.name} collection", obj)
    for n, at in enumerate(places):
        instance(scene, collection, f"{obj.name} {n}").location = at
    return obj


def shaders_of_nothing():
    """Materials of which Cycles finds that they neither shine nor reflect; their surfaces are there, and black."""

    def emission(tree, out):
        dark = tree.nodes.new("ShaderNodeEmission")
        dark.inputs["Strength"].default_value = 0
        tree.links.new(dark.outputs[0], out.inputs["Surface"])

    def mixed(tree, out):
        mix, unused = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeBsdfDiffuse")
        mix.inputs[0].default_value = 0
        tree.links.new(unused.outputs[0], mix.inputs[2])
        tree.links.new(mix.outputs[0], out.inputs["Surface"])

    def muted(tree, out):
        tree.links.new(tree.nodes.new("ShaderNodeBsdfDiffuse").outputs[0], out.inputs["Surface"])
        tree.nodes["Diffuse BSDF"].mute = True

    def displaced(tree, out):
        tree.links.new(tree.nodes.new("ShaderNodeDisplacement").outputs[0], out.inputs["Displacement"])

    def of_eevee(_tree, out):
        out.target = "EEVEE"

    made = []
    for build in (emission, mixed, muted, displaced, of_eevee):
        material = compat.with_nodes(bpy.data.materials.new(build.__name__))
        material.node_tree.nodes.clear()
        build(material.node_tree, material.node_tree.nodes.new("ShaderNodeOutputMaterial"))
        made.append(material)
    return made


@pytest.fixture
def hard_scene(empty_scene):
    """What has a shader that does nothing; copies of what has nodes, holes, half transparent parts, no nodes, no
    material, an empty slot, the object's own; light, a world, and a part by faces."""
    scene = empty_scene
    camera(scene, ortho=16)
    light = bpy.data.objects.new("light", bpy.data.lights.new("light", "SUN"))
    light.data.energy, light.rotation_euler = 3, (0.5, 0.3, 0)
    scene.collection.objects.link(light)
    scene.world = bpy.data.worlds.new("world")
    floor = rectangle(scene, -8, 8, z=-1, label=4, name="floor")
    paint(floor)
    alpha = np.float32([[1, 0, 0.6, 0.3]])
    for n, y in enumerate((-5, -3)):
        leaf = rectangle(scene, -3, 3, -0.8, 0.8, label=(0, 1, 2, 3)[n], name=f"leaf {n}")
        leaf.data.materials.append(leaf_material(alpha))
        copied(scene, leaf, (-4, y, 0), (-2, y, 1), (3, y, 0))
    for n, label in enumerate((2, 3)):
        pane = rectangle(scene, -1, 1, -0.8, 0.8, label=label, name=f"pane {label}")
        pane.data.materials.append(leaf_material(np.float32([[0.3, 0.8]])))
        copied(scene, pane, (-6 + 6 * n, -1, 1), (-4 + 6 * n, -1, 1))
    plain = bpy.data.materials.new("plain")
    plain.diffuse_color = (0.1, 0.6, 0.3, 1)
    bare, slot, own, simple = (rectangle(scene, -1, 1, -0.8, 0.8, label=4, name=name)
                               for name in ("bare", "slot", "own", "simple"))  # fmt: skip
    slot.data.materials.append(None)
    own.data.materials.append(paint())
    own.material_slots[0].link, own.material_slots[0].material = "OBJECT", None
    simple.data.materials.append(plain)
    for n, obj in enumerate((bare, slot, own, simple)):
        copied(scene, obj, (-6 + 4 * n, 1, 0), (-4 + 4 * n, 1, 0.5))
    on_points(scene, None, (-6, 4, 0), (-4, 4, 0), (-2, 4, 0), primitive=True)
    for n, material in enumerate(shaders_of_nothing()):
        off = rectangle(scene, -7 + 1.5 * n, -6 + 1.5 * n, 5.1, 5.9, label=1 + n % 4, name=material.name)
        off.data.materials.append(material)
    part = paint()
    part.pass_index = 3
    cut = rectangle(scene, 2, 6, 3, 5, label=1, name="cut")
    cut.data.materials.append(part)
    scene.render.image_settings.color_mode = "RGB"
    bpy.context.view_layer.update()
    return scene


def of_the_scene(scene):
    return list(occurrences(scene.view_layers[0], bpy.context.evaluated_depsgraph_get()))


def test_the_image_is_the_same_bit_by_bit(hard_scene, tmp_path):
    chosen = settings(size=(96, 72), samples=4)
    with passes.prepared(hard_scene, chosen):
        before = passes.render_image(hard_scene, tmp_path / "image.png", chosen.size)
    with (
        passes.prepared(hard_scene, chosen),
        instances.instances_prepared(bpy.context.view_layer, of_the_scene(hard_scene)),
    ):
        after = passes.render_image(hard_scene, tmp_path / "image.png", chosen.size)
    assert before.std() > 10
    assert np.array_equal(before, after)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("label_set", [None, PANES], ids=["plain", "policies"])
def test_labels_are_the_same(hard_scene, tmp_path, label_set, threshold):
    options = {"size": (64, 48), "label_supersample": 3, "alpha_threshold": threshold}
    chosen = settings(**options)
    with passes.prepared(hard_scene, chosen):
        before = render_label_samples(hard_scene, chosen, label_set)
    shown = show(hard_scene, tmp_path, label_set, **options)
    assert np.array_equal(before, shown.samples)
    assert np.array_equal(shown.ids == 0, shown.samples == 65535)  # what has a surface is a thing
    assert len(np.unique(shown.ids)) > 15


def test_copies_without_a_material_of_their_own_have_marks(hard_scene, tmp_path):
    """But for geometry that nodes make, and an empty slot of an object's own."""
    shown = show(hard_scene, tmp_path)
    unsure = {name for (_, _, name), sure in zip(shown.things.keys, shown.things.sure.tolist()) if not sure}
    assert unsure in ({"grid"}, {"grid", "own"})


def test_marks_tell_and_no_places(hard_scene, tmp_path, monkeypatch):
    """In each frame of a run, whatever was rendered before: a place is only asked for what has no material."""
    asked = []
    by_place = instances._at
    monkeypatch.setattr(instances, "_at", lambda points, rows, things: (
        asked.extend(things.keys[row] for row in rows) or by_place(points, rows, things)))  # fmt: skip
    chosen = settings(size=(32, 24))
    view_layer, things = bpy.context.view_layer, of_the_scene(hard_scene)
    with passes.prepared(hard_scene, chosen):
        passes.render_image(hard_scene, tmp_path / "image.png", chosen.size)
        render_label_samples(hard_scene, chosen, PANES)
        with instances.instances_prepared(view_layer, things) as telling:
            for label_set in (None, PANES, None):
                passes.render_image(hard_scene, tmp_path / "image.png", chosen.size)
                look(hard_scene, chosen, telling, label_set)
    assert {name for _, _, name in asked} in ({"grid"}, {"grid", "own"})  # an empty slot of the object's own


def test_everything_is_as_it_was(hard_scene):
    chosen = settings()
    with passes.prepared(hard_scene, chosen), sharp(hard_scene, chosen, PANES):
        render_passes(hard_scene, chosen)
    before = everything()
    with instances.instances_prepared(bpy.context.view_layer, of_the_scene(hard_scene)) as telling:
        during = everything()
        with passes.prepared(hard_scene, chosen), sharp(hard_scene, chosen, PANES):
            with instances.instances_rendered(hard_scene.view_layers[0], telling) as last:
                render_passes(hard_scene, chosen)
                assert last().keys
        assert_same(during, everything())
    assert len(during) > len(before)
    assert_same(before, everything())
    assert_same(everything(), before)
    assert not bpy.app.handlers.frame_change_post


def test_everything_is_as_it_was_when_a_render_fails(hard_scene, monkeypatch):
    def fail(*_arguments):
        raise RenderFailed("no")

    before = everything()
    monkeypatch.setattr(label_pass, "render_still", fail)
    chosen = settings()
    with (
        pytest.raises(RenderFailed),
        instances.instances_prepared(bpy.context.view_layer, of_the_scene(hard_scene)) as telling,
    ):
        with passes.prepared(hard_scene, chosen), sharp(hard_scene, chosen, None):
            with instances.instances_rendered(hard_scene.view_layers[0], telling):
                render_passes(hard_scene, chosen)
    assert_same(before, everything())


def test_faces_keep_their_material_index(empty_scene):
    """Of a mesh that lost its slots: a slot that comes and goes would put them all to the first."""
    box = rectangle(empty_scene, 0, 2, name="box")
    box.data.polygons[0].material_index = 3
    copied(empty_scene, box, (0, 0, 0), (4, 0, 0))
    with instances.instances_prepared(bpy.context.view_layer, of_the_scene(empty_scene)):
        assert not box.data.materials
    assert box.data.polygons[0].material_index == 3


def test_a_fault_in_a_handler_is_told(empty_scene, monkeypatch):
    """Blender prints what a handler raises and goes on."""

    def fail(*_arguments):
        raise ZeroDivisionError

    camera(empty_scene, ortho=16)
    rectangle(empty_scene, 0, 1)
    monkeypatch.setattr(instances, "read_things", fail)
    chosen = settings()
    with passes.prepared(empty_scene, chosen), instances.instances_prepared(bpy.context.view_layer, []) as telling:
        with sharp(empty_scene, chosen, None):
            with instances.instances_rendered(empty_scene.view_layers[0], telling) as last:
                with pytest.raises(LookupError):
                    last()
                render_passes(empty_scene, chosen)
                with pytest.raises(ZeroDivisionError):
                    last()


def test_a_material_like_none_looks_like_none():
    """What Cycles takes for none: a diffuse surface, or what a new material is."""
    new = compat.with_nodes(None)
    kinds = {node.bl_idname for node in new.node_tree.nodes} - {"ShaderNodeOutputMaterial"}
    assert kinds in ({"ShaderNodeBsdfDiffuse"}, {"ShaderNodeBsdfPrincipled"})
    bpy.data.materials.remove(new)
