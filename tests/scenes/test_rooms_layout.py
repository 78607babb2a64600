"""Layouts of rooms, without Blender: nothing meets, everything is inside, and who comes in can get everywhere."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import fields
from itertools import combinations
from json import dumps
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_rooms import ROOM, SEEDS, furnished, thing_at

from blender_addon.contract.strict import plain
from scenes.rooms.catalogue import SORTS, Catalogue, draw_size
from scenes.rooms.floor_plan import draw_floor_plan
from scenes.rooms.footprints import covered, meet, within
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
from scenes.rooms.programs import PROGRAMS
from scenes.rooms.settings import KINDS, Settings

REPOSITORY = Path(__file__).resolve().parents[2]


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


# Rules, on paper


def test_nothing_stands_in_the_way_of_the_door():
    """The leaf, 0.9 wide, needs 1.02 m before the south wall and 0.12 beside it: from x = 2.78 to 3.92."""
    assert not fits(Layout(ROOM), thing_at("box", 3.3, 0.9))
    assert fits(Layout(ROOM), thing_at("box", 3.3, 1.53))
    assert fits(Layout(ROOM), thing_at("box", 2.27, 0.9))
    assert not fits(Layout(ROOM), thing_at("box", 2.29, 0.9))


def test_what_is_tall_does_not_stand_before_a_window():
    assert not fits(Layout(ROOM), thing_at("wardrobe", 2.0, 2.98, tall=2.0))
    assert fits(Layout(ROOM), thing_at("dresser", 2.0, 2.98, tall=0.8))
    assert fits(Layout(ROOM), thing_at("wardrobe", 0.6, 2.98, tall=2.0))


def test_what_needs_room_before_it_keeps_it():
    layout = Layout(ROOM, [thing_at("dresser", 2.0, 2.98, front=0.6)])
    assert not fits(layout, thing_at("box", 2.0, 2.4))
    assert fits(layout, thing_at("box", 2.0, 1.85))
    assert fits(layout, thing_at("rug", 2.0, 2.4, tall=0.02))


def test_a_rug_lies_under_things_and_not_on_a_rug():
    layout = Layout(ROOM, [thing_at("table", 2.0, 2.0), thing_at("rug", 2.0, 2.0, tall=0.02)])
    assert fits(Layout(ROOM, layout.things[:1]), layout.things[1])
    assert not fits(layout, thing_at("rug", 2.3, 2.0, tall=0.02))


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
    layout = Layout(ROOM, [thing_at("wardrobe", 0.6, 2.98, tall=2.2)])
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
    wall = thing_at("partition", 2.0, 2.0, wide=4.0, deep=0.2)
    chest = thing_at("chest", 0.7, 2.98, front=0.4)
    assert reaches_all(Layout(ROOM, [chest]))
    assert not reaches_all(Layout(ROOM, [chest, wall]))
    points, reached = walkable(Layout(ROOM, [wall]))
    assert points[reached][:, 1].max() < 1.8 - 0.2


# Whole rooms


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(KINDS))
def test_rooms_are_furnished_as_people_do(seed, kind):
    layout = furnished(kind, seed)
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
    layout = furnished(kind, seed)
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
        kinds = {thing.model.kind for thing in furnished(kind, seed).things}
        assert needed[kind] <= kinds
        assert kind != "kitchen" or any(name.startswith(("kitchen", "fitted", "left", "right")) for name in kinds)


def test_nobody_keeps_books_in_a_bathroom():
    kinds = Counter(thing.model.kind for seed in range(24) for thing in furnished("bathroom", seed).things)
    assert kinds["bath shelves"] > 0
    assert not {"shelving", "bookcase", "book pile"} & set(kinds)


def test_three_rooms_of_each_kind_have_every_label_of_furniture():
    things = [thing for seed in range(3) for kind in KINDS for thing in furnished(kind, seed).things]
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
    assert furnished("office", 7) == furnished("office", 7)
    assert furnished("office", 7) != furnished("office", 8)


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
