"""Layouts of rooms, without Blender: nothing meets, everything is inside, and who comes in can get everywhere."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import fields, replace
from itertools import combinations
from json import dumps
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.contract.strict import plain
from scenes.rooms.cameras import apart, draw_views
from scenes.rooms.catalogue import SORTS, Catalogue, draw_size
from scenes.rooms.floor_plan import FloorPlan, Opening, draw_floor_plan
from scenes.rooms.footprints import Footprint, covered, meet, within
from scenes.rooms.furnisher import Furnisher
from scenes.rooms.kitchen_plans import WAYS
from scenes.rooms.layout import (
    Layout,
    Model,
    Thing,
    against_wall,
    at_table,
    fits,
    look_at,
    on_top,
    on_wall,
    reaches_all,
    taken_on,
    walkable,
    wall_behind,
)
from scenes.rooms.moods import ADAPTED, BULBS, draw_mood, luminance, white_balanced
from scenes.rooms.programs import PROGRAMS, furnish
from scenes.rooms.settings import KINDS, TIMES, Settings
from scenes.rooms.sights import View, filled, sights_of

REPOSITORY = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 2**32 - 1)
ROOM = FloorPlan(4.0, 3.0, 2.5, Opening("south", 0.2, 1.1, 0.0, 2.0), (Opening("north", 1.2, 2.8, 0.9, 2.1),))


def _furnished(kind: str, seed: int) -> Layout:
    return furnish(np.random.default_rng(seed), kind, Catalogue(np.random.default_rng([seed, 1]), {}), 0.8)


def test_layouts_and_settings_do_without_blender():
    pure = "asset_names cameras catalogue floor_plan footprints furnisher kitchen_plans layout moods programs".split()
    pure.append("sights")
    code = "import sys, importlib\nsys.modules['bpy'] = None\n"
    code += f"for name in {pure!r}:\n    importlib.import_module(f'scenes.rooms.{{name}}')\n"
    code += "assert 'mathutils' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_of_the_recipe_lists_all_settings_with_their_defaults():
    page = (REPOSITORY / "docs/recipes/rooms.md").read_text(encoding="utf-8")
    for setting in fields(Settings):
        default = "" if setting.default is None else f"`{dumps(plain(setting.default))}` "
        assert f"| `{setting.name}` | {default}|" in page


# Rectangles


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


# Plans


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


# Light


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


# Rules, on paper


def _thing(kind: str, x: float, y: float, turn: float = 0.0, **size: float) -> Thing:
    return Thing(Model(kind, **{"wide": 1.0, "deep": 0.5, "tall": 0.8, **size}), x, y, 0.0, turn)


def test_nothing_stands_in_the_way_of_the_door():
    """The leaf, 0.9 wide, needs 1.02 m before the south wall and 0.12 beside it: from x = 2.78 to 3.92."""
    assert not fits(Layout(ROOM), _thing("box", 3.3, 0.9))
    assert fits(Layout(ROOM), _thing("box", 3.3, 1.53))
    assert fits(Layout(ROOM), _thing("box", 2.27, 0.9))
    assert not fits(Layout(ROOM), _thing("box", 2.29, 0.9))


def test_what_is_tall_does_not_stand_before_a_window():
    assert not fits(Layout(ROOM), _thing("wardrobe", 2.0, 2.98, tall=2.0))
    assert fits(Layout(ROOM), _thing("dresser", 2.0, 2.98, tall=0.8))
    assert fits(Layout(ROOM), _thing("wardrobe", 0.6, 2.98, tall=2.0))


def test_what_needs_room_before_it_keeps_it():
    layout = Layout(ROOM, [_thing("dresser", 2.0, 2.98, front=0.6)])
    assert not fits(layout, _thing("box", 2.0, 2.4))
    assert fits(layout, _thing("box", 2.0, 1.85))
    assert fits(layout, _thing("rug", 2.0, 2.4, tall=0.02))


def test_a_rug_lies_under_things_and_not_on_a_rug():
    layout = Layout(ROOM, [_thing("table", 2.0, 2.0), _thing("rug", 2.0, 2.0, tall=0.02)])
    assert fits(Layout(ROOM, layout.things[:1]), layout.things[1])
    assert not fits(layout, _thing("rug", 2.3, 2.0, tall=0.02))


def test_a_chair_looks_at_what_it_stands_before():
    """A piece faces -y: turned by 0 it looks at what is below it on the plan, turned by 90 to the right."""
    assert look_at((1, 2), (1, 0)) == pytest.approx(0)
    assert look_at((0, 0), (1, 0)) == pytest.approx(90)
    assert abs(look_at((0, 0), (0, 1))) == pytest.approx(180)


def test_chairs_at_a_table_face_it():
    table = Model("table", 1.2, 0.8, 0.75, centred=True)
    layout = Layout(ROOM, [Thing(table, 1.5, 1.6, 0.0, 20.0)])
    chair = Model("chair", 0.45, 0.45, 0.9, centred=True)
    chairs = at_table(layout, 0, chair, np.random.default_rng(0), [90.0, 270.0])
    assert len(chairs) == 2
    for number in chairs:
        thing = layout.things[number]
        ahead = np.array(thing.local(0, -1)) - thing.at[:2]
        towards = np.array([1.5, 1.6]) - thing.at[:2]
        assert ahead @ towards / np.linalg.norm(towards) > 0.7  # less than 45 degrees off


def test_things_on_a_table_lie_on_it_and_beside_each_other():
    table = Model("table", 0.5, 0.4, 0.7, centred=True, surface=(-0.25, 0.25, -0.2, 0.2, 0.7))
    layout, rng = Layout(ROOM, [Thing(table, 2.0, 1.5, 0.0, 30.0)]), np.random.default_rng(1)
    book = Model("book", 0.24, 0.18, 0.04, centred=True)
    found = [on_top(layout, 0, book, rng) for _ in range(12)]
    placed = [layout.things[number] for number in found if number is not None]
    assert 1 < len(placed) < 5  # of 0.043 square metres each on 0.2
    assert {thing.z for thing in placed} == {0.7}
    assert not any(meet(one.footprint(), two.footprint()) for one, two in combinations(placed, 2))
    assert all(covered(thing.footprint().corners(), layout.things[0].footprint(), 1e-6).all() for thing in placed)


def test_what_hangs_leaves_windows_and_wardrobes_free():
    layout = Layout(ROOM, [_thing("wardrobe", 0.6, 2.98, tall=2.2)])
    taken = taken_on(layout, "north")
    assert taken[0] == pytest.approx((1.2 - 0.45, 2.8 + 0.45, 0.8, 2.5))
    assert taken[1] == pytest.approx((0.1, 1.1, 0.0, 2.26))
    picture = Model("picture", 0.5, 0.03, 0.5)
    number = on_wall(layout, picture, np.random.default_rng(0), (1.5, 1.5), ["north"])
    assert number is not None and layout.things[number].x > 3.25


def test_a_thing_knows_the_wall_behind_it():
    layout = Layout(ROOM)
    for wall in ("north", "east", "south", "west"):
        number = against_wall(layout, Model("chest", 0.3, 0.2, 0.3), np.random.default_rng(0), [wall])
        assert wall_behind(layout, number) == wall


def test_what_is_shut_off_is_not_reached():
    wall = _thing("partition", 2.0, 2.0, wide=4.0, deep=0.2)
    chest = _thing("chest", 0.7, 2.98, front=0.4)
    assert reaches_all(Layout(ROOM, [chest]))
    assert not reaches_all(Layout(ROOM, [chest, wall]))
    points, reached = walkable(Layout(ROOM, [wall]))
    assert points[reached][:, 1].max() < 1.8 - 0.2


# Whole rooms


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(KINDS))
def test_rooms_are_furnished_as_people_do(seed, kind):
    layout = _furnished(kind, seed)
    plan, things = layout.plan, layout.things
    standing = [(number, thing) for number, thing in enumerate(things) if thing.stands]
    for (a, one), (b, two) in combinations(standing, 2):
        if one.host != b and two.host != a:
            assert not meet(one.footprint(), two.footprint()), (one, two)
    for _, thing in standing:
        assert within(thing.footprint(), plan.width, plan.depth), thing
        assert not meet(thing.footprint(), plan.door_swing()), thing
        for window in plan.windows:
            assert thing.model.tall <= window.low + 0.1 or not meet(thing.footprint(), plan.before(window, 0.3)), thing
    assert reaches_all(layout)


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(KINDS))
def test_what_hangs_hangs_on_free_wall_and_what_lies_lies_on_something(seed, kind):
    layout = _furnished(kind, seed)
    for number, thing in enumerate(layout.things):
        if thing.wall:
            others = Layout(layout.plan, layout.things[:number])
            x = layout.plan.along(thing.wall, np.array([thing.x, thing.y]))[0]
            half, up = thing.model.wide / 2, thing.model.tall / 2
            own = x - half, x + half, thing.z - up, thing.z + up
            assert own[0] > 0 and own[1] < layout.plan.length(thing.wall) and own[3] < layout.plan.height
            for left, right, low, high in taken_on(others, thing.wall):
                assert own[1] <= left or right <= own[0] or own[3] <= low or high <= own[2], thing
        elif thing.z:
            host = layout.things[thing.host]
            assert thing.z == host.z + host.model.surface[4]
            assert covered(thing.footprint().corners(), host.footprint(), 1e-6).all(), (thing, host)


@pytest.mark.parametrize("kind", KINDS)
def test_a_room_has_what_it_is_named_for(kind):
    needed = {
        "living room": {"sofa", "coffee table"},
        "bedroom": {"night stand", "wardrobe"},
        "kitchen": set(),
        "office": {"desk", "desk chair"},
        "bathroom": {"bathtub", "toilet", "washbasin"},
    }
    for seed in range(8):
        kinds = {thing.model.kind for thing in _furnished(kind, seed).things}
        assert needed[kind] <= kinds
        assert kind != "kitchen" or any(name.startswith(("kitchen", "fitted", "left", "right")) for name in kinds)


def test_nobody_keeps_books_in_a_bathroom():
    kinds = Counter(thing.model.kind for seed in range(24) for thing in _furnished("bathroom", seed).things)
    assert kinds["bath shelves"] > 0
    assert not {"shelving", "bookcase", "book pile"} & set(kinds)


def test_three_rooms_of_each_kind_have_every_label_of_furniture():
    things = [thing for seed in range(3) for kind in KINDS for thing in _furnished(kind, seed).things]
    labels = {SORTS[thing.model.kind].label for thing in things}
    assert labels == {sort.label for sort in SORTS.values()}


def _kitchen(seed: int, way: str) -> Layout | None:
    rng = np.random.default_rng(seed)
    room = Furnisher(Layout(draw_floor_plan(rng, "kitchen")), rng, Catalogue(rng, {}), 0.8)
    return room.layout if WAYS[way][0](room) else None


@pytest.mark.parametrize("way", WAYS)
def test_kitchens_can_be_laid_out_in_every_way(way):
    found = [layout for seed in range(12) if (layout := _kitchen(seed, way))]
    assert len(found) > 2
    for layout in found:
        standing = [thing for thing in layout.things if thing.stands and thing.model.kind != "bar stool"]
        assert len([thing for thing in standing if "kitchen" in thing.model.kind]) == 1
        for one, two in combinations(standing, 2):
            assert not meet(one.footprint(), two.footprint()), (one, two)


def test_units_around_a_corner_begin_where_the_run_along_the_other_wall_ends():
    """Its worktop is 0.64 m deep and 4 mm before the wall: the others begin there, or up to a centimetre further."""
    for seed in range(12):
        layout = _kitchen(seed, "corner")
        if layout is None:
            continue
        main, leg = layout.things[:2]
        assert abs((main.turn - leg.turn + 180) % 360 - 180) == 90
        assert meet(main.footprint(), leg.footprint(), 0.01)


def test_the_same_seed_gives_the_same_room():
    assert _furnished("office", 7) == _furnished("office", 7)
    assert _furnished("office", 7) != _furnished("office", 8)


def test_kinds_in_the_settings_are_those_that_there_are_programs_for():
    assert set(KINDS) == set(PROGRAMS)


@given(SEEDS, st.sampled_from(list(SORTS)))
def test_sizes_vary_within_their_limits(seed, kind):
    sort, model = SORTS[kind], draw_size(kind, np.random.default_rng(seed))
    assert np.allclose(model.wide, sort.size[0], rtol=sort.vary[0] + 1e-9)
    assert np.allclose(model.tall, sort.size[2], rtol=sort.vary[2] + 1e-9)


def test_assets_are_drawn_where_there_are_some():
    sofa = Model("sofa", 1.8, 0.9, 0.8, source="sofa_1.glb")
    always, never = (Catalogue(np.random.default_rng(0), {"sofa": [sofa]}, share) for share in (1.0, 0.0))
    assert always.draw("sofa") == sofa
    assert never.draw("sofa").source == ""
    assert always.draw("bookcase").source == ""


# Views


@settings(max_examples=6)
@given(SEEDS, st.sampled_from(KINDS))
def test_cameras_stand_where_one_can(seed, kind):
    layout = _furnished(kind, seed)
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
        views = _views(_furnished(kind, seed), seed, 8)
        assert _alike(views) == []
        turns = np.sort([view.turn for view in views])
        assert np.diff([*turns, turns[0] + 2 * np.pi]).max() < np.pi  # to all sides


def test_a_room_with_no_room_for_so_many_views_is_seen_as_often():
    """Forty that are all apart would each need a place and a direction of their own; a bathroom has not as many."""
    views = _views(_furnished("bathroom", 0), 0, 40)
    assert len(views) == 40
    assert _alike(views) and len({view.eye for view in views}) == 40


def test_views_hang_on_those_before_them_alone():
    layout = _furnished("bathroom", 1)
    assert _views(layout, 1, 6)[:3] == _views(layout, 1, 3)


def test_how_much_of_a_picture_is_near():
    """Seen with a lens as long as half a sensor, 45 degrees to either side: 25 rays, each a twelfth of that further.

    A front 0.9 m ahead is nearer than 0.95 m up to a tangent of 0.338, in nine rays; a wall 0.6 m ahead nearer than
    0.7 up to 0.601, in fifteen.
    """
    wardrobe, dresser = (_thing("wardrobe", 2.0, 2.9, wide=4.0, tall=tall) for tall in (2.0, 0.8))
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
    ahead, behind = _thing("chair", 2.0, 2.9, tall=0.9), _thing("chair", 2.0, 0.5, tall=0.9)
    shown = sights_of(Layout(ROOM, [ahead, behind]), _view(2.0, 1.2, 90)).shown
    assert set(shown) == {0, -2}
    wardrobe = _thing("wardrobe", 2.0, 2.3, deep=0.1, tall=2.0)
    assert set(sights_of(Layout(ROOM, [ahead, behind, wardrobe]), _view(2.0, 1.2, 90)).shown) == {2, -2}
