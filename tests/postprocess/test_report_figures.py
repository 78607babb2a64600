"""What a report sums up, on paper: cameras, draws, positions, depths, the order of labels, cautions' wording."""

from __future__ import annotations

import io
import struct
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from recorded_run import EVIL, SET, camera_of

from blender_addon.contract.labels import BACKGROUND
from blender_addon.contract.recorded_camera import RecordedCamera
from blender_addon.contract.strict import build
from postprocess.report.cameras import Cameras, cameras_of
from postprocess.report.charts import depth_histogram, ground_map, histogram, matrix, number, ranks, ticks
from postprocess.report.drawn import MOST_WORDS, OTHERS, Drawn, drawn_for, unit_of
from postprocess.report.looks import GRID, Looks, Picture, count_depths, look, small
from postprocess.report.run_figures import kinds_of
from postprocess.report.sheet import COLORS, label_png
from postprocess.report.spread import spread_of

# Cameras


def cameras(frames: range) -> list[tuple[RecordedCamera, bool]]:
    return [(build(RecordedCamera, camera_of(frame), others=True), frame % 10 == 0) for frame in frames]


def test_cameras_are_the_same_however_they_are_divided():
    whole = cameras_of(cameras(range(100)))
    assert whole == cameras_of(cameras(range(37))) + cameras_of(cameras(range(37, 100)))
    assert whole == whole + Cameras() == Cameras() + whole
    assert whole.count == sum(whole.ground.squares.values()) == 100 and len(whole.stands) == 10
    assert whole.ground.level == 1, "198 metres in squares of 2, since 128 fit"


def test_a_turned_camera_has_its_roll():
    camera = camera_of(1)
    turn = np.array([[np.cos(0.1), -np.sin(0.1), 0, 0], [np.sin(0.1), np.cos(0.1), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    pose = np.array(camera["world_from_camera"]) @ turn
    camera |= {"world_from_camera": pose.tolist(),
               "camera_from_world": np.linalg.inv(pose @ np.diag([1, -1, -1, 1])).tolist(), "K": None}  # fmt: skip
    found = cameras_of([(build(RecordedCamera, camera, others=True), True)])
    assert found.rolls.low == pytest.approx(np.degrees(np.arcsin(np.sin(0.1) * np.cos(np.radians(10)))))
    assert found.pitches.low == pytest.approx(-10) and found.views.count == 0 and found.stands[0].view is None


# Draws


def test_draws_by_family_and_field():
    draws = [
        {
            "noise_seed": 3,
            "materials": {"shifts": {"a": {"hue": 1.0}, EVIL: {"hue": -1.0}}, "looks": [{"thing": "x", "tile": 0.5}]},
            "camera": {"shift": [0.1, -0.1], "fstop": 0, "distortion": None},
            "backgrounds": {"picture": "sky.png", "flipped": True},
            "resolution": {"size": [640, 480]},
            "metered_stops": 1.5,
        }
    ] * 2
    found = drawn_for(draws)
    assert {key: (each.low, each.high, each.count) for key, each in found.numbers.items()} == {
        ("materials", "shifts: hue"): (-1, 1, 4),
        ("materials", "looks: how many"): (1, 1, 2),
        ("materials", "looks: tile"): (0.5, 0.5, 2),
        ("camera", "shift"): (-0.1, 0.1, 4),
        ("camera", "fstop"): (0, 0, 2),
        ("exposure", "metered"): (1.5, 1.5, 2),
    }
    assert found.words == {("backgrounds", "picture"): {"sky.png": 2}, ("backgrounds", "flipped"): {"yes": 2}}
    assert found == drawn_for(draws[:1]) + drawn_for(draws[1:]) == found + Drawn()
    assert (unit_of("shifts: hue"), unit_of("looks: tile"), unit_of("fstop")) == ("°", "m", "")


def test_words_without_end_are_counted_together():
    found = drawn_for(
        [{"world": {"hdri": f"{number}.exr"}} for number in range(3 * MOST_WORDS)] + [{"world": {"hdri": "0.exr"}}]
    )
    words = found.words["world", "hdri"]
    assert len(words) == MOST_WORDS and words["0.exr"] == 2 and sum(words.values()) == 3 * MOST_WORDS + 1
    again = (found + found).words["world", "hdri"]
    assert len(again) == MOST_WORDS and again[OTHERS] == 2 * words[OTHERS]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    )
)
def test_whatever_a_record_holds_is_no_error(draw):
    drawn_for([draw, {"lights": draw}, {"lights": {"lights": draw}}])


# Pixels


def test_positions_on_paper():
    labels = np.full((48, 64), 1, np.uint16)
    labels[:24, :32] = 2
    labels[0, 0] = BACKGROUND
    where = look(labels, None, None).where
    assert where[2][:12, :16].sum() == 12 * 16 - 0.25 and where[2][12:].sum() == where[2][:, 16:].sum() == 0
    assert where[BACKGROUND][0, 0] == 0.25 and sum(map(np.sum, where.values())) == pytest.approx(GRID[0] * GRID[1])


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (23, 33), (100, 10)])
def test_each_cell_of_any_picture_is_one_in_all(shape):
    labels = np.random.default_rng(0).integers(0, 4, shape).astype(np.uint16)
    assert np.allclose(sum(look(labels, None, None).where.values()), 1)


