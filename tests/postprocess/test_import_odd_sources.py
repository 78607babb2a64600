"""Sources as real tools and real people leave them: gray and turned pictures, marks, folders, regions that are none."""

from __future__ import annotations

import numpy as np
import pytest
from label_sources import png_that_claims, write_json, write_picture
from PIL import Image

from blender_addon.contract.labels import UNLABELLED, built_in
from postprocess.errors import ExportError
from postprocess.importers.coco_files import coco_files
from postprocess.importers.coco_regions import region
from postprocess.importers.fastai_folders import fastai_folders
from postprocess.importers.label_studio import label_studio
from postprocess.importers.picture_files import class_map, picture
from postprocess.importers.segnet_lists import segnet_lists

NYU13 = built_in("nyu13")
ORIENTATION = 0x0112
QUARTER, HALF = 6, 3  # of EXIF's orientation: turn clockwise by 90 and by 180 degrees


def write_turned(path, orientation, size=(8, 6)):
    """As a phone stores it: the pixels as the sensor lies, and a note how to hold them."""
    note = Image.Exif()
    note[ORIENTATION] = orientation
    pixels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, exif=note)
    return np.asarray(Image.open(path))


def coco(folder, annotations=(), images=None, categories=({"id": 1, "name": "road"},), name="instances_val.json"):
    images = images or [{"id": 5, "file_name": "a.png", "width": 8, "height": 6}]
    rows = [{"id": number, "image_id": 5, "category_id": 1} | each for number, each in enumerate(annotations, start=1)]
    return write_json(folder / name, {"images": images, "annotations": rows, "categories": list(categories)})


def studio_task(number, image, corners=((0, 0), (50, 0), (50, 100), (0, 100)), name="sofa", **result):
    value = {"points": [list(corner) for corner in corners], "polygonlabels": [name]}
    found = {"type": "polygonlabels", "value": value} | result
    return {"id": number, "data": {"image": image}, "annotations": [{"id": 1, "result": [found]}]}


# Pictures


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1"])
def test_pictures_without_colours_are_rgb(tmp_path, mode):
    gray = np.array([[0, 255, 255], [255, 0, 0]], np.uint8)
    made = Image.fromarray(gray).convert(mode)
    made.save(tmp_path / "a.png")
    assert np.array_equal(picture(tmp_path / "a.png"), np.repeat(gray[..., None], 3, axis=2))


