"""Datasets of every format read again: taken as sources they are what the run was, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from exported import manifest, refused
from hypothesis import given
from hypothesis import strategies as st
from small_inputs import write_run
from small_things import write_run_of_things
from stored_again import frames_in, pixels_in

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exporters import FORMATS
from postprocess.manifest import NAME, manifest_read, meanings
from postprocess.matlab import mat5, read_mat5
from postprocess.report.dataset_figures import figures_of_dataset
from postprocess.report.request import Wishes
from postprocess.splits import SPLITS
from postprocess.stored import Part, Row
from postprocess.stored_frames import written_in
from postprocess.stored_pixels import read_ids

APART = {"nyu": {}, "numpy": {}, "webdataset": {"shard_size": "3"}, "nyu-mat": {}}
"""Formats that keep unlabelled, ignore and background apart, with options."""
ALIKE = {
    "ade20k": {},
    "cityscapes": {"instances": True},
    "coco": {"stuff": "wall,floor"},
    "fastai": {},
    "fastai-tif": {"background_class": False},
    "huggingface": {},
    "mmseg": {"background_class": True},
    "segnet": {"prefix": "/data"},
    "ultralytics": {},
    "voc": {"instances": True},
}
"""Formats that do not."""
LOSSY = {"yolo"}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("things") / "run"
    return write_run_of_things(folder, views=8, with_=("instances", "depth"))


def assert_same(one: Path, other: Path) -> None:
    first, second = pixels_in(one), pixels_in(other)
    assert first.keys() == second.keys() and len(first) == 8
    for name, (split, labels, image) in first.items():
        assert split == second[name][0]
        np.testing.assert_array_equal(labels, second[name][1])
        np.testing.assert_array_equal(image, second[name][2])


def test_each_format_is_one_of_these():
    assert {*APART, *ALIKE, *LOSSY} == set(FORMATS)


@pytest.mark.parametrize("format", APART)
@pytest.mark.parametrize("other", ["nyu", "numpy", "voc"])
def test_what_keeps_all_apart_is_a_source_of_anything(tmp_path, run, format, other):
    export([run], tmp_path / "one", format, options=APART[format])
    export([tmp_path / "one"], tmp_path / "two", other)
    export([run], tmp_path / "direct", other)
    assert_same(tmp_path / "two", tmp_path / "direct")
    assert manifest(tmp_path / "two")["sources"][0]["kind"] == "dataset"


@pytest.mark.parametrize("format", ALIKE)
def test_what_writes_codes_alike_is_a_source_of_what_does_so_too(tmp_path, run, format):
    jpeg = FORMATS[format].traits.endings == (".jpg",)
    other = {"mmseg": "huggingface", "voc": "voc"}.get(format, "ade20k" if jpeg else "mmseg")
    options = {"background_class": True} if format == "mmseg" else {}
    export([run], tmp_path / "one", format, options=ALIKE[format])
    export([tmp_path / "one"], tmp_path / "two", other, options=options)
    export([run], tmp_path / "direct", other, options=options)
    assert_same(tmp_path / "two", tmp_path / "direct")
    names = "unlabelled and ignore" + " and background" * (format not in ("mmseg", "voc"))
    refused(
        tmp_path, f"dataset 'one' has {names} as one value, and numpy writes them apart", [tmp_path / "one"], "numpy"
    )


def test_what_cannot_be_told_apart_stays_so(tmp_path, run):
    """Also where dataset.json then counts all of it as one."""
    export([run], tmp_path / "one", "segnet")
    export([tmp_path / "one"], tmp_path / "two", "mmseg")
    rows = manifest(tmp_path / "two")["codes"]
    assert sum(rows["ignore"]["pixels"].values()) == 0
    assert rows["unlabelled"]["not_told_from"] == ["ignore", "background"]
    refused(tmp_path, "dataset 'two' has unlabelled and ignore and background as one value", [tmp_path / "two"])
    export([tmp_path / "two"], tmp_path / "three", "segnet")
    export([run], tmp_path / "direct", "segnet")
    assert_same(tmp_path / "three", tmp_path / "direct")


def test_a_value_is_exact_where_only_one_of_its_codes_has_pixels(tmp_path):
    said = {"written_as": 255, "pixels": {"train": 0}}
    codes = {name: dict(said) for name in ("unlabelled", "ignore", "background")}
    data = {"codes": codes, "classes": [{"value": 0, "id": 5}]}
    assert meanings(data) == {255: (UNLABELLED,), 0: (5,)}  # of which there is none
    codes["background"]["pixels"] = {"train": 0, "val": 3}
    assert meanings(data) == {255: (BACKGROUND,), 0: (5,)}
    codes["ignore"]["pixels"] = {"train": 1}
    assert meanings(data) == {255: (IGNORE, BACKGROUND), 0: (5,)}
    codes["background"] |= {"written_as": 254, "not_told_from": ["unlabelled"]}
    assert meanings(data) == {255: (IGNORE,), 254: (UNLABELLED, BACKGROUND), 0: (5,)}


@pytest.mark.parametrize("format", APART)
def test_ids_and_codes_are_those_of_the_run(tmp_path, run, format):
    export([run], tmp_path / "nyu", "nyu")
    export([run], tmp_path / "set", format, options=APART[format])
    plain = {name: labels for name, (_, labels, _) in pixels_in(tmp_path / "nyu").items()}
    with manifest_read(tmp_path / "set" / NAME) as data:
        written = written_in(data)
    assert all(any((labels == value).any() for labels in plain.values()) for value in (0, 254, 255))
    for each in frames_in(tmp_path / "set"):
        ids = read_ids(each.labels, written).pixels
        for code, value in ((IGNORE, 255), (BACKGROUND, 254), (UNLABELLED, 0)):
            assert np.array_equal(ids == code, plain[each.name[-6:]] == value)


def test_polygons_are_no_source(tmp_path, run):
    export([run], tmp_path / "one", "yolo")
    refused(tmp_path, "one is yolo: polygons fill holes.*take the runs that it was exported from", [tmp_path / "one"])


@pytest.fixture(scope="module")
def plain(run, tmp_path_factory) -> Path:
    """All that is told apart, in files of its own."""
    folder = tmp_path_factory.mktemp("plain") / "set"
    export([run], folder, "nyu", split=(0.5, 0.25, 0.25), split_by="view")
    return folder


@pytest.mark.parametrize("format", [*APART, *ALIKE])
def test_a_report_tells_the_same_whatever_the_format(tmp_path, run, plain, format):
    options = {**APART, **ALIKE}[format]
    export([run], tmp_path / "set", format, split=(0.5, 0.25, 0.25), split_by="view", options=options)
    wishes = Wishes(jobs=1)
    found, wanted = figures_of_dataset(tmp_path / "set", wishes), figures_of_dataset(plain, wishes)
    assert found.groups == wanted.groups and found.sizes == wanted.sizes
    labels = {id_ for id_ in wanted.looks.where if id_ not in CODE_NAMES}
    assert labels and all(np.array_equal(found.looks.where[id_], wanted.looks.where[id_]) for id_ in labels)
    both = {pair: count for pair, count in wanted.together.items() if not {*pair} & {*CODE_NAMES}}
    assert {pair: count for pair, count in found.together.items() if not {*pair} & {*CODE_NAMES}} == both
    codes = {id_ for id_ in found.looks.where if id_ in CODE_NAMES}
    apart = {"voc": {UNLABELLED, BACKGROUND}, "mmseg": {UNLABELLED, BACKGROUND}}.get(format, {UNLABELLED})
    assert codes == ({*CODE_NAMES} if format in APART else apart)
    pictures = {picture.caption: picture for picture in found.looks.pictures}
    for picture in wanted.looks.pictures:
        same = pictures[picture.caption]
        shown = ~np.isin(picture.labels, [*CODE_NAMES])
        assert same.group == picture.group and shown.any()
        assert np.array_equal(same.labels[shown], picture.labels[shown])


def test_polygons_have_no_report(tmp_path, run):
    export([run], tmp_path / "one", "yolo")
    with pytest.raises(ExportError, match=r"one is yolo: polygons fill holes.* does not say of every pixel"):
        figures_of_dataset(tmp_path / "one", Wishes())


@pytest.mark.parametrize("format", ["webdataset", "numpy", "nyu-mat"])
def test_what_is_cut_is_neither_reported_nor_a_source(tmp_path, run, format):
    export([run], tmp_path / "one", format)
    largest = max((tmp_path / "one").iterdir(), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-20000])
    with pytest.raises(ExportError, match=f"{largest.name}.* cut short"):
        figures_of_dataset(tmp_path / "one", Wishes())
    refused(tmp_path, f"{largest.name}.* cut short", [tmp_path / "one"])


@pytest.mark.parametrize(("format", "file"), [("numpy", "labels_train.npy"), ("nyu-mat", "labeled.mat")])
def test_a_bit_that_flipped_in_an_array_is_told(tmp_path, run, format, file):
    """Rows have no sum of their own."""
    export([run], tmp_path / "one", format)
    path = tmp_path / "one" / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    refused(tmp_path, f"{file} is not what checksums.txt of its dataset says: damaged, or edited", [tmp_path / "one"])
    (tmp_path / "one" / "checksums.txt").write_text("x")
    refused(tmp_path, "checksums.txt: line 1 is no line", [tmp_path / "one"])


def test_a_link_into_an_archive_is_refused(tmp_path, run):
    export([run], tmp_path / "one", "webdataset")
    refused(tmp_path, r"nyu takes no \.tar pictures", [tmp_path / "one"], images="link")


def test_arrays_without_pictures_are_a_source(tmp_path):
    run = write_run(tmp_path / "run", views=8)
    for picture in run.rglob("image.png"):
        assert picture.is_file()
    export([run], tmp_path / "one", "numpy")
    for split in SPLITS:
        (tmp_path / "one" / f"images_{split}.npy").unlink(missing_ok=True)
    text = (tmp_path / "one" / NAME).read_text().replace('"images": true', '"images": false')
    (tmp_path / "one" / NAME).write_text(text)
    assert {each.image for each in frames_in(tmp_path / "one")} == {None}
    export([tmp_path / "one"], tmp_path / "two", "numpy")
    assert not list((tmp_path / "two").glob("images_*"))


def test_frames_are_found_without_being_read(tmp_path, run):
    """By index: where each is, for archives and arrays alike."""
    kinds = {"webdataset": Part, "numpy": Row, "nyu-mat": Row, "coco": type(Path())}
    for format, kind in kinds.items():
        export([run], tmp_path / format, format)
        found = frames_in(tmp_path / format)
        assert len(found) == 8 and {type(each.labels) for each in found} == {kind}
        assert {each.split for each in found} <= {*SPLITS}


@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}Ndxs", fullmatch=True), st.lists(st.integers(1, 2**40))))
def test_lists_of_numbers_come_back(tmp_path_factory, lists):
    path = tmp_path_factory.mktemp("mat5") / "splits.mat"
    path.write_bytes(mat5(lists))
    assert read_mat5(path) == lists
    path.write_bytes(mat5(lists)[:-1])
    if lists:
        with pytest.raises(ExportError, match="is not as it was exported"):
            read_mat5(path)
