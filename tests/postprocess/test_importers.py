"""Sources as other tools write them, read into label ids: pixel for pixel what is known on paper."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_sources import brush, packed, write_json, write_mat, write_picture
from PIL import Image
from pycocotools import mask as rle_mask

from blender_addon.contract.labels import IGNORE, UNLABELLED, LabelSet, built_in, label_set_from_dict
from postprocess.errors import ExportError
from postprocess.importers.brush_rle import mask_of
from postprocess.importers.coco_files import coco_files
from postprocess.importers.fastai_folders import fastai_folders
from postprocess.importers.label_studio import label_studio
from postprocess.importers.labelled import within
from postprocess.importers.nyu_mat import _test_pictures, nyu_mat
from postprocess.importers.segnet_lists import segnet_lists

SET: LabelSet = label_set_from_dict({"name": "few", "labels": ["sky", "road", "car"]})
NYU = [label.name for label in sorted(built_in("nyu894").labels, key=lambda label: label.id)]


def save_map(path, numbers, mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(numbers)
    if mode == "P":
        picture = picture.convert("P")
        picture.putdata(numbers.ravel().tolist())
    picture.save(path)


# Outlines


def test_an_outline_holds_the_pixels_whose_centres_it_holds():
    found = within(np.array([(1, 1), (4, 1), (4, 3), (1, 3)]), (5, 6))
    expected = np.zeros((5, 6), bool)
    expected[1:3, 1:4] = True
    assert np.array_equal(found, expected)


def test_outlines_that_share_an_edge_share_no_pixel_and_leave_none():
    shape = (40, 50)
    middle = (23.3, 17.8)
    corners = [(0, 0), (50, 0), (50, 40), (0, 40)]
    parts = [within(np.array([corners[at], corners[(at + 1) % 4], middle]), shape) for at in range(4)]
    assert np.array_equal(sum(part.astype(int) for part in parts), np.ones(shape, int))


def test_an_outline_that_leaves_the_picture():
    assert within(np.array([(-5, -5), (20, -5), (20, 20), (-5, 20)]), (6, 8)).all()


# NYU


def test_nyu_as_its_authors_give_it(tmp_path):
    images, labels = write_mat(tmp_path / "nyu.mat", NYU)
    source = nyu_mat(tmp_path / "nyu.mat")
    assert [entry.scene for entry in source.entries] == ["kitchen_0000", "kitchen_0001", "kitchen_0002"]
    assert source.label_set.name == "nyu894" and "3 pictures and not 1449" in source.warnings[0]
    for at in range(3):
        pixels = source.read(at)
        assert np.array_equal(pixels.image, images[at]) and np.array_equal(pixels.labels, labels[at])


def test_the_official_split_of_nyu():
    test = _test_pictures()
    assert len(test) == 654 and min(test) == 1 and max(test) == 1449
    assert {1, 2, 9, 14} <= test and not {3, 4, 5} & test  # the first of testNdxs and of trainNdxs


def test_a_whole_nyu_has_the_official_split(tmp_path):
    write_mat(tmp_path / "nyu.mat", NYU, count=1449, size=(2, 1))
    entries = nyu_mat(tmp_path / "nyu.mat").entries
    assert [entry.split for entry in entries[:5]] == ["test", "test", "train", "train", "train"]
    assert sum(entry.split == "train" for entry in entries) == 795


@pytest.mark.parametrize(
    ("names", "words"), [(["book", "bottel"], "label 2 is 'bottel'"), ([*NYU, "more"], "label 895")]
)
def test_nyu_of_other_names_is_refused(tmp_path, names, words):
    write_mat(tmp_path / "nyu.mat", names)
    with pytest.raises(ExportError, match=words):
        nyu_mat(tmp_path / "nyu.mat")


@pytest.mark.parametrize(("name", "kind"), [("images", np.float32), ("images", np.uint16), ("labels", np.int16)])
def test_nyu_of_other_numbers_is_refused(tmp_path, name, kind):
    """Colours from 0 to 1 would be black, and a label of -1 background."""
    write_mat(tmp_path / "nyu.mat", NYU)
    with h5py.File(tmp_path / "nyu.mat", "r+") as file:
        changed = file[name][...].astype(kind)
        del file[name]
        file[name] = changed
    with pytest.raises(ExportError, match=rf"nyu.mat: images are .*{np.dtype(kind)}.*, not uint8 and uint16"):
        nyu_mat(tmp_path / "nyu.mat")


def test_what_is_no_nyu_file(tmp_path):
    (tmp_path / "half.mat").write_bytes(b"MATLAB 7.3 MAT-file" + bytes(600))
    for name, words in (("half.mat", "no HDF5 file"), ("none.mat", "is missing"), (".", "is a folder")):
        with pytest.raises(ExportError, match=words):
            nyu_mat(tmp_path / name)


# SegNet


@pytest.mark.parametrize("start", ["", "/SegNet/CamVid/", "../CamVid/"])
def test_segnet_lists(tmp_path, start):
    numbers = np.array([[0, 1, 2, 3]] * 3, np.uint8)
    image = write_picture(tmp_path / "train" / "a.png", (4, 3))
    save_map(tmp_path / "trainannot" / "a.png", numbers)
    (tmp_path / "train.txt").write_text(f"{start}train/a.png {start}trainannot/a.png\n\n")
    source = segnet_lists(tmp_path, SET)
    assert [(entry.name, entry.split) for entry in source.entries] == [("train_a", "train")]
    assert source.read(0).labels.tolist() == [[1, 2, 3, UNLABELLED]] * 3
    assert np.array_equal(source.read(0).image, image)


def test_segnet_with_another_ignore_value(tmp_path):
    write_picture(tmp_path / "a.png", (2, 1))
    save_map(tmp_path / "b.png", np.array([[255, 2]], np.uint8))
    (tmp_path / "test.txt").write_text("a.png b.png\n")
    assert segnet_lists(tmp_path, SET, 255).read(0).labels.tolist() == [[UNLABELLED, 3]]
    with pytest.raises(ExportError, match=r"b.png has class 255.*--ignore"):
        segnet_lists(tmp_path, SET).read(0)
    with pytest.raises(ExportError, match="ignore value 1 is also a class"):
        segnet_lists(tmp_path, SET, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [("a.png\n", "line 1: 'a.png' is not an image and its labels"), ("a.png c.png\n", "line 1: c.png is neither")],
)
def test_segnet_lists_that_are_none(tmp_path, text, words):
    write_picture(tmp_path / "a.png")
    (tmp_path / "val.txt").write_text(text)
    with pytest.raises(ExportError, match=words):
        segnet_lists(tmp_path, SET)


def test_a_picture_and_labels_of_two_sizes(tmp_path):
    write_picture(tmp_path / "a.png", (4, 3))
    save_map(tmp_path / "b.png", np.zeros((3, 5), np.uint8))
    (tmp_path / "val.txt").write_text("a.png b.png\n")
    with pytest.raises(ExportError, match="the picture is 4x3 and its labels 5x3"):
        segnet_lists(tmp_path, SET).read(0)


# fastai


@pytest.mark.parametrize("mode", ["L", "P"])
def test_fastai_folders(tmp_path, mode):
    image = write_picture(tmp_path / "scenes" / "a.tif", (4, 1))
    write_picture(tmp_path / "scenes" / "b.tif", (4, 1))
    save_map(tmp_path / "masks" / "a.png", np.array([[0, 1, 2, 255]], np.uint8), mode)
    save_map(tmp_path / "masks" / "b_P.png", np.array([[0, 0, 0, 0]], np.uint8), mode)
    (tmp_path / "codes.txt").write_text("Void\nroad\nCar\n")
    (tmp_path / "valid.txt").write_text("b.tif\n")
    source = fastai_folders(tmp_path)
    assert [label.name for label in source.label_set.labels] == ["road", "Car"]
    assert [(entry.name, entry.split) for entry in source.entries] == [("a", "train"), ("b", "val")]
    assert source.read(0).labels.tolist() == [[UNLABELLED, 1, 2, UNLABELLED]]
    assert np.array_equal(source.read(0).image, image)
    assert fastai_folders(tmp_path, SET).read(0).labels.tolist() == [[UNLABELLED, 2, 3, UNLABELLED]]


def test_a_fastai_mask_that_is_missing(tmp_path):
    write_picture(tmp_path / "images" / "a.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "codes.txt").write_text("road\n")
    with pytest.raises(ExportError, match=r"a.png has no mask a.png"):
        fastai_folders(tmp_path)
    (tmp_path / "codes.txt").unlink()
    with pytest.raises(ExportError, match=r"codes.txt is missing"):
        fastai_folders(tmp_path)


# COCO

CATEGORIES = [{"id": 7, "name": "road"}, {"id": 3, "name": "car"}]


def coco(folder, annotations, **image):
    write_picture(folder / "a.png", (8, 6))
    images = [{"id": 5, "file_name": "a.png", "width": 8, "height": 6} | image]
    data = {"images": images, "annotations": annotations, "categories": CATEGORIES}
    return write_json(folder / "instances_val.json", data)


def region(mask, category=7, *, compressed=True):
    rle = rle_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    if compressed:
        return {"image_id": 5, "category_id": category, "segmentation": rle | {"counts": rle["counts"].decode()}}
    flat, counts, value = mask.T.ravel(), [], False
    at = 0
    while at < len(flat):
        end = next((place for place in range(at, len(flat)) if flat[place] != value), len(flat))
        counts.append(end - at)
        at, value = end, not value
    return {"image_id": 5, "category_id": category, "segmentation": {"size": list(mask.shape), "counts": counts}}


@pytest.mark.parametrize("compressed", [True, False])
def test_coco_regions(tmp_path, compressed):
    road, car = np.zeros((6, 8), bool), np.zeros((6, 8), bool)
    road[3:], car[2:5, 1:4] = True, True
    path = coco(tmp_path, [region(road, 7, compressed=compressed), region(car, 3, compressed=compressed)])
    expected = np.where(road, 7, np.where(car, 3, UNLABELLED))
    expected[road & car] = IGNORE
    source = coco_files(path)
    assert [(entry.name, entry.split) for entry in source.entries] == [("a", "val")]
    assert np.array_equal(source.read(0).labels, expected)
    ours = coco_files(path, label_set=SET).read(0).labels
    assert set(np.unique(ours)) == {UNLABELLED, 2, 3, IGNORE}


def test_a_coco_polygon(tmp_path):
    path = coco(tmp_path, [{"image_id": 5, "category_id": 3, "segmentation": [[1, 1, 5, 1, 5, 4, 1, 4]]}])
    labels = coco_files(path).read(0).labels
    assert (labels[1:4, 1:5] == 3).all() and (labels == 3).sum() == 12


def test_coco_panoptic(tmp_path):
    write_picture(tmp_path / "a.png", (8, 6))
    numbers = np.zeros((6, 8), np.uint32)
    numbers[2:], numbers[4:] = 70_000, 3
    colors = np.stack([numbers % 256, numbers // 256 % 256, numbers // 65536], axis=-1).astype(np.uint8)
    (tmp_path / "panoptic_train").mkdir()
    Image.fromarray(colors).save(tmp_path / "panoptic_train" / "a.png")
    segments = [{"id": 70_000, "category_id": 7}, {"id": 3, "category_id": 3}]
    data = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [{"image_id": 1, "file_name": "a.png", "segments_info": segments}],
        "categories": CATEGORIES,
    }
    source = coco_files(write_json(tmp_path / "panoptic_train.json", data))
    assert source.entries[0].split == "train"
    assert source.read(0).labels[:, 0].tolist() == [0, 0, 7, 7, 3, 3]
    del segments[1]
    with pytest.raises(ExportError, match="has segment 3, which"):
        coco_files(write_json(tmp_path / "panoptic_train.json", data)).read(0)


@pytest.mark.parametrize("name", ["../a.png", "/etc/passwd", "x/../../a.png", "none.png"])
def test_a_coco_picture_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(ExportError, match=r"leads out of the folder|is not in"):
        coco_files(coco(tmp_path / "in", [], file_name=name))


def test_coco_that_is_none(tmp_path):
    for text, words in (("{", "no JSON"), ("[]", "no COCO annotation file"), ('{"images": []}', "no COCO")):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(ExportError, match=words):
            coco_files(tmp_path / "a.json")


# Label Studio


def task(number, result, image="/data/upload/1/0a1b2c3d-a.png", **annotation):
    return {"id": number, "data": {"image": image}, "annotations": [{"id": 1, "result": result} | annotation]}


def shape(kind, names, **value):
    return {"type": kind, "value": value | {kind: names}, "original_width": 8, "original_height": 6}


@pytest.fixture
def studio(tmp_path):
    write_picture(tmp_path / "a.png", (8, 6))

    def read(*tasks, label_set=None):
        return label_studio(write_json(tmp_path / "export.json", list(tasks)), tmp_path, label_set)

    return read


def test_label_studio_regions_lie_on_top_of_earlier_ones(studio):
    polygon = shape("polygonlabels", ["road"], points=[[0, 50], [100, 50], [100, 100], [0, 100]])
    rectangle = shape("rectanglelabels", ["car"], x=25, y=100 / 3, width=50, height=100 / 3, rotation=0)
    source = studio(task(4, [polygon, rectangle]))
    labels = source.read(0).labels
    expected = np.zeros((6, 8), int)
    expected[3:], expected[2:4, 2:6] = 2, 1
    assert [label.name for label in source.label_set.labels] == ["car", "road"]
    assert np.array_equal(labels, expected) and source.entries[0].where == "task 4 of export.json"
    assert set(np.unique(studio(task(4, [polygon]), label_set=SET).read(0).labels)) == {0, 2}


def test_a_label_studio_rectangle_turns_about_its_corner(studio):
    """By 90 degrees, clockwise: what was 4 pixels wide and 2 high lies to the left of the corner, 2 wide and 4 high."""
    turned = shape("rectanglelabels", ["car"], x=50, y=100 / 6, width=50, height=200 / 6, rotation=90)
    labels = studio(task(1, [turned])).read(0).labels
    assert (labels[1:5, 2:4] == 1).all() and (labels == 1).sum() == 8


def test_a_label_studio_brush(studio):
    mask = np.random.default_rng(1).random((6, 8)) < 0.4
    found = shape("brushlabels", ["sky"], format="rle", rle=brush(mask))
    assert np.array_equal(studio(task(1, [found])).read(0).labels == 1, mask)


def test_a_label_studio_ellipse(studio):
    round_ = shape("ellipselabels", ["sky"], x=50, y=50, radiusX=100 * 2.6 / 8, radiusY=100 * 2.6 / 6, rotation=0)
    labels = studio(task(1, [round_])).read(0).labels
    y, x = np.mgrid[:6, :8] + 0.5
    assert np.array_equal(labels == 1, (x - 4) ** 2 + (y - 3) ** 2 < 2.6**2)


def test_label_studio_tasks_that_nobody_finished_are_told(studio):
    done = shape("polygonlabels", ["road"], points=[[0, 0], [100, 0], [100, 100]])
    point = {"type": "keypointlabels", "value": {"x": 1, "y": 1, "keypointlabels": ["road"]}}
    source = studio(task(1, [done, point]), task(2, [done], was_cancelled=True), {**task(3, []), "annotations": []})
    assert len(source.entries) == 1
    assert source.warnings == (
        "2 tasks without a finished annotation: left out",
        "1 of type 'keypointlabels', which has no area: left out",
    )


def test_of_several_annotations_the_newest_counts(studio):
    both = task(1, [shape("polygonlabels", ["old"], points=[[0, 0], [100, 0], [100, 100]])])
    both["annotations"].append(
        {"id": 9, "result": [shape("rectanglelabels", ["new"], x=0, y=0, width=100, height=100)]}
    )
    assert [label.name for label in studio(both).label_set.labels] == ["new"]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            shape("polygonlabels", ["x"], points=[[0, 0], [9, 0], [9, 9]]) | {"original_width": 9},
            "picture of 9x6 pixels",
        ),
        (shape("brushlabels", ["x"], format="rle", rle=brush(np.ones((6, 8), bool))[:9]), "cut short"),
        (
            shape("brushlabels", ["x"], format="rle", rle=brush(np.zeros((6, 9), bool))),
            "a brush mask of 54 pixels, and the picture has 48",
        ),
    ],
)
def test_label_studio_regions_that_cannot_be_read(studio, result, words):
    with pytest.raises(ExportError, match=words):
        studio(task(1, [result])).read(0)


def test_a_label_studio_picture_that_is_not_there(studio):
    with pytest.raises(ExportError, match=r"none of '/data/b.png' is a picture in"):
        studio(task(1, [shape("polygonlabels", ["x"], points=[[0, 0]])], image="/data/b.png"))


@pytest.mark.parametrize("url", ["/data/local-files/?d=sub%2Fa.png", "s3://bucket/0a1b2c3d-a.png?x=1", "a.png"])
def test_places_of_label_studio_pictures(studio, url):
    done = shape("polygonlabels", ["x"], points=[[0, 0], [100, 0], [100, 100]])
    assert studio(task(1, [done], image=url)).entries[0].name == "a"


@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_brush_masks_round_trip(height, width, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width)))
    assert np.array_equal(mask_of(brush(mask.reshape(height, width)), (height, width)), mask.reshape(height, width))


def test_values_that_are_not_repeated():
    """A run of single values, as the editor packs them: here two of four, of lengths that take 3 bits."""
    bits = (
        f"{4:032b}{7:05b}" + f"{2:04b}" * 4 + "000" + f"{3:03b}" + "".join(f"{value:08b}" for value in (1, 2, 3, 200))
    )
    data = [int(bits.ljust(-(-len(bits) // 8) * 8, "0")[at : at + 8], 2) for at in range(0, len(bits), 8)]
    assert mask_of(data, (1, 1)).tolist() == [[True]]
    assert mask_of(packed(np.array([0, 0, 0, 127])), (1, 1)).tolist() == [[False]]


def test_brush_masks_of_label_studio_itself():
    """Bytes that label-studio-sdk 2 packed (`converter.brush.encode_rle`), and the mask that they are of."""
    with open(__file__.replace("test_importers.py", "data/label_studio_brush.json"), encoding="utf-8") as file:
        stored = json.load(file)
    assert np.array_equal(mask_of(stored["rle"], tuple(stored["shape"])), np.array(stored["mask"], bool))
