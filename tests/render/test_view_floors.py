"""Floors and ways over them, from plans on paper: a letter or digit is a place, its height in the table beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_scripts.sampled_views.floors import Floors, floors
from render_scripts.sampled_views.paths import Ways, gaze, headings, length, resampled, smoothed

STEP = 0.5
HEIGHTS = {".": 0.0, "b": 0.5, "t": 0.75, "r": 0.02, "u": 2.8, "1": 0.2, "2": 0.4, "3": 0.6}


def plan(*rows: str) -> Floors:
    places = [(x, y, HEIGHTS[mark]) for y, row in enumerate(rows) for x, mark in enumerate(row) if mark in HEIGHTS]
    cells = np.array([(x, y) for x, y, _ in places], np.int64)
    z = np.array([height for *_, height in places])
    return floors(STEP, cells, cells * STEP, z, np.full(len(z), 2.0))


def kept(found: Floors) -> set[float]:
    return set(found.z.tolist())


def test_beds_and_tables_are_no_floors_and_rugs_and_stairs_are():
    found = plan("........", ".bbb.tt.", ".bbb.tt.", "...rr...", "..123333", "....3333")
    assert kept(found) == {0.0, 0.02, 0.2, 0.4, 0.6} and len(set(found.region.tolist())) == 1


def test_a_storey_and_a_room_apart_are_floors_of_their_own():
    found = plan("....", "....", "uuuu", "uuuu", "#...", "#...")
    assert kept(found) == {0.0, 2.8} and len(set(found.region.tolist())) == 3


def test_a_crumb_is_no_floor_and_nothing_is_no_error():
    assert kept(plan("....", "....", "####", "b###", "####")) == {0.0}
    assert len(plan("###")) == 0


def all_free(_place: int) -> bool:
    return True


def at(found: Floors, x: int, y: int) -> int:
    return int(np.flatnonzero((found.cells == (x, y)).all(axis=1))[0])


def cells_of(found: Floors, way: list[int]) -> list[tuple[int, int]]:
    return [tuple(cell) for cell in found.cells[way].tolist()]


def test_a_way_goes_round_a_wall_and_cuts_no_corner():
    found = plan("...", ".#.", ".#.")
    way = Ways(found, all_free).between(at(found, 0, 2), at(found, 2, 2))
    assert cells_of(found, way) == [(0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]


def test_a_way_keeps_off_what_is_not_free():
    found = plan("...", "...", "...")
    blocked = {at(found, 1, 0), at(found, 1, 1)}
    way = Ways(found, lambda place: place not in blocked).between(at(found, 0, 0), at(found, 2, 0))
    assert not blocked & set(way) and cells_of(found, way)[len(way) // 2] == (1, 2)


def test_where_there_is_no_way_there_is_none():
    found = plan("..#..", "..#..")
    assert Ways(found, all_free).between(at(found, 0, 0), at(found, 4, 0)) is None
    assert Ways(found, lambda place: place != at(found, 1, 1)).between(at(found, 0, 0), at(found, 1, 1)) is None


points = st.lists(st.tuples(*[st.floats(-5, 5)] * 3), min_size=2, max_size=6).map(np.array)


@given(points, st.floats(0.01, 1))
def test_a_ride_never_goes_faster_than_its_step(corners, step):
    ride = resampled(corners, step)
    assert np.linalg.norm(np.diff(ride, axis=0), axis=1).max(initial=0) <= step + 1e-9
    assert len(ride) == int(length(corners) / step + 1e-9) + 1 or length(corners) < 1e-6


def test_a_straight_ride_goes_at_constant_speed():
    ride = resampled(np.array([[0.0, 0, 1], [3, 0, 1], [3, 0, 1], [10, 0, 1]]), 0.25)
    assert ride[:, 0] == pytest.approx(np.arange(41) * 0.25) and ride[:, 1:] == pytest.approx(np.tile([0, 1], (41, 1)))


@given(points, st.floats(0.1, 5))
def test_smoothing_keeps_the_ends(corners, width):
    ride = resampled(corners, 0.1)
    if len(ride) > 1:
        found = smoothed(ride, width)
        assert found[0] == pytest.approx(ride[0]) and found[-1] == pytest.approx(ride[-1])
        assert found.shape == ride.shape


def test_smoothing_rounds_a_corner_and_leaves_a_line():
    line = np.column_stack([np.arange(20.0), np.zeros(20), np.ones(20)])
    assert smoothed(line, 3.0) == pytest.approx(line)
    corner = np.concatenate([line, np.column_stack([np.full(19, 19.0), np.arange(1, 20), np.ones(19)])])
    found = smoothed(corner, 3.0)
    assert length(found) < length(corner)
    turned = np.diff(np.degrees(np.arctan2(*np.diff(found, axis=0)[:, 1::-1].T)))
    assert turned.sum() == pytest.approx(90, abs=1) and turned.max() < 20


@given(st.lists(st.floats(-720, 720), min_size=1, max_size=40).map(np.array), st.floats(0, 4), st.floats(0.1, 30))
def test_headings_never_turn_faster_than_allowed(aim, width, turn):
    found = headings(aim, width, turn)
    assert len(found) == len(aim) and np.abs(np.diff(found)).max(initial=0) <= turn + 1e-9


def test_headings_take_the_short_way_round():
    found = headings(np.array([170.0, -170.0, -150.0]), 0.0, 90.0)
    assert found == pytest.approx([170, 190, 210])


def test_gaze_goes_where_most_is_seen_unless_turning_costs_more():
    scores = np.zeros((5, 4))
    scores[:, 0], scores[2, 1] = 1.0, 3.0
    assert gaze(scores, 0.1).tolist() == [0, 0, 90, 0, 0]
    assert gaze(scores, 2.0).tolist() == [0] * 5
    scores[2, 1], scores[2, 3] = 0.0, 3.0
    assert gaze(scores, 0.1).tolist() == [0, 0, 270, 0, 0]
