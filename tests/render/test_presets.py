"""Presets: when denoising pays, what they set, and what a pilot measures."""

from __future__ import annotations

import math

import bpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenery import camera, rectangle, settings

from blender_addon.contract.run import PRESETS as NAMES
from blender_addon.contract.run import View
from render_scripts import passes
from render_scripts.compat import has_denoiser
from render_scripts.pilot import look_ahead
from render_scripts.presets import MOST_SAMPLES, PRESETS, Pilot, choose, cycles_settings, psnr_of_twins

pilots = st.builds(
    Pilot, samples=st.integers(1, 64), psnr=st.floats(5, 60), sample_s=st.floats(1e-4, 10), denoise_s=st.floats(0, 10)
)


def test_presets_are_those_of_the_contract():
    assert tuple(PRESETS) == NAMES
    by_quality = [(preset.samples, preset.psnr) for preset in PRESETS.values()]
    assert by_quality == sorted(by_quality)


@pytest.mark.parametrize(
    ("pilot", "chosen"),
    [
        # 10 dB are missing, 160 samples: 16 s without denoising, 1.6 + 2 s with it
        (Pilot(16, 28.0, sample_s=0.1, denoise_s=2.0), (16, True)),
        # 0.16 s without, 0.016 + 2 s with
        (Pilot(16, 28.0, sample_s=0.001, denoise_s=2.0), (160, False)),
        # 2 dB more than asked for: 11 samples do
        (Pilot(16, 40.0, sample_s=0.1, denoise_s=0.0), (11, False)),
        # no noise at all
        (Pilot(16, math.inf, sample_s=0.1, denoise_s=2.0), (1, False)),
        # 40 dB missing: denoised at any price
        (Pilot(16, -2.0, sample_s=1e-6, denoise_s=99.0), (16, True)),
    ],
)  # fmt: skip
def test_what_reaches_the_quality_sooner(pilot, chosen):
    assert choose(PRESETS["standard"], pilot, can_denoise=True) == chosen


@given(st.sampled_from(sorted(PRESETS)), pilots, st.booleans())
def test_what_is_chosen_never_costs_more(name, pilot, can_denoise):
    samples, denoise = choose(PRESETS[name], pilot, can_denoise=can_denoise)
    assert 1 <= samples <= MOST_SAMPLES
    assert can_denoise or not denoise
    denoised_s = PRESETS[name].samples * pilot.sample_s + pilot.denoise_s
    if can_denoise:
        assert samples * pilot.sample_s + denoise * pilot.denoise_s <= denoised_s * (1 + 1e-9)


def test_psnr_of_pictures_that_differ_by_noise_alone():
    rng = np.random.default_rng(1)
    truth = rng.uniform(60, 200, (400, 400))
    one, other = (np.rint(truth + rng.normal(0, 10, truth.shape)).astype(np.uint8) for _ in range(2))
    assert psnr_of_twins(one, other) == pytest.approx(20 * math.log10(255 / 10), abs=0.1)
    assert psnr_of_twins(one, one) == math.inf


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_gives_way_to_the_scenes_own_again(empty_scene, name):
    camera(empty_scene)
    cycles = empty_scene.cycles
    before = {setting: getattr(cycles, setting) for setting in cycles_settings(name)}
    with passes.prepared(empty_scene, settings(preset=name)):
        for setting, value in cycles_settings(name).items():
            assert getattr(cycles, setting) == (pytest.approx(value) if isinstance(value, float) else value)
    assert {setting: getattr(cycles, setting) for setting in before} == before


def test_a_pilot_of_a_plain_picture_sees_no_noise(empty_scene):
    camera(empty_scene)
    rectangle(empty_scene, -9, 9, label=1)
    empty_scene.frame_set(5)
    pilot = look_ahead(
        empty_scene, settings(size=(128, 96), preset="draft", denoise=has_denoiser()), View(1, 1, "Camera", "")
    )
    assert pilot.psnr == math.inf
    assert pilot.samples == 4 and pilot.sample_s > 0
    assert empty_scene.frame_current == 5


def test_a_pilot_sees_noise(empty_scene):
    camera(empty_scene)
    rectangle(empty_scene, -9, 9, label=1)
    rectangle(empty_scene, -1, 0, -1, 1, z=1, label=1)
    light = bpy.data.lights.new("light", "AREA")
    light.size, light.energy = 4, 300
    lamp = bpy.data.objects.new("light", light)
    lamp.location.z = 4
    empty_scene.collection.objects.link(lamp)
    view = View(1, 1, "Camera", "")
    few, many = (
        look_ahead(empty_scene, settings(size=(256, 192), preset=name, denoise=has_denoiser()), view)
        for name in ("draft", "final")
    )
    assert 15 < few.psnr < many.psnr < 60
