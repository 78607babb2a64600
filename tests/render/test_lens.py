"""The bent lens as numbers: OpenCV's formula against OpenCV, and Cycles' polynomial against the formula."""

from __future__ import annotations

import numpy as np
import pytest

from render_scripts.lens import FURTHEST, NoLens, bent, fitted, likely, of_record, straight

WIDTH, HEIGHT = 1920, 1080
TERMS = [(-0.3, 0.1, 0.0), (-0.1, 0.0, 0.0), (0.3, 0.0, 0.0), (-0.2, 0.05, -0.01), (0.05, -0.1, 0.02), (0.0, 0.0, 0.0)]


def intrinsics(focal: float, wide: float = 1.0) -> list[list[float]]:
    pixels = focal / 36 * WIDTH
    return [[pixels, 0.0, WIDTH / 2], [0.0, pixels * wide, HEIGHT / 2], [0.0, 0.0, 1.0]]


def all_over() -> np.ndarray:
    """Points of the picture, (N, 2), its corners among them."""
    y, x = np.meshgrid(np.linspace(0, HEIGHT, 55), np.linspace(0, WIDTH, 97))
    return np.column_stack([x.ravel(), y.ravel()])


@pytest.mark.parametrize("terms", TERMS)
def test_opencv_says_the_same(terms):
    cv2 = pytest.importorskip("cv2")
    matrix, (k1, k2, k3) = np.array(intrinsics(35.0)), terms
    plane = straight((all_over() - matrix[:2, 2]) / np.diag(matrix)[:2], terms)
    np.testing.assert_allclose(bent(plane, terms) * np.diag(matrix)[:2] + matrix[:2, 2], all_over(), atol=1e-7)
    ahead = np.column_stack([plane, np.ones(len(plane))])
    pixels, _ = cv2.projectPoints(ahead, np.zeros(3), np.zeros(3), matrix, np.array([k1, k2, 0, 0, k3]))
    np.testing.assert_allclose(pixels[:, 0], all_over(), atol=1e-7)


@pytest.mark.parametrize("focal", [35.0, 50.0, 85.0])
@pytest.mark.parametrize("terms", TERMS)
def test_what_cycles_renders_is_as_far_off_as_is_said(terms, focal):
    """The rays of the polynomial, put through OpenCV, come back to their pixels."""
    matrix = np.array(intrinsics(focal))
    lens = fitted(terms, matrix.tolist(), (WIDTH, HEIGHT), focal)
    sensor = (all_over() - matrix[:2, 2]) / WIDTH * 36  # mm
    radius = np.hypot(*sensor.T)
    angle = -sum(term * radius**power for power, term in enumerate(lens.polynomial))
    plane = sensor * np.divide(np.tan(angle), radius, out=np.zeros_like(radius), where=radius > 0)[:, None]
    off = np.hypot(*((bent(plane, terms) - sensor / focal) * matrix[0, 0]).T).max()
    assert off <= lens.off * 1.02 + 1e-6
    assert lens.off < {35.0: 0.06, 50.0: 0.015, 85.0: 0.005}[focal]


def test_what_is_off_counts_the_pixels_of_a_picture():
    """Half the size, half the pixels; and of pixels that are not square the smaller ones."""
    whole = fitted((-0.1, 0, 0), intrinsics(24.0), (WIDTH, HEIGHT), 24.0)
    half = [[value / 2 for value in row] for row in intrinsics(24.0)[:2]] + [[0, 0, 1]]
    assert fitted((-0.1, 0, 0), half, (WIDTH // 2, HEIGHT // 2), 24.0).off == pytest.approx(whole.off / 2, rel=1e-3)
    tall = intrinsics(24.0, wide=2.0)
    tall[1][2] = HEIGHT
    assert fitted((-0.1, 0, 0), tall, (WIDTH, 2 * HEIGHT), 24.0).off == pytest.approx(2 * whole.off, rel=1e-3)


def test_lenses_that_no_picture_has():
    size = (WIDTH, HEIGHT)
    with pytest.raises(NoLens, match=r"a lens of 24 mm with distortion k1 -0\.3, k2 0, k3 0 folds the picture back"):
        fitted((-0.3, 0, 0), intrinsics(24.0), size, 24.0)
    with pytest.raises(NoLens, match="degrees aside in the corners"):
        fitted((0, 0, 0), intrinsics(1.4), size, 1.4)
    with pytest.raises(NoLens, match=f"pixels only, and {FURTHEST} is the limit"):
        fitted((-0.3, 0, 0), intrinsics(35.0), size, 35.0)
    with pytest.raises(NoLens):
        straight(np.array([[2.0, 0.0]]), (-0.3, 0.0, 0.0))


@pytest.mark.parametrize("focal", [24.0, 28.0, 35.0, 50.0])
def test_a_lens_that_is_known_by_its_k1(focal):
    """It has this k1, its picture does not fold where a lens of k1 alone does, and Cycles has it."""
    matrix = np.array(intrinsics(focal))
    corner = float(np.hypot(WIDTH / 2, HEIGHT / 2) / matrix[0, 0])
    for k1 in (-0.3, -0.2, -0.05, 0.05, 0.2, 0.3):
        terms = likely(k1, corner)
        assert terms[0] == k1
        assert fitted(terms, matrix.tolist(), (WIDTH, HEIGHT), focal).off < (0.05 if focal == 24.0 else 0.01)
        plane = straight(np.column_stack([np.linspace(0, corner, 200), np.zeros(200)]), terms)[:, 0]
        assert (np.diff(plane) > 0).all()


def test_the_edge_of_a_lens_that_folds():
    """x - 0.3 x^3 is largest at sqrt(1 / 0.9), where it is two thirds of that."""
    edge = np.sqrt(1 / 0.9)
    near = straight(np.array([[edge * 2 / 3 * 0.999, 0.0]]), (-0.3, 0.0, 0.0))
    assert 0.9 * edge < near[0, 0] < edge
    with pytest.raises(NoLens):
        straight(np.array([[edge * 2 / 3 * 1.001, 0.0]]), (-0.3, 0.0, 0.0))


def test_records_of_others_are_not_guessed():
    assert of_record([-0.1, 0.02, 0, 0, 0.003]) == (-0.1, 0.02, 0.003)
    with pytest.raises(ValueError, match="tangential"):
        of_record([-0.1, 0.02, 0.001, 0, 0.003])
