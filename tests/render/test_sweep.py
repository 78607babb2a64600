"""What the rays of a LiDAR's turn meet first, all at once, against the same rays one by one."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix, Vector
from scenery import camera, in_collection, instance, rectangle
from witness import plan_of

from render_scripts.rays.caster import Caster
from render_scripts.rays.frame_score import at_view
from render_scripts.rays.lidar import Lidar, turn_of, world_from_lidar
from render_scripts.rays.surfaces import surroundings
from render_scripts.rays.sweep import NOTHING, first_met
from render_scripts.rays.trees import Trees


@pytest.fixture
def heap(empty_scene):
    """Boxes and plates of all sizes around, above and below the camera, mirrored and stretched, some around it."""
    rng = np.random.default_rng([5])
    camera(empty_scene, at=(0.1, 0.2, 0.3)).rotation_euler = (1.3, 0, 0.7)
    bpy.ops.mesh.primitive_cube_add(size=1)
    cube = bpy.context.object
    things = in_collection("things", cube, rectangle(empty_scene, -1, 1, -0.5, 0.5))
    for n in range(40):
        at, turn = Vector(rng.normal(0, 5, 3)), Euler(rng.uniform(-3, 3, 3))
        scale = Vector(rng.uniform(0.1, 3, 3) * rng.choice([-1, 1], 3))
        instance(empty_scene, things, f"copy {n}").matrix_world = Matrix.LocRotScale(at, turn, scale)
    bpy.context.view_layer.update()
    return empty_scene


@pytest.mark.parametrize("lidar", [Lidar(beams=19, lowest=-90, highest=90, columns=50),
                                   Lidar(beams=1, lowest=10, highest=10, columns=7, nearest=2, furthest=6),
                                   Lidar(beams=30, columns=120, furthest=4)])  # fmt: skip
def test_all_at_once_is_one_by_one(heap, lidar):
    plan = plan_of(heap)

    def both(depsgraph):
        caster = Caster(surroundings(depsgraph, heap.view_layers[0]))
        pose = world_from_lidar(np.array(depsgraph.scene_eval.camera.matrix_world, np.float64))
        turn = turn_of(lidar, pose, 1.0)
        ways = turn.ways()
        met = first_met(caster.surfaces, caster.boxes, turn, ways)
        return met, [next(hits, None) for hits in caster.met(turn.rays(ways))], caster.surfaces

    met, hits, surfaces = at_view(heap, plan, plan.views[0], both)
    assert [hit is not None for hit in hits] == (met.surfaces != NOTHING).tolist()
    assert sum(hit is not None for hit in hits) > 0
    for ray, hit in enumerate(hits):
        if hit:
            assert surfaces[met.surfaces[ray]] is hit.surface
            assert met.triangles[ray] == hit.triangle and abs(met.distances[ray] - hit.distance) < 1e-6


def test_a_tree_is_kept_as_long_as_it_is_needed():
    corners, triangle = np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32)
    trees = Trees()
    trees.begin()
    first = trees.of(corners, triangle)
    trees.begin()
    assert trees.of(corners.copy(), triangle) is first
    assert trees.of(corners * 2, triangle) is not first
    trees.begin()
    trees.begin()
    assert trees.of(corners, triangle) is not first
