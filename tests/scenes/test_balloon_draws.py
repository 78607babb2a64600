"""What is drawn for balloons: within what was asked for, by the figures of the study, a function of its words alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields, replace
from math import dist, hypot
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.strict import Misfits, build, plain
from scenes.balloons import LABEL_SET, Settings
from scenes.balloons.draws import draw

PAGE = Path(__file__).parents[2] / "docs" / "recipes" / "balloons.md"
numbers = st.integers(0, 2**40)


def balloons_of(asked: Settings, frames: int):
    return [balloon for frame in range(1, frames + 1) for balloon in draw(asked, 0, 0, frame).balloons]


@given(numbers, st.integers(0, 100), numbers)
def test_everything_is_within_what_was_asked_for(seed, scene, frame):
    asked = Settings()
    drawn = draw(asked, seed, scene, frame)
    assert 1 <= len(drawn.balloons) <= 20 and 1 <= len(drawn.lamps) <= 3
    for balloon in drawn.balloons:
        assert balloon.kind in (0, 1, 2) and 0 <= balloon.hue < 360
        assert 0 <= balloon.elongation <= 0.9 and 1 <= balloon.noise_scale <= 50
        assert 0.1 <= balloon.scale <= 0.7 and abs(balloon.at[0]) <= 1.5 and abs(balloon.at[1]) <= 1.5
        assert balloon.half_axes[1] == balloon.scale and balloon.half_axes[0] == balloon.half_axes[2]
    for lamp in drawn.lamps:
        assert dist(lamp.direction, (0, 0, 0)) == pytest.approx(1) and lamp.direction[2] > 0.25 and lamp.power > 0
    assert sorted(drawn.lamps, key=lambda lamp: -lamp.power) == list(drawn.lamps)


@given(numbers, st.floats(0.1, 2), st.floats(0, 3))
def test_no_two_meet(seed, reach, depth):
    balloons = draw(Settings(count=(20, 20), reach=reach, depth=depth), seed, 0, 1).balloons
    for number, one in enumerate(balloons):
        for other in balloons[:number]:
            beside = hypot(one.at[0] - other.at[0], one.at[1] - other.at[1]) >= one.scale + other.scale
            behind = abs(one.at[2] - other.at[2]) >= one.half_axes[2] + other.half_axes[2] - 1e-9
            assert beside or behind


def test_classes_differ_as_in_the_study():
    balloons = balloons_of(Settings(count=(20, 20), noise_scale_limits=(0.1, 200)), 150)
    for kind, (hue, elongation, noise_scale) in enumerate(((150, 0.55, 5), (250, 0.45, 17.5), (350, 0.5, 30))):
        own = [balloon for balloon in balloons if balloon.kind == kind]
        assert 900 < len(own) < 1100
        off = (np.array([balloon.hue for balloon in own]) - hue + 180) % 360 - 180
        grain = np.array([balloon.noise_scale for balloon in own])
        assert abs(off.mean()) < 6 and 45 < off.std() < 55
        assert abs(np.mean([balloon.elongation for balloon in own]) - elongation) < 0.006
        assert abs(np.std([balloon.elongation for balloon in own]) - 0.05) < 0.005
        assert abs(np.median(grain) - noise_scale) < 0.6
        if kind:  # of the first class a sixth is clamped
            assert 4.5 < grain.std() < 5.5


def test_counts_sizes_and_places_are_even_within_their_limits():
    frames = [draw(Settings(), 0, 0, frame).balloons for frame in range(1, 1501)]
    counts = np.bincount([len(balloons) for balloons in frames], minlength=21)
    assert counts[0] == 0 and len(counts) == 21
    assert abs(counts[1:] - 75).max() < 40  # four deviations of a count that is seen 75 times
    flat = [balloon for balloons in frames for balloon in balloons]
    for values, low, high in (
        ([balloon.scale for balloon in flat], 0.1, 0.7),
        ([balloon.at[0] for balloon in flat], -1.5, 1.5),
        ([balloon.at[1] for balloon in flat], -1.5, 1.5),
    ):
        spread = (np.sort(values) - low) / (high - low)
        assert np.abs(spread - np.linspace(0, 1, len(spread))).max() < 0.02  # Kolmogorov and Smirnov, of 15,000


def test_hues_go_round_and_the_rest_is_clamped():
    asked = Settings(hue=(350, 350, 350), hue_deviation=360, elongation_deviation=1, noise_scale_deviation=100)
    balloons = balloons_of(asked, 30)
    assert all(0 <= balloon.hue < 360 for balloon in balloons)
    elongations, scales = ([getattr(each, name) for each in balloons] for name in ("elongation", "noise_scale"))
    assert (min(elongations), max(elongations)) == (0, 0.9)
    assert (min(scales), max(scales)) == (1, 50)


def test_without_deviations_a_class_is_its_means():
    asked = Settings(hue_deviation=0, elongation_deviation=0, noise_scale_deviation=0)
    for balloon in balloons_of(asked, 5):
        assert (balloon.hue, balloon.elongation, balloon.noise_scale) == tuple(
            means[balloon.kind] for means in (asked.hue, asked.elongation, asked.noise_scale)
        )


def test_seed_scene_and_frame_tell_draws_apart_and_nothing_else_does():
    asked = Settings()
    assert draw(asked, 1, 2, 3) == draw(asked, 1, 2, 3)
    assert len({draw(asked, *words) for words in ((1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4))}) == 4
    other = draw(replace(asked, lights=(5, 5), noise="sparse-convolution", background_scale=(9, 9)), 1, 2, 3)
    assert other.balloons == draw(asked, 1, 2, 3).balloons
    assert len(other.lamps) == 5 and other.background.scale == 9


def test_settings_are_read_without_guessing():
    asked = build(Settings, {"noise": "sparse-convolution", "count": [3, 3], "hue": [0, 120, 240]})
    assert asked == Settings(noise="sparse-convolution", count=(3, 3), hue=(0, 120, 240))
    assert plain(Settings()) == {}
    for wrong, key in (({"count": [5, 2]}, "count"), ({"noise": "white"}, "noise"), ({"hue": [0, 120]}, "hue")):
        with pytest.raises(Misfits, match=f"^{key} "):
            build(Settings, wrong)


def test_the_page_lists_every_setting_with_its_default():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    hints = get_type_hints(Settings, include_extras=True)
    assert [name for name, _, _ in rows] == [field.name for field in fields(Settings)]
    assert all(text in hints[name].__metadata__ for name, _, text in rows)
    defaults = {name: default if name == "noise" else json.loads(default) for name, default, _ in rows}
    assert build(Settings, defaults) == Settings()


def test_what_there_is_to_ask_for_is_read_without_blender():
    code = "import sys; sys.modules['bpy'] = None; import scenes.balloons, scenes.balloons.draws"
    subprocess.run([sys.executable, "-c", code], cwd=PAGE.parents[2], check=True)


def test_labels_are_three():
    assert [label.id for label in LABEL_SET.labels] == [1, 2, 3]
