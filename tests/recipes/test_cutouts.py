"""Cut-outs: hard labels, soft edges, things that stay visible, folders that are refused."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_addon.contract.labels import BACKGROUND
from scenes.cutout_files import CutoutError, read_backgrounds, read_cutouts
from scenes.cutouts import Pool, Settings, draw, pages, pool_of
from scenes.drawn import frame_rng
from scenes.pasting import Look, turned

RED, BLUE = (255, 0, 0), (0, 0, 255)


def disc(path: Path, color: tuple[int, int, int], size: int = 64, alpha: int = 255) -> Path:
    """A disc that fills its picture, on nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((size, size, 4), np.uint8)
    pixels[..., :3] = (0, 255, 0)  # under transparency: must never be seen
    yy, xx = np.mgrid[:size, :size] + 0.5 - size / 2
    inside = xx**2 + yy**2 <= (size / 2) ** 2
    pixels[inside] = (*color[::-1], alpha)
    cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture
def discs(tmp_path: Path) -> Path:
    disc(tmp_path / "discs" / "red" / "a.png", RED)
    disc(tmp_path / "discs" / "blue" / "b.png", BLUE)
    return tmp_path / "discs"


def plain(folder: Path, **more) -> Settings:
    """Nothing varies but what is asked to."""
    fixed = {"hue": 0.0, "saturation": 0.0, "brightness": 0.0, "softness": (0.0, 0.0), "turn": 0.0}
    return Settings(folder, **{**fixed, **more})


def test_classes_are_the_folders_in_order(discs: Path) -> None:
    found = read_cutouts(discs, 40, 2)
    assert [(label.id, label.name) for label in found.label_set.labels] == [(1, "blue"), (2, "red")]
    (blue,) = found.by_label[1]
    assert [level.shape for level in blue.levels] == [(side + 4, side + 4, 4) for side in (40, 20, 10, 5)]
    for level in blue.levels:
        assert (level[..., :3] == BLUE).all()  # also where it is clear, so that no edge has another colour
        assert level[2:-2, 2:-2, 3].max() == 255 and not level[:2, :, 3].any() and not level[:, -2:, 3].any()
    radius = np.hypot(*blue.outline)
    assert radius.min() > 0.49 and radius.max() < 0.54  # a polygon round a disc of diameter 1


def test_one_disc_covers_its_area_and_has_its_color(discs: Path) -> None:
    settings = plain(discs, things=(1, 1), scale=(0.5, 0.5), outside=0.0, size=(128, 96))
    pool = pool_of(settings)
    seen = set()
    for frame in range(20):
        drawn = draw(settings, pool, frame_rng(0, frame))
        (label,) = set(np.unique(drawn.labels)) - {BACKGROUND}
        here = drawn.labels == label
        assert here.sum() == pytest.approx(np.pi * 24**2, rel=0.03)
        core = cv2.erode(here.astype(np.uint8), np.ones((3, 3))).astype(bool)
        assert (drawn.image[core] == {1: BLUE, 2: RED}[label]).all()
        apart = cv2.dilate(here.astype(np.uint8), np.ones((3, 3))) == 0
        bare = draw(replace(settings, things=(0, 0)), pool, frame_rng(0, frame))
        assert (drawn.image[apart] == bare.image[apart]).all()  # nothing of what lies under transparency
        seen.add(int(label))
    assert seen == {1, 2}


def test_soft_edges_are_in_the_image_alone(discs: Path) -> None:
    hard = plain(discs, things=(1, 1), scale=(0.5, 0.5), outside=0.0)
    soft = plain(discs, things=(1, 1), scale=(0.5, 0.5), outside=0.0, softness=(2.0, 2.0))
    for frame in range(5):
        sharp, blurred = (draw(each, pool_of(each), frame_rng(1, frame)) for each in (hard, soft))
        area = [int((each.labels != BACKGROUND).sum()) for each in (sharp, blurred)]
        assert area[0] == area[1]
        assert set(np.unique(blurred.labels)) <= {1, 2, BACKGROUND}
        steps = [np.abs(np.diff(each.image.astype(int), axis=1)).max() for each in (sharp, blurred)]
        assert steps[1] < steps[0]


