"""Label maps of hard cases against their answers on paper, and that these cases are hard."""

from __future__ import annotations

from dataclasses import replace

import exact_cameras
import exact_cases
import exact_copies
import exact_holdouts
import exact_supersampled
import exact_surfaces
import exact_thin
import exact_things
import numpy as np
import pytest
from exact_cases import (
    THING,
    Case,
    image_has_labels,
    interior,
    looking_down,
    naive,
    rendered,
    right_labels,
    settings_of,
    settled,
)
from exact_thin import blocks_of_four, pieces
from scenery import new_scene

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED
from blender_addon.label_render.label_pass import render_label_samples
from render_scripts import passes

MODULES = (exact_cameras, exact_surfaces, exact_things, exact_copies, exact_holdouts, exact_thin, exact_supersampled)
CASES = [case for module in MODULES for case in module.CASES]
BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_labels_are_as_on_paper(empty_scene, tmp_path, case):
    answer = case.build(empty_scene)
    right, sure = right_labels(case, answer), settled(case, answer)
    assert sure.mean() > 0.9 and interior(answer.paper).sum() > 100 and len(np.unique(right)) > 1, "a case of nothing"
    carried = exact_cases.carried() | {UNLABELLED, IGNORE, BACKGROUND}
    for label_render in ("own", "image") if image_has_labels(empty_scene, case, answer) else ("own",):
        _, labels, _ = rendered(empty_scene, case, answer, tmp_path, label_render)
        assert not ((labels != right) & sure).any(), label_render
        assert set(np.unique(labels).tolist()) <= carried


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("border in the file", True), ("stereo camera in the file", True), ("parts by faces", True),
        ("particle copies", True), ("particle copies, 3 x 3", False), ("depth of field", False), ("glass", True),
        ("glass, label: see-through", False), ("smoke and fog", False),
    ],
)  # fmt: skip
def test_which_labels_the_image_render_has(empty_scene, name, taken):
    """So a rule that never took them from there would not pass for one that is right."""
    case = BY_NAME[name]
    assert image_has_labels(empty_scene, case, case.build(empty_scene)) == taken


@pytest.mark.parametrize(
    "name",
    [
        "stereo camera in the file", "border in the file", "depth of field", "motion blur, turning",
        "motion blur, shutter after the frame", "motion blur, deforming", "motion blur, moving camera",
        "half transparent, alpha 0.4", "alpha that fades", "glass, label: see-through", "smoke and fog",
        "parts by faces", "collection instances", "geometry-node copies", "particle copies", "copies on vertices",
        "copies, eye closed", "copies, Is Viewport node", "particles, none of them in viewports", "background sets",
        "baked particles, instanced under two labels",
    ],
)  # fmt: skip
def test_the_index_pass_of_the_image_is_wrong_there(empty_scene, tmp_path, name):
    """So a case would fail if the label render did what it is there to avoid."""
    case = BY_NAME[name]
    answer = case.build(empty_scene)
    right, inside = right_labels(case, answer), interior(answer.paper)
    labels = naive(empty_scene, tmp_path)
    assert labels is not None
    assert ((labels != right) & inside).any()


def test_a_thin_pole_is_one_line(empty_scene, tmp_path):
    found = {}
    for name in ("1 sample", "3 x 3", "3 x 3, thin label"):
        scene = new_scene()
        case = BY_NAME[f"pole of 0.6 pixels, {name}"]
        found[name] = rendered(scene, case, case.build(scene), tmp_path)[1:]
    lines = {name: labels == THING for name, (labels, _) in found.items()}
    assert pieces(lines["1 sample"]) > 3 and pieces(lines["3 x 3"]) > 3
    thin, purity = lines["3 x 3, thin label"], found["3 x 3, thin label"][1]
    assert pieces(thin) == 1 and blocks_of_four(thin) == 0
    assert thin.any(axis=1).all()
    assert (thin.sum(axis=1) <= 2).all() and thin.sum() <= thin.shape[0] + 8, "two in a row only where it steps aside"
    assert purity[thin].min() < 0.5
    plain = found["3 x 3"][0]
    assert (found["3 x 3, thin label"][0] == plain)[~thin].all()


def test_an_eye_of_a_stereo_file_is_the_same_in_image_and_labels(empty_scene, tmp_path):
    case = Case("both", exact_cameras.two_eyes)
    answer = case.build(empty_scene)
    images = []
    for both in (True, False):
        empty_scene.render.use_multiview = both
        images.append(rendered(empty_scene, case, answer, tmp_path)[0])
    assert np.array_equal(*images)


@pytest.mark.parametrize("k", [3, 5])
@pytest.mark.parametrize("rate", [4.0, 9.0])
def test_more_samples_see_the_same_subdivision(empty_scene, k, rate):
    """As coarse as it is, it shows: the outline is a polygon of a parabola."""
    looking_down(empty_scene)
    exact_things.roof(
        empty_scene, lambda calculate, x: calculate("MULTIPLY", calculate("MULTIPLY", x, x), 1 / 32), rate
    )
    case = Case("coarse", exact_things.displaced)
    chosen = settings_of(case, exact_cases.Answer(exact_cases.layers()))
    with passes.prepared(empty_scene, chosen):
        once = render_label_samples(empty_scene, chosen, None)
        often = render_label_samples(empty_scene, replace(chosen, label_supersample=k), None)
    assert np.array_equal(once, often[k // 2 :: k, k // 2 :: k])
    ideal = exact_cases.layers((lambda x, y: (np.abs(x) < 5.2) & (np.abs(y) < 2.3 * (1 + x**2 / 32)), THING))
    assert (once != exact_cases.samples_on(ideal, 1)).any(), "cut finely, this would prove nothing"
