"""A label says what becomes of points of its things that light passes through: surface, see-through or ignore."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.audit.see_through_faults import half_transparent
from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet
from blender_addon.label_render import label_pass
from blender_addon.label_render.label_maps import without_ignored
from blender_addon.label_render.label_pass import render_labels
from blender_addon.label_render.seen import look
from blender_addon.label_render.transparency import IGNORE_PASS, all_or_nothing, policies_in_use
from blender_addon.label_render.viewpoints import find_views
from blender_addon.occurrences import occurrences
from render_scripts import passes
from tests.render.scenery import (
    HEIGHT,
    WIDTH,
    camera,
    instancer_labels,
    labels_of,
    leaf_material,
    rectangle,
    settings,
)
from tests.render.test_transparency import add, colored, dump, film, grouped, grouped_factor, mixed, ramp, show

FLOOR, PANE = 2, 7
COLUMNS = (np.arange(WIDTH) + 0.5) / WIDTH
BEHIND = np.repeat([FLOOR, BACKGROUND], [12, 4])
POLICIES = ("alpha", "surface", "see-through", "ignore")


def told(policy, *others):
    """A label set in which the pane has a policy; `others`: (id, policy)."""
    policies = {FLOOR: "alpha", PANE: policy, **dict(others)}
    return LabelSet("mine", tuple(Label(n, f"label {n}", (0, 0, n % 256), (), {}, p) for n, p in policies.items()))


@pytest.fixture
def floor(empty_scene):
    """A labelled floor on all but the last quarter, under a camera that sees one metre a pixel."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, 4, z=-1, label=FLOOR, name="floor")
    return empty_scene


def check(scene, folder, label_set, expected, **changes):
    """These labels, whatever the seed and the number of samples, without impurity, and no trace is left."""
    before, layer = dump(), scene.view_layers[0]
    threshold = layer.pass_alpha_threshold
    for seed, k in ((0, 1), (1, 3)):
        scene.cycles.seed = seed
        labels, purity = labels_of(scene, folder, label_set, label_supersample=k, **changes)
        assert (labels == np.broadcast_to(expected, (HEIGHT, WIDTH))).all(), labels[0]
        assert k == 3 or (purity == 1).all()
    assert dump() == before and not layer.aovs and layer.pass_alpha_threshold == threshold


def opaque(tree, _alpha):
    return add(tree, "BsdfDiffuse")


def glass(tree, _alpha):
    return add(tree, "BsdfGlass")


def refraction(tree, _alpha):
    return add(tree, "BsdfRefraction")


def transmission(tree, _alpha):
    return add(tree, "BsdfPrincipled", **{"Transmission Weight": 0.2})


def metal(tree, _alpha):
    return add(tree, "BsdfPrincipled", **{"Transmission Weight": 1.0, "Metallic": 1.0})


def glass_in_a_mix(tree, _alpha):
    return add(tree, "MixShader", 0.1, add(tree, "BsdfDiffuse"), add(tree, "BsdfGlass"))


HALF = [mixed, colored, grouped, grouped_factor]
GLASS = [glass, refraction, transmission, glass_in_a_mix]


@pytest.mark.parametrize("threshold", [0.5, 0.0, 1.0])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kind", [*HALF, *GLASS, opaque, metal])
def test_a_pane_over_a_floor(floor, tmp_path, kind, policy, threshold):
    tree = film(floor)
    show(tree, kind(tree, 0.3))
    looked_through = {"see-through": kind in HALF + GLASS, "alpha": kind in HALF and threshold > 0.3}
    expected = BEHIND if looked_through.get(policy) else PANE
    if policy == "ignore" and kind in HALF + GLASS:
        expected = IGNORE
    check(floor, tmp_path, told(policy), expected, alpha_threshold=threshold)


