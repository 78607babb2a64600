"""Remap, resize, ignore and encode: no label is lost, invented or narrowed without a word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, Label, LabelSet, built_in
from postprocess.errors import ExportError
from postprocess.labelmap import (
    colorize,
    ignore_band,
    ignore_impure,
    is_squashed,
    label_map,
    lookup_table,
    resize_image,
    resize_labels,
)
from postprocess.layout import CODE_COLORS, Encoding, encoding_table

CODES = sorted(CODE_NAMES)
maps = hnp.arrays(
    np.uint16,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.sampled_from([*CODES, 1, 2, 3, 40, 894, 32767]),
)
crosswalks = st.dictionaries(st.integers(1, 32767), st.integers(1, 32767), max_size=20)


def set_of(ids: set[int]) -> LabelSet:
    return LabelSet("some", tuple(Label(id_, f"label {id_}", (id_ % 256, id_ // 256, 7)) for id_ in sorted(ids)))


@given(maps, crosswalks)
def test_remap_is_the_crosswalk_pixel_by_pixel(labels: np.ndarray, crosswalk: dict[int, int]) -> None:
    expected = [value if value in CODES else crosswalk.get(value, UNLABELLED) for value in labels.ravel().tolist()]
    table = lookup_table(crosswalk)
    np.testing.assert_array_equal(table[labels].ravel(), expected)


@given(maps)
def test_a_label_map_keeps_pixels_and_counts(labels: np.ndarray) -> None:
    found = label_map(labels)
    np.testing.assert_array_equal(found.pixels, labels)
    values, counts = np.unique(labels, return_counts=True)
    assert found.counts() == dict(zip(values.tolist(), counts.tolist()))


@pytest.mark.parametrize(("name", "target"), [("nyu894", "nyu40"), ("nyu40", "nyu13"), ("nyu894", "syntrain16")])
def test_built_in_crosswalks_never_invent_a_label(name: str, target: str) -> None:
    here, there = built_in(name), built_in(target)
    crosswalk = here.crosswalk(there)
    written = lookup_table(crosswalk)[sorted(here.by_id)]
    for id_, value in zip(sorted(here.by_id), written.tolist()):
        assert value == crosswalk.get(id_, UNLABELLED)
    assert set(written.tolist()) - {UNLABELLED} <= set(there.by_id)


@given(st.sets(st.integers(1, 253), min_size=1, max_size=30), st.data())
def test_encoding_can_be_undone_where_nothing_is_shared(ids: set[int], data: st.DataObject) -> None:
    label_set = set_of(ids)
    written = data.draw(st.permutations(range(256)).map(lambda order: order[: len(ids) + 3]))
    encoding = Encoding(label_set, dict(zip([*sorted(ids), *CODES], written)), "uint8")
    labels = data.draw(hnp.arrays(np.uint16, (5, 7), elements=st.sampled_from([*sorted(ids), *CODES])))
    values = encoding_table(encoding)[labels]
    assert values.dtype == np.uint8
    back = {value: id_ for id_, value in encoding.values.items()}
    np.testing.assert_array_equal(np.vectorize(back.__getitem__)(values), labels)
    palette = encoding.palette()
    for id_ in (*label_set.by_id, *CODES):
        color = CODE_COLORS[id_] if id_ in CODES else label_set.by_id[id_].color
        assert tuple(palette[encoding.values[id_]].tolist()) == color


def test_nothing_narrows_silently() -> None:
    label_set = set_of({1, 256})
    values = {1: 1, 256: 256, UNLABELLED: 0, IGNORE: 255, BACKGROUND: 254}
    with pytest.raises(ExportError, match="'label 256' would be written as 256, which uint8 cannot hold"):
        Encoding(label_set, values, "uint8")
    assert encoding_table(Encoding(label_set, values, "uint16"))[256] == 256


def test_labels_share_no_value_with_anything() -> None:
    label_set = set_of({1, 2})
    with pytest.raises(ExportError, match="'label 1' and label 'label 2' would both be written as 1"):
        Encoding(label_set, {1: 1, 2: 1, UNLABELLED: 0, IGNORE: 0, BACKGROUND: 0}, "uint8")
    with pytest.raises(ExportError, match="'label 2' and ignore would both be written as 2"):
        Encoding(label_set, {1: 1, 2: 2, UNLABELLED: 0, IGNORE: 2, BACKGROUND: 0}, "uint8")


def test_codes_can_be_told_apart_by_eye() -> None:
    colors = np.array([CODE_COLORS[code] for code in CODES], int)
    for at in range(3):
        for other in range(at):
            assert np.abs(colors[at] - colors[other]).max() >= 100


@given(maps, st.integers(1, 20), st.integers(1, 20))
def test_resized_labels_are_input_pixels_at_the_documented_place(labels: np.ndarray, width: int, height: int) -> None:
    resized = resize_labels(labels, (width, height))
    assert resized.shape == (height, width)
    for y in range(height):
        for x in range(width):
            source_y = int(np.floor((y + 0.5) * labels.shape[0] / height))
            source_x = int(np.floor((x + 0.5) * labels.shape[1] / width))
            assert resized[y, x] == labels[source_y, source_x]


def test_resize_agrees_with_pillow() -> None:
    labels = np.random.default_rng(0).integers(0, 255, (360, 480), dtype=np.uint8)
    # Sizes without exact ties: there Pillow adds up floats and may land one pixel short, and whole numbers do not.
    for size in ((320, 240), (224, 224), (640, 512), (480, 360), (7, 5)):
        expected = np.asarray(Image.fromarray(labels).resize(size, Image.Resampling.NEAREST))
        np.testing.assert_array_equal(resize_labels(labels, size), expected)


def test_image_and_labels_stay_on_top_of_each_other() -> None:
    labels = np.zeros((90, 120), np.uint16)
    labels[30:60, 40:100] = 1
    image = np.repeat((labels * 255).astype(np.uint8)[..., None], 3, 2)
    for size in ((60, 45), (240, 180), (48, 36), (80, 90)):
        small_labels, small_image = resize_labels(labels, size), resize_image(image, size)
        wrong = (small_image[..., 0] > 127) != (small_labels == 1)
        assert wrong.mean() < 0.02, size


def test_an_image_that_shrinks_is_averaged_by_area() -> None:
    """As dataset.json says: each output pixel is the mean of the square that it covers."""
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    for step in (2, 4, 5):
        squares = image.reshape(60 // step, step, 80 // step, step, 3).astype(float)
        found = resize_image(image, (80 // step, 60 // step))
        np.testing.assert_allclose(found, squares.mean((1, 3)), atol=0.51)


def test_squashed_is_what_no_scale_makes() -> None:
    for size in ((320, 240), (213, 160), (214, 160), (1280, 960), (1, 1), (640, 480)):
        assert not is_squashed((640, 480), size), size
    for size in ((320, 320), (640, 360), (212, 160), (215, 160), (480, 640)):
        assert is_squashed((640, 480), size), size


@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_impure_pixels_and_no_others_become_ignore(threshold: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 41, (6, 7)).astype(np.uint16)
    purity = rng.random((6, 7), np.float32)
    found = ignore_impure(labels, purity, threshold)
    impure = purity < np.float32(threshold)
    assert (found[impure] == IGNORE).all() and (found[~impure] == labels[~impure]).all()
    assert found.dtype == np.uint16


def test_purity_of_another_size_is_refused() -> None:
    with pytest.raises(ExportError, match="labels are 4x3, purity 3x4"):
        ignore_impure(np.zeros((3, 4), np.uint16), np.zeros((4, 3), np.float32), 0.5)


def test_colorize_looks_up_the_palette() -> None:
    palette = np.arange(768).reshape(256, 3).astype(np.uint8)
    values = np.array([[0, 5], [255, 1]], np.uint8)
    np.testing.assert_array_equal(colorize(values, palette), palette[values])


def test_a_band_on_each_side_of_an_edge() -> None:
    labels = np.full((5, 9), 3, np.uint16)
    labels[:, 4:] = 7
    assert ignore_band(labels, 1)[2].tolist() == [3, 3, 3, IGNORE, IGNORE, 7, 7, 7, 7]
    assert ignore_band(labels, 3)[2].tolist() == [3, *[IGNORE] * 6, 7, 7]
    assert np.array_equal(ignore_band(np.full((4, 4), 9, np.uint16), 2), np.full((4, 4), 9))


@given(seed=st.integers(0, 50), width=st.integers(1, 3))
def test_a_band_is_where_something_else_is_so_near(seed: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.repeat(rng.choice(np.uint16([1, 2, BACKGROUND]), (3, 3)), 4, 0), 4, 1)
    found = ignore_band(labels, width)
    for y, x in np.ndindex(labels.shape):
        near = labels[max(0, y - width) : y + width + 1, max(0, x - width) : x + width + 1]
        assert found[y, x] == (IGNORE if (near != labels[y, x]).any() else labels[y, x])