@pytest.mark.parametrize("softness", [0.0, 0.5, 1.2, 6.0])
def test_an_edge_is_between_two_colors_and_of_no_third(tmp_path: Path, softness: float) -> None:
    disc(tmp_path / "discs" / "red" / "a.png", RED)  # green where it is clear
    (tmp_path / "white").mkdir()
    cv2.imwrite(str(tmp_path / "white" / "w.png"), np.full((8, 8, 3), 255, np.uint8))
    settings = plain(
        tmp_path / "discs",
        backgrounds=tmp_path / "white",
        things=(1, 1),
        scale=(0.4, 0.4),
        outside=0.0,
        turn=40.0,
        softness=(softness, softness),
        size=(128, 128),
    )
    drawn = draw(settings, pool_of(settings), frame_rng(0, 1))
    red, green, blue = np.moveaxis(drawn.image.astype(int), -1, 0)
    assert (red == 255).all() and (green == blue).all()  # from white to red, and nowhere else
    share = green[drawn.labels == 1]
    assert share.min() == 0 and (drawn.labels == 1).sum() == pytest.approx(np.pi * 25.6**2, rel=0.02)
    beyond = cv2.dilate((drawn.labels == 1).astype(np.uint8), np.ones((5, 5))) == 0
    assert (green[beyond].min() < 250) == (softness > 0.5)  # a soft edge reaches beyond the label


def test_a_soft_edge_is_never_cut_off(tmp_path: Path) -> None:
    disc(tmp_path / "discs" / "red" / "a.png", RED)
    settings = plain(tmp_path / "discs", softness=(4.0, 4.0))
    (cutout,) = pool_of(settings).cutouts.by_label[1]
    for side in (20.0, 60.0, 170.0):
        thing = turned(cutout, Look(side, 0.3, False, 0.0, 1.0, 1.0, 4.0))
        rim = np.concatenate((thing.soft[[0, -1]].ravel(), thing.soft[:, [0, -1]].ravel()))
        assert not rim.any() and (thing.colors == RED).all(axis=-1)[thing.soft > 0].all()
        assert max(thing.hard.shape) <= 1.04 * side + 2 * (8 + 2)  # a square turned so far would need 1.25


def test_what_is_white_keeps_its_shading(tmp_path: Path) -> None:
    disc(tmp_path / "discs" / "white" / "a.png", (250, 250, 250))
    pixels = cv2.imread(str(tmp_path / "discs" / "white" / "a.png"), cv2.IMREAD_UNCHANGED)
    pixels[32:, :, :3] = 200
    cv2.imwrite(str(tmp_path / "discs" / "white" / "a.png"), pixels)
    (cutout,) = pool_of(plain(tmp_path / "discs")).cutouts.by_label[1]
    for wished, expected in ((1.3, (255, 204)), (1.0, (250, 200)), (0.5, (125, 100))):
        colors = turned(cutout, Look(64.0, 0.0, False, 0.0, 1.0, wished, 0.0)).colors[:, 33, 0]
        assert (colors[10], colors[-10]) == expected


def test_things_stay_visible(tmp_path: Path) -> None:
    for number in range(6):
        disc(tmp_path / f"class {number}" / "disc.png", RED)
    settings = plain(tmp_path, things=(6, 6), scale=(0.4, 0.4), visible=0.6, outside=0.0)
    pool = pool_of(settings)
    area, counts = np.pi * (0.2 * 256) ** 2, []
    for frame in range(10):
        labels = draw(settings, pool, frame_rng(2, frame)).labels
        pixels = [int((labels == id_).sum()) for id_ in np.unique(labels[labels != BACKGROUND])]
        counts.append(len(pixels))
        assert min(pixels) >= 0.58 * area
    assert max(counts) > 2  # of some classes, several may be there


def test_turning_and_mirroring_keep_the_area(tmp_path: Path) -> None:
    path = tmp_path / "bars" / "bar" / "bar.png"
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), np.full((16, 64, 4), 255, np.uint8))
    settings = plain(tmp_path / "bars", things=(1, 1), scale=(0.5, 0.5), outside=0.0, turn=180.0, mirror=0.5)
    for frame in range(10):
        labels = draw(settings, pool_of(settings), frame_rng(0, frame)).labels
        assert (labels == 1).sum() == pytest.approx(128 * 32, rel=0.03)


