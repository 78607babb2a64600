"""Draws: within their limits, by seed, frame and name alone, each family for itself, and as often as they should."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_scripts.randomization.backgrounds import Backgrounds
from render_scripts.randomization.camera import Camera
from render_scripts.randomization.distractors import Distractors
from render_scripts.randomization.exposure import Exposure
from render_scripts.randomization.lights import Lights, draw_lights
from render_scripts.randomization.materials import FREE, Materials, Surface, TexturePool, draw_materials
from render_scripts.randomization.poses import Poses
from render_scripts.randomization.resolution import Resolution
from render_scripts.randomization.sensor import Sensor
from render_scripts.randomization.spec import (
    FAMILIES,
    Drawn,
    Randomization,
    Things,
    draw_families,
    from_dict,
    from_plan,
    read_randomization,
    to_dict,
    to_plan,
    without,
)
from render_scripts.randomization.streams import even, even_log, stream
from render_scripts.randomization.world import World

ALL_ON = Randomization(
    Lights(added=(0, 3)), World(), Exposure(), Materials(), Camera(focused=0.5), Sensor(), distractors=Distractors(),
    resolution=Resolution(), backgrounds=Backgrounds(Path("photos")),
)  # fmt: skip
THINGS = Things(
    lights=("Sun", "Lamp"),
    lamps=("Sun", "Lamp", "Lamp.001"),
    materials=("wood", "wool"),
    surfaces=(Surface("Chair", 0, "chair", "wood"), Surface("Sofa", 0, "sofa", "wool")),
    swaps={"chair": ("wood", "oak"), "*": ("wood", "oak", "wool")},
    hdris=("a.exr", "b.exr", "c.exr"),
    backgrounds=("beach.jpg", "office.png"),
    size=(640, 480),
)
seeds, frames = st.integers(0, 2**63 - 1), st.integers(-(2**20), 2**20)
names = st.text(min_size=1, max_size=12)


def drawn(spec: Randomization, frame: int = 7, seed: int = 3, things: Things = THINGS) -> Drawn:
    return draw_families(spec, things, seed, frame)


@given(seeds, frames, st.sampled_from(FAMILIES))
def test_a_family_that_is_off_leaves_the_others_as_they_were(seed, frame, off):
    whole, rest = drawn(ALL_ON, frame, seed), drawn(without(ALL_ON, [off]), frame, seed)
    assert getattr(rest, off) is None
    assert rest == replace(whole, **{off: None})


@given(seeds, frames, st.permutations(["Sun", "Lamp", "Spot", "Lamp.001"]), names)
def test_lights_are_drawn_by_name_and_not_by_order(seed, frame, lights, newcomer):
    """Nothing is off here: whether all are is a question to all of them."""
    spec = Lights(off=0.0)
    before = draw_lights(spec, lights, lights, seed, frame)
    after = draw_lights(spec, [newcomer, *reversed(lights)], [*lights, newcomer], seed, frame)
    assert {name: after.lights[name] for name in lights} == before.lights
    assert {name: after.lamps[name] for name in lights} == before.lamps


@given(seeds, frames)
def test_materials_and_surfaces_are_drawn_by_name(seed, frame):
    spec = Materials(mode=FREE, textured=0.3, patterned=0.3, swapped=0.3, textures=(TexturePool(("*",), "fabric"),))
    more = Surface("Bed", 1, "bed", "oak")
    pictures = [("a.png", "b.png")]
    few = draw_materials(spec, ["wood"], THINGS.surfaces, THINGS.swaps, pictures, seed, frame)
    many = draw_materials(spec, ["oak", "wood"], (more, *THINGS.surfaces), THINGS.swaps, pictures, seed, frame)
    assert many.shifts["wood"] == few.shifts["wood"]
    assert [look for look in many.looks if look.thing != "Bed"] == list(few.looks)


@given(seeds, frames)
def test_every_draw_is_within_its_limits(seed, frame):
    found = drawn(ALL_ON, frame, seed)
    spec = ALL_ON
    for light in found.lights.lights.values():
        assert light.power == 0 or spec.lights.power[0] <= light.power <= spec.lights.power[1]
        assert spec.lights.warmth[0] <= light.warmth <= spec.lights.warmth[1]
    for lamp in found.lights.lamps.values():
        assert all(abs(each) <= spec.lights.moved for each in lamp.moved)
        assert all(abs(each) <= spec.lights.turned for each in lamp.turned)
    assert 0 <= len(found.lights.added) <= 3
    for family in ("exposure", "sensor"):
        for field in fields(getattr(found, family)):
            low, high = getattr(getattr(spec, family), field.name)
            assert low <= getattr(getattr(found, family), field.name) <= high
    assert spec.camera.lens[0] <= found.camera.lens <= spec.camera.lens[1]
    assert found.camera.fstop == 0 or spec.camera.fstop[0] <= found.camera.fstop <= spec.camera.fstop[1]
    assert found.world.hdri in THINGS.hdris
    for shift in found.materials.shifts.values():
        for name, value in asdict(shift).items():
            low, high = getattr(spec.materials, name)
            assert low <= value <= high


@pytest.mark.slow
def test_two_thousand_draws_are_as_even_as_they_should_be():
    """Of n even numbers, the largest distance from the diagonal is below 1.95 / sqrt(n) in 999 of 1,000 cases
    (Kolmogorov, Smirnov); the seed is fixed, so this either holds or does not."""
    count = 2000
    found = [drawn(ALL_ON, frame, seed=0) for frame in range(count)]
    bound = 1.95 / np.sqrt(count)

    def distance(values, low, high) -> float:
        shares = np.sort((np.array(values) - low) / (high - low))
        return float(np.abs(shares - (np.arange(count) + 0.5) / count).max())

    for family in ("exposure", "sensor"):
        for field in fields(getattr(found[0], family)):
            limits = getattr(getattr(ALL_ON, family), field.name)
            values = [getattr(getattr(each, family), field.name) for each in found]
            if field.name == "iso":
                limits, values = np.log(limits), np.log(values)
            assert distance(values, *limits) < bound, field.name
    lenses = np.log([each.camera.lens for each in found])
    assert distance(lenses, *np.log(ALL_ON.camera.lens)) < bound
    chosen = [each.world.hdri for each in found]
    for name in THINGS.hdris:  # five standard deviations of a share of a third
        assert abs(chosen.count(name) / count - 1 / 3) < 5 * np.sqrt(2 / 9 / count)
    counts = np.bincount([len(each.lights.added) for each in found]) / count
    assert np.abs(counts - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / count)


@pytest.mark.slow
def test_families_do_not_follow_each_other():
    """Two streams that ran alike would make every warm frame a dark one, and nobody would see why."""
    found = [drawn(ALL_ON, frame, seed=0) for frame in range(2000)]
    columns = np.array(
        [
            [
                each.exposure.stops,
                each.exposure.white,
                each.sensor.blur,
                each.camera.lens,
                each.world.turn,
                each.lights.lights["Lamp"].warmth,
                each.lights.lights["Sun"].warmth,
                each.materials.shifts["wood"].hue,
                each.materials.shifts["wool"].hue,
            ]
            for each in found
        ]
    )
    between = np.corrcoef(columns.T) - np.eye(columns.shape[1])
    assert np.abs(between).max() < 5 / np.sqrt(len(found))


def test_draws_stay_as_they_are():
    """A run that was begun yesterday goes on today: these values never change."""
    assert [stream(3, 7, family).integers(10**6).item() for family in range(1, 10)] == STREAMS
    found = drawn(ALL_ON)
    assert found.exposure.stops == STOPS
    assert found.lights.lights["Lamp"].warmth == WARMTH
    assert found.materials.shifts["wood"].hue == HUE


STREAMS = [182469, 892174, 990464, 723750, 80209, 650059, 288440, 881080, 130463]
STOPS, WARMTH, HUE = 0.4910859, 27.26242, 4.938425


def test_another_process_draws_the_same():
    """One whose texts have other hashes."""
    code = (
        "import json; from render_scripts.randomization.spec import *;"
        "things = Things(lights=('Sun', 'Lamp'), lamps=('Sun',), materials=('wood',), hdris=('a', 'b'));"
        "spec = from_dict(dict.fromkeys(('lights', 'world', 'exposure', 'materials', 'camera', 'sensor'), True));"
        "print(json.dumps(draw_families(spec, things, 3, -7).to_dict()))"
    )
    root = Path(__file__).parents[2]
    told = subprocess.check_output([sys.executable, "-c", code], cwd=root, env={**os.environ, "PYTHONHASHSEED": "1"})
    things = Things(lights=("Sun", "Lamp"), lamps=("Sun",), materials=("wood",), hdris=("a", "b"))
    spec = Randomization(Lights(), World(), Exposure(), Materials(), Camera(), Sensor())
    assert json.loads(told) == json.loads(json.dumps(drawn(spec, -7, 3, things).to_dict()))


def test_some_light_stays_on():
    both_off = Lights(off=1.0)
    assert all(light.power > 0 for light in draw_lights(both_off, ["a", "b"], [], 0, 1).lights.values())
    some = [draw_lights(Lights(off=0.5), ["a", "b"], [], 0, frame).lights for frame in range(200)]
    assert any(each["a"].power == 0 for each in some)
    assert all(each["a"].power or each["b"].power for each in some)


def test_looks_stay_among_their_label_unless_they_are_free():
    structured = Materials(textured=0.0, swapped=1.0)
    surface = THINGS.surfaces[:1]
    swaps = {"chair": ("wood", "oak"), "*": ("wood", "oak", "wool")}

    def seen(spec):
        draws = (draw_materials(spec, [], surface, swaps, [], 0, frame).looks for frame in range(200))
        return {look.material for looks in draws for look in looks}

    assert seen(structured) == {"wood", "oak"}
    assert seen(replace(structured, mode=FREE)) == {"wood", "oak", "wool"}


def test_pictures_come_from_the_pools_of_the_label():
    spec = Materials(textured=1.0, textures=(TexturePool(("chair",), "fabric"), TexturePool(("*",), "any")))
    pictures = [("f1.png", "f2.png"), ("a.png",)]
    found = set()
    for frame in range(200):
        for look in draw_materials(spec, [], THINGS.surfaces, {}, pictures, 0, frame).looks:
            found.add((look.thing, look.pool, look.picture))
    assert found == {("Chair", 0, "f1.png"), ("Chair", 0, "f2.png"), ("Chair", 1, "a.png"), ("Sofa", 1, "a.png")}


def test_a_spec_survives_the_plan():
    for spec in (Randomization(), ALL_ON, without(ALL_ON, ["lights"]), replace(ALL_ON, keep=("wall",))):
        stored = json.loads(json.dumps(to_plan(spec, {"folder": {"a.exr": 7}})))
        assert from_plan(stored) == spec
        assert from_dict(to_dict(spec)) == spec
    assert to_plan(Randomization(), {}) == {}
    assert to_plan(without(ALL_ON, FAMILIES), {})["without"] == sorted(FAMILIES)


def test_folders_are_relative_to_the_file_that_names_them(tmp_path):
    path = tmp_path / "looks.json"
    path.write_text('{"world": {"hdris": "skies"}, "materials": {"textures": [{"labels": ["*"], "folder": "cloth"}]}}')
    found = read_randomization(str(path))
    assert found.world.hdris == tmp_path / "skies"
    assert found.materials.textures[0].folder == tmp_path / "cloth"
    assert read_randomization('{"world": true, "lights": false}') == Randomization(world=World())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"lamps": {}}', "lamps is unknown"),
        ('{"lights": {"power": [2, 1]}}', "power is 2 to 1"),
        ('{"lights": {"off": 1.5}}', r"lights\.off must be from 0 to 1"),
        ('{"lights": {"power": [0, 1]}}', r"lights\.power\[0\] must be from"),
        ('{"materials": {"mode": "wild"}}', "one of structured, free"),
        ('{"without": ["lamps"]}', "is no family"),
        ('{"keep": ["*"]}', "randomize names no family"),
        ("nowhere.json", "nowhere.json cannot be read"),
        ("[]", "cannot be read"),
    ],
)
def test_what_is_written_wrongly_is_said(text, why):
    with pytest.raises(ValueError, match=why):
        read_randomization(text)


@given(seeds, st.floats(0.001, 1000), st.floats(0.001, 1000))
def test_numbers_stay_between_their_limits(seed, one, other):
    limits = (min(one, other), max(one, other))
    rng = stream(seed, 0, 2)
    for draw in (even, even_log):
        assert limits[0] * (1 - 1e-6) <= draw(rng, limits) <= limits[1] * (1 + 1e-6)


def test_the_page_says_what_there_is():
    """Its table names each field with its default."""
    page = (Path(__file__).parents[2] / "docs" / "randomisation.md").read_text("utf-8")
    rows, last = {}, ""
    for line in page.splitlines():
        if line.startswith("| ") and line.count("|") == 6:
            family, names, _, default, _ = (cell.strip() for cell in line.strip("|").split("|"))
            last = family.strip("`") or last
            rows |= {(last, name): default for name in re.findall(r"`(\w+)`", names)}
    for family in FAMILIES:
        for field in fields(FAMILY_SPECS[family]):
            assert (family, field.name) in rows
            if isinstance(field.default, tuple) and field.default and isinstance(field.default[0], float):
                assert f"{field.default[0]:g} to {field.default[1]:g}" in rows[family, field.name]


FAMILY_SPECS = {name: type(getattr(replace(ALL_ON, poses=Poses(("*",))), name)) for name in FAMILIES}
