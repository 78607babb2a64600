"""The overlay's arrays: chunks that stay what they are, rows, colours, and the rows of the legend. No Blender scene."""

import numpy as np
import pytest

pytest.importorskip("bpy")

from blender_addon.contract.labels import Label, LabelSet
from blender_addon.overlay import chunks as chunking
from blender_addon.overlay.chunks import Thing, arrange, hosts_of, table
from blender_addon.overlay.legend import rows_of
from blender_addon.overlay.paint import BANDED, LOUD, PLAIN, STRANGE, STRIPED, paints, to_linear
from blender_addon.overlay.triangles import Geometry

SET = LabelSet("own", (Label(1, "chair", (255, 0, 0)), Label(2, "Sofa", (0, 255, 0)), Label(3, "bed", (0, 0, 255))))


def geometry(triangles=1, slots=(0,)):
    corners = np.zeros((3 * triangles, 4), np.float32)
    corners[:, 3] = np.arange(3 * triangles) // 3 % len(slots)
    return Geometry(corners, slots)


def thing(key, shape="g", label=1, slots=1):
    return Thing(key, key if isinstance(key, int) else 0, shape, (float(label),) * 12, (label,) * slots)


def test_corners_name_the_rows_of_their_thing():
    shapes = {"two": geometry(2, (0, 4)), "one": geometry(1)}
    things = [thing(1, "two", 7, 2), thing(2, "one", 8), thing(3, "two", 9, 2)]
    (chunk,) = arrange(things, shapes)
    assert chunk.corners[::3, 3].tolist() == [0, 1, 2, 3, 4]
    rows, labels = table([chunk], {each.key: each for each in things})
    assert labels.tolist() == [7, 7, 8, 9, 9] and rows[:, 0].tolist() == [7, 7, 8, 9, 9]
    assert hosts_of([chunk], {each.key: each for each in things}).tolist() == [1, 1, 2, 3, 3]
    assert shapes["two"].corners[:, 3].max() == 1  # what is merged is a copy


def test_what_stays_is_kept_and_what_is_new_comes_beside_it(monkeypatch):
    monkeypatch.setattr(chunking, "FULL", 10)
    shapes = {number: geometry() for number in range(30)}
    things = [thing(number, number) for number in range(30)]
    first = arrange(things, shapes)
    assert [len(chunk.members) for chunk in first] == [10, 10, 10]
    assert arrange(things, shapes, first) == first
    shapes[5] = geometry()  # was edited
    second = arrange(things, shapes, first)
    assert [len(chunk.members) for chunk in second] == [9, 10, 10, 1] and second[1:3] == first[1:]
    shapes[5] = geometry()  # and again: the large chunk is left alone
    third = arrange(things, shapes, second)
    assert third[:3] == second[:3] and [len(chunk.members) for chunk in third] == [9, 10, 10, 1]
    assert sum(len(chunk.members) for chunk in arrange(things[3:], shapes, third)) == 27


def test_many_small_chunks_become_few(monkeypatch):
    shapes = {number: geometry() for number in range(40)}
    chunks = []
    for number in range(1, 40):
        chunks = arrange([thing(each, each) for each in range(number)], shapes, chunks)
        assert len(chunks) <= chunking.SPARE
    assert sorted(key for chunk in chunks for key, _ in chunk.members) == list(range(39))


def test_many_copies_share_corners():
    shapes = {"g": geometry(3, (0, 1)), "h": geometry()}
    things = [thing(number, "g", number, 2) for number in range(chunking.MANY)]
    shared, single = arrange([*things, thing(99, "h")], shapes)
    assert shared.corners is shapes["g"].corners and (shared.copies, shared.stride) == (chunking.MANY, 2)
    assert (shared.rows, single.rows) == (2 * chunking.MANY, 1) and single.copies == 1
    again = arrange([*things, thing(99, "h")], shapes, [shared, single])
    assert again == [shared, single]
    assert len(arrange(things[:4], shapes)) == 1 and arrange(things[:4], shapes)[0].copies == 1


def test_two_of_something_big_share_corners(monkeypatch):
    monkeypatch.setattr(chunking, "BIG", 20)
    (chunk,) = arrange([thing(1), thing(2)], {"g": geometry(10)})
    assert chunk.copies == 2


def test_nothing_to_draw_is_nothing():
    assert arrange([], {}) == [] and arrange([thing(1)], {"g": geometry(0)}) == []
    rows, labels = table([], {})
    assert rows.shape == (0, 13) and labels.shape == (0,)


def test_colours_of_labels_and_loud_ones():
    found = paints(np.array([1, 0, 77, 1]), SET)
    assert found[:, 3].tolist() == [PLAIN, STRIPED, BANDED, PLAIN]
    assert found[0, :3].tolist() == [1, 0, 0] == found[3, :3].tolist()
    assert np.allclose(found[1:3, :3] * 255, [LOUD, STRANGE], atol=1e-4)
    assert paints(np.array([1]), None)[0, 3] == BANDED


def test_srgb_is_made_linear():
    found = to_linear(np.float32([0, 0.04, 0.5, 1]))
    assert np.allclose(found, [0, 0.04 / 12.92, 0.21404, 1], atol=1e-5)


def test_the_legend_lists_what_is_used_most_after_what_is_wrong():
    rows = rows_of({1: 2, 2: 5, 0: 4, 99: 1, 3: 0}, SET, 10)
    assert [(row.text, row.count, row.striped) for row in rows] == [
        ("unlabelled", 4, True), ("pass index 99", 1, True), ("Sofa", 5, False), ("chair", 2, False),
    ]  # fmt: skip
    assert rows_of({1: 2}, SET, 10)[0].color == (255, 0, 0)
    assert rows_of({}, SET, 10) == []


def test_what_does_not_fit_is_counted():
    rows = rows_of({1: 3, 2: 2, 3: 1, 0: 9}, SET, 3)
    assert [(row.text, row.count) for row in rows] == [("unlabelled", 9), ("chair", 3), ("+ 2 more", 3)]
    assert len(rows_of({1: 3, 2: 2, 3: 1}, SET, 3)) == 3
    assert rows_of({98: 1, 99: 1}, SET, 3)[0].text == "2 unknown pass indices"


def test_names_stay_in_their_line():
    odd = LabelSet("own", (Label(1, "a\nb\t" + "x" * 60, (1, 2, 3)),))
    (row,) = rows_of({1: 1}, odd, 5)
    assert row.text.startswith("a b x") and len(row.text) == 32
