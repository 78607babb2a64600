"""Triangles laid onto the picture against a ray through each pixel's centre; without Blender."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.label_render import covering
from blender_addon.label_render.covering import Projection, covered

WIDTH, HEIGHT, FOCAL = 40, 30, 30.0
NEAR, FAR = 0.5, 4.0
PINHOLE = np.array([[FOCAL, 0, WIDTH / 2, 0], [0, FOCAL, HEIGHT / 2, 0], [0, 0, 1, 0], [0, 0, 1, 0.0]])
PARALLEL = np.array([[8.0, 0, 0, WIDTH / 2], [0, 8.0, 0, HEIGHT / 2], [0, 0, 1, 0], [0, 0, 0, 1.0]])


def by_rays(points, triangles, parallel: bool):
    """Moeller and Trumbore's test of each centre's ray with each triangle, between planar depths."""
    y, x = np.indices((HEIGHT, WIDTH)) + 0.5
    x, y = (x - WIDTH / 2).ravel(), (y - HEIGHT / 2).ravel()
    depth = np.ones(len(x))
    starts = np.stack([x / 8, y / 8, 0 * depth], -1) if parallel else np.zeros((len(x), 3))
    ways = np.stack([0 * depth, 0 * depth, depth] if parallel else [x / FOCAL, y / FOCAL, depth], -1)
    hit = np.zeros(len(x), bool)
    for a, b, c in points[triangles]:
        first, second, offset = b - a, c - a, starts - a
        cross = np.cross(ways, second)
        determinant = cross @ first
        turned = np.cross(offset, first)
        u, v = (offset * cross).sum(axis=1) / determinant, (ways * turned).sum(axis=1) / determinant
        along = turned @ second / determinant
        hit |= (u >= 0) & (v >= 0) & (u + v <= 1) & (along >= NEAR) & (along <= FAR)
    return hit.reshape(HEIGHT, WIDTH)


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("at_once", [covering._AT_ONCE, 7])
def test_what_rays_meet_is_covered(parallel, at_once, monkeypatch):
    """Large and tiny ones, beside the picture, behind the camera, through the near and the far end."""
    monkeypatch.setattr(covering, "_AT_ONCE", at_once)
    rng = np.random.default_rng([1, at_once])
    shown = 0
    for size in (0.1, 0.5, 2.0, 9.0) * 10:
        points = rng.normal(0, 1, (3, 1, 3)) * (1, 1, 0.7) + (0, 0, 2) + rng.normal(0, size, (3, 3, 3))
        points, triangles = points.reshape(-1, 3), np.arange(9).reshape(3, 3).astype(np.int32)
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = turn, rng.normal(size=3)
        local = (points - matrix[:3, 3]) @ turn
        onto = Projection(PARALLEL if parallel else PINHOLE, (WIDTH, HEIGHT), NEAR, FAR)
        found = covered(local, triangles, matrix, onto)
        assert (found == by_rays(points, triangles, parallel)).all()
        shown += found.sum()
    assert shown > 1000


def test_a_wall_of_triangles_has_no_cracks():
    """Corners and edges lie on pixels' centres: each belongs to one of two neighbours at least."""
    side = np.arange(-2, 42.5, 1.0)
    x, y = np.meshgrid(side + 0.5, side + 0.5)
    points = np.stack([x.ravel() - WIDTH / 2, y.ravel() - HEIGHT / 2, np.full(x.size, FOCAL)], -1) / FOCAL * 2
    corner = (np.arange(len(side) - 1)[:, None] * len(side) + np.arange(len(side) - 1)).ravel()
    low, high = [corner, corner + 1, corner + len(side)], [corner + 1, corner + len(side) + 1, corner + len(side)]
    triangles = np.concatenate([np.stack(low, -1), np.stack(high, -1)]).astype(np.int32)
    assert covered(points, triangles, np.eye(4), Projection(PINHOLE, (WIDTH, HEIGHT), NEAR, FAR)).all()


def test_nothing_covers_nothing():
    onto = Projection(PINHOLE, (WIDTH, HEIGHT), NEAR, FAR)
    points = np.array([[0, 0, -1], [1, 0, -1], [0, 1, -1.0]])
    for triangles in (np.zeros((0, 3), np.int32), np.array([[0, 1, 2]], np.int32)):
        assert covered(points, triangles, np.eye(4), onto).shape == (HEIGHT, WIDTH)
        assert not covered(points, triangles, np.eye(4), onto).any()
