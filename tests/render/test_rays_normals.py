"""Normals that rays call right: as on paper, and as Cycles writes them, for every way in which a mesh can be shaded."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from exact_things import particle_hair, points
from scenery import HEIGHT, WIDTH, camera, pixel_centres, rectangle
from witness import agreeing, camera_of, held, pixels, plan_of

from blender_addon.contract.labels import BACKGROUND
from blender_addon.label_render.label_pass import label_samples, render_passes, sharp
from blender_addon.label_render.stage import changed
from render_scripts import compat, passes
from render_scripts.rays.scoring import FLATTENED
from render_scripts.rays.tally import to_text

ALL = WIDTH * HEIGHT
SEEN = 4.0  # metres across the picture


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def everywhere(*way):
    return np.tile(np.array(way, float), (HEIGHT, WIDTH, 1))


def channels(scene, world):
    turn = np.array(camera_of(scene)["camera_from_world"])[:3, :3]
    spaces = {"World": world, "Camera": world @ turn.T}
    return {f"{space}.{axis}": found[..., n] for space, found in spaces.items() for n, axis in enumerate("XYZ")}


def judged(scene, world, label=3):
    bpy.context.view_layer.update()
    labels = np.full((HEIGHT, WIDTH), label, np.uint16)
    return held(scene, pixels(labels, normals=channels(scene, world))).tallies


def agrees(scene, world, label=3):
    found = judged(scene, world, label)
    assert found["labels"].agreed == ALL, found["labels"]
    return found["normals"].agreed == ALL


def roof(scene, *smooth):
    """Two slopes of 1 in 2 that meet above x = 0; `smooth` says which of them is shaded so."""
    camera(scene, ortho=SEEN)
    mesh = bpy.data.meshes.new("roof")
    corners = [(x, y, 1 - abs(x) / 2) for x in (-9, 0, 9) for y in (-9, 9)]
    mesh.from_pydata(corners, [], [(0, 2, 3, 1), (2, 4, 5, 3)])
    mesh.polygons.foreach_set("use_smooth", smooth)
    obj = bpy.data.objects.new("roof", mesh)
    obj.pass_index = 3
    scene.collection.objects.link(obj)
    return obj


X = pixel_centres(SEEN)[0][..., None]
LEFT, RIGHT, UP = (np.array(way, float) for way in ((-1, 0, 2), (1, 0, 2), (0, 0, 1)))
FLAT = unit(np.where(X < 0, LEFT, RIGHT))
SHARE = np.abs(X) / 9
ROUND = unit((1 - SHARE) * UP + SHARE * FLAT)
"""From the ridge, where a vertex has the normal between both slopes, to the eaves, 9 m off."""


def test_a_smooth_face_beside_a_flat_one_takes_the_normals_of_its_vertices(empty_scene):
    """Those of all faces around them; from 5.1 on of the smooth ones alone."""
    roof(empty_scene, False, True)
    right = FLAT if compat.flat_faces_end_smoothing() else np.where(X < 0, FLAT, ROUND)
    assert agrees(empty_scene, right)
    wrong = judged(empty_scene, ROUND)["normals"]
    assert {each.pixel[0] for each in wrong.differing} == set(range(WIDTH if right is FLAT else 8))


def test_a_sharp_edge_parts_smooth_faces(empty_scene):
    ridge = roof(empty_scene, True, True)
    assert agrees(empty_scene, ROUND)
    edges = ridge.data.edges
    (shared,) = [edge for edge in edges if set(edge.vertices) == {2, 3}]
    shared.use_edge_sharp = True
    assert agrees(empty_scene, FLAT) and not agrees(empty_scene, ROUND)


def test_sharp_by_angle(empty_scene):
    """A slope of 27 degrees on either side: 53 between them."""
    mesh = roof(empty_scene, True, True).data
    mesh.set_sharp_from_angle(angle=np.radians(60))
    assert agrees(empty_scene, ROUND)
    mesh.set_sharp_from_angle(angle=np.radians(40))
    assert agrees(empty_scene, FLAT) and not agrees(empty_scene, ROUND)


@pytest.mark.parametrize("sign", [pytest.param(1, marks=pytest.mark.slow), -1])
def test_scales_turn_normals_by_the_inverse(empty_scene, sign):
    """Twice as wide is half as steep. Averaged before or after that: Cycles does both."""
    obj = roof(empty_scene, True, True)
    obj.scale = (2 * sign, 1, 1)
    corner = unit(FLAT * (0.5, 1, 1))
    share = np.abs(X) / 18
    before, after = unit(((1 - share) * UP + share * FLAT) * (0.5, 1, 1)), unit((1 - share) * UP + share * corner)
    assert agrees(empty_scene, before) and agrees(empty_scene, after) and agrees(empty_scene, corner)
    assert not agrees(empty_scene, FLAT) and not agrees(empty_scene, unit(FLAT * (2, 1, 1)))


def test_custom_normals(empty_scene):
    camera(empty_scene, ortho=SEEN)
    way = unit(np.array((0.4, 0.3, 0.8)))
    rectangle(empty_scene, -9, 9, label=3).data.normals_split_custom_set([tuple(way)] * 4)
    assert agrees(empty_scene, everywhere(*way)) and agrees(empty_scene, everywhere(*UP))
    assert not agrees(empty_scene, everywhere(*way * (-1, -1, 1)))


@pytest.mark.parametrize("height", [1e-3, 1e-7, 1e-12, 0.0])
def test_what_is_flattened_is_there(empty_scene, height):
    camera(empty_scene, ortho=SEEN)
    bpy.ops.mesh.primitive_cube_add(size=9)
    cube = bpy.context.object
    cube.scale.z, cube.pass_index, cube.rotation_euler.y = height, 3, 0.3
    assert agrees(empty_scene, everywhere(np.sin(0.3), 0, np.cos(0.3)))
    assert not agrees(empty_scene, everywhere(*UP))
    cube.data.polygons.foreach_set("use_smooth", [True] * 6)
    if height < 1e-5:
        assert judged(empty_scene, everywhere(*UP))["normals"].not_judged == {FLATTENED: ALL}


def test_a_view_layer_without_surfaces_shows_none(empty_scene):
    camera(empty_scene, ortho=SEEN)
    rectangle(empty_scene, -9, 9, label=3)
    bpy.context.view_layer.use_solid = False
    assert agrees(empty_scene, everywhere(0, 0, 0), BACKGROUND)


def test_a_bevelled_curve_is_round(empty_scene):
    camera(empty_scene, ortho=SEEN)
    curve = bpy.data.curves.new("cable", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution = "3D", 3.0, 30
    spline = curve.splines.new("POLY")
    spline.points.add(1)
    spline.points[0].co, spline.points[1].co = (-9, 0, 0, 1), (9, 0, 0, 1)
    cable = bpy.data.objects.new("cable", curve)
    cable.pass_index = 3
    empty_scene.collection.objects.link(cable)
    y = pixel_centres(SEEN)[1]
    world = np.stack([0 * y, y, np.sqrt(9 - y**2)], -1) / 3
    assert agrees(empty_scene, world) and not agrees(empty_scene, world[::-1])


def test_a_text_is_flat(empty_scene):
    camera(empty_scene, ortho=SEEN)
    text = bpy.data.curves.new("text", "FONT")
    text.body, text.size, text.align_x, text.align_y, text.extrude = "I", 30.0, "CENTER", "CENTER", 0.1
    obj = bpy.data.objects.new("text", text)
    obj.pass_index = 3
    empty_scene.collection.objects.link(obj)
    found = judged(empty_scene, everywhere(*UP))
    assert found["normals"].agreed == found["labels"].agreed > ALL / 2


def coarse_ball(**values):
    def build(scene):
        bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=5, radius=1.5)
        ball = bpy.context.object
        ball.data.polygons.foreach_set("use_smooth", [True] * len(ball.data.polygons))
        ball.pass_index, ball.rotation_euler = 3, (0.4, 0.3, 0.2)
        for name, value in values.items():
            setattr(ball, name, value)
        return ball

    return build


def half_smooth(scene):
    polygons = coarse_ball()(scene).data.polygons
    polygons.foreach_set("use_smooth", [face % 3 > 0 for face in range(len(polygons))])


def some_sharp(scene):
    edges = coarse_ball()(scene).data.edges
    edges.foreach_set("use_edge_sharp", [edge % 3 == 0 for edge in range(len(edges))])


def twice(scene):
    ball = coarse_ball(scale=(1.5, 0.4, 1))(scene)
    other = bpy.data.objects.new("other", ball.data)
    other.pass_index, other.scale, other.location = 4, (0.3, 1, 1), (1, 1, 1)
    scene.collection.objects.link(other)


def subdivided(scene):
    half_smooth(scene)
    bpy.context.object.modifiers.new("subdivision", "SUBSURF").render_levels = 1


def two_ways_custom(scene):
    mesh = coarse_ball(scale=(1, 0.4, 1.3))(scene).data
    mesh.normals_split_custom_set(unit(np.random.default_rng(0).normal(size=(len(mesh.loops), 3)) + (0, 0, 4)).tolist())


def no_surfaces(scene):
    half_smooth(scene)
    bpy.context.view_layer.use_solid = False


@pytest.mark.parametrize(
    "build",
    [
        half_smooth, some_sharp, twice, subdivided, two_ways_custom, no_surfaces,
        coarse_ball(scale=(2, 0.4, 1)), coarse_ball(scale=(-1, 1.7, 0.6)), coarse_ball(scale=(1, 1, 0)),
        coarse_ball(scale=(1, 1, 1e-9)),
    ],
)  # fmt: skip
def test_what_cycles_writes_agrees(empty_scene, build):
    camera(empty_scene, ortho=SEEN)
    rectangle(empty_scene, -9, 9, z=-3, label=2)
    build(empty_scene)
    bpy.context.view_layer.update()
    plan, layer = plan_of(empty_scene), bpy.context.view_layer
    with passes.prepared(empty_scene, plan.settings), changed(layer, use_pass_normal=True):
        with sharp(empty_scene, plan.settings, None) as ignored:
            found = render_passes(empty_scene, plan.settings)
    surface = found["Depth.Z"] < 1e9
    world = np.stack([found[f"Normal.{axis}"] for axis in "XYZ"], -1) * surface[..., None]
    depth = {"Z": np.where(surface, found["Depth.Z"], np.inf)}
    score = held(empty_scene, pixels(label_samples(found, ignored), depth=depth, normals=channels(empty_scene, world)))
    assert not score.differs, to_text({1: score}, {})
    assert score.tallies["labels"].agreed > ALL - 4
    told = score.tallies["normals"]
    assert told.agreed + told.not_judged[FLATTENED] > ALL - 8


@pytest.mark.parametrize("build", [points, particle_hair])
def test_strands_and_points_are_as_thick_as_they_are(empty_scene, tmp_path, build):
    """Wider than they are far apart, and grown on what is not shown itself: rays cannot tell there, and say so."""
    build(empty_scene)
    score = agreeing(empty_scene, tmp_path)
    assert score.tallies["labels"].not_judged[{points: "points", particle_hair: "hair"}[build]] > ALL / 3


def test_a_view_layer_without_strands_shows_none(empty_scene, tmp_path):
    particle_hair(empty_scene)
    bpy.context.view_layer.use_strand = False
    assert agreeing(empty_scene, tmp_path).tallies["labels"].agreed == ALL
