"""Floor plans, rectangles on them, and light, without Blender: what is drawn before a room is furnished."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rooms import ROOM, SEEDS

from scenes.rooms.floor_plan import Opening, draw_floor_plan
from scenes.rooms.footprints import Footprint, covered, meet, within
from scenes.rooms.moods import ADAPTED, BULBS, draw_mood, luminance, white_balanced
from scenes.rooms.settings import KINDS, TIMES


def test_rectangles_that_touch_do_not_meet():
    one = Footprint(0, 0, 2, 1)
    assert not meet(one, Footprint(2, 0, 2, 1))
    assert meet(one, Footprint(1.999, 0, 2, 1))
    assert meet(one, Footprint(2, 0, 2, 1), gap=0.01)


def test_a_turned_square_reaches_as_far_as_its_diagonal():
    """A unit square on its corner ends 0.707 from its middle: beside one that begins at 0.7, and not at 0.71."""
    square = Footprint(0, 0, 1, 1, 45)
    assert meet(square, Footprint(0.7 + 0.5, 0, 1, 1))
    assert not meet(square, Footprint(0.71 + 0.5, 0, 1, 1))
    assert not meet(Footprint(0, 0, 1, 1), Footprint(0.95, 0.95, 1, 1, 45))  # their boxes overlap, they do not


@given(*[st.floats(-3, 3)] * 4, *[st.floats(0.1, 2)] * 4, st.floats(-180, 180), st.floats(-180, 180), SEEDS)
def test_rectangles_meet_where_they_share_a_point(x, y, u, v, a, b, c, d, turn, other, seed):
    one, two = Footprint(x, y, a, b, turn), Footprint(u, v, c, d, other)
    inside = np.random.default_rng(seed).uniform(-0.5, 0.5, (64, 2)) * (a, b) @ one.axes() + (x, y)
    if covered(inside, two, -1e-6).any():
        assert meet(one, two)
    assert meet(one, two) == meet(two, one)


def test_how_far_a_point_is_from_a_rectangle():
    """Of one 2 by 1 m, turned by a quarter: 3 by 4 beyond its corner is 5 away, beside it what lies between."""
    turned = Footprint(0, 0, 2, 1, 90)
    assert turned.away(np.array([3.5, 5.0])) == pytest.approx(5)
    assert turned.away(np.array([0.8, 0.9])) == pytest.approx(0.3)
    assert turned.away(np.array([0.4, -0.9])) == 0


def test_within_is_up_to_the_walls():
    assert within(Footprint(1, 1, 2, 2), 2, 2)
    assert not within(Footprint(1, 1, 2, 2, 1), 2, 2)


@pytest.mark.parametrize("wall", ["north", "east", "south", "west"])
def test_walls_run_clockwise_and_things_stand_before_them(wall):
    start, end = (np.array(ROOM.against(wall, along)[:2]) for along in (0, ROOM.length(wall)))
    before = np.array(ROOM.against(wall, 0.5, 0.3)[:2])
    assert (before > 0).all() and (before < (4, 3)).all()
    along = (end - start) / np.linalg.norm(end - start)
    inwards = before - start - 0.5 * along
    assert along[0] * inwards[1] - along[1] * inwards[0] == pytest.approx(-0.3)  # to the right of who walks along
    assert ROOM.along(wall, before) == pytest.approx((0.5, 0.3))


@given(SEEDS, st.sampled_from(KINDS))
def test_doors_and_windows_lie_in_their_walls(seed, kind):
    plan = draw_floor_plan(np.random.default_rng(seed), kind)
    assert plan.door.low == 0 and plan.door.high < plan.height
    for hole in (plan.door, *plan.windows):
        assert 0.1 < hole.left < hole.right < plan.length(hole.wall) - 0.1
        assert hole.low < hole.high < plan.height - 0.1
    walls = [hole.wall for hole in (plan.door, *plan.windows)]
    assert len(walls) == len(set(walls))


@pytest.mark.parametrize(
    ("ajar", "hinge", "middle"), [(90, -1, (3.8, 0.45)), (90, 1, (2.9, 0.45)), (60, -1, (3.575, 0.3897))]
)
def test_a_door_opens_into_the_room_about_its_hinges(ajar, hinge, middle):
    """The south wall runs from x = 4 to 0: the left end of its door, 0.2 along, is at x = 3.8."""
    plan = replace(ROOM, door=Opening("south", 0.2, 1.1, 0.0, 2.0, ajar, hinge))
    leaf = plan.leaf()
    assert (leaf.x, leaf.y) == pytest.approx(middle, abs=1e-4)
    hinges = (3.8 if hinge < 0 else 2.9), 0.0
    assert covered(np.array(hinges), leaf, 1e-6)
    assert covered(leaf.corners(), plan.door_swing(), 0.03).all()
    assert ROOM.leaf() is None


@given(SEEDS, st.sampled_from(TIMES), st.sampled_from(KINDS), st.integers(0, 4), st.integers(0, 2))
def test_every_room_is_lit(seed, time, kind, lamps, windows):
    mood = draw_mood(np.random.default_rng(seed), time, kind, range(10, 10 + lamps), windows)
    assert mood.burning <= set(range(10, 10 + lamps))
    assert mood.ceiling or mood.burning or (windows and time != "evening")
    assert not mood.sun or windows
    assert 0 <= mood.drawn[0] < mood.drawn[1] <= 1 and mood.watts > 0


def test_lamps_burn_in_many_ways():
    """Over 200 evenings with three lamps: the ceiling's alone, one of the others alone, several, and all."""
    moods = [draw_mood(np.random.default_rng(seed), "evening", "bedroom", [1, 2, 3], 1) for seed in range(200)]
    ways = Counter((mood.ceiling, len(mood.burning)) for mood in moods)
    assert min(ways[way] for way in ((True, 0), (True, 3), (False, 1), (False, 2), (False, 3))) > 5
    assert len({mood.bulbs for mood in moods}) > 8


def test_white_balance_takes_a_share_of_the_colour_and_none_of_the_light():
    """Red four times blue is two times blue once half of it is taken for white, and gray where all is."""
    lamp = 1.0, 0.25, 0.25
    assert luminance(lamp) == pytest.approx(0.2126 + 0.25 * 0.7874)
    half, whole = white_balanced(lamp, 0.5), white_balanced(lamp, 1.0)
    assert half[0] / half[2] == pytest.approx(2) and half[1] == pytest.approx(half[2])
    assert whole == pytest.approx([luminance(lamp)] * 3)
    assert luminance(half) == pytest.approx(luminance(lamp))
    assert white_balanced(lamp, ADAPTED["day"]) == white_balanced(lamp, ADAPTED["overcast"]) == lamp


def test_bulbs_are_warm_by_night_and_not_orange():
    """A candle's red is 3.85 times its blue: to the power of 0.3 that is 1.50; a cool bulb's is 0.97."""
    warmth = {}
    for name, bulb in BULBS.items():
        red, _, blue = white_balanced(bulb, ADAPTED["evening"])
        warmth[name] = red / blue
    assert warmth["candle"] == pytest.approx(1.50, abs=0.01) == max(warmth.values())
    assert warmth["cool"] == pytest.approx(0.97, abs=0.01) == min(warmth.values())
    assert warmth["warm"] > warmth["soft"] > warmth["neutral"] > 1.05
