"""Rays through holdouts, and past surfaces that lie in one place: what they say, and what they leave open."""

from __future__ import annotations

from collections import Counter

import exact_holdouts
import numpy as np
import pytest
from exact_cases import SIZE, Answer, Case, right_labels
from scenery import HEIGHT, WIDTH, camera, rectangle
from test_rays import material
from witness import held, pixels

from blender_addon.contract.labels import Label, LabelSet
from render_scripts.rays.scoring import EDGE, TOGETHER

ALL = WIDTH * HEIGHT


@pytest.mark.parametrize("case", exact_holdouts.CASES, ids=str)
def test_holdouts_are_judged_as_on_paper(empty_scene, case):
    answer = case.build(empty_scene)
    right = right_labels(case, answer)
    purity = np.where(_mixed(case, answer), np.float32(0.5), np.float32(1))
    score = held(empty_scene, pixels(right, purity, case.k), answer.label_set, size=SIZE, label_supersample=case.k)
    tally = score.tallies["labels"]
    assert not tally.differing
    assert set(tally.not_judged) <= {EDGE, "glass that its label decides about"}
    assert tally.agreed > right.size / 3, tally.not_judged


def _mixed(case: Case, answer: Answer):
    from exact_cases import HEIGHT, WIDTH, samples_on

    blocks = samples_on(answer.paper, case.k).reshape(HEIGHT, case.k, WIDTH, case.k)
    return (blocks != blocks[:, :1, :, :1]).any(axis=(1, 3))


def one_mesh(scene):
    """Two faces in one place: a film, and a part with a label of its own."""
    obj = rectangle(scene, -99, 99, z=1, label=7)
    mesh = obj.data
    mesh.clear_geometry()
    corners = [(x, y, 0) for x, y in ((-99, -99), (99, -99), (99, 99), (-99, 99))]
    mesh.from_pydata(corners * 2, [], [(0, 1, 2, 3), (4, 5, 6, 7)])
    mesh.materials.append(material(0.3))
    mesh.materials.append(material(label=9))
    mesh.polygons[1].material_index = 1


def two_objects(scene):
    rectangle(scene, -99, 99, z=1, label=7).data.materials.append(material(0.3))
    rectangle(scene, -99, 99, z=1, label=9)


def a_pane_on_another(scene):
    """Both are looked through, one by its label."""
    rectangle(scene, -99, 99, z=1, label=7).data.materials.append(material(0.3))
    rectangle(scene, -99, 99, z=1, label=8).data.materials.append(material(0.9))


@pytest.mark.parametrize("build", [one_mesh, two_objects])
@pytest.mark.parametrize("k", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_past_what_is_looked_through_the_others_in_its_place_may_be_missed(empty_scene, build, k):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    build(empty_scene)
    found = np.repeat(np.uint16([[2], [9], [7], [4]]), HEIGHT // 4, axis=0).repeat(WIDTH, axis=1)  # in stripes
    purity = np.full((HEIGHT, WIDTH), 1 if k == 1 else 5 / 9, np.float32)  # as dice fall
    tally = held(empty_scene, pixels(found, purity, k), label_supersample=k).tallies["labels"]
    assert Counter(each.pixel[1] // (HEIGHT // 4) for each in tally.differing) == {2: ALL // 4, 3: ALL // 4}
    assert tally.agreed + tally.not_judged[TOGETHER] == ALL // 2


def test_depth_is_of_either_of_them(empty_scene):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -99, 99, label=2)
    two_objects(empty_scene)
    for metres, faults in ((4, 0), (5, 0), (4.5, ALL)):
        depth = {name: np.full((HEIGHT, WIDTH), metres, np.float32) for name in ("Z", "Distance")}
        found = pixels(np.full((HEIGHT, WIDTH), 9, np.uint16), depth=depth)
        assert len(held(empty_scene, found).tallies["depth"].differing) == faults


def test_two_panes_in_one_place_hide_nothing(empty_scene):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    a_pane_on_another(empty_scene)
    labels = LabelSet("told", tuple(Label(n, str(n), (0, 0, 0), transparency="see-through" if n == 8 else "alpha")
                                    for n in (2, 7, 8)))  # fmt: skip
    for label, faults in ((2, 0), (8, ALL)):
        found = pixels(np.full((HEIGHT, WIDTH), label, np.uint16))
        assert len(held(empty_scene, found, labels).tallies["labels"].differing) == faults