@pytest.mark.parametrize("kind", [mixed, grouped, grouped_factor])
@pytest.mark.parametrize("policy", POLICIES)
def test_from_nothing_to_a_wall(floor, tmp_path, kind, policy):
    """Quarters: alpha 0, 0.02 (less than any threshold), 0.98, 1."""
    tree = film(floor)
    steps = np.array([0.0, 0.02, 0.98, 1.0])
    node = tree.nodes.new("ShaderNodeValToRGB")
    node.color_ramp.interpolation = "CONSTANT"
    for _ in range(2):
        node.color_ramp.elements.new(0.5)
    for place, (element, level) in enumerate(zip(node.color_ramp.elements, steps)):
        element.position, element.color = place / 4, (level, level, level, 1)
    tree.links.new(ramp(tree), node.inputs[0])
    show(tree, kind(tree, add(tree, "SeparateXYZ", node.outputs[0])))
    floor_here = np.repeat([FLOOR, FLOOR, FLOOR, BACKGROUND], 4)
    codes = {
        "alpha": [0, 0, 1, 1], "surface": [0, 1, 1, 1], "see-through": [0, 0, 0, 1], "ignore": [0, 2, 2, 1],
    }[policy]  # fmt: skip
    expected = np.choose(np.repeat(codes, 4), [floor_here, PANE, IGNORE])
    check(floor, tmp_path, told(policy), expected)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_cut_out_with_soft_edges(floor, tmp_path, policy):
    alpha = np.tile(np.clip((np.arange(WIDTH) - 4) / 8, 0, 1), (HEIGHT, 1)).astype(np.float32)
    leaf = rectangle(floor, -8, 8, -6, 6, label=PANE)
    leaf.data.materials.append(leaf_material(alpha))
    texels = np.array(bpy.data.images["leaf"].pixels[:]).reshape(HEIGHT, WIDTH, 4)[::-1, :, 3]  # of one byte
    there = {"alpha": texels >= 0.5, "surface": texels > 0, "see-through": texels == 1, "ignore": texels == 1}[policy]
    expected = np.where(there, PANE, BEHIND)
    if policy == "ignore":
        expected = np.where((texels > 0) & (texels < 1), IGNORE, expected)
    check(floor, tmp_path, told(policy), expected)


def test_one_material_under_four_labels(floor, tmp_path):
    """And under none, and on a part, whose own label decides."""
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    shared, whole = bpy.data.materials["film"], floor.objects["film"]
    bpy.data.objects.remove(whole)
    for place, label in enumerate((PANE, 8, 9, 10, 0)):
        rectangle(floor, 2 * place - 8, 2 * place - 6, label=label).data.materials.append(shared)
    part = shared.copy()
    part.pass_index = 8
    rectangle(floor, 2, 4, label=PANE, name="part").data.materials.append(part)
    expected = np.repeat([FLOOR, 8, FLOOR, IGNORE, FLOOR, 8, BACKGROUND], [2, 2, 2, 2, 2, 2, 4])
    check(floor, tmp_path, told("alpha", (8, "surface"), (9, "see-through"), (10, "ignore")), expected)


def test_an_instance_has_the_policy_of_the_label_that_its_instancer_gives(floor, tmp_path):
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    pane = floor.objects["film"]
    group = bpy.data.collections.new("group")
    floor.collection.objects.unlink(pane)
    group.objects.link(pane)
    pane.pass_index, pane.scale.x = 0, 0.25
    for place, label in ((-6, 9), (-2, 8), (2, 10)):
        empty = bpy.data.objects.new("instancer", None)
        empty.instance_type, empty.instance_collection, empty.pass_index = "COLLECTION", group, label
        empty.location.x = place
        floor.collection.objects.link(empty)
    label_set = told("alpha", (8, "surface"), (9, "see-through"), (10, "ignore"))
    with instancer_labels(list(occurrences(floor.view_layers[0]))):
        check(floor, tmp_path, label_set, np.repeat([FLOOR, 8, IGNORE, BACKGROUND], 4))


@pytest.mark.parametrize("first", ["surface", "see-through", "ignore"])
def test_panes_behind_each_other(floor, tmp_path, first):
    """What is seen first decides; what is behind something to ignore, or seen through nothing, adds nothing."""
    for z, label in ((2.0, PANE), (1.0, 8)):
        tree = film(floor, z=z, label=label, name=f"pane {label}")
        show(tree, mixed(tree, 0.3))
    expected = {"surface": PANE, "see-through": IGNORE, "ignore": IGNORE}[first]
    check(floor, tmp_path, told(first, (8, "ignore")), expected)
    check(floor, tmp_path, told(first, (8, "see-through")), {"see-through": BEHIND}.get(first, expected))


def test_ignore_counts_as_a_code_in_the_majority(floor, tmp_path):
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    floor.objects["film"].location.x = 1 / 3  # two thirds of the first pixel's samples, and all of the others
    labels, purity = labels_of(floor, tmp_path, told("ignore"), label_supersample=3)
    assert (labels == IGNORE).all() and (purity[:, 1:] == 1).all()
    assert purity[:, 0] == pytest.approx(2 / 3)


