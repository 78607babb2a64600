"""Light of scene and camera in NumPy: colours by temperature, metering, noise, lens. Answers known on paper."""

from __future__ import annotations

import numpy as np
import pytest

from render_scripts.randomization.blackbody import LUMINANCE, blackbody, warmer
from render_scripts.randomization.develop import Development, balance
from render_scripts.randomization.exposure import Exposure, ExposureDraw, meter
from render_scripts.randomization.sensor import (
    FULL_WELL,
    SensorDraw,
    blurred,
    magnified,
    noise_stream,
    through_the_lens,
    with_noise,
)

PLAIN = SensorDraw(iso=100, read_noise=0, vignetting=0, fringe=0, blur=0)


def grey(value: float, height: int = 40, width: int = 60) -> np.ndarray:
    return np.full((height, width, 3), value, np.float32)


def test_a_black_body_is_white_at_the_white_point_and_warm_below():
    np.testing.assert_allclose(blackbody(6500), 1.0, atol=0.05)  # D65 is near the locus, not on it
    red, green, blue = blackbody(2856)  # illuminant A, chromaticity 0.4476, 0.4074 (CIE 15)
    np.testing.assert_allclose([red, green, blue], [1.846, 0.826, 0.233], atol=0.01)
    for kelvin in np.geomspace(1700, 24000, 40):
        assert (blackbody(kelvin) >= 0).all()
        assert LUMINANCE @ blackbody(kelvin) == pytest.approx(1)


def test_warmer_light_is_redder_and_as_bright():
    assert warmer(0) == pytest.approx(np.ones(3))
    ratios = [warmer(mired)[0] / warmer(mired)[2] for mired in range(-110, 301, 10)]
    assert (np.diff(ratios) > 0).all()
    assert all(LUMINANCE @ warmer(mired) == pytest.approx(1) for mired in (-110, -40, 80, 300))
    assert LUMINANCE @ balance(30, 0.1) == pytest.approx(1)
    assert balance(0, 0) == pytest.approx(np.ones(3))


def test_the_meter_brings_pictures_to_middle_grey():
    assert meter(grey(0.18), Exposure()) == pytest.approx(0, abs=1e-5)
    assert meter(grey(0.045), Exposure()) == pytest.approx(2, abs=1e-5)
    assert meter(grey(0.045), Exposure(metered=0.5)) == pytest.approx(1, abs=1e-5)
    assert meter(grey(0.045), Exposure(correction=1.5)) == 1.5
    assert meter(grey(1000), Exposure()) == -4
    assert meter(grey(0), Exposure()) == 0
    sun = grey(0.18)
    sun[0, 0] = 1e5  # one of 2,400 pixels: 19 stops, which are 0.008 of a stop of the mean
    sun[1, 1] = np.nan
    assert meter(sun, Exposure()) == pytest.approx(-np.log2(1e5 / 0.18) / 2399, abs=1e-5)


@pytest.mark.parametrize(("value", "iso"), [(0.02, 1600), (0.18, 100), (1.0, 800), (4.0, 6400)])
def test_noise_has_the_mean_and_the_variance_of_a_sensor(value, iso):
    electrons, read = FULL_WELL * 100 / iso, 4.0
    linear = grey(value, 200, 300)
    noisy = with_noise(linear, SensorDraw(iso, read, 0, 0, 0), noise_stream(0, 1, "image"))
    variance = value / electrons + (read / electrons) ** 2
    count = noisy.size
    assert abs(noisy.mean() - value) < 5 * np.sqrt(variance / count)
    assert noisy.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / count) + 0.002)


def test_noise_is_that_of_the_frame_and_the_picture():
    def noisy(seed: int, frame: int, picture: str) -> bytes:
        return with_noise(grey(0.18), PLAIN, noise_stream(seed, frame, picture)).tobytes()

    assert noisy(0, 1, "image") == noisy(0, 1, "image")
    assert len({noisy(0, 1, "image"), noisy(1, 1, "image"), noisy(0, 2, "image"), noisy(0, 1, "image_right")}) == 4


def test_noise_takes_light_of_any_strength():
    strange = grey(0.5)
    strange[0, 0], strange[0, 1], strange[0, 2] = np.inf, np.nan, -1
    found = with_noise(through_the_lens(strange, PLAIN), PLAIN, noise_stream(0, 1, "image"))
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_vignetting_takes_its_share_of_the_corners_and_nothing_of_the_middle():
    found = through_the_lens(grey(1.0, 101, 201), SensorDraw(100, 0, 0.4, 0, 0))
    assert found[50, 100] == pytest.approx([1, 1, 1], abs=1e-6)
    assert found[0, 0] == pytest.approx([0.6] * 3, abs=0.01)
    assert (found == found[::-1, ::-1]).all()


def test_blur_keeps_the_light_and_spreads_it_as_a_gaussian():
    point = np.zeros((41, 41, 3), np.float32)
    point[20, 20] = 1.0
    found = blurred(point, 1.5)
    assert found.sum(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=1e-5)
    across = found[..., 0].sum(axis=0) @ (np.arange(41) - 20.0) ** 2
    assert across == pytest.approx(1.5**2, rel=0.03)  # cut off at three deviations
    np.testing.assert_allclose(blurred(grey(0.3), 2.0), 0.3, rtol=1e-6)


def test_fringes_move_red_out_and_blue_in_by_what_they_say():
    ramp = np.tile(np.linspace(0, 1, 201, dtype=np.float32), (11, 1))
    np.testing.assert_allclose(magnified(ramp, 1.01)[5, 150], ramp[5, 100] + (ramp[5, 150] - ramp[5, 100]) / 1.01, 1e-5)
    linear = np.repeat(ramp[..., None], 3, axis=2)
    found = through_the_lens(linear, SensorDraw(100, 0, 0, 0.002, 0))
    assert found[5, 190, 0] < linear[5, 190, 0] < found[5, 190, 2]
    assert (found[..., 1] == linear[..., 1]).all()
    # 0.1 % each way, of half a picture of 200 pixels
    assert found[5, 200, 2] - found[5, 200, 0] < 0.002 * 100 / 200 + 1e-6


def test_pictures_of_a_frame_are_metered_once():
    development = Development(Exposure(), ExposureDraw(1.0, 0.0, 0.0), None, 0, 1, own_stops=0.0)
    np.testing.assert_allclose(development("image", grey(0.09)), 0.36, rtol=1e-5)
    np.testing.assert_allclose(development("image_right", grey(0.045)), 0.18, rtol=1e-5)
    assert development.metered == pytest.approx(1)


def test_the_scenes_own_exposure_counts():
    development = Development(Exposure(), ExposureDraw(0.0, 0.0, 0.0), None, 0, 1, own_stops=1.0)
    np.testing.assert_allclose(development("image", grey(0.18)), 0.09, rtol=1e-5)  # the view transform doubles it


def test_noise_is_that_of_the_exposed_picture_and_balanced_with_it():
    dark = Development(Exposure(), ExposureDraw(0, 40, 0), PLAIN, 0, 1, 0.0)("image", grey(0.02, 200, 300))
    light = Development(Exposure(), ExposureDraw(0, 40, 0), PLAIN, 0, 1, 0.0)("image", grey(0.18, 200, 300))
    assert dark.std() == pytest.approx(light.std(), rel=0.02)
    np.testing.assert_allclose(dark.mean(axis=(0, 1)), 0.18 * balance(40, 0), rtol=2e-3)
