"""Things that move: never into each other, never off what they stand on, and labels go with them."""

from __future__ import annotations

from functools import partial

import bpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenery import HEIGHT, WIDTH, camera
from standing_blocks import LABELS, block, walked

from blender_addon.contract.labels import BACKGROUND, Label, LabelSet
from blender_addon.scene_labels import keep_labels
from render_scripts.randomization.boxes import Box, box_of, motion_about, moved, overlap
from render_scripts.randomization.poses import Poses, labels_that_move

FLOOR, CHAIR, BOX = (LABELS.find(name).id for name in ("floor", "chair", "box"))
numbers = st.floats(-3, 3)


@pytest.fixture
def room(empty_scene):
    camera(empty_scene, ortho=8.0)
    block(empty_scene, "Floor", (6, 6, 0.2), (0, 0, -0.2), FLOOR)
    return empty_scene


@pytest.fixture
def walk(room):
    return partial(walked, room)


def test_things_move_as_drawn_and_come_back(room, walk):
    for mode in ("XYZ", "QUATERNION"):
        block(room, f"Chair {mode}", (0.4, 0.4, 1), (-1 if mode == "XYZ" else 1, 0, 0), CHAIR).rotation_mode = mode
    bpy.context.view_layer.update()
    before = {obj.name: obj.matrix_world.copy() for obj in room.objects}
    found = walk(Poses(("chair",), moved=0.3, turned=90), range(1, 6))
    bpy.context.view_layer.update()
    assert {obj.name: obj.matrix_world for obj in room.objects} == before
    for drawn, places, _ in found.values():
        assert drawn.placed.keys() == {"Chair XYZ", "Chair QUATERNION"}
        for name, (x, y, degrees) in drawn.placed.items():
            at = np.array(before[name].translation)
            assert places[name].mean(axis=0) == pytest.approx(at + (x, y, 0.5), abs=1e-5)
            side = places[name][4] - places[name][0]  # of the bottom, along x
            assert np.degrees(np.arctan2(side[1], side[0])) == pytest.approx(degrees, abs=1e-3)
            assert places[name][:, 2].min() == pytest.approx(0, abs=1e-6)
    assert len({str(drawn.placed) for drawn, *_ in found.values()}) == 5


def test_labels_go_along(room, walk):
    """Seen from above, a pixel is the chair's where the chair is."""
    block(room, "Chair", (2, 1, 1), (0, 0, 0), CHAIR)
    step = 8.0 / WIDTH
    x, y = np.meshgrid((np.arange(WIDTH) + 0.5 - WIDTH / 2) * step, (HEIGHT / 2 - np.arange(HEIGHT) - 0.5) * step)
    for drawn, _, labels in walk(Poses(("chair",), moved=1.0, turned=90), range(1, 6), see=True).values():
        dx, dy, degrees = drawn.placed["Chair"]
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        across, along = (x - dx) * c + (y - dy) * s, (y - dy) * c - (x - dx) * s
        distance = np.maximum(np.abs(across) - 1, np.abs(along) - 0.5)
        sure = np.abs(distance) > 1e-3
        expected = np.where(distance < 0, CHAIR, np.where(np.maximum(np.abs(x), np.abs(y)) < 3, FLOOR, BACKGROUND))
        assert (labels[sure] == expected[sure]).all()


