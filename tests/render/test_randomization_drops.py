"""Things that are set down elsewhere: wholly on something flat, never in anything, on whichever side stands."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils.bvhtree import BVHTree
from scenery import camera
from standing_blocks import LABELS, block, walked

from render_scripts.randomization.balance import base_of, lying, middle_of, outline, steadiness
from render_scripts.randomization.poses import Poses

FLOOR, CHAIR, BOX, TABLE, SOFA, WALL = (
    LABELS.find(name).id for name in ("floor", "chair", "box", "table", "sofa", "wall")
)


@pytest.fixture
def room(empty_scene):
    """A floor of 5 x 5 m with its top at 0, a table 0.7 m high, a shelf board over it, and a wall at each side."""
    camera(empty_scene, ortho=8.0)
    block(empty_scene, "Floor", (5, 5, 0.2), (0, 0, -0.2), FLOOR)
    block(empty_scene, "Table", (1, 1, 0.7), (-1.5, 0, 0), TABLE)
    for name, x, y, size in (
        ("W", -2.55, 0, (0.1, 5, 2.5)),
        ("E", 2.55, 0, (0.1, 5, 2.5)),
        ("S", 0, -2.55, (5, 0.1, 2.5)),
        ("N", 0, 2.55, (5, 0.1, 2.5)),
    ):
        block(empty_scene, f"Wall {name}", size, (x, y, 0), WALL)
    return empty_scene


def tree(obj: bpy.types.Object, points) -> BVHTree:
    return BVHTree.FromPolygons(points.tolist(), [tuple(face.vertices) for face in obj.data.polygons])


def crossing(scene, places: dict, name: str) -> set[str]:
    """What the surface of a thing crosses, a tenth of a millimetre above where it is."""
    raised = tree(scene.objects[name], places[name] + (0, 0, 1e-4))
    return {other for other, points in places.items() if other != name
            and raised.overlap(tree(scene.objects[other], points))}  # fmt: skip


def outside(places: np.ndarray, at: tuple[float, float], half: float) -> float:
    """By how much a thing sticks out of a square."""
    return float((np.abs(places[:, :2] - at) - half).max())


def test_things_stand_wholly_on_the_floor_or_the_table(room):
    """The answer on paper: the lowest points are at 0 or at 0.7 m, and all of it is over the floor, or the table."""
    block(room, "Box", (0.3, 0.2, 0.4), (1, 1, 0), BOX)
    block(room, "Chair", (0.5, 0.5, 0.9), (1, -1, 0), CHAIR)
    heights = []
    for drawn, places, _ in walked(room, Poses(("box", "chair"), dropped=1), range(1, 41)).values():
        assert not drawn.placed
        for name, dropped in drawn.dropped.items():
            low = places[name][:, 2].min()
            assert not crossing(room, places, name)
            assert dropped.at == pytest.approx((*(places[name].min(axis=0) + places[name].max(axis=0))[:2] / 2, low),
                                               abs=1e-5)  # fmt: skip
            assert dropped.side == 0
            assert dropped.onto == {0: "Floor", 0.7: "Table", 0.9: "Chair"}[round(float(low), 4)]
            if dropped.onto == "Chair":
                assert "Chair" in drawn.stayed
            elif low > 0.5:
                assert name == "Box"  # a chair is too large to stand on a table
                assert low == pytest.approx(0.7, abs=1e-5) and outside(places[name], (-1.5, 0), 0.5) < 1e-5
            else:
                assert low == pytest.approx(0, abs=1e-5) and outside(places[name], (0, 0), 2.5) < 1e-5
            side = places[name][4] - places[name][0]
            assert np.degrees(np.arctan2(side[1], side[0])) == pytest.approx(dropped.degrees, abs=1e-3)
            heights.append((name, round(float(low), 3)))
    assert {("Box", 0.0), ("Box", 0.7), ("Chair", 0.0)} == set(heights) - {("Box", 0.9)}
    assert len(heights) > 50


def test_a_crowd_that_is_dropped_never_meets(room):
    for number in range(12):
        block(room, f"Box {number}", (0.3, 0.5, 0.4), (number % 4 * 0.6 - 0.2, number // 4 * 0.8 - 0.8, 0), BOX)
    moves = 0
    for drawn, places, _ in walked(room, Poses(("box",), dropped=0.6, moved=0.3, tries=4), range(1, 13)).values():
        assert len(drawn.placed) + len(drawn.dropped) + len(drawn.stayed) == 12
        moves += len(drawn.dropped)
        for name in (f"Box {number}" for number in range(12)):
            assert not crossing(room, places, name)
            low = places[name][:, 2].min()  # on the floor, the table, or on a box that stays
            assert min(abs(low - height) for height in (0, 0.4, 0.7)) < 1e-5
    assert moves > 30


def test_what_carries_a_thing_stays_where_it_is(room):
    """One may be set down on the other, which then does not move in that frame."""
    block(room, "Low", (0.48, 0.48, 0.2), (1, 0, 0), BOX)
    block(room, "Book", (0.1, 0.1, 0.05), (0, -1, 0), BOX)
    on_top = 0
    for drawn, places, _ in walked(room, Poses(("box",), dropped=1, onto=("box",), tries=16), range(1, 21)).values():
        if "Book" in drawn.dropped:
            on_top += 1
            assert drawn.dropped["Book"].onto == "Low" and "Low" in drawn.stayed
            assert places["Book"][:, 2].min() == pytest.approx(0.2, abs=1e-5)
            assert outside(places["Book"], (1, 0), 0.24) < 1e-5
    assert on_top > 10


def test_labels_say_on_what(room):
    block(room, "Box", (0.3, 0.2, 0.4), (1, 1, 0), BOX)
    for drawn, places, _ in walked(room, Poses(("box",), dropped=1, onto=("table",), tries=20), range(1, 9)).values():
        assert drawn.dropped.keys() == {"Box"}
        assert places["Box"][:, 2].min() == pytest.approx(0.7, abs=1e-5)


def test_nothing_goes_into_the_solid_under_a_cover_or_outside(room):
    """Inside of the table, which is solid; inside of a hollow box that stands over a thing; on top of a roof."""
    block(room, "Roof", (5.2, 5.2, 0.1), (0, 0, 2.5), LABELS.find("ceiling").id)
    block(room, "Box", (0.1, 0.1, 0.1), (1, 1, 0), BOX)
    cover = block(room, "Cover", (1.2, 1.2, 1.2), (1, -1, 0), SOFA)
    mesh = cover.data
    faces = [tuple(face.vertices) for face in mesh.polygons if abs(face.center.z) > 1e-6]  # open below
    points = [tuple(vertex.co) for vertex in mesh.vertices]
    mesh.clear_geometry()
    mesh.from_pydata(points, [], faces)
    spec = Poses(("box", "sofa"), dropped=1, tries=12)
    for drawn, places, _ in walked(room, spec, range(1, 41)).values():
        middle = places["Box"].mean(axis=0)
        assert not (np.abs(middle - (-1.5, 0, 0.35)) < (0.5, 0.5, 0.35)).all()
        if "Box" in drawn.dropped:
            assert middle[2] < 2
        own = places["Cover"]
        turned = np.linalg.inv(np.array([own[4] - own[0], own[2] - own[0], own[1] - own[0]]).T) @ (middle - own[0])
        assert not ((turned > 0) & (turned < 1)).all()


def test_a_sofa_stays_on_the_floor_and_what_would_fall_stays(room):
    block(room, "Hall", (3, 2, 0.6), (1, -1.2, 0), TABLE)  # large enough for a sofa
    block(room, "Sofa", (1.4, 0.7, 0.8), (1, 1, 0), SOFA)
    block(room, "Plate", (0.4, 0.01, 0.45), (-1, 1.5, 0), BOX)  # 0.01 / 0.45 is a slope of 2 %
    found = walked(room, Poses(("box", "sofa"), dropped=1, tries=24), range(1, 16)).values()
    assert sum("Sofa" in drawn.dropped for drawn, *_ in found) > 5
    for drawn, places, _ in found:
        assert places["Sofa"][:, 2].min() == pytest.approx(0, abs=1e-5)
        assert "Plate" in drawn.stayed


def test_what_stands_under_the_sky_is_dropped_on_all_of_the_ground(empty_scene):
    """A table's underside is no room, of which the rest would be outside."""
    camera(empty_scene, ortho=8.0)
    block(empty_scene, "Floor", (5, 5, 0.2), (0, 0, -0.2), FLOOR)
    for number in range(5):
        block(empty_scene, f"Leg {number}", (0.3, 0.3, 0.6), (number % 2 * 1.2, number // 2 * 0.8 - 0.8, 0), TABLE)
    block(empty_scene, "Top", (2, 2.4, 0.1), (0.6, 0, 0.6), TABLE)
    block(empty_scene, "Box", (0.2, 0.2, 0.3), (-1, 1, 0), BOX)
    found = walked(empty_scene, Poses(("box",), dropped=1, onto=("floor",), tries=20), range(1, 21)).values()
    places = [drawn.dropped["Box"].at for drawn, *_ in found]
    assert {(x > 0, y > 0) for x, y, _ in places} == {(False, False), (False, True), (True, False), (True, True)}
    assert sum(x < -0.5 for x, *_ in places) > 5


def test_nothing_is_put_over_the_camera(room):
    """Nor nearer to it than 40 cm, whatever is free on the floor around it."""
    room.camera.location = (0.8, 0, 0.5)
    for number in range(4):
        block(room, f"Box {number}", (0.8, 0.8, 1), (1.8, number - 1.6, 0), BOX)
    drops = 0
    for drawn, places, _ in walked(room, Poses(("box",), dropped=1, tries=16), range(1, 21)).values():
        for name in drawn.dropped:
            low, high = places[name].min(axis=0), places[name].max(axis=0)
            eye = np.array((0.8, 0, 0.5))
            assert np.linalg.norm(np.maximum(np.maximum(low - eye, eye - high), 0)) > 0.399
            drops += 1
    assert drops > 20


def test_small_things_may_lie_on_a_side(room):
    """A brick of 10 x 20 x 30 cm is 10, 20 or 30 cm high; the large one is as it was."""
    block(room, "Brick", (0.1, 0.2, 0.3), (1, 1, 0), BOX)
    block(room, "Trunk", (0.7, 0.5, 0.6), (1, -1, 0), BOX)
    heights, sides = set(), set()
    for drawn, places, _ in walked(room, Poses(("box",), dropped=1, upright=False), range(1, 41)).values():
        assert np.ptp(places["Trunk"][:, 2]) == pytest.approx(0.6, abs=1e-5)
        if "Brick" in drawn.dropped:
            assert not crossing(room, places, "Brick")
            assert min(abs(places["Brick"][:, 2].min() - high) for high in (0, 0.6, 0.7)) < 1e-5
            heights.add(round(float(np.ptp(places["Brick"][:, 2])), 4))
            sides.add(drawn.dropped["Brick"].side)
    assert heights == {0.1, 0.2, 0.3} and sides == set(range(6))


def test_a_scene_in_centimetres_is_the_same(room):
    """All of it a hundred times as large, a unit being a centimetre: heights and limits are those in metres."""
    block(room, "Box", (0.3, 0.2, 0.4), (1, 1, 0), BOX)
    for obj in room.objects:
        obj.location *= 100
        if obj.type == "MESH":
            obj.data.transform(np.diag([100, 100, 100, 1]).tolist())
    room.unit_settings.scale_length = 0.01
    bpy.context.view_layer.update()
    drops = 0
    for drawn, places, _ in walked(room, Poses(("box",), dropped=1), range(1, 9)).values():
        for dropped in drawn.dropped.values():
            metres = places["Box"] / 100
            middle = (metres.min(axis=0) + metres.max(axis=0)) / 2
            assert dropped.at == pytest.approx((*middle[:2], metres[:, 2].min()), abs=1e-4)
            assert min(abs(dropped.at[2] - height) for height in (0, 0.7)) < 1e-4
            assert not crossing(room, {**places, "Box": places["Box"] + (0, 0, 0.01)}, "Box")
            drops += 1
    assert drops > 5


def cuboid(x: float, y: float, z: float) -> np.ndarray:
    """Triangles of a box in the middle of 0."""
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    points = np.array([(a * x / 2, b * y / 2, c * z / 2) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)])
    return np.array([points[[face[0], face[at], face[at + 1]]] for face in faces for at in (1, 2)])


def test_a_box_falls_where_half_its_depth_is_no_longer_over_its_edge():
    assert steadiness(cuboid(2, 0.5, 4)) == pytest.approx(0.25 / 2)
    assert middle_of(cuboid(2, 0.5, 4) + (1, 2, 3)) == pytest.approx((1, 2, 3))
    assert len(base_of(cuboid(2, 0.5, 4))) == 4
    c, s = np.cos(0.3), np.sin(0.3)
    assert steadiness(cuboid(1, 1, 1) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])) <= 0  # on an edge
    top_heavy = np.concatenate([cuboid(0.1, 0.1, 1), cuboid(2, 1, 0.1) + (0.9, 0, 0.5)])
    assert steadiness(top_heavy) < 0


def test_an_outline_has_no_corner_that_is_not_needed():
    square = np.array([(0, 0), (1, 0), (0.5, 0), (1, 1), (0.5, 0.5), (0, 1), (0, 0)], float)
    assert outline(square).tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]


def test_six_sides_come_down():
    down = {tuple(np.round(lying(np.eye(3), side).T @ (0, 0, -1)).astype(int).tolist()) for side in range(6)}
    assert len(down) == 6
    for side in range(6):
        assert lying(np.eye(3), side) @ lying(np.eye(3), side).T == pytest.approx(np.eye(3))
        assert np.linalg.det(lying(np.eye(3), side)) == pytest.approx(1)