def test_depths_on_paper():
    metres = np.array([[1.0, 1.9, 2.0], [np.inf, 0, 1e10]], np.float32)
    found = look(np.ones((2, 3), np.uint16), metres, None)
    assert found.empty == 3 and found.depths is not None
    assert {at: count for at, count in enumerate(found.depths.tolist()) if count} == {56: 1, 63: 1, 64: 1}
    assert count_depths(np.array([1e-9, 1e9], np.float32))[[0, -1]].tolist() == [1, 1]
    assert "role='img'" in depth_histogram(found.depths)
    twice = found + found + Looks()
    assert twice.frames == 2 and twice.depths is not None and twice.depths.sum() == 6


def test_pictures_are_small_and_labels_never_mixed():
    labels = np.zeros((1200, 1600), np.uint16)
    labels[:, 800:] = 7
    data, little = small(labels, np.zeros((1200, 1600, 3), np.uint8))
    assert data is not None and Image.open(io.BytesIO(data)).size == (400, 300)
    assert little.shape == (300, 400) and set(np.unique(little)) == {0, 7} and (little == 7).mean() == 0.5


def test_a_label_map_is_a_palette_whose_transparency_is_whole():
    labels = np.array([[1, 2, BACKGROUND], [3, 3, 9]], np.uint16)
    data = label_png(labels, [3, 1, BACKGROUND], kinds_of(SET))
    picture = Image.open(io.BytesIO(data))
    assert np.asarray(picture).tolist() == [[1, 255, 2], [0, 0, 255]]
    at = data.index(b"tRNS")
    assert struct.unpack(">I", data[at - 4 : at]) == (COLORS,) and data[at + 4 : at + 4 + COLORS] == b"\xff" * COLORS
    assert picture.convert("RGBA").getpixel((0, 0)) == (*SET.by_id[1].color, 255)
    assert Picture("", "", "", None, labels).image is None


# Charts


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 1, [0, 0.5, 1]), (0, 10, [0, 5, 10]), (-5, 5, [-5, 0, 5]), (1.31, 1.66, [1.4, 1.5, 1.6]), (3, 3, [3])],
)
def test_round_numbers_on_axes(low, high, found):
    assert ticks(low, high) == pytest.approx(found)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9), st.integers(2, 9))
def test_axes_have_few_round_numbers_inside(low, wide, most):
    found = ticks(low, low + wide, most)
    assert len(found) <= most and all(low - wide * 1e-6 <= each <= low + wide * (1 + 1e-6) for each in found)


def test_numbers_for_people():
    said = [number(each) for each in (0, 1.0, 1234.5, -0.51234, 12.345, 0.0001234, 2e7, -3e-9)]
    assert said == ["0", "1", "1,234", "−0.512", "12.3", "0.000123", "2e+07", "-3e-09"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_histogram_is_whole_and_counts_all(values):
    drawn = ElementTree.fromstring(histogram(spread_of(values), "<m>"))
    counts = [int(each.text.split(": ")[1].split(" ")[0].replace(",", "")) for each in drawn.iter("title") if each.text]
    assert sum(counts) == len(values)


def test_a_matrix_says_its_names_and_shows_what_is_there():
    drawn = ElementTree.fromstring(matrix([EVIL, "lamp"], np.array([[1, 0], [0.5, 1]])))
    tips = [each.text for each in drawn.iter("title")]
    assert len(tips) == 3 and tips[1] and tips[1].startswith("50% of the images with lamp show </script>")


def test_a_map_of_many_cameras_has_squares_and_of_few_has_none():
    few, many = cameras_of(cameras(range(0, 40, 10))), cameras_of(cameras(range(400)))
    assert len(list(ElementTree.fromstring(ground_map(few)).iter("circle"))) == 4
    assert not list(ElementTree.fromstring(ground_map(few)).iter("rect"))
    squares = ElementTree.fromstring(ground_map(many)).iter("title")
    assert sum(int(each.text or 0) for each in squares) == 400


def test_ranks():
    counts = {chr(97 + at): 30 - at for at in range(10)}
    assert ranks(counts, 8) == [*list(counts.items())[:8], ("2 others", 43)] and ranks({"b": 1, "a": 1}) == [
        ("a", 1),
        ("b", 1),
    ]