def test_transparent_and_deep_pictures_are_refused(tmp_path):
    Image.fromarray(np.full((2, 2, 4), 9, np.uint8)).save(tmp_path / "clear.png")
    Image.fromarray(np.full((2, 2), 999, np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(ExportError, match=r"clear.png is transparent in places"):
        picture(tmp_path / "clear.png")
    with pytest.raises(ExportError, match=r"deep.png is no picture of 8 bits"):
        picture(tmp_path / "deep.png")


@pytest.mark.parametrize("read", [picture, class_map])
def test_a_small_file_that_claims_a_billion_pixels(tmp_path, read):
    (tmp_path / "bomb.png").write_bytes(png_that_claims(40_000, 40_000))
    with pytest.raises(ExportError, match=r"bomb.png says that it has more than"):
        read(tmp_path / "bomb.png")


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_half_a_picture(tmp_path, ending):
    write_picture(tmp_path / f"a.{ending}", (64, 48))
    data = (tmp_path / f"a.{ending}").read_bytes()
    (tmp_path / f"a.{ending}").write_bytes(data[: len(data) // 2])
    with pytest.raises(ExportError, match=rf"a.{ending} is no whole picture"):
        picture(tmp_path / f"a.{ending}")


# COCO


def test_a_coco_picture_that_the_camera_turned(tmp_path):
    stored = write_turned(tmp_path / "a.jpg", QUARTER)
    images = [{"id": 5, "file_name": "a.jpg", "width": 6, "height": 8}]
    pixels = coco_files(coco(tmp_path, [{"segmentation": [[0, 0, 6, 0, 6, 2, 0, 2]]}], images)).read(0)
    assert np.array_equal(pixels.image, np.rot90(stored, -1)) and (pixels.labels[:2] == 1).all()
    images[0] |= {"width": 8, "height": 6}
    assert np.array_equal(coco_files(coco(tmp_path, [], images)).read(0).image, stored)


def test_coco_pictures_that_were_resized_since(tmp_path):
    write_picture(tmp_path / "a.png", (4, 3))
    with pytest.raises(ExportError, match=r"a.png is 4x3, and instances_val.json says 8x6"):
        coco_files(coco(tmp_path, [{"segmentation": [[0, 0, 4, 0, 4, 3]]}])).read(0)


@pytest.mark.parametrize("folder", ["val2017", "images/val2017", "images", "."])
def test_places_of_coco_pictures(tmp_path, folder):
    write_picture(tmp_path / folder / "a.png")
    path = coco(tmp_path / "annotations", name="instances_val2017.json")
    assert coco_files(path).read(0).labels.shape == (6, 8)


def test_boxes_without_a_region_are_told_and_left_out(tmp_path):
    write_picture(tmp_path / "a.png")
    boxes = [{"segmentation": [], "bbox": [0, 0, 4, 4]}, {"bbox": [0, 0, 4, 4]}]
    source = coco_files(coco(tmp_path, [*boxes, {"segmentation": [[0, 0, 8, 0, 8, 3, 0, 3]]}]))
    assert source.warnings == ("2 annotations with a box and no region: left out",)
    assert source.read(0).labels[:, 0].tolist() == [1, 1, 1, 0, 0, 0]


def test_outlines_of_a_point_or_a_line_cover_nothing():
    """Four numbers are two points here, and a box to the COCO API."""
    assert not region([[1, 1, 5, 5], [2, 2]], (6, 8)).any()
    assert region([[1, 1, 5, 5], [0, 0, 4, 0, 4, 3, 0, 3]], (6, 8)).sum() == 12
    assert not region([[]], (6, 8)).any()


def test_an_outline_that_leaves_the_picture_a_little():
    assert region([[-3, -3, 11, -3, 11, 9, -3, 9]], (6, 8)).all()


@pytest.mark.parametrize(
    ("segmentation", "words"),
    [
        ([[1, 2, 3]], "no list of x, y"),
        ([1, 2, 3, 4, 5, 6], "no list of x, y"),
        ([[1, 2, 3, 4, 5, "6"]], "no number"),
        ([[0, 0, 3e8, 0, 3e8, 3e8]], "leaves the picture by more than its size"),
        ([[0, 0, 1e30, 0, 5, -1e30]], "leaves the picture by more than its size"),
        ([[0, 0, 8, 6] * 200], "longer than any around pixels"),
        ({"size": [6, 8], "counts": [5, 8]}, "run lengths of 13 pixels, and the picture has 48"),
        ({"size": [6, 8], "counts": [-2, 50]}, "no whole numbers from 0 to 48"),
        ({"size": [6, 8], "counts": "zzz~~~"}, "run lengths"),
        ({"size": [6, 8], "counts": [2**63 - 1, 2**63 - 1, 50]}, "no whole numbers from 0 to 48"),
        ({"size": [6, 8], "counts": [10**25]}, "no whole numbers from 0 to 48"),
        ({"size": [6, 8], "counts": "oooooooooooo?oooooooooooo?b1"}, "run lengths"),
        ({"size": [9, 8], "counts": [72]}, "a region of 8x9 in a picture of 8x6"),
        ({"size": [6, 8], "counts": [1.5, 46.5]}, "no whole numbers from 0 to 48"),
        ({"counts": [48]}, "neither outlines nor run lengths"),
        ("box", "neither outlines nor run lengths"),
    ],
)
def test_regions_that_are_none(tmp_path, segmentation, words):
    write_picture(tmp_path / "a.png")
    with pytest.raises(ExportError, match=rf"instances_val.json, image 5, annotation 1: .*{words}"):
        coco_files(coco(tmp_path, [{"segmentation": segmentation}])).read(0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"annotations": [{"category_id": 9}]}, "of image 5 is of category 9, which it lacks"),
        ({"annotations": [{"image_id": 6}]}, "annotates image 6, which it does not list"),
        ({"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}, "has two categories of id 1"),
        ({"categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "A"}]}, "name used twice: a"),
        ({"categories": [{"id": 1}]}, "entry 1 of categories has no name"),
        ({"categories": [{"id": 1, "name": ""}]}, "entry 1 of categories has no name"),
        ({"images": [{"file_name": "a.png"}]}, "entry 1 of images has no id"),
        ({"images": [{"id": 5, "file_name": "a.png"}] * 2}, "has two images of id 5"),
    ],
)
def test_coco_files_that_contradict_themselves(tmp_path, change, words):
    write_picture(tmp_path / "a.png")
    with pytest.raises(ExportError, match=rf"instances_val.json.* {words}"):
        coco_files(coco(tmp_path, **change))


def test_names_of_coco_pictures_keep_their_folder(tmp_path):
    images = [{"id": number, "file_name": f"{folder}a.png"} for number, folder in enumerate(("x\\", "y/"))]
    for folder in "xy":
        write_picture(tmp_path / folder / "a.png")
    entries = coco_files(coco(tmp_path, [], images)).entries
    assert [each.where for each in entries] == ["x/a.png in instances_val.json", "y/a.png in instances_val.json"]


def test_an_unknown_name_comes_with_what_is_near(tmp_path):
    write_picture(tmp_path / "a.png")
    path = coco(tmp_path, categories=[{"id": 1, "name": "celing"}])
    with pytest.raises(ExportError, match=r"'celing' is no label of 'nyu13'; did you mean ceiling"):
        coco_files(path, label_set=NYU13)


# Label Studio


@pytest.mark.parametrize(("orientation", "turns"), [(QUARTER, -1), (HALF, 2)])
def test_label_studio_regions_lie_on_pictures_as_browsers_show_them(tmp_path, orientation, turns):
    stored = write_turned(tmp_path / "a.jpg", orientation)
    width, height = (8, 6) if orientation == HALF else (6, 8)
    size = {"original_width": width, "original_height": height}
    pixels = label_studio(write_json(tmp_path / "x.json", [studio_task(1, "a.jpg", **size)]), tmp_path).read(0)
    assert np.array_equal(pixels.image, np.rot90(stored, turns))
    assert (pixels.labels[:, : width // 2] == 1).all() and (pixels.labels[:, width // 2 :] == UNLABELLED).all()


def test_label_studio_pictures_of_one_name_in_two_folders(tmp_path):
    made = {folder: write_picture(tmp_path / folder / "p.png", seed=ord(folder)) for folder in "xy"}
    tasks = [studio_task(at, f"/data/local-files/?d=all%5C{folder}/p.png") for at, folder in enumerate("xy")]
    source = label_studio(write_json(tmp_path / "x.json", tasks), tmp_path)
    assert source.warnings == ()
    for at, folder in enumerate("xy"):
        assert np.array_equal(source.read(at).image, made[folder])


def test_tasks_that_lead_to_one_picture_are_told(tmp_path):
    write_picture(tmp_path / "p.png")
    tasks = [studio_task(at, f"/data/upload/{at}a1b2c3d-p.png") for at in (1, 2)]
    source = label_studio(write_json(tmp_path / "x.json", tasks), tmp_path)
    assert len(source.entries) == 2 and "lead to one picture, which is there as often: 'p.png'" in source.warnings[0]


def test_what_a_hand_slipped_on(tmp_path):
    """A polygon of two points has no area; a space after a name is no other label."""
    write_picture(tmp_path / "p.png")
    tasks = [
        studio_task(1, "p.png", name="sofa "),
        studio_task(2, "p.png", corners=((0, 0), (9, 9)), name="chair"),
        studio_task(3, "p.png", name="Sofa"),
    ]
    source = label_studio(write_json(tmp_path / "x.json", tasks), tmp_path)
    assert [label.name.casefold() for label in source.label_set.labels] == ["sofa"]
    assert "1 of type 'polygonlabels', which has no area: left out" in source.warnings


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([], "has no annotated task"),
        ([{"id": 1, "image": "p.png", "label": []}], "export as JSON, not as JSON-MIN"),
        ([studio_task(1, "p.png", corners=((0, 0), (1, 1), (2, 1e999)))], "1e999 is too large a number"),
    ],
)
def test_label_studio_exports_that_say_nothing(tmp_path, tasks, words):
    write_picture(tmp_path / "p.png")
    path = write_json(tmp_path / "x.json", tasks)
    path.write_text(path.read_text().replace("Infinity", "1e999"))
    with pytest.raises(ExportError, match=words):
        label_studio(path, tmp_path).read(0)


# Folders and lists


def lay(folder, *names, numbers=((0, 1, 2),)):
    """Pictures of these names below scenes/, their masks below masks/."""
    for name in names:
        write_picture(folder / "scenes" / name, (3, 1))
        (folder / "masks" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.array(numbers, np.uint8)).save(folder / "masks" / name)
    (folder / "codes.txt").write_text("wall\nbed\nvoid\n", encoding="utf-8-sig")


def test_fastai_pictures_in_folders_of_folders(tmp_path):
    lay(tmp_path, "a.png", "kitchen/a.png")
    (tmp_path / "scenes" / "._a.png").write_bytes(b"of another system")
    (tmp_path / "valid.txt").write_text("kitchen/a.png\r\n", encoding="utf-8-sig")
    source = fastai_folders(tmp_path)
    assert [(each.where, each.split) for each in source.entries] == [("a.png", "train"), ("kitchen/a.png", "val")]
    assert [label.name for label in source.label_set.labels] == ["wall", "bed"]


def test_endings_of_any_case(tmp_path):
    lay(tmp_path, "a.png")
    (tmp_path / "masks" / "a.png").rename(tmp_path / "masks" / "a.PNG")
    assert fastai_folders(tmp_path).read(0).labels.tolist() == [[1, 2, UNLABELLED]]


def test_codes_as_our_own_export_writes_them(tmp_path):
    lay(tmp_path, "a.png")
    lay(tmp_path / "test", "b.png")
    (tmp_path / "codes.txt").write_text("floor_mat\nbed\nvoid\n")
    source = fastai_folders(tmp_path, built_in("nyu40"))
    assert source.read(0).labels.tolist() == [[20, 4, UNLABELLED]]
    assert [(each.name, each.split) for each in source.entries] == [("a", ""), ("b", "test")]


def test_segnet_lists_of_windows(tmp_path):
    write_picture(tmp_path / "train" / "a.png", (3, 1))
    Image.fromarray(np.array([[0, 1, 13]], np.uint8)).save(tmp_path / "b.png")
    line = "C:\\camvid\\train\\a.png C:\\camvid\\b.png  \r\n"
    (tmp_path / "train.txt").write_bytes(line.encode("utf-8-sig") + line.encode())
    source = segnet_lists(tmp_path, NYU13)
    assert source.read(0).labels.tolist() == [[1, 2, UNLABELLED]]
    assert [each.name for each in source.entries] == ["train_a", "train_a"]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_texts_that_are_no_utf_8(tmp_path, encoding):
    lay(tmp_path, "a.png")
    (tmp_path / "codes.txt").write_bytes("Küche\n".encode(encoding))
    with pytest.raises(ExportError, match=r"codes.txt is no text in UTF-8"):
        fastai_folders(tmp_path)


def test_a_folder_in_the_place_of_a_file(tmp_path):
    with pytest.raises(ExportError, match=r"is a folder: name the file in it"):
        coco_files(tmp_path)
