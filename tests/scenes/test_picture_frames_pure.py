"""Shapes of frames, places on walls, wallpapers, paintings and shots: numbers in, numbers out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from blender_addon.contract import strict
from blender_addon.contract.labels import built_in
from scenes.picture_frames.arrangements import ARRANGEMENTS, EYE, Place, arrange, overlap
from scenes.picture_frames.canvas import sheet
from scenes.picture_frames.held_out_paintings import HELD_OUT as HELD_OUT_PAINTERS
from scenes.picture_frames.outlines import board, grown, joined, outline, ring, swept
from scenes.picture_frames.paintings import PAINTERS
from scenes.picture_frames.profiles import PROFILES
from scenes.picture_frames.room_behind import BRIGHTEST, CEILING, paint_room
from scenes.picture_frames.settings import LABEL_SET, Settings
from scenes.picture_frames.shots import draw_shot
from scenes.picture_frames.wallpapers import HELD_OUT, PATTERNS, STRIPES, wallpaper

SHAPES = ("rectangle", "oval", "arch", "octagon")
ROOM = (-2.0, 0.8, 2.0, 2.3)


def _area(points: np.ndarray) -> float:
    x, y = points.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _front_area(surface) -> float:
    """Of all faces as they are seen from the room: negative where they turn away."""
    return sum(_area(surface.points[list(face)][:, [0, 2]]) for face in surface.faces)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_outline_fills_its_box_and_runs_counter_clockwise(shape):
    line = outline(shape, 0.6, 0.8)
    assert np.allclose([line.min(0), line.max(0)], [(-0.3, -0.4), (0.3, 0.4)])
    assert 0.6 * 0.8 * 0.75 < _area(line) <= 0.6 * 0.8 + 1e-12


def test_areas_on_paper():
    assert _area(outline("rectangle", 2, 3)) == pytest.approx(6)
    assert _area(outline("oval", 2, 2)) == pytest.approx(np.pi, rel=2e-3)
    assert _area(outline("arch", 2, 3)) == pytest.approx(2 * 2 + np.pi / 2, rel=2e-3)
    assert _area(outline("octagon", 1, 1)) == pytest.approx(1 - 2 * 0.29**2)


def test_a_grown_rectangle_is_a_larger_rectangle():
    assert np.allclose(grown(outline("rectangle", 1, 2), 0.1), outline("rectangle", 1.2, 2.2))
    assert np.allclose(grown(outline("rectangle", 1, 2), -0.1), outline("rectangle", 0.8, 1.8))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_frame_covers_what_lies_between_its_outlines(shape, profile):
    sight = outline(shape, 0.5, 0.4)
    cut = PROFILES[profile](0.03, 0.02, 0.006)
    frame = swept(sight, cut)
    assert _front_area(frame) == pytest.approx(_area(grown(sight, cut[-1][0])) - _area(sight), rel=1e-6)
    assert frame.points[:, 1].max() == 0 and frame.points[:, 1].min() < -0.006
    assert len(frame.uv) == sum(map(len, frame.faces))


def test_grain_runs_along_each_bar():
    frame = swept(outline("rectangle", 0.5, 0.4), [(0, 0.01), (0.05, 0.01)])
    assert np.ptp(frame.uv[:, 1]) == pytest.approx(0.05)
    assert [np.ptp(frame.uv[at : at + 4, 0]) for at in range(0, 16, 4)] == pytest.approx([0.6, 0.5, 0.6, 0.5])


@given(st.sampled_from(SHAPES), st.sampled_from(SHAPES), st.floats(0.2, 0.9))
@of_hypothesis(max_examples=40)
def test_a_mat_covers_all_but_its_window(outer, inner, share):
    mat, window = outline(outer, 0.8, 0.6), outline(inner, 0.8 * share * 0.6, 0.6 * share * 0.6)
    made = ring(mat, window, np.zeros(2), 0.01, 0.002)
    face = [face for face, slot in zip(made.faces, made.slots) if slot == 0]
    area = sum(_area(made.points[list(each)][:, [0, 2]]) for each in face)
    assert area == pytest.approx(_area(mat) - _area(window), rel=1e-6)


def test_a_board_has_one_face_and_the_picture_once():
    made = board(outline("rectangle", 0.4, 0.2), 0.01)
    assert made.uv.tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert joined([made, made]).faces == [(0, 1, 2, 3), (4, 5, 6, 7)]
    half = board(outline("rectangle", 0.4, 0.2), 0.01, (-0.2, -0.1, 0.6, 0.1))
    assert np.allclose(half.uv.max(0), (0.5, 1))


@given(
    st.integers(0, 10**6),
    st.sampled_from(ARRANGEMENTS),
    st.lists(st.floats(0.4, 2.4), min_size=1, max_size=24),
)
def test_pictures_hang_inside_the_wall_and_never_over_one_another(seed, kind, aspects):
    places = arrange(np.random.default_rng(seed), kind, aspects, ROOM)
    assert 1 <= len(places) <= len(aspects)
    boxes = np.array([place.box for place in places])
    assert (boxes[:, :2] > np.array(ROOM[:2]) - 1e-9).all() and (boxes[:, 2:] < np.array(ROOM[2:]) + 1e-9).all()
    assert not [1 for at, one in enumerate(places) for two in places[:at] if overlap(one, two)]


def test_one_picture_hangs_at_the_height_of_eyes():
    place = arrange(np.random.default_rng(0), "single", [1.0], ROOM)[0]
    assert (place.x, place.z) == pytest.approx((0, EYE))


def test_a_split_picture_is_there_once():
    places = arrange(np.random.default_rng(3), "split", [1.5] * 3, ROOM)
    assert [place.part for place in places] == [(0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)]
    assert len({(place.tall, place.z) for place in places}) == 1


@pytest.mark.parametrize("kind", [*STRIPES, *PATTERNS, *HELD_OUT])
@pytest.mark.parametrize("seed", range(3))
def test_a_wallpaper_meets_itself(kind, seed):
    """Nowhere is the jump across the seam greater than those inside of the pattern."""
    found = wallpaper(np.random.default_rng(seed), kind)
    assert np.isfinite(found.pixels).all() and found.pixels.min() >= 0 and found.pixels.max() <= 1
    assert 0.01 < found.wide < 1.3 and 0.01 < found.tall < 1.3
    for axis in (0, 1):
        inside = np.abs(np.diff(found.pixels, axis=axis)).mean(axis=1 - axis).max() if kind else 0
        seam = np.abs(found.pixels.take(0, axis) - found.pixels.take(-1, axis)).mean()
        assert seam <= max(inside * 1.5, np.abs(np.diff(found.pixels, axis=axis)).max() * 0.5 + 0.02), (kind, axis)


@pytest.mark.parametrize("painter", [*dict.fromkeys(PAINTERS), *HELD_OUT_PAINTERS], ids=lambda each: each.__name__)
def test_a_painting_is_what_its_dice_make_it(painter):
    for aspect in (0.67, 1.78):
        one, two, three = (painter(sheet(np.random.default_rng(seed), aspect, 64)) for seed in (5, 5, 6))
        assert one.shape[1] / one.shape[0] == pytest.approx(aspect, rel=0.02)
        assert np.isfinite(one).all() and one.std() > 0.005
        assert np.array_equal(one, two) and not np.array_equal(one, three)


def test_hard_walls_share_nothing_with_others():
    assert not {*PAINTERS} & {*HELD_OUT_PAINTERS}
    assert not ({*STRIPES} | {*PATTERNS}) & {*HELD_OUT}
    from scenes.picture_frames import obstructions

    assert not {*obstructions.KINDS} & {*obstructions.HELD_OUT}


@given(st.integers(0, 10**6), st.booleans(), st.floats(0, 65))
def test_the_camera_stands_in_the_room_and_no_further_beside_than_allowed(seed, hard, angle):
    places = [Place(1.2, 1.5, 0.6, 0.5), Place(-0.4, 1.4, 0.3, 0.3)]
    shot = draw_shot(np.random.default_rng(seed), places, (5.0, 2.5), 4 / 3, angle, 0.5, hard)
    x, y, z = shot.eye
    assert abs(x) <= 2.2 and -4.6 <= y < -0.15 and 0.4 <= z <= 2.25
    assert 23 <= shot.lens <= 60
    assert (shot.fstop is None) or 0.4 < shot.fstop < 4.1


def test_labels_map_to_nyu40():
    onto = LABEL_SET.crosswalk(built_in("nyu40"))
    nyu40 = built_in("nyu40").by_id
    found = {LABEL_SET.by_id[own].name: nyu40[other].name for own, other in onto.items()}
    assert len(found) == len(LABEL_SET.labels)
    assert [found[name] for name in ("art", "frame", "mat", "wall", "floor", "lamp")] == [
        "picture", "picture", "picture", "wall", "floor", "lamp",
    ]  # fmt: skip


def test_settings_are_read_strictly():
    read = strict.build(Settings, {"pictures": 3, "walls": "brick", "hard": True}, alone=True)
    assert read == Settings(pictures=(3, 3), walls=("brick",), hard=True)
    for wrong, word in (
        ({"pictures": [5, 2]}, "lower"),
        ({"walls": []}, "one kind"),
        ({"walls": "brik"}, "brick"),
        ({"glass": 1.5}, "from 0 to 1"),
        ({"mat": 0.5}, "mats"),
    ):
        with pytest.raises(strict.Misfits, match=word):
            strict.build(Settings, wrong, alone=True)


def test_the_room_behind_is_a_box_with_windows():
    """The ceiling, 1.2 m above the eye, begins 18.4 degrees up where walls are 3.6 m away, and 13.3 in corners."""
    room = paint_room(np.random.default_rng(0), 64)
    assert room.shape == (64, 128, 3) and room.min() >= 0 and 2.5 < room.max() <= BRIGHTEST
    assert np.allclose(room[-1], CEILING, rtol=0.01) and room[0].mean() < 0.3 * room[-1].mean()
    is_ceiling = np.isclose(room[..., 2] / room[..., 0], CEILING[2] / CEILING[0], rtol=1e-6)
    for row, corners, walls in ((35, False, False), (38, True, False), (39, True, True)):
        assert (is_ceiling[row, 16::32] == corners).all() and (is_ceiling[row, 0::32] == walls).all()