def test_of_many_policies_only_those_in_use_cost_nodes(floor):
    many = LabelSet("many", tuple(Label(n, str(n), (0, 0, 0), (), {}, POLICIES[n % 4]) for n in range(1, 1001)))
    pane = rectangle(floor, -8, 8, label=900)
    assert policies_in_use(many).runs == {"see-through": ((2, 899),)}  # the floor's, and 900 leaves it to the alpha
    pane.pass_index = 901
    assert policies_in_use(many).runs == {"see-through": ((2, 900),), "surface": ((901, 1000),)}
    floor.objects["floor"].pass_index = 4
    assert policies_in_use(many).runs == {"surface": ((901, 1000),)}


def test_without_a_policy_nothing_is_done_that_was_not_done_before(floor):
    """No node, no pass and no setting differs: no pixel can, and it costs nothing."""
    tree = film(floor)
    show(tree, mixed(tree, ramp(tree)))
    layer, states = floor.view_layers[0], []
    for label_set in (None, told("alpha"), told("alpha", (9, "ignore"))):  # nothing carries label 9
        with all_or_nothing(layer, 0.5, label_set) as ignore:
            states.append((dump(), layer.pass_alpha_threshold, len(layer.aovs), ignore))
    assert states[0] == states[1] == states[2]


def test_opaque_materials_are_not_touched(floor):
    tree = film(floor)
    show(tree, add(tree, "BsdfPrincipled"))
    before = dump()
    with all_or_nothing(floor.view_layers[0], 0.5, told("ignore")) as ignore:
        assert dump() == before and ignore == IGNORE_PASS
    show(tree, glass(tree, 0))
    before = dump()
    with all_or_nothing(floor.view_layers[0], 0.5, told("surface")):  # of glass, only the other two say something
        assert dump() == before


def test_the_next_image_is_what_it_would_have_been(floor, tmp_path):
    """With data that persists, in one process: image, labels, image."""
    alpha = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1)).astype(np.float32)
    rectangle(floor, -8, 8, -6, 6, label=PANE).data.materials.append(leaf_material(alpha))
    light = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    floor.collection.objects.link(light)
    chosen, images = settings(samples=4), []
    with passes.prepared(floor, chosen):
        for policy in ("alpha", "ignore", "see-through"):
            images.append(passes.render_image(floor, tmp_path / "image.png", chosen.size))
            render_labels(floor, chosen, told(policy))
    assert (images[0] == images[1]).all() and (images[0] == images[2]).all() and images[0].std() > 1


def test_an_own_pass_of_that_name_stays(floor, tmp_path):
    layer = floor.view_layers[0]
    layer.aovs.add().name = IGNORE_PASS
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    labels, _ = labels_of(floor, tmp_path, told("ignore"))
    assert (labels == IGNORE).all() and [aov.name for aov in layer.aovs] == [IGNORE_PASS]


def test_a_pass_that_was_blended_is_not_trusted():
    with pytest.raises(ValueError, match=r"holds .*0\.5.* at pixel \(1, 0\): neither 0 nor 1"):
        without_ignored(np.zeros((1, 2), np.uint16), np.float32([[1, 0.5]]))
    assert label_pass.label_maps.without_ignored(np.uint16([[3, 4]]), np.float32([[1, 0]])).tolist() == [[IGNORE, 4]]


@pytest.mark.parametrize(
    ("policy", "expected"), [("surface", [PANE] * 16), ("see-through", BEHIND), ("ignore", [IGNORE] * 16)]
)
def test_a_preview_obeys_and_nobody_is_warned_of_what_a_label_decides(floor, policy, expected):
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    bpy.context.view_layer.update()
    label_set, things = told(policy), list(occurrences(bpy.context.view_layer, floor.view_layers[0].depsgraph))
    (shown,) = look(floor, floor.view_layers[0], find_views(floor), (WIDTH, HEIGHT), label_set=label_set)
    assert (shown.labels == expected).all()
    assert [each.kind for each in half_transparent(0.5, things, told("alpha"))] == ["alpha"]
    assert not list(half_transparent(0.5, things, label_set))


def test_ignore_is_ignore_where_the_scene_shades_with_osl(floor, tmp_path):
    tree = film(floor)
    show(tree, mixed(tree, 0.3))
    floor.render.engine = "CYCLES"
    floor.cycles.shading_system = True
    check(floor, tmp_path, told("ignore"), IGNORE)
    assert floor.cycles.shading_system
