"""Segments of a frame, their run lengths and outlines, held against pycocotools, which decodes them in its own way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_masks

from blender_addon.contract.labels import BACKGROUND, IGNORE, MAX_ID, UNLABELLED
from postprocess import segments as segments_module
from postprocess.errors import ExportError
from postprocess.outlines import outlines
from postprocess.run_lengths import decode, encode, holds
from postprocess.segments import Segments, segments

CODES = [UNLABELLED, IGNORE, BACKGROUND]
shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=20)


@st.composite
def frames(draw) -> tuple[np.ndarray, np.ndarray | None, frozenset[int]]:
    shape = draw(shapes)
    labels = draw(hnp.arrays(np.uint16, shape, elements=st.sampled_from([*CODES, 1, 2, MAX_ID])))
    things = draw(st.none() | hnp.arrays(np.uint64, shape, elements=st.sampled_from([0, 1, 2**40, 2**53 - 1])))
    return labels, things, draw(st.sampled_from([frozenset(), frozenset({2}), frozenset({1, 2, MAX_ID})]))


def found_in(labels: list[list[int]], things: list[list[int]] | None = None, whole: tuple[int, ...] = ()) -> Segments:
    return segments(np.uint16(labels), None if things is None else np.uint64(things), whole)


def test_a_thing_with_two_labels_and_two_things_with_one() -> None:
    found = found_in([[1, 1, 2], [1, 0, 2]], [[7, 7, 7], [9, 9, 9]])
    assert found.labels.tolist() == [1, 1, 2, 2] and found.things.tolist() == [7, 9, 7, 9]
    assert found.map().tolist() == [[1, 1, 3], [2, 0, 4]]
    assert found.areas.tolist() == [2, 1, 1, 1]
    assert found.boxes.tolist() == [[0, 0, 2, 1], [0, 1, 1, 1], [2, 0, 1, 1], [2, 1, 1, 1]]


def test_a_whole_label_is_one_segment_with_all_its_things() -> None:
    found = found_in([[1, 1, 2], [1, 0, 2]], [[7, 7, 7], [9, 9, 9]], whole=(1,))
    assert found.labels.tolist() == [1, 2, 2] and found.things.tolist() == [0, 7, 9]
    assert found.map().tolist() == [[1, 1, 2], [1, 0, 3]]


def test_run_lengths_on_paper() -> None:
    """Columns 1100 1100: two in, two out, two in, two out; as differences from the fourth on."""
    found = found_in([[1, 1], [1, 1], [0, 0], [0, 0]])
    assert decode(encode(found))[0].tolist() == [0, 2, 2, 2, 2]
    assert encode(found) == ["02200"]


@given(frames())
def test_segments_are_the_pixels_of_each_label_and_thing(frame) -> None:
    labels, things, whole = frame
    found = segments(labels, things, whole)
    shown = found.map()
    np.testing.assert_array_equal(shown == 0, np.isin(labels, CODES))
    ids = np.zeros_like(labels, np.uint64) if things is None else np.where(np.isin(labels, list(whole)), 0, things)
    kinds = sorted({(label, id_) for label, id_ in zip(labels.flat, ids.flat) if label not in CODES})
    assert kinds == list(zip(found.labels, found.things))
    texts = encode(found)
    assert holds(texts, found)
    for number, (label, thing, area, box, text) in enumerate(
        zip(found.labels, found.things, found.areas, found.boxes, texts), start=1
    ):
        mask = labels == label
        if things is not None and label not in whole:
            mask &= things == thing
        np.testing.assert_array_equal(shown == number, mask)
        theirs = coco_masks.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert theirs["counts"].decode() == text
        np.testing.assert_array_equal(coco_masks.decode({"size": found.shape, "counts": text}), mask)
        assert (coco_masks.area(theirs), coco_masks.toBbox(theirs).tolist()) == (area, box.tolist())


def test_a_box_around_a_run_that_goes_on_in_the_next_column() -> None:
    found = found_in([[0, 1, 0], [0, 0, 0], [1, 0, 0]])
    assert found.starts.tolist() == [0, 2, 4] and found.boxes.tolist() == [[0, 0, 2, 3]]


def test_long_runs() -> None:
    labels = np.zeros((1000, 700), np.uint16)
    labels[999, 699] = labels[0, 0] = labels[500, 300:] = 5
    found = segments(labels, None, ())
    (text,) = encode(found)
    assert text == coco_masks.encode(np.asfortranarray((labels == 5).astype(np.uint8)))["counts"].decode()
    assert holds([text], found)


@given(frames().filter(lambda frame: (~np.isin(frame[0], CODES)).any()), st.data())
def test_a_letter_that_flips_is_found(frame, data) -> None:
    found = segments(*frame)
    texts = encode(found)
    at = data.draw(st.integers(0, len(texts) - 1))
    place = data.draw(st.integers(0, len(texts[at]) - 1))
    other = chr(48 + ((ord(texts[at][place]) - 48) ^ (1 << data.draw(st.integers(0, 5)))))
    assert not holds([*texts[:at], texts[at][:place] + other + texts[at][place + 1 :], *texts[at + 1 :]], found)
    assert not holds(texts[:-1], found)


def test_masks_that_change_places_are_found() -> None:
    found = found_in([[1, 2], [1, 2]])
    assert holds(encode(found), found) and not holds(encode(found)[::-1], found)


@pytest.mark.parametrize("text", ["", "P", "0P", "p1", "/"])
def test_no_run_lengths(text: str) -> None:
    with pytest.raises(ValueError, match="no run lengths"):
        decode([text])


def test_an_empty_frame_has_no_segment() -> None:
    found = found_in([[0, BACKGROUND], [IGNORE, 0]])
    assert len(found.labels) == 0 and encode(found) == [] and holds([], found) and not found.map().any()


def test_more_segments_than_a_number_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "MOST", 3)
    assert len(found_in([[1, 2, 3]]).labels) == 3
    with pytest.raises(ExportError, match="4 segments in one frame, and there is room for 3"):
        found_in([[1, 2, 3, 4]])


@given(hnp.arrays(bool, shapes).filter(lambda mask: mask.any()))
def test_outlines_lose_holes_alone(mask: np.ndarray) -> None:
    ways = outlines(mask)
    assert all(len(way) >= 8 and len(way) % 2 == 0 for way in ways)
    theirs = coco_masks.merge(coco_masks.frPyObjects(ways, *mask.shape))
    filled = mask.astype(np.uint8)
    contours, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    np.testing.assert_array_equal(coco_masks.decode(theirs), cv2.drawContours(filled, contours, -1, 1, -1))


def test_an_outline_on_paper() -> None:
    """An L, two pixels high; a way around it has six corners."""
    (way,) = outlines(np.array([[True, False], [True, True]]), (10, 20))
    corners = set(zip(way[::2], way[1::2]))
    assert len(way) == 12 and corners == {(10, 20), (11, 20), (11, 21), (12, 21), (12, 22), (10, 22)}
