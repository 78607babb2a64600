"""Where the cameras of a room stand and what they see, without Blender: no two of few are alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_rooms import ROOM, SEEDS, furnished, thing_at

from scenes.rooms.cameras import apart, draw_views
from scenes.rooms.floor_plan import Opening
from scenes.rooms.footprints import covered
from scenes.rooms.layout import Layout
from scenes.rooms.settings import KINDS, Settings
from scenes.rooms.sights import View, filled, sights_of


@settings(max_examples=6)
@given(SEEDS, st.sampled_from(KINDS))
def test_cameras_stand_where_one_can(seed, kind):
    layout = furnished(kind, seed)
    for view in _views(layout, seed, 2):
        eye = np.array(view.eye)
        assert (eye[:2] > 0.1).all() and (eye[:2] < (layout.plan.width - 0.1, layout.plan.depth - 0.1)).all()
        assert 1.0 <= eye[2] <= 1.75 and 23 <= view.lens <= 31 and abs(view.roll) <= 5.5
        assert not any(covered(eye[:2], thing.footprint(), 0.1) for thing in layout.things if thing.stands)


def _views(layout: Layout, seed: int, count: int) -> list[View]:
    return draw_views(layout, [np.random.default_rng([seed, frame]) for frame in range(1, count + 1)], Settings())


def _view(x: float, y: float, turn: float) -> View:
    return View((x, y, 1.4), (x + 2 * np.cos(np.radians(turn)), y + 2 * np.sin(np.radians(turn)), 1.0), 0.0, 18.0)


@pytest.mark.parametrize(
    ("other", "distance"),
    [
        (_view(1.0, 1.0, 175), 0.0),
        (_view(1.0, 1.0, -135), 1.0),  # by 50 degrees, across half a turn
        (_view(2.2, 1.0, 175), 1.0),  # by 1.2 m
        (_view(1.0, 0.4, 150), 0.5**0.5),  # by half of either
    ],
)
def test_photographs_differ_by_where_and_whereto(other, distance):
    assert apart(_view(1.0, 1.0, 175), other) == pytest.approx(distance)
    assert apart(other, _view(1.0, 1.0, 175)) == pytest.approx(distance)


def _alike(views: list[View]) -> list[tuple[int, int]]:
    """Views both nearer than 0.6 m and less than 35 degrees from each other."""
    found = []
    for (a, one), (b, two) in combinations(enumerate(views, 1), 2):
        moved = np.hypot(one.eye[0] - two.eye[0], one.eye[1] - two.eye[1])
        if moved < 0.6 and np.cos(one.turn - two.turn) > np.cos(np.radians(35)):
            found.append((a, b))
    return found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "bathroom"])
def test_no_two_of_eight_views_are_alike(kind):
    for seed in range(2):
        views = _views(furnished(kind, seed), seed, 8)
        assert _alike(views) == []
        turns = np.sort([view.turn for view in views])
        assert np.diff([*turns, turns[0] + 2 * np.pi]).max() < np.pi  # to all sides


def test_a_room_with_no_room_for_so_many_views_is_seen_as_often():
    """Forty that are all apart would each need a place and a direction of their own; a bathroom has not as many."""
    views = _views(furnished("bathroom", 0), 0, 40)
    assert len(views) == 40
    assert _alike(views) and len({view.eye for view in views}) == 40


def test_views_hang_on_those_before_them_alone():
    layout = furnished("bathroom", 1)
    assert _views(layout, 1, 6)[:3] == _views(layout, 1, 3)


def test_how_much_of_a_picture_is_near():
    """Seen with a lens as long as half a sensor, 45 degrees to either side: 25 rays, each a twelfth of that further.

    A front 0.9 m ahead is nearer than 0.95 m up to a tangent of 0.338, in nine rays; a wall 0.6 m ahead nearer than
    0.7 up to 0.601, in fifteen.
    """
    wardrobe, dresser = (thing_at("wardrobe", 2.0, 2.9, wide=4.0, tall=tall) for tall in (2.0, 0.8))
    assert filled(Layout(ROOM, [wardrobe]), _view(2.0, 1.5, 90)) == pytest.approx(9 / 25)
    assert filled(Layout(ROOM, [dresser]), _view(2.0, 1.5, 90)) == 0
    assert filled(Layout(ROOM), _view(2.0, 2.4, 90)) == pytest.approx(15 / 25)


def test_the_leaf_of_a_door_fills_a_picture():
    """It stands open by 90 degrees at x = 2.9, its edge 0.9 m before the wall."""
    plan = replace(ROOM, door=Opening("south", 0.2, 1.1, 0.0, 2.0, 90.0, 1))
    assert filled(Layout(plan), _view(2.3, 0.6, 0)) > 0.4
    assert filled(Layout(ROOM), _view(2.3, 0.6, 0)) == 0


def test_what_is_hidden_or_behind_is_not_in_sight():
    """A chair ahead counts, one behind the camera or behind a wardrobe does not; the window ahead does as well."""
    ahead, behind = thing_at("chair", 2.0, 2.9, tall=0.9), thing_at("chair", 2.0, 0.5, tall=0.9)
    shown = sights_of(Layout(ROOM, [ahead, behind]), _view(2.0, 1.2, 90)).shown
    assert set(shown) == {0, -2}
    wardrobe = thing_at("wardrobe", 2.0, 2.3, deep=0.1, tall=2.0)
    assert set(sights_of(Layout(ROOM, [ahead, behind, wardrobe]), _view(2.0, 1.2, 90)).shown) == {2, -2}