def test_a_crowd_never_meets(room, walk):
    """Nine boxes with gaps of 20 cm that want to move by half a metre: whatever comes out, no two overlap."""
    for number in range(9):
        block(room, f"Box {number}", (0.4, 0.6, 0.5), (number % 3 * 0.6 - 0.6, number // 3 * 0.8 - 0.8, 0), BOX)
    found = walk(Poses(("box",), moved=0.5, turned=40, tries=4), range(1, 21))
    moves = 0
    for drawn, places, _ in found.values():
        moves += len(drawn.placed)
        boxes = []
        for name in (f"Box {number}" for number in range(9)):
            corner, along = places[name][0], [places[name][each] for each in (4, 2, 1)]
            sides = np.array([each - corner for each in along])
            sizes = np.linalg.norm(sides, axis=1)
            boxes.append(Box(places[name].mean(axis=0), sides / sizes[:, None], sizes / 2))
        assert not any(overlap(one, other, 1e-4) for at, one in enumerate(boxes) for other in boxes[:at])
        assert len(drawn.placed) + len(drawn.stayed) == 9
    assert moves > 40


def test_nothing_goes_through_a_wall_or_off_its_table(room, walk):
    block(room, "Wall", (0.05, 6, 2), (0.4, 0, 0), LABELS.find("wall").id)
    block(room, "Chair", (0.3, 0.3, 1), (0, 0, 0), CHAIR)
    block(room, "Table", (1, 1, 0.7), (-2, 0, 0), LABELS.find("table").id)
    block(room, "Box", (0.2, 0.2, 0.2), (-2, 0, 0.7), BOX)
    found = walk(Poses(("chair", "box", "table"), moved=1.5, turned=0, tries=6), range(1, 31))
    assert any("Chair" in drawn.placed for drawn, *_ in found.values())
    assert any("Box" in drawn.placed for drawn, *_ in found.values())
    assert any("Box" in drawn.stayed for drawn, *_ in found.values())
    for drawn, places, _ in found.values():
        assert places["Chair"][:, 0].max() < 0.4
        assert np.abs(places["Box"][:, 0] + 2).max() < 0.5 + 0.04  # its feet, at 15 % of its sides, are on the table
        assert "Table" not in {*drawn.placed, *drawn.stayed}  # it carries something


def test_nothing_moves_onto_the_camera(room, walk):
    """A shelf that would reach the camera: it goes elsewhere, and in no frame is the camera nearer to it than 10 cm."""
    block(room, "Shelf", (0.4, 0.4, 1.8), (0, 0, 0), BOX)
    spec, eye = Poses(("box",), moved=0.8, turned=0, tries=6), np.array((0.5, 0.1, 1.2))

    def nearest() -> float:
        shelves = [places["Shelf"] for _, places, _ in walk(spec, range(1, 31)).values()]
        apart = [np.maximum(low - eye, eye - high) for low, high in ((s.min(axis=0), s.max(axis=0)) for s in shelves)]
        assert len({round(float(shelf[0, 0]), 4) for shelf in shelves}) > 15
        return min(float(each.max()) for each in apart)

    assert nearest() < 0  # the camera is far above: the shelf comes to where the eye will be
    room.camera.location = eye
    bpy.context.view_layer.update()
    assert nearest() >= 0.1 - 1e-6


def test_what_hangs_together_moves_together(room, walk):
    seat = block(room, "Seat", (0.4, 0.4, 0.1), (0, 0, 0.4), CHAIR)
    for number, (x, y) in enumerate(((-0.15, -0.15), (0.15, -0.15), (-0.15, 0.15), (0.15, 0.15))):
        block(room, f"Leg {number}", (0.05, 0.05, 0.4), (x, y, -0.4), CHAIR, parent=seat)
    block(room, "Lamp", (0.1, 0.1, 0.3), (1, 1, 0), LABELS.find("lamp").id, parent=None)
    shade = block(room, "Cushion", (0.2, 0.2, 0.1), (-1.5, -1.5, 0), CHAIR)
    block(room, "Button", (0.05, 0.05, 0.05), (0, 0, 0.1), BOX, parent=shade)  # of two labels: it stays
    found = walk(Poses(("chair",), moved=0.4, turned=30), range(1, 4))
    for drawn, places, _ in found.values():
        assert drawn.placed.keys() == {"Seat"}
        x, y, _ = drawn.placed["Seat"]
        legs = np.mean([places[f"Leg {number}"].mean(axis=0) for number in range(4)], axis=0)
        assert legs == pytest.approx([x, y, 0.2], abs=1e-5)


def test_what_is_a_part_by_going_through_it_stays(room, walk):
    block(room, "Chair", (0.6, 0.6, 0.5), (0, 0, 0), CHAIR)
    block(room, "Armrest", (0.1, 0.6, 0.7), (0.3, 0.01, 0), CHAIR)
    block(room, "Box", (0.2, 0.2, 0.2), (2, 0, 0), BOX)
    for drawn, *_ in walk(Poses(("chair", "box"), moved=0.4), range(1, 3)).values():
        assert {*drawn.placed, *drawn.stayed} == {"Box"}


def test_all_is_not_the_building(room, walk):
    """Walls, floors and ceilings stand though all may move, by name or by what NYU40 calls them; unless named."""
    named = {"brick wall": 1, "Wand": 2, "floor mat": 3, "floor": 4}
    label_set = LabelSet(
        "own",
        tuple(Label(id_, name, (0, 0, id_), parents={"nyu40": 1} if id_ == 2 else {}) for name, id_ in named.items()),
    )
    assert labels_that_move(Poses(("*",)), label_set) - {"*"} == {"floor mat"}
    assert labels_that_move(Poses(("*", "Wand")), label_set) - {"*"} == {"floor mat", "Wand"}
    wall = LABELS.find("wall").id
    for name, at, label in (("Chair", -1, CHAIR), ("Wall", 1, wall)):
        block(room, name, (0.4, 0.4, 1), (at, 0, 0), label)
    for spec, moving in ((Poses(("*",)), {"Chair"}), (Poses(("*", "wall")), {"Chair", "Wall"})):
        for drawn, *_ in walk(spec, range(1, 3)).values():
            assert {*drawn.placed, *drawn.stayed} == moving


@pytest.mark.parametrize("how", ["lock", "keep", "keep all", "lock label", "animated"])
def test_what_is_kept_stays(room, walk, how):
    chair = block(room, "Chair", (0.4, 0.4, 1), (0, 0, 0), CHAIR)
    if how == "lock":
        chair["labelpass_locked"] = True
    elif how == "lock label":
        keep_labels(room, {CHAIR})
    elif how == "animated":
        chair.keyframe_insert("location", frame=1)
    found = walk(Poses(("*",), moved=0.4), range(1, 4), keep={"keep": ("chair",), "keep all": ("*",)}.get(how, ()))
    assert all(not {*drawn.placed, *drawn.stayed} for drawn, *_ in found.values())


@given(st.tuples(numbers, numbers), st.floats(-180, 180), st.tuples(numbers, numbers, numbers))
def test_boxes_overlap_where_their_points_do(middle, degrees, at):
    """Against points: a grid in one box that lies in the other proves an overlap."""
    one = box_of(np.eye(4), np.array([-1.0, -0.5, -0.2]), np.array([1.0, 0.5, 0.2]))
    motion = motion_about(np.zeros(3), *middle, degrees)
    motion[2, 3] = at[2]
    other = moved(one, motion)
    steps = np.linspace(-1, 1, 9)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    points = other.centre + (grid * other.half) @ other.axes
    inside = (np.abs((points - one.centre) @ one.axes.T) < one.half - 1e-9).all(axis=1).any()
    if inside:
        assert overlap(one, other) and overlap(other, one)
    if np.linalg.norm(one.centre - other.centre) > 2 * np.linalg.norm(one.half) + 1e-9:
        assert not overlap(one, other)


def test_boxes_that_touch_do_not_overlap_by_anything():
    one = box_of(np.eye(4), -np.ones(3), np.ones(3))
    beside = moved(one, motion_about(np.zeros(3), 2.0, 0.0, 0.0))
    assert not overlap(one, beside, 1e-6)
    turned = moved(one, motion_about(np.zeros(3), 2.3, 0.0, 45.0))  # its corner reaches 1.414 towards the other
    assert overlap(one, turned)
    assert not overlap(one, moved(one, motion_about(np.zeros(3), 2.42, 0.0, 45.0)))