def test_a_frame_is_the_same_whatever_else_is_drawn(discs: Path) -> None:
    settings = Settings(discs)
    pool = pool_of(settings)
    first = draw(settings, pool, frame_rng(7, 5))
    draw(settings, pool, frame_rng(7, 4))
    again = pages(settings, 7).draw(5)
    assert (first.image == again.image).all() and (first.labels == again.labels).all()


def test_backgrounds_are_cropped_and_of_their_colors(tmp_path: Path, discs: Path) -> None:
    (tmp_path / "back").mkdir()
    cv2.imwrite(str(tmp_path / "back" / "wide.png"), np.full((50, 400, 3), (30, 20, 10), np.uint8))
    settings = plain(discs, things=(0, 0), size=(64, 96))
    pool = Pool(read_cutouts(discs, 10, 2), read_backgrounds(tmp_path / "back", settings.size))
    drawn = draw(settings, pool, frame_rng(0, 0))
    assert (drawn.image == (10, 20, 30)).all() and (drawn.labels == BACKGROUND).all()


def test_other_files_are_another_book(discs: Path) -> None:
    before = pages(Settings(discs), 0).made_of
    assert pages(Settings(discs), 1).made_of == before
    disc(discs / "red" / "c.png", RED)
    assert pages(Settings(discs), 0).made_of != before


def test_an_index_in_place_of_folders(tmp_path: Path) -> None:
    disc(tmp_path / "one.png", RED)
    disc(tmp_path / "two.png", BLUE)
    rows = [{"file": "one.png", "category": "Zebra"}, {"file": "two.png", "category": "ant"}]
    (tmp_path / "index.json").write_text(json.dumps(rows))
    assert [label.name for label in read_cutouts(tmp_path, 20, 2).label_set.labels] == ["ant", "Zebra"]
    (tmp_path / "index.json").write_text('[{"file": "../one.png", "category": "x"}]')
    with pytest.raises(CutoutError, match="not within its folder"):
        read_cutouts(tmp_path, 20, 2)


def test_folders_that_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CutoutError, match="no such folder"):
        read_cutouts(tmp_path / "nowhere", 20, 2)
    (tmp_path / "x" / "cls").mkdir(parents=True)
    with pytest.raises(CutoutError, match="no sub-folders of cut-outs"):
        read_cutouts(tmp_path / "x", 20, 2)
    place = tmp_path / "x" / "cls" / "a.png"
    for pixels, why in (
        (np.full((8, 8, 3), 9, np.uint8), "has no transparency"),
        (np.zeros((8, 8, 4), np.uint8), "covers no pixel by half"),
        (np.full((8, 8, 4), 100, np.uint8), "covers no pixel by half"),
    ):
        cv2.imwrite(str(place), pixels)
        with pytest.raises(CutoutError, match=why):
            read_cutouts(tmp_path / "x", 20, 2)
    claims = bytearray(place.read_bytes())
    claims[16:24] = struct.pack(">2I", 40_000, 40_000)
    claims[29:33] = struct.pack(">I", zlib.crc32(claims[12:29]))
    place.write_bytes(claims)
    with pytest.raises(CutoutError, match=r"\.png says that it has more pixels than any picture"):
        read_cutouts(tmp_path / "x", 20, 2)
    place.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(CutoutError, match="no picture that can be read"):
        read_cutouts(tmp_path / "x", 20, 2)
    with pytest.raises(CutoutError, match="has no pictures"):
        read_backgrounds(tmp_path / "x" / "none", (8, 8))


def test_folders_whose_names_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    for name in ("ball", "apple", "Ball"):
        disc(tmp_path / name / "a.png", BLUE)
    if len([*tmp_path.iterdir()]) == 3:  # where the disk tells them apart
        with pytest.raises(CutoutError, match="has folders 'Ball' and 'ball', which would be one class"):
            read_cutouts(tmp_path, 64, 2)


def test_a_folder_that_would_be_no_class_is_refused_and_hidden_ones_are_none(discs: Path) -> None:
    disc(discs / ".git" / "a.png", BLUE)
    assert [label.name for label in read_cutouts(discs, 64, 2).label_set.labels] == ["blue", "red"]
    (discs / "green").mkdir()
    (discs / "green" / "a.jpg").write_bytes(b"no transparency in JPEG")
    with pytest.raises(CutoutError, match=r"green holds no cut-outs .*, and would be no class"):
        read_cutouts(discs, 64, 2)
